"""A person whom two households count as theirs: who is said to join one still belongs to another.

The county looks at both sides and decides. If he moves, his departure is reported, for the side that holds him to
confirm; if he stays, who claimed him is told so.
"""
