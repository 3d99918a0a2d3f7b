"""All SQL about classes, attendance and certificates."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text

from services.industry.training.rules import REVOKED
from services.industry.training.tables import (
    AttendedClass,
    OfCourse,
    Owed,
    Totals,
    TrainingAttendance,
    TrainingCertificate,
    TrainingClass,
    training_attendance,
    training_certificate,
    training_class,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, fetch, fetch_row, insert_many, list_by, sql

# One at a time, so that trainees' codes and certificates' numbers are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/training', 0))")
_CLASSES = list_by(training_class)
_INSERT_CLASSES = insert_many(training_class, TrainingClass._fields, FREE)
_ATTENDANCES = list_by(training_attendance)
_LOCK_ATTENDED = sql(
    """
    SELECT a.id, a.household_id, a.division, a.days, c.starts_on, c.days AS class_days
    FROM training_attendance a JOIN training_class c ON c.id = a.class_id
    WHERE a.id = ANY(:ids) ORDER BY a.id FOR UPDATE OF a
    """,
    AttendedClass,
)
_OF_TRAINEES = list_by(training_attendance, "trainee")
_OF_OTHERS = sql("SELECT trainees_of_others(:codes, :households) AS trainee")
_INSERT_ATTENDANCES = insert_many(training_attendance, TrainingAttendance._fields, FREE)
_CERTIFICATES = list_by(training_certificate)
_OF_ATTENDANCES = list_by(training_certificate, "attendance_id")
_NUMBERS = sql("SELECT certificates_known(:codes) AS number")
_INSERT_CERTIFICATES = insert_many(training_certificate, TrainingCertificate._fields, FREE)
_OF_COURSES = """
    SELECT t.id, t.household_id, t.division, c.course, t.certificate_no, t.issued_on, t.state, t.accepted_on
    FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id
    JOIN training_class c ON c.id = a.class_id
"""
_COURSES = sql(f"{_OF_COURSES} WHERE t.id = ANY(:ids)", OfCourse)
# Of a trainee's certificates of one course and year the first counts.
_OWED = sql(
    """
    SELECT DISTINCT ON (a.trainee, c.course, extract(year FROM t.issued_on))
           a.trainee, c.course, t.issued_on, t.household_id, t.division, a.days, (
               SELECT count(*) FROM payout_due d JOIN payout_ruling r ON r.due_id = d.id AND r.state = 'confirmed'
               WHERE d.household_id = t.household_id AND starts_with(r.evidence, :revoked) AND starts_with(
                   d.source_key,
                   'training:' || a.trainee || ':' || c.course || ':' || extract(year FROM t.issued_on)
               )
           ) AS revoked
    FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id
    JOIN training_class c ON c.id = a.class_id
    WHERE t.state = 'accepted' AND c.course = coalesce(:course, c.course)
    ORDER BY a.trainee, c.course, extract(year FROM t.issued_on), t.issued_on, t.id
    """,
    Owed,
    revoked=Text,
)
_PAGE = page_of(OfCourse, _OF_COURSES, "t.household_id", "t.state", key="t.id")
# A township's class is shown to its villages, but counted by the township only.
_TOTALS = sql(
    """
    SELECT (SELECT count(*) FROM training_class WHERE division >= :area) AS classes,
           (SELECT count(DISTINCT trainee) FROM training_attendance WHERE days > 0) AS trainees,
           count(*) AS certificates, count(DISTINCT household_id) AS households
    FROM training_certificate WHERE state = 'accepted'
    """,
    Totals,
)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else records attendance or certificates; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_classes_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, TrainingClass]:
    """Those in or for the caller's area."""
    return await by_id(connection, _CLASSES, ids)


async def insert_classes(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CLASSES, rows)


async def list_attendances_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, TrainingAttendance]:
    return await by_id(connection, _ATTENDANCES, ids)


async def lock_attended(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, AttendedClass]:
    """With their class's first day and days, locked in id order."""
    return await by_id(connection, _LOCK_ATTENDED, ids)


async def list_attended(connection: Connection, trainees: Sequence[str]) -> set[tuple[UUID, str]]:
    """(class, trainee) of what is recorded."""
    return {(a.class_id, a.trainee) for a in await fetch(connection, _OF_TRAINEES, ids=list(trainees))}


async def list_of_others(connection: Connection, pairs: Sequence[tuple[str, UUID]]) -> set[str]:
    """Those of (trainee, household) whose code is another household's, in whatever village."""
    codes, households = [t for t, _ in pairs], [h for _, h in pairs]
    return {r["trainee"] for r in await fetch(connection, _OF_OTHERS, codes=codes, households=households)}


async def insert_attendances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ATTENDANCES, rows)


async def list_certificates_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, TrainingCertificate]:
    return await by_id(connection, _CERTIFICATES, ids)


async def list_certified(connection: Connection, attendance_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the attendances that have a certificate."""
    rows = await fetch(connection, _OF_ATTENDANCES, ids=list(attendance_ids))
    return {c.attendance_id for c in rows if c.state not in ("refused", "revoked")}


async def list_numbers(connection: Connection, numbers: Sequence[str]) -> set[str]:
    """Those of the certificates' numbers that are used, in whatever township."""
    return {r["number"] for r in await fetch(connection, _NUMBERS, codes=list(numbers))}


async def insert_certificates(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_CERTIFICATES, rows)


async def list_courses(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The course of each certificate."""
    return {one: certificate.course for one, certificate in (await by_id(connection, _COURSES, ids)).items()}


async def list_owed(connection: Connection, course: str | None) -> list[Owed]:
    """The first accepted certificate of each trainee, course and year, with the days attended."""
    return await fetch(connection, _OWED, course=course, revoked=f"{REVOKED}/")


async def list_certificates(connection: Connection, at: Place, **filters: Any) -> list[OfCourse]:
    """By rising id, filtered by household or state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_totals(connection: Connection, area: str) -> Totals:
    return await fetch_row(connection, _TOTALS, area=area)
