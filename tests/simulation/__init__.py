"""Deterministic simulation: the real relay, consumer, parking and release under a seeded scheduler.

Everything without I/O runs as it stands in `shared`; what it touches is played by `stores`. Crashes, zombies, late
commits, duplicates, transient and poisonous handlers are drawn from the seed. `python -m tests.simulation`.
"""
