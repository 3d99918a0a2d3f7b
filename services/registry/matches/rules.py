"""What a row of another register's list means, and when a whole list is too much to be believed: pure rules.

Domain notes 2.1 "Exclusion matches" (S21, S22, S23): a match is a suspicion, never a removal. Which exclusion a list is
about, below which value a vehicle is none, and how much of a township one list may touch, is policy data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

# `superior`: what the province or the centre lists of this county, row by row for a reason of its own.
Kind = Literal["payroll", "cadres", "vehicles", "houses", "companies", "large_growers", "deaths", "prison", "superior"]
# A file is taken at once, or held until a second person confirms or rejects it.
State = Literal["taken", "held", "confirmed", "rejected"]
# Of a row that matched, or could not be read; the others are counted.
Fate = Literal["raised", "known", "refused"]
# What is being looked into already, whoever raised it; by another list of this moment, under the same id.
KNOWN = ("already_raised", "content_differs", "id_taken")
# Whoever left while the list was read is nobody of the register's any more.
GONE = ("not_found", "household_removed", "not_in_household", "wrong_state")


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """`match_codes`: the exclusion that a list is about, by its kind; `superior_codes`, by what superiors call it in
    their rows.
    """

    match_codes: Mapping[str, str]
    superior_codes: Mapping[str, str]
    vehicle_least_fen: int
    match_most_ppm: int
    match_least_households: int


def is_match(kind: Kind, value_fen: int | None, policy: MatchPolicy) -> bool:
    """Whether what a row names would be an exclusion; a vehicle of which no value is known may be one."""
    return kind != "vehicles" or value_fen is None or value_fen >= policy.vehicle_least_fen


EXCLUSIONS = frozenset(f"EX{n}" for n in range(1, 11))
OTHERWISE = "listed"  # for a reason that the catalogue of exclusions has not


def code_of_row(kind: Kind, word: str | None, policy: MatchPolicy) -> str:
    """What a row is about: its list's exclusion, or of superiors what the row says, as code or in their words."""
    if kind != "superior":
        return policy.match_codes[kind]
    return word if word in EXCLUSIONS else policy.superior_codes.get(word or "", OTHERWISE)


def document_refusal(kind: Kind, document_no: str | None, answer_due_on: date | None) -> str | None:
    """Superiors send a list by a document that is to be answered; of no other list there is one."""
    wanted = 2 if kind == "superior" else 0
    return None if (document_no is not None) + (answer_due_on is not None) == wanted else "document_of_superiors"


def row_refusal(since: date | None, on: date) -> str | None:
    """Why a row that could be read cannot be so; None where it can."""
    return "future_date" if since is not None and since > on else None


def fate_of(code: str | None) -> Fate | None:
    """What became of a match that was to be raised, by the refusal of its case; None: it matches nobody any more."""
    reason = (code or "").rpartition(".")[2]
    if not reason:
        return "raised"
    return None if reason in GONE else "known" if reason in KNOWN else "refused"


def held_in(suspected: Mapping[str, int], registered: Mapping[str, int], policy: MatchPolicy) -> str | None:
    """The township of whose households a list would raise suspicions about the largest part, where that is too large.

    `suspected` and `registered`: households by township.
    """
    over = [
        township
        for township, households in suspected.items()
        if households >= policy.match_least_households
        and households * 1_000_000 > registered.get(township, 0) * policy.match_most_ppm
    ]
    return max(over, key=lambda t: (suspected[t] / max(registered.get(t, 0), 1), t), default=None)


# What became of whom an upheld suspicion is about: struck, returned to the register, still being decided; of a member,
# that he left; of what is only put right, that the household stays.
Become = Literal["struck", "returned", "in_procedure", "left", "stays"]
# What a person does next that ends with a day in the register.
ACTED_UPON = ("removal", "departure")


class After(NamedTuple):
    """What happened to a household since a suspicion about it was settled: since when it is struck, on which day a
    removal was taken back, when it was confirmed that whom it is about has left; whether a removal is `proposed`.
    """

    struck_on: date | None
    back_on: date | None
    departed_on: date | None
    proposed: bool


class Settled(NamedTuple):
    """Where a suspicion or a doubt stands: since which day it is settled, what a person has to do next, and what has
    happened to the household since; an application has none.
    """

    state: str
    settled_on: date | None
    effect: str | None
    after: After | None = None


class Told(Protocol):
    """What became of a row when its list was taken."""

    @property
    def fate(self) -> str: ...
    @property
    def suspicion_id(self) -> UUID | None: ...
    @property
    def doubt_id(self) -> UUID | None: ...


class Answer(NamedTuple):
    """What superiors are told of a row of theirs: never whom it is about. `become_on`: the day of what has become of
    it, where that is over.
    """

    row: int
    word: str | None
    standing: str
    settled_on: date | None
    effect: str | None
    become: Become | None = None
    become_on: date | None = None


def doubt_state(*, upheld: bool | None) -> str:
    """A doubt about an application, as a suspicion is told."""
    return "open" if upheld is None else "upheld" if upheld else "dismissed"


def become_of(effect: str | None, after: After) -> tuple[Become, date | None]:
    """What has become of a household of which a suspicion was upheld, and on which day; the last that happened counts.

    Who is struck is so, whichever way; what a removal proposed anew will bring, is open again.
    """
    if after.struck_on is not None:
        return "struck", after.struck_on
    if after.proposed:
        return "in_procedure", None
    if after.back_on is not None:
        return "returned", after.back_on
    if effect == "departure" and after.departed_on is not None:
        return "left", after.departed_on
    return ("in_procedure" if effect in ACTED_UPON else "stays"), None


def answer_of(row: int, word: str | None, told: Told | None, cases: Mapping[UUID, Settled]) -> Answer:
    """Of whom this register has nobody, that is told; of what could not be read too."""
    if told is None:
        return Answer(row, word, "not_found", None, None)
    if told.fate == "refused":
        return Answer(row, word, "unreadable", None, None)
    case = cases.get(told.suspicion_id or told.doubt_id or UUID(int=0))
    if case is None or case.state in ("open", "looked_into"):
        return Answer(row, word, "open", None, None)
    # What did not hold, or is excused, leads nowhere.
    if case.state != "upheld" or case.after is None:
        return Answer(row, word, case.state, case.settled_on, case.effect)
    return Answer(row, word, case.state, case.settled_on, case.effect, *become_of(case.effect, case.after))
