"""All SQL about corrections."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.industry.corrections.tables import (
    CertificateRevocation,
    ExchangeCorrection,
    Owed,
    PaymentRevocation,
    ReadingCorrection,
    SpendingCorrection,
    certificate_revocation,
    exchange_correction,
    payment_revocation,
    reading_correction,
    spending_correction,
)
from services.industry.payouts.tables import PayoutLine, payout_line
from services.industry.training.tables import TrainingCertificate, training_certificate
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, lock_by, sql

_READINGS = list_by(reading_correction)
_INSERT_READINGS = insert_many(reading_correction, reading_correction.shape, FREE)
_EXCHANGES = list_by(exchange_correction)
_EXCHANGES_OPEN = sql("SELECT station_id FROM exchange_correction WHERE station_id = ANY(:ids) AND state = 'proposed'")
_INSERT_EXCHANGES = insert_many(exchange_correction, exchange_correction.shape, FREE)
_EXCHANGE_PAGE = page(exchange_correction, "station_id", "state")
_SPENDINGS = list_by(spending_correction)
_INSERT_SPENDINGS = insert_many(spending_correction, spending_correction.shape, FREE)
_REVOCATIONS = list_by(certificate_revocation)
_OPEN = sql("SELECT certificate_id FROM certificate_revocation WHERE certificate_id = ANY(:ids) AND state = 'proposed'")
_INSERT_REVOCATIONS = insert_many(certificate_revocation, certificate_revocation.shape, FREE)
_CERTIFICATES = lock_by(training_certificate)
_LINES = lock_by(payout_line)
_PAYMENTS = list_by(payment_revocation)
_PAYMENTS_OPEN = sql("SELECT line_id FROM payment_revocation WHERE line_id = ANY(:ids) AND state = 'proposed'")
_INSERT_PAYMENTS = insert_many(payment_revocation, payment_revocation.shape, FREE)
_PAYMENT_PAGE = page(payment_revocation, "state", "household_id")
_PAGE = page(certificate_revocation, "state", "household_id")
# Of a trainee, course and year the first certificate is paid for; another that stands earns the same.
_OWED = sql(
    """
    SELECT t.id AS certificate_id, d.id AS due_id, d.household_id, d.division
    FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id
    JOIN training_class c ON c.id = a.class_id
    JOIN payout_due d
        ON d.household_id = t.household_id AND starts_with(
            d.source_key, 'training:' || a.trainee || ':' || c.course || ':' || extract(year FROM t.issued_on)
        )
    WHERE t.id = ANY(:ids) AND NOT EXISTS (
        SELECT FROM payout_line l WHERE l.due_id = d.id AND l.state <> 'returned'
    ) AND NOT EXISTS (
        SELECT FROM training_certificate o JOIN training_attendance b ON b.id = o.attendance_id
        JOIN training_class k ON k.id = b.class_id
        WHERE b.trainee = a.trainee AND k.course = c.course AND o.state = 'accepted' AND o.id <> ALL(:ids)
        AND extract(year FROM o.issued_on) = extract(year FROM t.issued_on)
    ) AND NOT EXISTS (
        SELECT FROM payout_ruling r WHERE r.due_id = d.id AND (r.state = 'proposed' OR r.ruling = 'not_owed')
        AND r.state <> 'refused'
    )
    """,
    Owed,
)


async def list_reading_corrections(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ReadingCorrection]:
    return await by_id(connection, _READINGS, ids)


async def insert_reading_corrections(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_READINGS, rows)


async def list_exchange_corrections(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ExchangeCorrection]:
    return await by_id(connection, _EXCHANGES, ids)


async def list_exchanges_open(connection: Connection, station_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the stations of which a correction of an exchange waits already."""
    return {r["station_id"] for r in await fetch(connection, _EXCHANGES_OPEN, ids=list(station_ids))}


async def insert_exchanges(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_EXCHANGES, rows)


async def list_exchanges(connection: Connection, at: Place, **filters: Any) -> list[ExchangeCorrection]:
    """By rising id, filtered by station or state."""
    return await fetch_page(connection, _EXCHANGE_PAGE, at, **filters)


async def list_spending_corrections(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, SpendingCorrection]:
    return await by_id(connection, _SPENDINGS, ids)


async def insert_spending_corrections(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_SPENDINGS, rows)


async def lock_certificates(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, TrainingCertificate]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _CERTIFICATES, ids)


async def list_revocations_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, CertificateRevocation]:
    return await by_id(connection, _REVOCATIONS, ids)


async def list_being_revoked(connection: Connection, certificate_ids: Sequence[UUID]) -> set[UUID]:
    return {r["certificate_id"] for r in await fetch(connection, _OPEN, ids=list(certificate_ids))}


async def insert_revocations(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_REVOCATIONS, rows)


async def list_owed(connection: Connection, certificate_ids: Sequence[UUID]) -> list[Owed]:
    """What is owed for these certificates alone, and was not sent to a bank."""
    return await fetch(connection, _OWED, ids=list(certificate_ids))


async def lock_lines(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, PayoutLine]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LINES, ids)


async def list_payments_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, PaymentRevocation]:
    return await by_id(connection, _PAYMENTS, ids)


async def list_payments_open(connection: Connection, line_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the lines of which a revocation waits already."""
    return {r["line_id"] for r in await fetch(connection, _PAYMENTS_OPEN, ids=list(line_ids))}


async def insert_payments(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_PAYMENTS, rows)


async def list_payments(connection: Connection, at: Place, **filters: Any) -> list[PaymentRevocation]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAYMENT_PAGE, at, **filters)


async def list_revocations(connection: Connection, at: Place, **filters: Any) -> list[CertificateRevocation]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
