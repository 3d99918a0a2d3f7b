"""What a project may be, how far a report may lie above what was measured, when a household's part counts.

Planned areas and herds are targets, never facts (domain notes 1 #9, "prevent digital poverty alleviation"): what
counts is what another person than the reporter has measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

EntityKind = Literal["enterprise", "cooperative", "household_business"]
Purpose = Literal["equipment", "training", "works", "subsidy"]
PartState = Literal["reported", "accepted", "refused"]
# Of a project's reports the last one stands; one that nobody had accepted by then is replaced.
ReportState = Literal["reported", "accepted", "replaced"]
CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
PARTS = 1_000_000
NO_UNIT = "none"  # of a kind that has a budget only
OF_A_VILLAGE = ("works", "product")
VILLAGE_DIGITS = 12


# GB 32100-2015: characters weighted 3^(i-1) mod 31 sum up to a multiple of 31; the last, the check, weighs one.
def is_credit_code(code: str) -> bool:
    """Whether 18 characters are a unified social credit code whose check character is right."""
    if len(code) != 18 or any(c not in CHARSET for c in code):
        return False
    weighted = sum(CHARSET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return (weighted + CHARSET.index(code[17])) % 31 == 0


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """Units by kind of project; codes of the checklist that works may name."""

    project_units: Mapping[str, str]
    project_works_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportPolicy:
    report_tolerance_ppm: int


@dataclass(frozen=True, slots=True)
class ParticipationPolicy:
    """Days since the start, by kind of project."""

    participation_youngest_days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it was sent. `inside`: it lies in the area of who plans it."""

    kind: str
    division: str
    planned_x100: int
    item: str | None
    entity_named: bool
    entity_known: bool
    inside: bool


# Kinds and units: the seed's rows 18 to 28, 31, 32, 37, 46; in mu, since its "acres" are a mistranslation [inferred].
# Works name an item of the village's checklist (三有四通五保障), a product is one village's (seed 19).
def plan_refusal(plan: Plan, policy: ProjectPolicy) -> str | None:
    """Why a plan is not taken, or None."""
    units = policy.project_units
    if plan.kind not in units:
        return "unknown_kind"
    if not plan.inside:
        return "outside_area"
    if plan.kind in OF_A_VILLAGE and len(plan.division) != VILLAGE_DIGITS:
        return "not_a_village"
    if plan.entity_named and not plan.entity_known:
        return "entity_unknown"
    if units[plan.kind] == NO_UNIT and plan.planned_x100:
        return "no_quantity"
    return _item_refusal(plan.kind, plan.item, policy.project_works_items)


def _item_refusal(kind: str, item: str | None, works_items: Sequence[str]) -> str | None:
    if kind == "works":
        return None if item in works_items else "unknown_item"
    return "item_misplaced" if item and kind != "product" else None


# A self-report that lies more than 10 % above the check is looked at again (S57).
def over_reported(reported_x100: int, measured_x100: int, tolerance_ppm: int) -> bool:
    """Whether a report lies above what was measured by more than the tolerance; compared exactly."""
    return reported_x100 * PARTS > measured_x100 * (PARTS + tolerance_ppm)


# Half a road is no road: works fill the checklist once all that was planned is there [choice].
def works_done(planned_x100: int, accepted_x100: int) -> bool:
    return 0 < accepted_x100 >= planned_x100


@dataclass(frozen=True, slots=True)
class Part:
    """A household's part of a project, and what was found of it."""

    kind: str
    started_on: date
    accepted: bool
    measured_x100: int
    accepted_on: date


# Shops count that were open for at least 90 days [choice] (seed 31).
def part_refusal(part: Part, youngest_days: Mapping[str, int]) -> str | None:
    """Why what was found is not taken, or None."""
    if part.accepted_on < part.started_on:
        return "dates_reversed"
    if not part.accepted:
        return None
    if part.measured_x100 == 0:
        return "nothing_measured"
    days = (part.accepted_on - part.started_on).days
    return "too_young" if days < youngest_days.get(part.kind, 0) else None
