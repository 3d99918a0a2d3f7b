"""Is a household that got out in danger of falling back, so that somebody must look? Pure rules.

Who is near the line is watched, and who meets with a large expense or a loss (S31, from 2020 on; the causes of returns
are known for 2017: illness 42 %, disaster 20 %, others [known]). What a signal weighs, how long it counts and at which
level somebody looks is policy data [choice]. A signal proves nothing: whoever looks says what is so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from services.registry.households.rules import PovertyLine
from shared.values.dates import add_months
from shared.values.verdicts import Reason, Rule, Verdict

# Those that other services tell of go on until they tell that it is over; a misfortune is told by who lives or works
# there; the others are the register's own facts.
Heard = Literal["loan_overdue", "dividend_missed", "post_ended"]
Kept = Literal["loan_overdue", "dividend_missed", "post_ended", "misfortune"]
Misfortune = Literal["illness", "disaster", "job", "other"]
Kind = Literal[
    "loan_overdue",
    "dividend_missed",
    "post_ended",
    "member_died",
    "fell_ill",
    "dropped_out",
    "house_fell",
    "income_near",
    "income_under",
    "found",
    "misfortune",
]
HEARD: tuple[Heard, ...] = get_args(Heard)
KINDS: tuple[Kind, ...] = get_args(Kind)
State = Literal["open", "fine", "needs_help", "fallen", "ended"]
# What somebody says who looked.
Seen = Literal["fine", "needs_help", "fallen"]
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened to a household, and since which day."""

    kind: str
    since_on: date


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """A household on a day, with all signals that are known then and not over. `looked_on`: the last day on which
    somebody looked because of signals.
    """

    status: str
    on: date
    exited_on: date | None
    looked_on: date | None
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """`risk_signals`: points by kind; for how many months a signal counts, and from how many points on somebody
    looks.
    """

    risk_signals: Mapping[str, int]
    risk_window_months: int
    risk_level: int


@dataclass(frozen=True, slots=True)
class NearPolicy:
    """The line and up to how much of it an income is near it, which houses are unsafe, and within how many days
    somebody looks.
    """

    poverty_line_fen: PovertyLine
    unsafe_house_grades: tuple[str, ...]
    risk_near_ppm: int
    risk_look_days: int


def counting(facts: RiskFacts, policy: RiskPolicy) -> dict[str, date]:
    """By kind, the last day since which there is one that counts: within the window, and not before somebody looked.

    What the register held for true when the household got out was weighed then; what others tell of goes on.
    """
    first_on = add_months(facts.on, -policy.risk_window_months)
    counted: dict[str, date] = {}
    for signal in facts.signals:
        weighed = signal.kind not in HEARD and facts.exited_on is not None and signal.since_on <= facts.exited_on
        looked = facts.looked_on is not None and signal.since_on <= facts.looked_on
        if first_on < signal.since_on <= facts.on and not weighed and not looked:
            counted[signal.kind] = max(signal.since_on, counted.get(signal.kind, date.min))
    return counted


def points_of(facts: RiskFacts, policy: RiskPolicy) -> dict[Kind, int]:
    """By kind of what counts, in the order of KINDS. Of one kind the last signal counts, once."""
    counted = counting(facts, policy)
    return {kind: policy.risk_signals.get(kind, 0) for kind in KINDS if kind in counted}


def risk_decision(facts: RiskFacts, policy: RiskPolicy) -> Verdict:
    """`approved` where somebody must look."""
    counted, points = counting(facts, policy), points_of(facts, policy)
    total = sum(points.values())
    reasons = (
        Reason("exited", facts.status == "exited", {"status": facts.status}),
        *(Reason(kind, of > 0, {"since_on": counted[kind].isoformat(), "points": of}) for kind, of in points.items()),
        Reason("level", total >= policy.risk_level, {"points": total, "level": policy.risk_level}),
    )
    return Verdict("approved" if reasons[0].passed and reasons[-1].passed else "refused", reasons)


RISK_RULE = Rule("registry.return_risk", RiskFacts, RiskPolicy, risk_decision, "docs/sources.md#s31")


def told_refusal(since_on: date, registered_on: date, on: date) -> str | None:
    """Why a misfortune is not taken; None where it is."""
    if since_on > on:
        return "future_date"
    return "before_registration" if since_on < registered_on else None


def income_signal(net_income_fen: int, members: int, line_fen: int, near_ppm: int) -> Kind | None:
    """Of an income that was assessed: near the line, at or under it; None where neither is so."""
    if members <= 0:
        return None
    if net_income_fen <= line_fen * members:
        return "income_under"
    return "income_near" if net_income_fen * MILLION <= line_fen * members * near_ppm else None


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """In the order in which they are kept with a decision."""
    return tuple(sorted(signals, key=lambda s: (s.since_on, s.kind)))
