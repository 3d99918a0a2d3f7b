"""What actors are given of the world: observation, never truth."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

from scenario.world import (
    LINE_FEN,
    TOWNSHIPS_EYE,
    Cadre,
    Conditions,
    Illness,
    IncomeLines,
    RegisterRow,
    Setback,
    SheetPart,
    Sight,
    SurveyView,
    World,
    grade_on,
    helper_income,
    illnesses,
    keeps_sheet,
    last_helper,
    listings,
    lives_in_new_home,
    looked_at,
    measured_income,
    mind_of,
    observed_conditions,
    observed_income,
    poor_doors,
    roster_view,
    setback_known,
    sheet_parts,
    survey_view,
    written_at_desk,
)

SAFE = ("A", "B")
INCOME_YEAR = 2017
FAR_OFF = 0.2  # an income that is stated so much too high or too low is wrong, on whichever side of the line it lies


@dataclass
class VillageEyes:
    """The people of the villages: they see their neighbours with honest error, and some lie.

    `with_keys`: numbers of households that hold the keys of a new flat, as who hands them over knows.
    """

    world: World
    with_keys: set[str] = field(default_factory=set)
    _conditions: dict[tuple[str, date], Conditions] = field(default_factory=dict)

    def income(self, household_no: str) -> IncomeLines:
        return observed_income(self.world, household_no, INCOME_YEAR)

    def conditions(self, household_no: str, on: date) -> Conditions:
        key = household_no, on
        if key not in self._conditions:
            self._conditions[key] = observed_conditions(self.world, household_no, on)
        return self._at_home(household_no, on, self._conditions[key])

    def _at_home(self, household_no: str, on: date, seen: Conditions) -> Conditions:
        if self.lives_in_new_home(household_no, on):
            return replace(seen, house_grade="A", safe_water=True, electricity=True)
        return seen

    def lives_in_new_home(self, household_no: str, on: date) -> bool:
        return household_no in self.with_keys and lives_in_new_home(self.world, household_no, on)

    def was_safe_before(self, household_no: str) -> bool:
        return roster_view(self.world, household_no).house_grade in SAFE

    def believed_out_of_poverty(self, household_no: str) -> bool:
        """What a committee would say: enough money by what was stated, a safe house, nobody in plain need."""
        seen = self.conditions(household_no, date(INCOME_YEAR, 9, 30))
        members = len(self.world.by_no[household_no].members)
        enough = self.income(household_no).net_fen > LINE_FEN[INCOME_YEAR] * members
        return enough and seen.food_secure and seen.clothing_secure and seen.house_grade in SAFE

    def sheet(self, household_no: str) -> tuple[SheetPart, ...] | None:
        """The same income as it is said line by line; None where nobody sits down with the household."""
        if not keeps_sheet(self.world.seed, household_no):
            return None
        return sheet_parts(self.world.seed, self.world.by_no[household_no], self.income(household_no))

    def of_office(self, household_no: str, field: Literal["house_grade", "safe_water"], on: date) -> str | bool:
        """What an office of the county finds that goes there because somebody saw otherwise."""
        house = self.world.truth[household_no].house
        moved = self.lives_in_new_home(household_no, on)
        if field == "house_grade":
            return "A" if moved else grade_on(house, on)
        return moved or house.safe_water

    def setbacks(self, on: date) -> list[Setback]:
        """What befell households that are out of poverty, as far as somebody in the village knows of it by a day."""
        return [s for s in self.world.setbacks if setback_known(self.world, s, on)]

    def patients(self, on: date) -> list[Illness]:
        """Who is seriously ill of those who are out of poverty, as far as the bureau of health knows by a day."""
        return [one for one in illnesses(self.world) if one.known_on <= on]

    def at_risk(self, household_no: str, on: date) -> Setback | None:
        """What somebody of the task force finds that befell a household, who goes there because of signals."""
        return next((s for s in self.world.setbacks if s.no == household_no and s.on <= on), None)

    def beside_line(self, household_no: str) -> Literal["over", "near", "under"]:
        """How its income looks to somebody who is there: up to 1.5 times the line it is near it."""
        line = LINE_FEN[INCOME_YEAR] * len(self.world.by_no[household_no].members)
        net = self.income(household_no).net_fen
        return "under" if net <= line else "near" if 2 * net <= 3 * line else "over"

    def listings(self) -> list[RegisterRow]:
        """What other registers list, of people of the county."""
        return list(listings(self.world))

    def listed(self) -> list[str]:
        """Households of which another register lists something."""
        return [h.no for h in self.world.households if self.world.truth[h.no].matches]

    def suspected(self, household_no: str) -> Sight:
        """What somebody of the task force sees who looks into what is listed of a household."""
        return looked_at(self.world, household_no)

    def inspected_out_of_poverty(self, household_no: str, on: date) -> bool:
        """What an inspector finds who measures the income and looks round as a township does."""
        seen = self._at_home(household_no, on, observed_conditions(self.world, household_no, on, TOWNSHIPS_EYE))
        needs = seen.school_dropout or seen.unfinished_major_illness or seen.only_subsidies
        fed = seen.food_secure and seen.clothing_secure and seen.medical_insured
        lives = seen.house_grade in SAFE and seen.safe_water
        return self.measured_over_line(household_no) and fed and lives and not needs

    def inspected(self, household_no: str, on: date) -> Literal["income", "house", "visit"] | None:
        """What an inspector finds otherwise than the register says: an income on the other side of the line, or far off
        what was stated; a house that is not as safe; rounds of visits that nobody saw.
        """
        said = None if self.world.by_no[household_no].group == "exited" else self.income(household_no)
        if self._says_otherwise(household_no, said):
            return "income"
        if self.grade_inspected(household_no, on) not in SAFE and self.conditions(household_no, on).house_grade in SAFE:
            return "house"
        return "visit" if written_at_desk(self.world, household_no) else None

    def _says_otherwise(self, household_no: str, said: IncomeLines | None) -> bool:
        """`said`: None of who was out of poverty before, of whom nothing is stated but that."""
        found, over = self.measured(household_no).net_fen, self.measured_over_line(household_no)
        if said is None:
            return not over
        return over is self.under_line(household_no) or abs(said.net_fen - found) > FAR_OFF * abs(found)

    def grade_inspected(self, household_no: str, on: date) -> str:
        """The grade of its house as an inspector sees it."""
        found = observed_conditions(self.world, household_no, on, TOWNSHIPS_EYE)
        return self._at_home(household_no, on, found).house_grade

    def poor_doors(self, division: str, known: Container[str]) -> frozenset[int]:
        """Doors of a village outside the register behind which somebody is poor; `known`: by key, who came into it."""
        return poor_doors(self.world, division, known)

    def under_line(self, household_no: str) -> bool:
        """Whether what is stated of its income does not lift it over the line any more."""
        members = len(self.world.by_no[household_no].members)
        return self.income(household_no).net_fen <= LINE_FEN[INCOME_YEAR] * members

    def measured_over_line(self, household_no: str) -> bool:
        """What a township finds when it measures a household's income anew."""
        members = len(self.world.by_no[household_no].members)
        return self.measured(household_no).net_fen > LINE_FEN[INCOME_YEAR] * members

    def measured(self, household_no: str) -> IncomeLines:
        """What a township finds of a household's income, category by category."""
        return measured_income(self.world, household_no)

    def looked_into(self, household_no: str, finding: str, on: date, *, measured: bool) -> tuple[bool, str]:
        """What an officer of the township sees who goes there after a visit: whether it is so, and the house's grade.

        `measured`: what stands as its income is what he has found before.
        """
        found = observed_conditions(self.world, household_no, on, TOWNSHIPS_EYE)
        seen = self._at_home(household_no, on, found)
        is_lower = self.income(household_no).net_fen * 10 > self.measured(household_no).net_fen * 11
        so = {
            "house_unsafe": seen.house_grade not in SAFE,
            "water_unsafe": not seen.safe_water,
            "school_dropout": seen.school_dropout,
            "untreated_illness": seen.unfinished_major_illness,
            "income_lower_than_stated": is_lower and not measured,
        }
        return so[finding], seen.house_grade

    @cached_property
    def _helpers(self) -> dict[str, Cadre]:
        return last_helper(self.world)

    def helper(self, household_no: str) -> Cadre:
        """Who helps the household at the year's end."""
        return self._helpers[household_no]

    def helper_income(self, household_no: str) -> IncomeLines | None:
        """What its helper reckons with the household; None where he does not come."""
        return helper_income(self.world, household_no, self._helpers[household_no].behaviour)

    def survey(self, household_no: str) -> SurveyView:
        """What the household tells a third party of who helps it."""
        return survey_view(self.world, household_no, self._helpers[household_no])

    def meeting_agrees(self, household_no: str) -> bool:
        return mind_of(self.world, household_no).carried

    def household_agrees(self, household_no: str) -> bool:
        return mind_of(self.world, household_no).agrees

    def income_was_invented(self, household_no: str) -> bool:
        """Neighbours know, and so does whoever looks into it on the spot."""
        truth = self.world.truth.get(household_no)
        if truth is None:
            return False
        stated, real = self.income(household_no).net_fen, truth.incomes[INCOME_YEAR].net_fen
        return stated > real * 11 // 10

    def neighbours_object(self, household_no: str) -> bool:
        """Where an income was invented some neighbours speak up; a few object for nothing."""
        spoken = self.income_was_invented(household_no) and int(household_no[-2:]) % 7 == 0
        return spoken or mind_of(self.world, household_no).envied
