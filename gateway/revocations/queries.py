"""All SQL about revocations."""

from collections.abc import Sequence

from sqlalchemy import BigInteger

from gateway.revocations.tables import SubjectRevocation, subject_revocation
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, fetch_row, sql

_INSERT = sql(
    f"""
    INSERT INTO subject_revocation (id, subject, not_before, reason, revoked_by)
    VALUES (:id, :subject, :not_before, :reason, :by) RETURNING {subject_revocation.columns}
    """,
    SubjectRevocation,
    not_before=BigInteger,
)
_PAGE = page(subject_revocation, "subject")


async def insert_revocation(connection: Connection, **values: object) -> SubjectRevocation:
    """`values`: id, subject, not_before, reason, by."""
    return await fetch_row(connection, _INSERT, **values)


async def list_revocations(connection: Connection, at: Place, subject: str | None) -> Sequence[SubjectRevocation]:
    return await fetch_page(connection, _PAGE, at, subject=subject)
