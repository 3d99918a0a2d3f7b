"""When a poor village may leave the list: pure rules.

Domain notes 2.1 "Village exit": incidence below 2 % (厅字〔2016〕16号 [known]; S26), the checklist 三有四通五保障
[inferred, choice], a notice in the township.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal["proposed", "noticed", "approved", "announced", "refused", "revoked"]
# Who stands so may be proposed again.
OVER = frozenset({"refused", "revoked"})
RevocationState = Literal["proposed", "confirmed", "rejected"]
# How it was found that an exit was wrong.
WrongBy = Literal["cross_check", "appeal", "audit", "fraud"]


@dataclass(frozen=True, slots=True)
class IncidencePolicy:
    """`strict`: exactly the limit does not pass."""

    limit_ppm: Annotated[int, "village_incidence_limit_ppm"]
    strict: Annotated[bool, "village_incidence_strict"]


@dataclass(frozen=True, slots=True)
class VillagePolicy:
    """`items`: codes of the checklist, every one of which a village must have."""

    incidence: IncidencePolicy
    items: Annotated[tuple[str, ...], "village_facility_items"]


@dataclass(frozen=True, slots=True)
class ChecklistPolicy:
    village_facility_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TradePolicy:
    """`department_facilities`: items of the checklist by the unit of the department that answers for them."""

    department_facilities: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    public_notice_days: int


@dataclass(frozen=True, slots=True)
class VillageFacts:
    """What is recorded of a village on a day. `met`: items seen as met; what nobody saw is not among them."""

    poor_village: bool
    poor_people: int
    rural_people: int
    met: tuple[str, ...]


# Domain notes 2.1: people now poor (未脱贫 + 返贫) / rural registered population; `strict` by default [choice].
def below_limit(poor_people: int, rural_people: int, policy: IncidencePolicy) -> bool:
    """Exact in integers. Where no rural population is recorded there is no incidence, and nothing passes."""
    if rural_people <= 0:
        return False
    poor, most = poor_people * 1_000_000, policy.limit_ppm * rural_people
    return poor < most if policy.strict else poor <= most


def incidence_ppm(poor_people: int, rural_people: int) -> int | None:
    """For people's eyes: rounded, so that no decision may stand on it."""
    return half_up(poor_people * 1_000_000, rural_people) if rural_people > 0 else None


# Domain notes 2.1 "Village exit" (厅字〔2016〕16号 [known]; S26); the checklist [inferred, choice].
def village_exit_decision(facts: VillageFacts, policy: VillagePolicy) -> Verdict:
    """`approved` when every condition holds, else `refused`; a reason for each, `has_<item>` for the checklist."""
    limit = policy.incidence
    reasons = (
        Reason("poor_village", facts.poor_village),
        Reason(
            "incidence_below_limit",
            below_limit(facts.poor_people, facts.rural_people, limit),
            {
                "poor_people": facts.poor_people,
                "rural_people": facts.rural_people,
                "limit_ppm": limit.limit_ppm,
                "strict": limit.strict,
            },
        ),
        *(Reason(f"has_{item}", item in facts.met) for item in policy.items),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


VILLAGE_EXIT = Rule("registry.village_exit", VillageFacts, VillagePolicy, village_exit_decision, "docs/sources.md#s26")
