"""Households that choose another head: said by one person, confirmed by another; who dies or leaves as head is followed
without being asked (the room of the changes).
"""
