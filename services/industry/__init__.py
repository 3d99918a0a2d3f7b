"""Industry: who earns, from projects, stations, dividends, posts, training and forestry.

Owns what is planned, accepted, metered and paid. Decides who may take part and what is due, by rules.

Hears of households (its projection), of deaths (a post stands still after one), of loans, and of frauds (what stands
still). `docs/events.md` has who states what.
"""
