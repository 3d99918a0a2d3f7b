"""Income and what is derived from members: pure rules.

Per capita income = (wage + business + property + transfer - business costs) / registered members: the income rule of
the national poverty monitoring (domain notes 2.1, S15). An income year runs from 1 October to 30 September and is
named after the year it ends in.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple, Protocol

from shared.values.dates import Period, add_months, birthday, full_years

Status = Literal["poor", "exited", "returned", "removed"]
# Who counts as poor now (未脱贫 + 返贫, domain notes 2.1).
POOR: tuple[Status, ...] = ("poor", "returned")
StatusBefore = Literal["poor", "exited", "returned"]
Attribute = Literal["general", "dibao", "wubao", "dibao_poor"]
# Who lives on an allowance or on the five guarantees: the state supports the household.
SUPPORTED: tuple[Attribute, ...] = ("dibao", "wubao", "dibao_poor")
Grade = Literal["A", "B", "C", "D"]
Cause = Literal[
    "illness",
    "disability",
    "schooling",
    "disaster",
    "marriage",
    "land",
    "water",
    "technique",
    "funds",
    "labour",
    "transport",
    "motivation",
    "other",
]
MOST_OTHER_CAUSES = 2  # S5
# In 0.01 mu (domain notes 2.1).
LAND = ("cultivated_mu_x100", "irrigated_mu_x100", "forest_mu_x100", "returned_mu_x100", "grass_mu_x100")
Sex = Literal["male", "female"]
Labour = Literal["ordinary", "skilled", "weak", "lost", "none"]
Health = Literal["healthy", "chronic", "major", "disabled"]
Education = Literal["preschool", "illiterate", "primary", "middle", "high", "college"]
SchoolStatus = Literal["none", "preschool", "primary", "middle", "high", "vocational", "college"]
WorkPlace = Literal["", "township", "county", "province", "outside"]
# What somebody is to the head of his household.
Relation = Literal[
    "spouse", "son", "daughter", "father", "mother", "grandson", "granddaughter", "daughter_in_law", "son_in_law",
    "other",
]  # fmt: skip
Category = Literal["wage", "business", "property", "transfer", "business_cost"]
Kind = Literal["statement", "payment", "attestation"]
# How what is held for true came to be known.
Weight = Literal["takeover", "statement", "visit", "attestation", "payment", "match"]

EARNED = ("wage", "business", "property", "transfer")
COSTS = ("business_cost",)
CATEGORIES = EARNED + COSTS
# The payer of what a statement says of nobody in particular.
UNNAMED = ""


# Two families of lines are published; policy says which one counts (domain notes 2.1 "Poverty line").
PovertyLine = Annotated[int, "poverty_lines_fen.{line_series}"]


def income_year_period(income_year: int) -> Period:
    return Period(date(income_year - 1, 10, 1), date(income_year, 10, 1))


def income_year_of(day: date) -> int:
    return day.year + (day.month >= 10)


class Earning(Protocol):
    """What an income line says, wherever it was read."""

    @property
    def category(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...


class IncomeLine(NamedTuple):
    """One payer's amount of one category in one income year. `kind` is `statement`, `payment` or
    `attestation`.
    """

    category: str
    kind: str
    payer: str
    amount_fen: int


# Domain notes 2.1 "Income" (S15) and ADR 6: for one payer, category and period a payment supersedes a statement.
def earned_fen(lines: Sequence[Earning]) -> int:
    """What came in of one category and year. A statement's totals hold every payer, so that what was paid lies in
    them: it replaces what was stated of the same payer, and of a payer who was not named it is presumed to lie in the
    unnamed rest, which counts only beyond it. What departments attest of a category is that category, whatever was
    stated; what they attest and what was paid may be the same money, so that the larger of the two counts [choice].
    """
    if len(lines) == 1:
        return lines[0].amount_fen
    attested = [x.amount_fen for x in lines if x.kind == "attestation"]
    if attested:
        return max(sum(attested), sum(x.amount_fen for x in lines if x.kind == "payment"))
    stated = {x.payer: x.amount_fen for x in lines if x.kind == "statement"}
    paid = {x.payer: x.amount_fen for x in lines if x.kind == "payment"}
    rest = stated.pop(UNNAMED, 0)
    not_named = sum(amount for payer, amount in paid.items() if payer not in stated)
    return sum((stated | paid).values()) + max(rest - not_named, 0)


def net_income_fen(lines: Iterable[Earning]) -> int:
    """The household's net income of a year: what it earned less the costs of its business."""
    of = defaultdict[str, list[Earning]](list)
    for line in lines:
        of[line.category].append(line)
    net = 0
    for category, those in of.items():
        if category in COSTS:
            net -= sum(line.amount_fen for line in those)
        elif category in EARNED:
            net += earned_fen(those)
    return net


# What is not known is not passed (exits): who was paid may have had costs that nobody has asked about yet [choice].
def is_stated(lines: Sequence[Earning]) -> bool:
    """Whether the household has said what it earned, so that its net income is known."""
    return any(x.kind == "statement" for x in lines)


# Domain notes 2.1: each change is an effective-dated event; what is said of a day already is corrected with a reason.
def day_refusal(since: date, registered_on: date, on: date) -> str | None:
    """Why nothing is said of a household since that day; None where it may be."""
    if since > on:
        return "future_date"
    return "registry.households.before_registration" if since < registered_on else None


# Edits that one sender queued before he heard of the first one's answer go by the same version: they chain.
def is_stale(base: int, version: int, own_since: int, *, own: bool) -> bool:
    """Whether an edit goes by another version than the one that stands; `own`: the sender alone changed it since
    `own_since`.
    """
    return not (own_since if own else version) <= base <= version


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What flags are derived from; never a diagnosis."""

    born_on: date
    sex: str
    labour: str
    health: str


class Flags(NamedTuple):
    """Derived and harmless: fit to travel in events."""

    has_labour: bool
    borrower_age_ok: bool
    needs_accessible: bool


@dataclass(frozen=True, slots=True)
class BorrowerPolicy:
    """The oldest age at which one may borrow."""

    oldest_borrower: int


# Domain notes 2.3 "Product": 18 to the policy's oldest age [choice].
def borrowing_days(born_on: date, oldest_borrower: int) -> Period:
    """The days on which one may borrow: from the 18th birthday until the one on which he is too old."""
    return Period(birthday(born_on, 18), birthday(born_on, oldest_borrower + 1))


class Borrowing(NamedTuple):
    """Of each of a household's people, in their order, the first day on which he may borrow and the first after."""

    borrower_from: list[date]
    borrower_until: list[date]


def borrowing_of(born: Iterable[date], oldest_borrower: int) -> Borrowing:
    days = [borrowing_days(born_on, oldest_borrower) for born_on in born]
    return Borrowing([d.start_on for d in days], [d.end_on for d in days])


def household_flags(members: list[MemberFacts], on: date, oldest_borrower: int) -> Flags:
    """Labour: anyone ordinary, skilled or weak. A borrower is of the age to. Accessible: 70 or disabled."""
    ages = [full_years(m.born_on, on) for m in members]
    return Flags(
        has_labour=any(m.labour in ("ordinary", "skilled", "weak") for m in members),
        borrower_age_ok=any(on in borrowing_days(m.born_on, oldest_borrower) for m in members),
        needs_accessible=any(age >= 70 for age in ages) or any(m.health == "disabled" for m in members),
    )


@dataclass(frozen=True, slots=True)
class SchoolPolicy:
    """Compulsory school ages in completed years, both included; the month and day by which a child must be of the
    first of them to begin; the educations of who is through.
    """

    compulsory_school_ages: tuple[int, int]
    school_age_counted_on: tuple[int, int]
    compulsory_educations: tuple[str, ...]


def is_compulsory(born_on: date, education: str, on: date, policy: SchoolPolicy) -> bool:
    """Whether somebody must be in school: once he was old enough when a school year began, until he is of the last age
    and through.
    """
    youngest, oldest = policy.compulsory_school_ages
    begun = full_years(born_on, _counted_on(on, policy)) >= youngest
    age = full_years(born_on, on)
    return begun and not (age > oldest or (age == oldest and education in policy.compulsory_educations))


# Compulsory schooling: who is of that age and not in school has dropped out (domain notes 2.1, household exit).
def has_dropped_out(born_on: date, school_status: str, education: str, on: date, policy: SchoolPolicy) -> bool:
    """Whether somebody is not in school who must be."""
    return school_status == "none" and is_compulsory(born_on, education, on, policy)


def _counted_on(on: date, policy: SchoolPolicy) -> date:
    """The day by which a child had to be of age for the school year in which `on` lies; it begins a day later."""
    day = date(on.year, *policy.school_age_counted_on)
    return day if day < on else date(on.year - 1, *policy.school_age_counted_on)


OF_AGE = 18  # General Provisions of the Civil Law (2017), article 17 [known]


def is_of_age(born_on: date, on: date) -> bool:
    """Whether somebody speaks for himself, and for his household."""
    return full_years(born_on, on) >= OF_AGE


@dataclass(frozen=True, slots=True)
class SupportPolicy:
    """The day until which support goes on, and for how many months after an exit at least."""

    support_until: date
    support_least_months: int


# Domain notes 2.1 "After exit": policies stay for a period (seed, S26), one year of follow-up is common (S13).
def supported_until(exited_on: date, policy: SupportPolicy) -> date:
    """The last day of the support of who got out: to the end of the campaign, and a year at least [choice]."""
    return max(policy.support_until, add_months(exited_on, policy.support_least_months))


def is_supported(out_on: date | None, on: date, policy: SupportPolicy) -> bool:
    """Whether support goes on. `out_on`: since when the household is out, None where it is poor."""
    return out_on is None or on <= supported_until(out_on, policy)
