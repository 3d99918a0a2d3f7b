"""What was recorded wrongly is put right, by as many persons as recorded it; what was said stays beside it.

What money is owed or planned by is stated anew in `restatements`; a post or an agreement that was ended wrongly begins
anew (`POST /posts/proposals`, `POST /dividends/agreements`), and who died or was struck by mistake has his again.
"""
