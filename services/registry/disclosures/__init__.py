"""Who is told who it is: names, phones and accounts for purposes that the register knows to be true, and who looked.

A purpose comes with a fact of another service: a loan that was approved, a line of a batch that was checked, a
household that was drawn. Every look is on record, for the auditor and for the household it was at.
"""
