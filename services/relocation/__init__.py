"""Relocation: who moves where.

Owns applications, resettlement sites with buildings and flats, the allocation of flats, moves, and old homesteads.
Decides who may move, which flat is drawn, and which rewards are due, by rules from recorded facts.

Events out: RelocationAgreed, ApplicationEnded, FlatAllocated, FlatReleased, KeyHandedOver, HouseholdMovedIn,
OldHouseDemolished, HomesteadReclaimed, RewardApproved (topic relocation.household).
Events in: households of the registry (its projection; a struck household leaves the allocation), FraudConfirmed and
FraudReviewed of assessment.
"""
