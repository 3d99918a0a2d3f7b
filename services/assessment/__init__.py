"""Assessment: who helped, and how well.

Owns units, cadres and their pairings with households, visits, surveys, scores, appeals, and cases of fraud. Scores by
a weighted scheme from events and visits, with a line for every point.

Hears what other services report of households and villages, counted for those who help them (`docs/events.md`).
"""
