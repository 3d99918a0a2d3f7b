"""When a word about a household gives way to a department's: pure rules.

Domain notes 4 and 9.10: a department answers for the facts of its trade. What others say or see of them goes to it, and
changes nothing; whichever came first, the same is held for true in the end.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID


class Words(Protocol):
    """What was said on a day, and all that is held for true since; in the order of the days where there are several.

    `own` names the fields that were said, `attested` by field of them the unit of the department that answers for it;
    `weight` is that of the others.
    """

    @property
    def since(self) -> date: ...
    @property
    def own(self) -> Sequence[str]: ...
    @property
    def attested(self) -> Mapping[str, str]: ...
    @property
    def weight(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def _is_move(word: Words, field: str) -> bool:
    """Whether the field was said by the county's own act, a move into an accepted flat."""
    return field in word.own and field not in word.attested and word.weight == "attestation"


def value_on(words: Sequence[Words], field: str, on: date) -> Any:
    """What is held for true of a field about a day; None where nothing is."""
    return next((w.facts[field] for w in reversed(words) if w.since <= on), None)


# A move into an accepted flat is the county's own act: it gives way to an attestation of its very day alone [choice].
def overruled_by(words: Sequence[Words], field: str, on: date, weight: str) -> str | None:
    """The unit whose attestation a word of this day and weight does not change; None where it holds."""
    units = [
        w.attested[field]
        for w in words
        if field in w.attested and (w.since == on if weight == "attestation" else w.since <= on)
    ]
    return units[-1] if units else None


def is_answered(words: Sequence[Words], field: str, on: date) -> bool:
    """Whether a department has attested the field of a later day than this one."""
    return any(w.since > on and field in w.attested for w in words)


# Of a household, or of one of its people, which field.
About = tuple[UUID, UUID | None, str]


class SaidByFile(NamedTuple):
    """What a file said last otherwise than a department had attested, and says still where it is not `taken_back`."""

    id: UUID
    household_id: UUID
    member_id: UUID | None
    field: str
    value: Any
    taken_back: bool


def news_of_file(
    said: Sequence[Mapping[str, Any]], last: Mapping[About, SaidByFile]
) -> tuple[list[Mapping[str, Any]], list[UUID]]:
    """Of what a file says of attested facts, the words that no file before it said; and the words that it says no more.

    The national list comes every month, whole: what it has had all along is no news to whoever has answered it.
    """
    fresh, taken_back = list[Mapping[str, Any]](), list[UUID]()
    for word in said:
        before = last.get((word["household_id"], word["member_id"], word["field"]))
        says_on = before is not None and not before.taken_back
        again = says_on and word["differs"] and before is not None and before.value == word["value"]
        if before is not None and says_on and not again:
            taken_back.append(before.id)
        if word["differs"] and not again:
            fresh.append(word)
    return fresh, taken_back


class Displaced(NamedTuple):
    """A lighter word that an attestation of an earlier day takes the place of, and what is held for true instead."""

    word: Words
    field: str
    holds: Any


def displaced_by(words: Sequence[Words], said: Mapping[str, Any], since: date) -> list[Displaced]:
    """Of the words known before, those that do not hold beside an attestation of `said` since a day."""
    found = []
    for field, value in said.items():
        holds = value
        for word in (w for w in words if w.since >= since and field in w.own):
            if word.since > since and (field in word.attested or _is_move(word, field)):
                holds = word.facts[field]
            elif field not in word.attested and not _is_move(word, field):
                found.append(Displaced(word, field, holds))
    return found
