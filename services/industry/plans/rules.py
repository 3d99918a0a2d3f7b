"""Who may share in a station's revenue, and how much of it there is: pure rules."""

from dataclasses import dataclass
from typing import Annotated, Literal

from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal["drafted", "approved", "filed", "refused"]
Share = Literal["share", "work", "reward"]
Tier = Literal["village", "central"]
TOWNSHIP_DIGITS = 9
# A resettlement site's station stands apart from the two tiers that must not overlap (domain notes 2.4 "Catalogue").
TIERS: dict[str, Tier | None] = {"village": "village", "ground": "central", "resettlement": None}


@dataclass(frozen=True, slots=True)
class UpkeepPolicy:
    pv_upkeep_fen_per_w: int


def upkeep_fen(capacity_w: int, quarters: int, fen_per_w_year: int) -> int:
    """Operation and maintenance for the settled quarters: 0.03 yuan a watt and year (S42)."""
    return half_up(capacity_w * quarters * fen_per_w_year, 4)


@dataclass(frozen=True, slots=True)
class BeneficiaryFacts:
    """A household that a plan names. `in_place`: it lives where the station's plan reaches.

    `shares_elsewhere`: it is in a plan of the other tier in the same year. Flags are the registry's.
    """

    kind: str
    reason: str
    status: str
    in_place: bool
    has_labour: bool
    relocated: bool
    deep_poverty: bool
    shares_elsewhere: bool
    frozen: bool


@dataclass(frozen=True, slots=True)
class BeneficiaryPolicy:
    statuses: Annotated[tuple[str, ...], "pv_statuses"]


def pv_beneficiary(facts: BeneficiaryFacts, policy: BeneficiaryPolicy) -> Verdict:
    """May this household have a part of the station's revenue?

    Posts, small works, rewards; shares for those who cannot work (S43, S44). A resettlement site's station is for the
    relocated who cannot work and are deeply poor (seed 15).
    """
    reasons = [
        # Poor, or exited: an exit keeps its policies (domain notes 2.1).
        Reason("status", facts.status in policy.statuses, {"status": facts.status}),
        Reason("place", facts.in_place),
        Reason("share_without_labour", facts.reason != "share" or not facts.has_labour, {"reason": facts.reason}),
        # Beneficiaries of village and centralised stations do not overlap [known].
        Reason("one_tier", not facts.shares_elsewhere),
        # What a confirmed fraud touched stands still until it was reviewed.
        Reason("not_frozen", not facts.frozen),
    ]
    if facts.kind == "resettlement":
        reasons += [
            Reason("relocated", facts.relocated),
            Reason("no_labour", not facts.has_labour),
            Reason("deep_poverty", facts.deep_poverty),
        ]
    return Verdict("accepted" if all(r.passed for r in reasons) else "refused", tuple(reasons))


BENEFICIARY = Rule(
    "industry.pv_beneficiary", BeneficiaryFacts, BeneficiaryPolicy, pv_beneficiary, "docs/sources.md#s44"
)


def plan_reaches(kind: str, station_division: str, division: str) -> bool:
    """A village's plan reaches the village, a township's the township."""
    return division.startswith(station_division if kind == "village" else station_division[:TOWNSHIP_DIGITS])
