"""When a whole township counts as out of poverty: a pure rule, for the table only. No decision reads a target."""

from dataclasses import dataclass

from services.registry.villages.rules import IncidencePolicy, below_limit


@dataclass(frozen=True, slots=True)
class TownshipFacts:
    """A township on a day: its poor villages, those of them announced as exited, its people now poor."""

    division: str
    poor_villages: int
    exited_villages: int
    poor_people: int
    rural_people: int


# 整乡脱贫 (seed; domain notes 1, row 1): all its poor villages are out, its own incidence below the limit [choice].
def township_exited(facts: TownshipFacts, policy: IncidencePolicy) -> bool:
    """Both conditions; a township without poor villages stands on its incidence alone."""
    return facts.exited_villages >= facts.poor_villages and below_limit(facts.poor_people, facts.rural_people, policy)
