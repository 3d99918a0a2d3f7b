"""What actors are given of the world: observation, never truth."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from scenario.world import (
    LINE_FEN,
    TOWNSHIPS_EYE,
    Cadre,
    Conditions,
    IncomeLines,
    SurveyView,
    World,
    last_helper,
    lives_in_new_home,
    measured_income,
    observed_conditions,
    observed_income,
    survey_view,
)

SAFE = ("A", "B")
INCOME_YEAR = 2017


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

    def believed_out_of_poverty(self, household_no: str) -> bool:
        """What a committee would say: enough money by what was stated, a safe house, nobody in plain need."""
        seen = self.conditions(household_no, date(INCOME_YEAR, 9, 30))
        members = len(self.world.by_no[household_no].members)
        enough = self.income(household_no).net_fen > LINE_FEN[INCOME_YEAR] * members
        return enough and seen.food_secure and seen.clothing_secure and seen.house_grade in SAFE

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

    def survey(self, household_no: str) -> SurveyView:
        """What the household tells a third party of who helps it."""
        return survey_view(self.world, household_no, self._helpers[household_no])

    def neighbours_object(self, household_no: str) -> bool:
        """Neighbours know when an income was invented: where it was, some of them speak up."""
        truth = self.world.truth.get(household_no)
        if truth is None:
            return False
        stated, real = self.income(household_no).net_fen, truth.incomes[INCOME_YEAR].net_fen
        invented = stated > real * 11 // 10
        return invented and int(household_no[-2:]) % 7 == 0
