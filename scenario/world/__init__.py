"""The synthetic county of domain notes 5: its people, what is really so, and what can be seen of it.

It knows no service, no actor and no judge. Same seed, same county, byte by byte. Money in fen, area in
0.01 m2; no name or number belongs to a real person.
"""

from scenario.world.build import build_world
from scenario.world.changes import Death
from scenario.world.cheats import Cheat
from scenario.world.county import World
from scenario.world.doors import poor_doors
from scenario.world.economy import LINE_FEN, IncomeLines
from scenario.world.geography import Facility, Township, Village, VillageTruth
from scenario.world.help import Cadre, Unit
from scenario.world.homes import Building, Flat, Move, Site, Struck
from scenario.world.households import Household
from scenario.world.housing import House, grade_on
from scenario.world.jobs import attended_days
from scenario.world.lists import Listed, Lists, Paid, SheetPart, keeps_sheet, sheet_parts
from scenario.world.loans import LoanWish
from scenario.world.marriages import MarriedIn, MarriedOut
from scenario.world.observation import (
    TOWNSHIPS_EYE,
    Conditions,
    RosterView,
    helper_income,
    measured_income,
    mind_of,
    observed_conditions,
    observed_income,
    roster_view,
)
from scenario.world.people import Member
from scenario.world.power import Station, read_meter
from scenario.world.registers import RegisterRow, Sight, listings, looked_at
from scenario.world.risks import Illness, illnesses
from scenario.world.roster import dirty_numbers, write_corrections, write_roster, write_sample
from scenario.world.setbacks import Setback
from scenario.world.truth import HouseholdTruth, UnregisteredPoor, over_line, unmet_in_2017
from scenario.world.truth_file import TruthFile, read_truth, write_truth
from scenario.world.ventures import Outcome, measured_quantity
from scenario.world.visits import (
    CheckIn,
    SurveyView,
    Visit,
    check_ins,
    last_helper,
    lives_in_new_home,
    setback_known,
    survey_view,
    visits,
    written_at_desk,
)

__all__ = [
    "LINE_FEN",
    "TOWNSHIPS_EYE",
    "Building",
    "Cadre",
    "Cheat",
    "CheckIn",
    "Conditions",
    "Death",
    "Facility",
    "Flat",
    "House",
    "Household",
    "HouseholdTruth",
    "Illness",
    "IncomeLines",
    "Listed",
    "Lists",
    "LoanWish",
    "MarriedIn",
    "MarriedOut",
    "Member",
    "Move",
    "Outcome",
    "Paid",
    "RegisterRow",
    "RosterView",
    "Setback",
    "SheetPart",
    "Sight",
    "Site",
    "Station",
    "Struck",
    "SurveyView",
    "Township",
    "TruthFile",
    "Unit",
    "UnregisteredPoor",
    "Village",
    "VillageTruth",
    "Visit",
    "World",
    "attended_days",
    "build_world",
    "check_ins",
    "dirty_numbers",
    "grade_on",
    "helper_income",
    "illnesses",
    "keeps_sheet",
    "last_helper",
    "listings",
    "lives_in_new_home",
    "looked_at",
    "measured_income",
    "measured_quantity",
    "mind_of",
    "observed_conditions",
    "observed_income",
    "over_line",
    "poor_doors",
    "read_meter",
    "read_truth",
    "roster_view",
    "setback_known",
    "sheet_parts",
    "survey_view",
    "unmet_in_2017",
    "visits",
    "write_corrections",
    "write_roster",
    "write_sample",
    "write_truth",
    "written_at_desk",
]
