"""Who the people of a household are, told to those whom the county granted it, for a purpose, and written down.

What is public names households alone; this is the one door by which another county system learns of whom they consist.
"""
