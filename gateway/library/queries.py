"""All SQL about the policy library."""

from collections.abc import Sequence

from gateway.library.tables import PolicyNotice, policy_notice
from shared.data.pages import Place
from shared.data.sql import Connection, execute, fetch, sql

# A fact that comes again after a restore is the same.
_INSERT = sql("""
    INSERT INTO policy_notice (change_id, service, document_no, issuer, title, issued_on, codes, effective_from,
    policy_version, confirmed_on)
    SELECT change_id, service, document_no, issuer, title, issued_on, codes, effective_from, policy_version,
    confirmed_on FROM jsonb_to_recordset(:common) AS n (change_id uuid, service text, document_no text, issuer text,
    title text, issued_on date, codes text[], effective_from date, policy_version text, confirmed_on date)
    ON CONFLICT (change_id) DO NOTHING
""")
_NEWEST = sql(
    f"SELECT {policy_notice.columns} FROM policy_notice WHERE position < :position ORDER BY position DESC LIMIT :limit",
    PolicyNotice,
)


async def insert_notices(connection: Connection, notices: Sequence[dict[str, object]]) -> None:
    """`notices`: the columns of the table but its position, as JSON has them."""
    await execute(connection, _INSERT, rows=None, common=list(notices))


async def list_newest(connection: Connection, at: Place) -> list[PolicyNotice]:
    return await fetch(connection, _NEWEST, position=at.after, limit=at.limit)
