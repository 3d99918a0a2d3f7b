"""Who may hold a post, how many days of a month can have been worked, and what they are worth: pure rules.

Proposed by the village, checked by the township, approved by the county (S48), whose human resources bureau it is that
answers (domain notes 9.14); no double posts, no pay without attendance (S48); posts go to households that can work,
exited ones keep their policies (domain notes 2.4).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from shared.values.dates import add_months
from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

Kind = Literal["public_welfare", "pv", "forest_guard", "placement"]
State = Literal["proposed", "checked", "assigned", "held", "ended", "refused"]
DEATH = "death"
# Of an assignment that has not come to an end.
OPEN = ("proposed", "checked", "assigned", "held")
OVER = ("ended", "refused")


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What is known of a household and the post when it is decided. `holds_post`: another one, or is proposed."""

    status: str
    has_labour: bool
    relocated: bool
    frozen: bool
    holds_post: bool
    kind: str
    reserved_for_relocated: bool


@dataclass(frozen=True, slots=True)
class PostPolicy:
    statuses: Annotated[tuple[str, ...], "post_statuses"]


# One post per household [choice on S48]; public-welfare posts are the relocated households' (seed 14).
def post_eligibility(facts: PostFacts, policy: PostPolicy) -> Verdict:
    """`approved` when every condition holds, else `refused`; a reason for each."""
    reasons = (
        Reason("household_eligible", facts.status in policy.statuses, {"status": facts.status}),
        Reason("has_labour", facts.has_labour),
        Reason(
            "relocated_where_reserved",
            facts.relocated or not facts.reserved_for_relocated,
            {"kind": facts.kind, "reserved": facts.reserved_for_relocated, "relocated": facts.relocated},
        ),
        Reason("not_frozen", not facts.frozen),
        Reason("no_other_post", not facts.holds_post),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


ELIGIBILITY = Rule("industry.post_eligibility", PostFacts, PostPolicy, post_eligibility, "docs/sources.md#s48")


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody left a household: `person` is not always told. `able`: somebody of those who are left can work."""

    reason: str
    person: str | None
    able: bool


# Who works may not be known, nor who left. A post goes on only where it is known that its holder is still there.
def stops_work(worker: str | None, departure: Departure) -> bool:
    """Whether it may be the post's holder who left."""
    if worker is not None and departure.person is not None:
        return worker == departure.person
    return departure.reason == DEATH or not departure.able


@dataclass(frozen=True, slots=True)
class Tenure:
    """When somebody is assigned to a post; `ended_on` is its last day.

    `held_on` is the day on which somebody of the household died, `resumed_on` that from which somebody works on.
    """

    starts_on: date
    ended_on: date | None
    held_on: date | None = None
    resumed_on: date | None = None

    @property
    def stands_still(self) -> bool:
        """Nobody has said since the death that somebody works on."""
        return self.held_on is not None and (self.resumed_on is None or self.resumed_on < self.held_on)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an assignment has come; `checked`: by the township."""

    state: State
    checked: bool
    held_on: date | None
    resumed_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to assignments by mistake: for which reason, from which day on, for whom."""

    reason: str
    on: date | None = None
    person: str | None = None


def undone(was: Standing, ended_reason: str | None, worker: str | None, done: Done) -> Standing | None:
    """Where an assignment stood before a mistake; None where it did nothing to it.

    Whoever was said to work on since stays, as people said so.
    """
    mine = was.state == "refused" and (done.on is None or worker == done.person)
    mine = mine or (was.state == "ended" and done.on in (None, was.ended_on))
    over = mine and ended_reason == done.reason
    freed = done.on is not None and was.held_on == done.on and was.resumed_on is None
    if not over and not freed:
        return None
    held_on = None if freed else was.held_on
    state, ended_on = was.state, was.ended_on
    if was.state == "refused" and over:
        state, ended_on = "checked" if was.checked else "proposed", None
    elif over or was.state == "held":
        still = Tenure(date.min, None, held_on, was.resumed_on).stands_still
        state, ended_on = "held" if still else "assigned", None
    return Standing(state, was.checked, held_on, was.resumed_on, ended_on)


# A post is the household's; who of it works is not known here. So nobody is paid for a day that the dead cannot have
# worked, until the village has said who works on.
def days_possible(month_on: date, tenure: Tenure, today: date) -> int:
    """How many days of a month can have been worked by now."""
    last = min(add_months(month_on, 1) - timedelta(days=1), today, tenure.ended_on or date.max)
    if tenure.held_on is None:
        return _days(month_on, tenure.starts_on, last)
    before = _days(month_on, tenure.starts_on, min(last, tenure.held_on))
    if tenure.stands_still or tenure.resumed_on is None:
        return before
    return before + _days(month_on, max(tenure.resumed_on, tenure.held_on + timedelta(days=1)), last)


def _days(month_on: date, first: date, last: date) -> int:
    return max(0, (last - max(month_on, first)).days + 1)


@dataclass(frozen=True, slots=True)
class WagePolicy:
    """From how many days on the whole month is paid."""

    post_full_pay_days: int


# No attendance, no pay (S48); how much for how many days is [choice].
def wage_fen(monthly_fen: int, days: int, full_pay_days: int) -> int:
    """The whole month's pay from the policy's days on, below them in proportion, rounded once."""
    return monthly_fen if days >= full_pay_days else half_up(monthly_fen * days, full_pay_days)


def attendance_refusal(month_on: date, days: int, tenure: Tenure, today: date) -> str | None:
    """Why days of a month are not taken, or None."""
    if month_on.day != 1:
        return "not_a_month"
    if month_on > today:
        return "future_date"
    if tenure.ended_on is None and tenure.held_on is not None and tenure.stands_still and month_on > tenure.held_on:
        return "post_held"
    return "too_many_days" if days > days_possible(month_on, tenure, today) else None
