"""Comparing a list with what stands, and holding for true what of it was shown and confirmed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.changes.actions import list_standing, tell_changes
from services.registry.households import queries as households
from services.registry.households.actions import revise_facts
from services.registry.overruled.actions import keep_words_of_file, overruled_words
from services.registry.overruled.queries import list_words, list_words_of_people
from services.registry.overruled.tables import OwnWords
from services.registry.proposals import queries
from services.registry.proposals.rules import OF_HOUSEHOLD, OF_PERSON, WEIGHT, State, differing, plain, standing
from services.registry.proposals.tables import Proposal
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy


@dataclass(frozen=True, slots=True)
class Listed:
    """What a row of a list says of a household, or of one of its people (`member_id`, `person`), by field."""

    row: int
    household_id: UUID
    household_no: str
    division: str
    said: Mapping[str, Any]
    member_id: UUID | None = None
    person: str | None = None

    @property
    def about(self) -> UUID:
        return self.member_id or self.household_id


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a list says otherwise, and what becomes of that."""

    listed: Listed
    field: str
    stands: Any
    state: State
    since: date

    @property
    def value(self) -> Any:
        return self.listed.said[self.field]

    @property
    def key(self) -> tuple[Any, ...]:
        """What whoever confirms is shown."""
        one = self.listed
        return (one.household_no, one.person, self.name, str(plain(self.stands)), str(plain(self.value)))

    @property
    def name(self) -> str:
        """The field as a fact is called."""
        return f"person_{self.field}" if self.listed.member_id else self.field


async def compare(
    connection: Connection, listed: Sequence[Listed], on: date
) -> tuple[list[Change], dict[UUID, list[OwnWords]]]:
    """Where the list says otherwise than what is held for true of its day; of whom nothing is, it says nothing. And
    whose words stand of each.
    """
    homes = sorted({one.household_id for one in listed})
    members = [one.member_id for one in listed if one.member_id]
    stands: dict[UUID, Any] = {**await households.list_facts(connection, homes, on)}
    for people in (await households.list_members(connection, homes, on)).values():
        stands |= {fact.member_id: fact for fact in people}
    words = await list_words(connection, homes, OF_HOUSEHOLD)
    words |= await list_words_of_people(connection, members, OF_PERSON)
    changes = [
        Change(one, field, getattr(stands[one.about], field), standing(words[one.about], field, on), on)
        for one in listed
        if one.about in stands
        for field in differing(one.said, stands[one.about], _fields(one))
    ]
    return changes, words


async def show(connection: Connection, import_id: UUID, division: str, changes: Iterable[Change]) -> None:
    """Keep what is proposed for whoever confirms it; and afterwards what became of it."""
    await queries.insert_proposals(
        connection,
        import_id,
        [
            Proposal(
                import_id,
                division,
                position,
                change.listed.row,
                change.listed.household_no,
                change.listed.person,
                change.name,
                plain(change.stands),
                plain(change.value),
                change.since,
                change.state,
            )
            for position, change in enumerate(sorted(changes, key=lambda c: c.listed.row), 1)
        ],
    )


async def take(
    connection: Connection, act: Act, policy: Policy, import_id: UUID, changes: Sequence[Change]
) -> list[Change]:
    """What was shown is held for true since the list's day, by the word of who sent it (`act`), where no department has
    attested otherwise and until somebody saw it otherwise. Their households are locked. Of what is attested
    `tell_departments` keeps what the list says.
    """
    seen = {
        (p.household_no, p.person, p.field, str(p.stands), str(p.proposed))
        for p in await queries.list_of_import(connection, import_id)
    }
    known = [c if c.key in seen else replace(c, state="unseen") for c in changes]
    said = [c for c in known if c.state not in ("unseen", "attested")]
    homes = await households.lock_households(connection, [c.listed.household_id for c in said])
    before = await list_standing(connection, act, list(homes))
    reports = _reports(act, said)
    if of_homes := [report for report in reports if "member_id" not in report]:
        await revise_facts(connection, act, of_homes)
    if of_people := [report for report in reports if "member_id" in report]:
        await households.revise_people(connection, of_people)
    since = {c.listed.household_id: c.since for c in said}
    await tell_changes(connection, act, policy, homes, before, since)
    return [replace(c, state="taken") if c.state == "proposed" else c for c in known]


async def tell_departments(
    connection: Connection, act: Act, listed: Sequence[Listed], words: Mapping[UUID, Sequence[OwnWords]], on: date
) -> None:
    """Keep what a list says of attested facts, where it says otherwise than it did last month."""
    kept = [
        word
        for one in listed
        for word in overruled_words(
            act, {**one.said, **_about(act, one, on)}, _fields(one), words[one.about], division=one.division
        )
    ]
    await keep_words_of_file(connection, act, kept)


def _about(act: Act, one: Listed, since: date) -> dict[str, Any]:
    about = {"household_id": one.household_id} | ({"member_id": one.member_id} if one.member_id else {})
    return about | {"since": since, "weight": WEIGHT, "stated_by": act.subject, "stated_as": act.caller.role}


def _fields(one: Listed) -> Sequence[str]:
    return OF_PERSON if one.member_id else OF_HOUSEHOLD


def _reports(act: Act, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Of each household and member, all that is said of it otherwise."""
    found: dict[UUID, dict[str, Any]] = {}
    for change in changes:
        one = change.listed
        found.setdefault(one.about, _about(act, one, change.since))[change.field] = change.value
    return list(found.values())
