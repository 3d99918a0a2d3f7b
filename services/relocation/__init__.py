"""Relocation: who moves where.

Owns applications, resettlement sites with buildings and flats, the allocation of flats, moves, and old homesteads.
Decides who may move, which flat is drawn, and which rewards are due, by rules from recorded facts.

Hears of households (its projection; a struck one leaves the allocation), and of frauds (what stands still).
`docs/events.md` has who states what.
"""
