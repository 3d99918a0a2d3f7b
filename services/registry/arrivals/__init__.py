"""People who join a household: born, married in, registered here, released, sharing again; said by one person,
confirmed by another.
"""
