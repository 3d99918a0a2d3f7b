"""Shenchi's 2017, played through the public API only: a world, actors who see little of it, and a judge.

The three do not know each other; `play` introduces them. Nothing is set by decree.
"""
