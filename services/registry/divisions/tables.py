"""The rows of divisions; the migrations make their table."""

from typing import NamedTuple

from services.registry.divisions.rules import Level
from shared.data.relations import DayRange, table


class Division(NamedTuple):
    code: str
    valid: DayRange
    name_zh: str
    name_en: str
    level: Level
    poor_village: bool
    rural_people: int


division = table("division", Division)
