"""Guaranteed dividends: may this loan be put into that entity, what is owed on which day, who got what was promised.

The county's model (seed 30): a loan of up to 50,000 yuan for three years, the entity repays it and pays at least 3,000
a year whatever it earns (domain notes 2.3 "PV entity model" and 2.4 "Guaranteed dividend").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from shared.values.dates import add_months
from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

PPM = 1_000_000
# Why an agreement ended whose household was struck from the register.
REMOVED = "removed"

State = Literal["active", "ended"]
LoanState = Literal["disbursed", "settled"]
EntityKind = Literal["enterprise", "cooperative", "platform"]
Participation = Literal["labour", "land", "consulted", "none"]
# Who pays the loan's interest.
Bearer = Literal["entity", "county"]


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """`exposure_fen`: what the entity has of other households already; `loan_taken`: it stands in a scheme."""

    status: str
    frozen: bool
    loan_is_own: bool
    loan_state: str
    loan_fen: int
    loan_taken: bool
    principal_fen: int
    floor_fen: int
    years: int
    consent: bool
    participation: str
    entity_kind: str
    exposure_fen: int


@dataclass(frozen=True, slots=True)
class AgreementPolicy:
    """The figures in force on the business date."""

    statuses: Annotated[tuple[str, ...], "dividend_statuses"]
    floor_ppm: Annotated[int, "dividend_floor_ppm"]
    longest_years: Annotated[int, "dividend_longest_years"]
    exposure_limit_fen: Annotated[int, "entity_exposure_limit_fen"]
    barred_kinds: Annotated[tuple[str, ...], "dividend_barred_kinds"]
    participation_needed: Annotated[bool, "dividend_participation_needed"]


@dataclass(frozen=True, slots=True)
class SchedulePolicy:
    """Month and day of each instalment in a year."""

    dividend_due_days: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OverduePolicy:
    dividend_overdue_days: int


def dividend_agreement(facts: AgreementFacts, policy: AgreementPolicy) -> Verdict:
    """`accepted` where every condition holds, else `refused`."""
    needed_fen = half_up(facts.principal_fen * policy.floor_ppm, PPM)
    total_fen = facts.exposure_fen + facts.principal_fen
    reasons = (
        Reason("status", facts.status in policy.statuses, {"status": facts.status}),
        # What a confirmed fraud touched stands still until it was reviewed.
        Reason("not_frozen", not facts.frozen),
        Reason("loan_own", facts.loan_is_own),
        Reason("loan_disbursed", facts.loan_state == "disbursed", {"state": facts.loan_state}),
        Reason(
            "principal_within_loan",
            facts.principal_fen <= facts.loan_fen,
            {"principal_fen": facts.principal_fen, "loan_fen": facts.loan_fen},
        ),
        # The same loan is not counted in two schemes (domain notes 2.4 "Anti-double-benefit").
        Reason("loan_free", not facts.loan_taken),
        # Of their own will, and from 2017-07-25 taking part; platforms are barred (S35 2017-42).
        Reason("consent", facts.consent),
        Reason(
            "participation",
            facts.participation != "none" or not policy.participation_needed,
            {"participation": facts.participation},
        ),
        Reason("entity_kind", facts.entity_kind not in policy.barred_kinds, {"entity_kind": facts.entity_kind}),
        # 3,000 yuan a year for 50,000 (seed 30), 6 % (S3); for three years at most (S35).
        Reason("floor", facts.floor_fen >= needed_fen, {"floor_fen": facts.floor_fen, "needed_fen": needed_fen}),
        Reason("term", facts.years <= policy.longest_years, {"years": facts.years}),
        # An entity takes no more than so many households' loans (domain notes 2.3).
        Reason(
            "exposure",
            total_fen <= policy.exposure_limit_fen,
            {"total_fen": total_fen, "limit_fen": policy.exposure_limit_fen},
        ),
    )
    return Verdict("accepted" if all(r.passed for r in reasons) else "refused", reasons)


AGREEMENT = Rule(
    "industry.dividend_agreement", AgreementFacts, AgreementPolicy, dividend_agreement, "docs/sources.md#s35"
)


def schedule(signed_on: date, years: int, floor_fen: int, days: Sequence[tuple[int, int]]) -> list[tuple[date, int]]:
    """What is owed on which day: every year's floor in equal parts, the rest on its last day [choice].

    `days` are months and days; those after the signing count, up to the same day so many years later.
    """
    until, ordered = add_months(signed_on, 12 * years), sorted(days)
    part = floor_fen // len(ordered)
    last = floor_fen - part * (len(ordered) - 1)
    return [
        (on, last if (month, day) == ordered[-1] else part)
        for year in range(signed_on.year, until.year + 1)
        for month, day in ordered
        if signed_on < (on := date(year, month, day)) <= until
    ]


class End(NamedTuple):
    state: State
    ended_on: date | None
    ended_reason: str | None


def end_of(stated_on: date | None, stated_reason: str | None, removed_on: date | None) -> End:
    """The first of what ends an agreement, in whatever order it was told: the county's word, or that its household was
    struck, which on one day goes before.
    """
    if removed_on and (stated_on is None or removed_on <= stated_on):
        return End("ended", removed_on, REMOVED)
    return End("ended" if stated_on else "active", stated_on, stated_reason)


def last_due_on(year: int, days: Sequence[tuple[int, int]]) -> date:
    """The day on which the year's floor must have been paid."""
    return date(year, *max(days))


def missed_before(today: date, overdue_days: int) -> date:
    """A dividend due before this day is missed where it was not paid in full (domain notes 2.3: more than 30 days)."""
    return today - timedelta(days=overdue_days)


def payment_key(agreement_id: UUID, due_on: date, payment_id: UUID) -> str:
    """For what a household is owed what its entity paid."""
    return f"dividend:{agreement_id}:{due_on}:{payment_id}"


def top_up_key(agreement_id: UUID, year: int) -> str:
    """For what a household is owed what the guarantee adds in a year."""
    return f"dividend_top_up:{agreement_id}:{year}"


@dataclass(frozen=True, slots=True)
class Reached:
    """Of the households with an agreement: how many got their floor, and what the one in the middle got."""

    at_floor: int
    median_fen: int


def reached(floors_fen: Mapping[UUID, int], confirmed_fen: Mapping[UUID, int]) -> Reached:
    """Compares what banks confirmed in a year with what was guaranteed, by household."""
    got = sorted(confirmed_fen.get(one, 0) for one in floors_fen)
    if not got:
        return Reached(0, 0)
    middle = half_up(got[(len(got) - 1) // 2] + got[len(got) // 2], 2)
    at_floor = sum(confirmed_fen.get(one, 0) >= floor for one, floor in floors_fen.items())
    return Reached(at_floor, middle)
