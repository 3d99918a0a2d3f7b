"""Telling who somebody is for a purpose, searching, keeping purposes, and writing down each look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from services.registry.disclosures import queries
from services.registry.disclosures.queries import Key
from services.registry.disclosures.rules import (
    FOUND,
    LISTED,
    Days,
    DisclosurePolicy,
    PersonalField,
    as_typed,
    part,
    purpose_refusal,
)
from services.registry.disclosures.schemas import Disclose, Disclosed, FoundHousehold, FoundList, Search
from services.registry.disclosures.tables import FoundRow, PurposePerson, PurposeRow
from services.registry.resolutions.rules import over_limit
from shared.acts.bodies import FIRST, result
from shared.acts.freezes import list_frozen
from shared.data import db
from shared.data.crypto import DataKeys
from shared.data.pages import Place
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.id_number import masked, normalise

log = structlog.get_logger()

ROOM = "registry.disclosures"
HOUR_SECONDS = 3600


async def disclose(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[Disclose]
) -> list[Disclosed]:
    """Tell each field that a purpose of the caller's needs, and write down that it was told, in one transaction.

    What others hold is as unknown as what nobody has heard of: that item alone is refused, and may be sent again.

    Raises:
        Problem: it is more of a kind than one subject may be told within an hour (429).
    """
    await queries.hold(connection, act.subject)
    figures = policy.on(act.business_date, DisclosurePolicy)
    held = await queries.list_purposes(connection, [_key(i) for i in items])
    people = await queries.list_people(connection, list(held), act.business_date)
    unasked = await _list_unasked(connection, [i.household_id for i in items if i.purpose == "survey"])
    reasons = [
        _refusal(act, figures, i, held.get(_key(i)), people)
        or (unasked.get(i.household_id) if i.purpose == "survey" else None)
        for i in items
    ]
    told = [item for item, reason in zip(items, reasons, strict=True) if reason is None]
    for kind, count in sorted(Counter(i.purpose for i in told).items()):
        await _require_few(connection, act, figures, kind, (kind,), count)
    await queries.insert_looks(connection, [_look(act, i.purpose, i.household_id, _told(i), i.case_id) for i in told])
    if refused := Counter(reason for reason in reasons if reason):
        log.info("disclosure_refused", subject=act.subject, codes=dict(refused))
    return [_answer(data_keys, i, reason, people) for i, reason in zip(items, reasons, strict=True)]


async def _list_unasked(connection: Connection, drawn: Sequence[UUID]) -> dict[UUID, str]:
    """Whom nobody asks any more though a round drew him, by household: why."""
    frozen, struck = await list_frozen(connection, drawn), await queries.list_struck(connection, drawn)
    return dict.fromkeys(frozen, "frozen") | dict.fromkeys(struck, "household_removed")


def _key(item: Disclose) -> Key:
    return item.purpose, item.case_id, item.household_id


def _told(item: Disclose) -> tuple[PersonalField, ...]:
    return part(item.purpose, item.fields).told


def _refusal(
    act: Act, figures: DisclosurePolicy, item: Disclose, held: PurposeRow | None, people: Mapping[Key, PurposePerson]
) -> str | None:
    days = Days(held.days.lower, held.days.upper) if held else None
    reason = purpose_refusal(item.purpose, days, act.business_date, figures.payee_disclosed_days)
    if reason is None and _key(item) not in people:
        # Of another area than the surveyor's, or of nobody yet.
        reason = "purpose_unknown"
    return reason or (None if _told(item) else "beyond_purpose")


def _answer(data_keys: DataKeys, item: Disclose, reason: str | None, people: Mapping[Key, PurposePerson]) -> Disclosed:
    about = dict(result(ROOM, item.id, reason))
    if reason:
        return Disclosed(**about)
    person = people[_key(item)]
    told = {name: _value(data_keys, person, name) for name in _told(item)}
    return Disclosed(**about, told=told, beyond=list(part(item.purpose, item.fields).beyond))


def _value(data_keys: DataKeys, person: PurposePerson, field: PersonalField) -> str | None:
    if field in ("name", "address"):
        return str(getattr(person, field)) or None
    if field == "id_masked":
        return _masked(data_keys, person.id_number_sealed, person.member_id)
    column = f"{field}_sealed"
    sealed: bytes | None = getattr(person, column)
    return data_keys.decrypt(sealed, "household_contact", column, person.household_id) if sealed else None


def _masked(data_keys: DataKeys, sealed: bytes, member_id: UUID) -> str:
    return masked(data_keys.decrypt(sealed, "member", "id_number_sealed", member_id))


async def _require_few(
    connection: Connection, act: Act, figures: DisclosurePolicy, of: str, kinds: Sequence[str], wanted: int
) -> None:
    """Whoever may ask shall not carry the register away household by household (mechanics 7: limited)."""
    most = figures.disclosed_households_an_hour[of]
    if over_limit(await queries.count_last_hour(connection, act.subject, kinds), wanted, most):
        log.warning("disclosure_refused", subject=act.subject, code="too_many", kind=of, households=wanted)
        raise Problem(f"{ROOM}.too_many", most=most, retry_after_seconds=HOUR_SECONDS)


def _look(
    act: Act,
    kind: str,
    household_id: UUID | None,
    fields: Sequence[str] = (),
    case_id: UUID | None = None,
    *,
    reason: str = "",
    households: int = 1,
    division: str | None = None,
    shown: Sequence[UUID] | None = None,
) -> dict[str, Any]:
    return {
        "subject": act.subject,
        "role": act.caller.role,
        "bank": act.caller.bank or None,
        "kind": kind,
        "case_id": case_id,
        "household_id": household_id,
        "fields": " ".join(fields),
        "reason": reason,
        "households": households,
        "asked_on": act.business_date,
        "correlation_id": act.correlation_id,
        "division": division,
        "shown": shown,
    }


async def search(connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, asked: Search) -> FoundList:
    """Households of the caller's area with the names of their heads. The call is written down, and each that it shows;
    what was searched for is not.

    Raises:
        Problem: it is more than one subject may search within an hour (429).
    """
    await queries.hold(connection, act.subject)
    filters: dict[str, Any] = {name: getattr(asked, name) for name in ("name", "household_no", "division")}
    filters["pinyin"] = as_typed(asked.pinyin) if asked.pinyin else None
    found = list[FoundRow]()
    if asked.id_number is not None:
        digests = data_keys.index(normalise(asked.id_number))
        filters["household_id"] = await queries.find_by_number(connection, digests)
    if asked.id_number is None or filters["household_id"] is not None:
        place = Place(asked.after or FIRST, asked.limit)
        found = await queries.search(connection, act.business_date, place, **filters)
    figures = policy.on(act.business_date, DisclosurePolicy)
    await _require_few(connection, act, figures, "search", ("searched", "found"), 1 + len(found))
    looks = [_look(act, "searched", None, FOUND, reason=asked.reason, households=len(found))]
    looks += [_look(act, "found", row.id, FOUND, reason=asked.reason) for row in found]
    await queries.insert_looks(connection, looks)
    items = [_found(data_keys, row) for row in found]
    return FoundList(items=items, next=found[-1].id if len(found) == asked.limit else None)


def _found(data_keys: DataKeys, row: FoundRow) -> FoundHousehold:
    sealed = row.id_number_sealed
    id_masked = _masked(data_keys, sealed, row.member_id) if sealed and row.member_id else None
    return FoundHousehold(**row._asdict(), id_masked=id_masked)


class Looks:
    """What officials open, written down behind the answer, for all who asked at once: awaited, a transaction for each
    cost half of the read.
    """

    def __init__(self, pool: db.Pool) -> None:
        self._pool = pool
        self._waiting: list[dict[str, Any]] = []

    def opened(self, act: Act, household_id: UUID) -> None:
        """Whoever opens his own household is nobody to be told of."""
        if act.caller.role != "villager":
            self._waiting.append(_look(act, "opened", household_id))

    def listed(self, act: Act, division: str | None, shown: Sequence[UUID]) -> None:
        """A page of names is one look, at all whom it showed; `division`: what was asked for, null for all of his."""
        place = max(act.caller.area, division or "", key=len)
        look = _look(act, "listed", None, LISTED, households=len(shown), division=place, shown=shown)
        self._waiting.append(look)

    def exported(self, act: Act, division: str, fields: Sequence[str], shown: Sequence[UUID]) -> None:
        """A file is one look, at all who stand in it; one of nobody is none."""
        if shown:
            look = _look(act, "exported", None, fields, households=len(shown), division=division, shown=shown)
            self._waiting.append(look)

    async def write(self) -> None:
        """What waits by now; it waits on where this fails."""
        if together := list(self._waiting):
            async with db.transaction(self._pool, db.system_caller("registry")) as connection:
                await queries.insert_looks(connection, together)
            del self._waiting[: len(together)]
