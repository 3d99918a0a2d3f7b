"""All SQL about purposes, looks and searches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.disclosures.tables import (
    DisclosureRow,
    FoundRow,
    LookRow,
    PurposePerson,
    PurposeRow,
    disclosure,
    name_reading,
    purpose,
)
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, execute, execute_many, fetch, fetch_one, fetch_values, insert_many, sql

Key = tuple[str, UUID, UUID]
# Told again it is what it was: neither does it begin anew, nor what had ended go on.
_BEGIN = sql(
    """
    INSERT INTO purpose (kind, case_id, household_id, role, bank, person, days)
    SELECT :kind, case_id, household_id, :role, bank, person, daterange(since, until)
    FROM unnest(:case_ids, :ids, :banks, :people, :dates, :ends)
        AS u (case_id, household_id, bank, person, since, until)
    ORDER BY 2, 3 ON CONFLICT DO NOTHING
    """,
    people=ARRAY(Text),
    ends=ARRAY(Date),
)
_END = sql(
    """
    UPDATE purpose p SET days = daterange(lower(p.days), greatest(lower(p.days) + 1, u.until))
    FROM unnest(:case_ids, :ids, :ends) AS u (case_id, household_id, until)
    WHERE p.kind = :kind AND p.case_id = u.case_id AND p.household_id = u.household_id
        AND (upper_inf(p.days) OR upper(p.days) > u.until)
    """,
    ends=ARRAY(Date),
)
_RESTATE = sql(
    """
    UPDATE purpose p SET days = daterange(lower(p.days),
        CASE WHEN u.until IS NOT NULL THEN greatest(lower(p.days) + 1, u.until) END)
    FROM unnest(:case_ids, :ids, :ends) AS u (case_id, household_id, until)
    WHERE p.kind = :kind AND p.case_id = u.case_id AND p.household_id = u.household_id
    """,
    ends=ARRAY(Date),
)
_PURPOSES = sql(
    f"""
    SELECT {purpose.columns_of("p")} FROM unnest(:kinds, :case_ids, :ids) AS u (kind, case_id, household_id)
    JOIN purpose p USING (kind, case_id, household_id)
    """,
    PurposeRow,
)
_PEOPLE = sql("SELECT * FROM purpose_people(:kinds, :case_ids, :ids, :on)", PurposePerson)
# Held until the end, so that what one subject asks at once is counted one after the other.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('disclose/' || :subject, 0))")
_STRUCK = sql("SELECT id FROM household WHERE id = ANY(:ids) AND status = 'removed'")
_LAST_HOUR = sql("""
    SELECT count(*) FROM disclosure WHERE subject = :subject AND kind = ANY(:kinds)
        AND asked_at > clock_timestamp() - interval '1 hour'
    """)
_LOOK = [n for n in DisclosureRow._fields if n not in ("id", "asked_at", "shown")]
# An array does not travel in one of arrays.
_INSERT = sql(
    f"""
    INSERT INTO disclosure ({", ".join(_LOOK)}, shown)
    SELECT {", ".join(_LOOK)}, string_to_array(shown, ' ')::uuid[]
    FROM unnest({", ".join(f":{n}" for n in _LOOK)}, :shown) AS u ({", ".join(_LOOK)}, shown)
    """,
    shown=ARRAY(Text),
    **{n: ARRAY(disclosure.types[n]) for n in _LOOK},
)
# What a purpose or an office let somebody see, and what a grant did: both doors of one list.
_SEEN = f"SELECT {', '.join(LookRow._fields)} FROM disclosure"
_GRANTED = """
    SELECT id, subject, role, NULL, 'grant', NULL, household_id,
        CASE WHEN id_numbers THEN 'name relation id_number' ELSE 'name relation' END, purpose, 1, NULL, asked_on,
        asked_at
    FROM resolution
"""
_LOOKS = page_of(LookRow, f"SELECT l.* FROM ({_SEEN} UNION ALL {_GRANTED}) l", "l.subject", key="l.id")
# At one household: also by a list on which it stood.
_AT = "WHERE household_id = :household_id"
_LOOKS_AT = page_of(
    LookRow,
    f"""
    SELECT l.* FROM ({_SEEN} {_AT} UNION ALL {_GRANTED} {_AT} UNION ALL
        SELECT {", ".join(LookRow._fields)} FROM lists_with(:household_id)) l
    """,
    "l.subject",
    key="l.id",
)
_SEARCH = page_of(
    FoundRow,
    """
    SELECT h.id, h.household_no, h.division, h.status, p.member_id, p.reference, p.name, p.id_number_sealed
    FROM household h LEFT JOIN LATERAL (
        SELECT f.member_id, m.reference, f.name, m.id_number_sealed
        FROM member_fact f JOIN member m ON m.id = f.member_id
        WHERE f.household_id = h.id AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)
        ORDER BY f.relation <> 'head', f.born_on LIMIT 1) p ON true
    """,
    "h.household_no",
    "h.division",
    key="h.id",
    household_id="h.id = :household_id",
    name="""h.id IN (
        SELECT n.household_id FROM member_fact n
        WHERE n.name = CAST(:name AS text) AND upper_inf(n.known) AND n.valid @> CAST(:on AS date))""",
    pinyin="""h.id IN (
        SELECT n.household_id FROM name_reading r JOIN member_fact n ON n.name = r.name
        WHERE r.reading = CAST(:pinyin AS text) AND upper_inf(n.known) AND n.valid @> CAST(:on AS date))""",
)
_TAKE_UNREAD = sql("""
    DELETE FROM unread_name WHERE id IN (SELECT id FROM unread_name ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING name
    """)
_READ = insert_many(name_reading, name_reading.shape, "ORDER BY 2, 1 ON CONFLICT DO NOTHING")
_BY_DIGEST = sql("""
    SELECT m.household_id AS id FROM person_index p JOIN member m ON m.id = p.member_id
    JOIN unnest(:keys, :digests) AS u (key_id, digest) ON u.key_id = p.key_id AND u.digest = p.digest
    """)


async def begin_purposes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of one kind: kind, role, case_id, household_id, bank, person, since and, where it is known already, until."""
    if not rows:
        return
    lists = {"case_ids": "case_id", "ids": "household_id", "banks": "bank", "people": "person", "dates": "since"}
    values: dict[str, Any] = {name: [row[of] for row in rows] for name, of in (lists | {"ends": "until"}).items()}
    await execute(connection, _BEGIN, rows=None, kind=rows[0]["kind"], role=rows[0]["role"], **values)


async def end_purposes(connection: Connection, kind: str, ended: Mapping[tuple[UUID, UUID], date]) -> None:
    """By case and household the first day on which it holds no more; one that nobody has begun has nothing to end."""
    case_ids, ids = [case for case, _ in ended], [one for _, one in ended]
    await execute(connection, _END, rows=None, kind=kind, case_ids=case_ids, ids=ids, ends=list(ended.values()))


async def restate_purposes(connection: Connection, kind: str, ends: Mapping[tuple[UUID, UUID], date | None]) -> None:
    """By case and household the first day on which it holds no more, whatever was said before; None: it goes on."""
    case_ids, ids = [case for case, _ in ends], [one for _, one in ends]
    await execute(connection, _RESTATE, rows=None, kind=kind, case_ids=case_ids, ids=ids, ends=list(ends.values()))


async def list_struck(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that have left the register."""
    return {r["id"] for r in await fetch(connection, _STRUCK, ids=list(household_ids))}


def _lists(keys: Sequence[Key]) -> dict[str, Any]:
    return {"kinds": [k for k, _, _ in keys], "case_ids": [c for _, c, _ in keys], "ids": [h for _, _, h in keys]}


async def list_purposes(connection: Connection, keys: Sequence[Key]) -> dict[Key, PurposeRow]:
    """Those that the caller holds, or held, of these kinds, cases and households."""
    return {row[:3]: row for row in await fetch(connection, _PURPOSES, **_lists(keys))}


async def list_people(connection: Connection, keys: Sequence[Key], on: date) -> dict[Key, PurposePerson]:
    """Whom these purposes are about, of those that the caller holds on that day."""
    return {row[:3]: row for row in await fetch(connection, _PEOPLE, **_lists(keys), on=on)}


async def hold(connection: Connection, subject: str) -> None:
    """What the subject asks elsewhere at this moment waits until this transaction ends."""
    await fetch_one(connection, _HOLD, subject=subject)


async def count_last_hour(connection: Connection, subject: str, kinds: Sequence[str]) -> int:
    """The subject's looks of these kinds within the hour before now, by the wall's clock."""
    (count,) = await fetch_values(connection, _LAST_HOUR, subject=subject, kinds=list(kinds))
    return int(count)


async def insert_looks(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column but id and the moment."""
    said = [row | {"shown": " ".join(map(str, row["shown"])) if row["shown"] else None} for row in rows]
    await execute_many(connection, _INSERT, said)


async def list_looks(
    connection: Connection, at: Place, household_id: UUID | None, subject: str | None
) -> list[LookRow]:
    """By rising id, filtered by subject or household; a list of many is one look, of no household."""
    if household_id is None:
        return await fetch_page(connection, _LOOKS, at, subject=subject)
    return await fetch_page(connection, _LOOKS_AT, at, household_id=household_id, subject=subject)


async def find_by_number(connection: Connection, digests: Mapping[str, bytes]) -> UUID | None:
    """The household, within the caller's area, of whoever has an ID number; `digests` by key."""
    found = await fetch_one(connection, _BY_DIGEST, keys=list(digests), digests=list(digests.values()))
    return found["id"] if found else None


async def search(connection: Connection, on: date, at: Place, **filters: Any) -> list[FoundRow]:
    """Households of the caller's area by rising id, filtered by number, division, id, name or pinyin of one of them."""
    return await fetch_page(connection, _SEARCH, at, on=on, **filters)


async def take_unread(connection: Connection, most: int) -> set[str]:
    """Names that somebody wrote since they were last asked for; ours until the end of the transaction."""
    return set(await fetch_values(connection, _TAKE_UNREAD, limit=most))


async def insert_readings(connection: Connection, found: Mapping[str, Collection[str]]) -> None:
    """By name the ways to type it; those that are known already stay."""
    rows = [(name, reading) for name, those in found.items() for reading in those]
    await execute(connection, _READ, rows=None, name=[n for n, _ in rows], reading=[r for _, r in rows])
