"""Registry: who is poor and why, and when they no longer are.

Owns households, their members, facts and incomes over time, the exit procedure of households, villages and townships,
what comes after an exit, what an undone one touches, natural changes and removals, and who was told of whom a household
consists. Decides exits and returns, by rules from recorded facts alone.

Hears of payments (income of its payer, category and year), of moves (a safe house, and no more waiting for one), of
accepted works (a facility that the village has), of visits (what they found is looked into before an exit), of frauds
(what stands still), of what each service gave a household, when that is asked; and of all help that is given, as
measures that are never income and that no exit ends. `docs/events.md` has who states what.
"""
