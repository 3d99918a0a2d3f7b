"""All SQL about classes, attendance and certificates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.training.tables import training_attendance, training_certificate, training_class
from shared.acts.batches import FREE, insert_free
from shared.data.sql import Connection, Row, Statement, execute, fetch, fetch_one, insert_many, sql

_CERTIFICATE = (
    "id", "attendance_id", "household_id", "division", "certificate_no", "issued_on", "state", "recorded_on",
    "recorded_by",
)  # fmt: skip

# One at a time, so that trainees' codes and certificates' numbers are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/training', 0))")
_CLASSES = sql("SELECT * FROM training_class WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT_CLASSES = insert_many(training_class, training_class.c.keys(), FREE)
_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid)
)
_ATTENDANCES = sql("SELECT * FROM training_attendance WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK_ATTENDANCES = sql(
    "SELECT a.*, c.starts_on, c.days AS class_days FROM training_attendance a"
    " JOIN training_class c ON c.id = a.class_id WHERE a.id = ANY(:ids) ORDER BY a.id FOR UPDATE OF a",
    ids=ARRAY(Uuid),
)
_ATTENDED = sql(
    "SELECT class_id, trainee FROM training_attendance WHERE trainee = ANY(:trainees)", trainees=ARRAY(Text)
)
_OF_OTHERS = sql(
    "SELECT trainees_of_others(:trainees, :households) AS trainee", trainees=ARRAY(Text), households=ARRAY(Uuid)
)
_INSERT_ATTENDANCES = insert_many(training_attendance, training_attendance.c.keys(), FREE)
_CERTIFICATES = sql("SELECT * FROM training_certificate WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_CERTIFIED = sql(
    "SELECT attendance_id FROM training_certificate WHERE attendance_id = ANY(:ids) AND state <> 'refused'",
    ids=ARRAY(Uuid),
)
_NUMBERS = sql("SELECT certificates_known(:numbers) AS number", numbers=ARRAY(Text))
_INSERT_CERTIFICATES = insert_many(training_certificate, _CERTIFICATE, FREE)
_LOCK_CERTIFICATES = sql(
    "SELECT t.*, c.course FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id"
    " JOIN training_class c ON c.id = a.class_id WHERE t.id = ANY(:ids) ORDER BY t.id FOR UPDATE OF t",
    ids=ARRAY(Uuid),
)
_ANSWER = sql(
    "UPDATE training_certificate t SET state = s, accepted_on = :on, accepted_by = :by"
    " FROM unnest(:ids, :states) AS n (i, s) WHERE t.id = i AND t.state = 'recorded'",
    ids=ARRAY(Uuid), states=ARRAY(Text), on=Date, by=Text,
)  # fmt: skip
# Of a trainee's certificates of one course and year the first counts.
_OWED = sql(
    "SELECT DISTINCT ON (a.trainee, c.course, extract(year FROM t.issued_on)) a.trainee, c.course, t.issued_on,"
    " t.household_id, t.division, a.days FROM training_certificate t"
    " JOIN training_attendance a ON a.id = t.attendance_id JOIN training_class c ON c.id = a.class_id"
    " WHERE t.state = 'accepted' AND (:course IS NULL OR c.course = :course)"
    " ORDER BY a.trainee, c.course, extract(year FROM t.issued_on), t.issued_on, t.id",
    course=Text,
)  # fmt: skip
_PAGE = sql(
    "SELECT t.*, c.course FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id"
    " JOIN training_class c ON c.id = a.class_id WHERE t.id > :after"
    " AND (:household_id IS NULL OR t.household_id = :household_id) ORDER BY t.id LIMIT :limit",
    after=Uuid, household_id=Uuid, limit=Integer,
)  # fmt: skip
# A township's class is shown to its villages, but counted by the township only.
_TOTALS = sql(
    "SELECT (SELECT count(*) FROM training_class WHERE division >= :area) AS classes,"
    " (SELECT count(DISTINCT trainee) FROM training_attendance WHERE days > 0) AS trainees,"
    " count(*) AS certificates, count(DISTINCT household_id) AS households FROM training_certificate"
    " WHERE state = 'accepted'",
    area=Text,
)


async def _by_id(connection: Connection, query: Statement[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, query, ids=list(ids))}


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else records attendance or certificates; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_classes_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those in or for the caller's area."""
    return await _by_id(connection, _CLASSES, ids)


async def insert_classes(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CLASSES, rows)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order."""
    return await _by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_attendances_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _ATTENDANCES, ids)


async def lock_attendances(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """With their class's first day and days, locked in id order."""
    return await _by_id(connection, _LOCK_ATTENDANCES, ids)


async def list_attended(connection: Connection, trainees: Sequence[str]) -> set[tuple[UUID, str]]:
    """(class, trainee) of what is recorded."""
    return {(r["class_id"], r["trainee"]) for r in await fetch(connection, _ATTENDED, trainees=list(trainees))}


async def list_of_others(connection: Connection, pairs: Sequence[tuple[str, UUID]]) -> set[str]:
    """Those of (trainee, household) whose code is another household's, in whatever village."""
    rows = await fetch(connection, _OF_OTHERS, trainees=[t for t, _ in pairs], households=[h for _, h in pairs])
    return {r["trainee"] for r in rows}


async def insert_attendances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ATTENDANCES, rows)


async def list_certificates_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _CERTIFICATES, ids)


async def list_certified(connection: Connection, attendance_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the attendances that have a certificate."""
    return {r["attendance_id"] for r in await fetch(connection, _CERTIFIED, ids=list(attendance_ids))}


async def list_numbers(connection: Connection, numbers: Sequence[str]) -> set[str]:
    """Those of the certificates' numbers that are used, in whatever township."""
    return {r["number"] for r in await fetch(connection, _NUMBERS, numbers=list(numbers))}


async def insert_certificates(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CERTIFICATES, rows)


async def lock_certificates(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """With their course, locked in id order."""
    return await _by_id(connection, _LOCK_CERTIFICATES, ids)


async def answer_certificates(connection: Connection, states: Mapping[UUID, str], on: date, by: str) -> None:
    await execute(
        connection, _ANSWER, rows=len(states), ids=list(states), states=list(states.values()), on=on, by=by
    )  # fmt: skip


async def list_owed(connection: Connection, course: str | None) -> list[Row]:
    """The first accepted certificate of each trainee, course and year, with the days attended."""
    return await fetch(connection, _OWED, course=course)


async def list_certificates(
    connection: Connection, after: UUID, limit: int, household_id: UUID | None
) -> list[Row]:  # fmt: skip
    """By rising id; a filter that is None lets everything pass."""
    return await fetch(connection, _PAGE, after=after, limit=limit, household_id=household_id)


async def get_totals(connection: Connection, area: str) -> Row:
    row = await fetch_one(connection, _TOTALS, area=area)
    assert row is not None
    return row
