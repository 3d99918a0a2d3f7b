"""What actors are given of the world: observation, never truth."""

from dataclasses import dataclass, field
from datetime import date

from scenario.world import LINE_FEN, Conditions, IncomeLines, World, observed_conditions, observed_income

SAFE = ("A", "B")
INCOME_YEAR = 2017


@dataclass
class VillageEyes:
    """The people of the villages: they see their neighbours with honest error, and some lie."""

    world: World
    _conditions: dict[tuple[str, date], Conditions] = field(default_factory=dict)

    def income(self, household_no: str) -> IncomeLines:
        return observed_income(self.world, household_no, INCOME_YEAR)

    def conditions(self, household_no: str, on: date) -> Conditions:
        key = household_no, on
        if key not in self._conditions:
            self._conditions[key] = observed_conditions(self.world, household_no, on)
        return self._conditions[key]

    def believed_out_of_poverty(self, household_no: str) -> bool:
        """What a committee would say: enough money by what was stated, a safe house, nobody in plain need."""
        seen = self.conditions(household_no, date(INCOME_YEAR, 9, 30))
        members = len(self.world.by_no[household_no].members)
        enough = self.income(household_no).net_fen > LINE_FEN[INCOME_YEAR] * members
        return enough and seen.food_secure and seen.clothing_secure and seen.house_grade in SAFE

    def neighbours_object(self, household_no: str) -> bool:
        """Neighbours know when an income was invented: where it was, some of them speak up."""
        truth = self.world.truth.get(household_no)
        if truth is None:
            return False
        stated, real = self.income(household_no).net_fen, truth.incomes[INCOME_YEAR].net_fen
        invented = stated > real * 11 // 10
        return invented and int(household_no[-2:]) % 7 == 0
