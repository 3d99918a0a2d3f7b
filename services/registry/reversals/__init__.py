"""A departure or a removal that was confirmed by mistake: taken back, or its day put right; by two persons.

Who was said to have left belongs to the household again, and a household that was struck with him is back.
"""
