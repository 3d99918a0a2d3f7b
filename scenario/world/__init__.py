"""The synthetic county of domain notes 5: its people, what is really so, and what can be seen of it.

It knows no service, no actor and no judge. Same seed, same county, byte by byte. Money in fen, area in
0.01 m2; no name or number belongs to a real person.
"""

from scenario.world.build import build_world
from scenario.world.county import World
from scenario.world.economy import LINE_FEN, IncomeLines
from scenario.world.geography import Facility, Township, Village, VillageTruth
from scenario.world.households import Household
from scenario.world.housing import House
from scenario.world.loans import LoanWish
from scenario.world.observation import (
    Conditions,
    RosterView,
    observed_conditions,
    observed_income,
    roster_view,
)
from scenario.world.people import Member
from scenario.world.roster import dirty_numbers, write_corrections, write_roster, write_sample
from scenario.world.truth import HouseholdTruth, UnregisteredPoor, over_line, unmet_in_2017
from scenario.world.truth_file import TruthFile, read_truth, write_truth

__all__ = [
    "LINE_FEN",
    "Conditions",
    "Facility",
    "House",
    "Household",
    "HouseholdTruth",
    "IncomeLines",
    "LoanWish",
    "Member",
    "RosterView",
    "Township",
    "TruthFile",
    "UnregisteredPoor",
    "Village",
    "VillageTruth",
    "World",
    "build_world",
    "dirty_numbers",
    "observed_conditions",
    "observed_income",
    "over_line",
    "read_truth",
    "roster_view",
    "unmet_in_2017",
    "write_corrections",
    "write_roster",
    "write_sample",
    "write_truth",
]
