"""Attesting facts of one's trade: what was said, seen or found otherwise gives way, and waits for an answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.attestations import queries
from services.registry.attestations.rules import (
    TradePolicy,
    fields_of,
    of_other_trades,
    unfit,
)
from services.registry.attestations.schemas import NewAttestation
from services.registry.attestations.tables import Attestation
from services.registry.attested.actions import locate
from services.registry.changes.actions import list_standing, tell_changes
from services.registry.households import queries as households
from services.registry.households.rules import day_refusal
from services.registry.households.tables import Household
from services.registry.overruled.actions import overruled
from services.registry.overruled.queries import answer_words, keep_words, list_words, list_words_of_people
from services.registry.overruled.rules import displaced_by, is_answered
from services.registry.overruled.tables import OwnWords
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import LARGEST_BATCH, Result, answers
from shared.acts.tasks import OwnTask
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.attestations"
SEEN_OTHERWISE = OwnTask(
    procedure=ROOM,
    step="attested_anew",
    roles=("department",),
    columns=("w.id", "w.division", "w.household_id", "w.told_on", "w.due_on"),
    source="""
        FROM overruled_word w WHERE w.differs AND w.answered_on IS NULL AND w.taken_back_on IS NULL
            AND w.unit = nullif(current_setting('app.unit', true), '')
    """,
    zh="核实与认定不一致的情况，并重新认定",
    en="Look into what was seen otherwise than attested, and attest it anew",
)
CONTENT = ("household_id", "member_id", "said", "since", "document_no", "corrects", "reason")


class Found(NamedTuple):
    """An item, and whom it is about; `refusal` where that is nobody."""

    id: UUID
    household_id: UUID | None
    member_id: UUID | None
    said: dict[str, Any]
    since: date
    document_no: str
    corrects: UUID | None
    reason: str | None
    refusal: str | None
    of_person: bool

    @property
    def about(self) -> UUID:
        """The member or the household."""
        one = self.member_id or self.household_id
        assert one is not None
        return one


class Known(NamedTuple):
    """What the register has of those whom items are about; words by household or member. `own` are the unit's own
    attestations, `said` what they say by household, member and day.
    """

    homes: Mapping[UUID, Household]
    words: Mapping[UUID, Sequence[OwnWords]]
    own: dict[UUID, Attestation]
    said: dict[tuple[UUID, UUID | None, date], list[dict[str, Any]]]

    def add(self, row: Attestation) -> None:
        self.own[row.id] = row
        self.said.setdefault((row.household_id, row.member_id, row.since), []).append(row.said)


async def attest(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[NewAttestation]
) -> list[Result]:
    """Each stands from its day until the department says otherwise; a field of another trade is refused."""
    found = await _find(connection, act, data_keys, items)
    homes = await households.lock_households(connection, sorted({f.household_id for f in found if f.household_id}))
    trade = policy.on(act.business_date, TradePolicy)
    known = Known(homes, await _list_words(connection, found, fields_of(trade, act.caller.unit)), {}, {})
    for own in await queries.list_of_unit(connection, list(homes), act.caller.unit):
        known.add(own)
    taken = await queries.list_by_id(connection, [f.id for f in found])

    def judge(item: Found) -> str | dict[str, Any]:
        if reason := _refusal(item, act, trade, known):
            return reason
        assert item.household_id is not None
        row = Attestation(
            **{name: getattr(item, name) for name in ("id", *CONTENT)},
            division=homes[item.household_id].division,
            unit=act.caller.unit,
            attested_on=act.business_date,
            attested_by=act.subject,
        )
        known.add(row)
        return row._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_attestations(connection, rows)

    reasons, fresh = await take_new(found, taken, CONTENT, judge, save)
    if fresh:
        await _hold(connection, act, policy, [Attestation(**row) for row in fresh], homes)
    return answers(ROOM, [f.id for f in found], reasons)


async def _find(connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[NewAttestation]) -> list[Found]:
    return [
        Found(
            item.id,
            about.household_id,
            about.member_id,
            item.said,
            item.since,
            item.document_no,
            item.corrects,
            item.reason,
            about.refusal,
            item.is_of_person,
        )
        for item, about in zip(items, await locate(connection, act, data_keys, items), strict=True)
    ]


async def _list_words(
    connection: Connection, found: Iterable[Found], own: Collection[str]
) -> dict[UUID, list[OwnWords]]:
    """What is known of the department's own facts, and of no others."""
    about = [f for f in found if f.refusal is None]
    words = await list_words(connection, [f.about for f in about if not f.of_person], own)
    return words | await list_words_of_people(connection, [f.about for f in about if f.of_person], own)


def _refusal(item: Found, act: Act, trade: TradePolicy, known: Known) -> str | None:
    """Why nothing is attested of it; None where it may be."""
    home = known.homes.get(item.household_id) if item.household_id else None
    if item.refusal or home is None:
        return item.refusal or "not_found"
    if home.status == "removed":
        return "household_removed"
    if unfit(item.said, of_person=item.of_person):
        return "not_of_a_person" if item.of_person else "not_of_a_household"
    words = known.words[item.about]
    if of_other_trades(trade, act.caller.unit, item.said, words, item.since, of_person=item.of_person):
        return "not_your_trade"
    reason = day_refusal(item.since, home.registered_on, act.business_date)
    if reason is None and not any(w.since <= item.since and (w.until is None or item.since < w.until) for w in words):
        reason = "not_in_household"
    return reason or _correction_refusal(item, home, known)


def _correction_refusal(item: Found, home: Household, known: Known) -> str | None:
    """What the department has said already of the same day is corrected with a reason, never by the way."""
    about = home.id, item.member_id
    if item.corrects is not None:
        earlier = known.own.get(item.corrects)
        same = earlier and (earlier.household_id, earlier.member_id) == about and earlier.said.keys() & item.said.keys()
        return None if same else "nothing_to_correct"
    said = known.said.get((*about, item.since), [])
    otherwise = any(name in s and s[name] != value for s in said for name, value in item.said.items())
    return "attested_already" if otherwise else None


async def _hold(
    connection: Connection, act: Act, policy: Policy, fresh: Sequence[Attestation], homes: Mapping[UUID, Household]
) -> None:
    """What is attested is held for true from its day on; who is told of it."""
    # What others know of a household follows from its class and from who of it is disabled.
    ids = sorted({a.household_id for a in fresh if {"attribute", "health"} & a.said.keys()})
    before = await list_standing(connection, act, ids)
    await answer_words(
        connection, [a._asdict() | {"field": field} for a in fresh for field in a.said], act.business_date
    )
    for turn in _turns(fresh):
        await _revise(connection, act, turn)
    if ids:
        since = {a.household_id: a.since for a in fresh if "attribute" in a.said}
        await tell_changes(connection, act, policy, {i: homes[i] for i in ids}, before, since)


def _turns(fresh: Sequence[Attestation]) -> list[dict[UUID, Attestation]]:
    """By household or member, one attestation a turn, in the order of their days; a batch's worth at once."""
    turns: list[dict[UUID, Attestation]] = []
    for row in sorted(fresh, key=lambda a: a.since):
        one = row.member_id or row.household_id
        free = next((t for t in turns if one not in t and len(t) < LARGEST_BATCH), None)
        if free is None:
            turns.append(free := {})
        free[one] = row
    return turns


async def _revise(connection: Connection, act: Act, turn: Mapping[UUID, Attestation]) -> None:
    """Say it, and keep what it displaced."""
    of_homes = [a for a in turn.values() if a.member_id is None]
    of_people = [a for a in turn.values() if a.member_id is not None]
    own = {field for a in turn.values() for field in a.said}
    words = await list_words(connection, [a.household_id for a in of_homes], own)
    words |= await list_words_of_people(connection, [a.member_id for a in of_people if a.member_id], own)
    if of_homes:
        await households.revise_facts(connection, [_report(act, a) for a in of_homes])
    if of_people:
        await households.revise_people(connection, [_report(act, a) for a in of_people])
    kept = [
        overruled(
            act,
            _as_said(a, d.word, d.field),
            d.field,
            a.unit,
            d.holds,
            division=a.division,
            answered=is_answered(words[one], d.field, d.word.since),
        )
        for one, a in turn.items()
        for d in displaced_by(words[one], a.said, a.since)
    ]
    await keep_words(connection, kept)


def _report(act: Act, row: Attestation) -> dict[str, Any]:
    about = {"household_id": row.household_id} if row.member_id is None else {"member_id": row.member_id}
    attested = dict.fromkeys(row.said, row.unit)
    own = {"since": row.since, "stated_by": act.subject, "weight": "attestation", "attested": attested}
    return row.said | about | own


def _as_said(row: Attestation, word: Any, field: str) -> dict[str, Any]:
    """A word that was held for true until now, as its report said it."""
    return {
        "household_id": row.household_id,
        "member_id": row.member_id,
        "since": word.since,
        "stated_by": word.stated_by or "",
        "stated_as": word.stated_as,
        "weight": word.weight,
        field: word.facts[field],
    }
