"""All that industry shows of one household, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from shared.acts.benefits import Given
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch, fetch_row, sql

_DOSSIER = dossier(
    payouts="SELECT l.*, d.source_key FROM payout_line l JOIN payout_due d ON d.id = l.due_id"
    " WHERE l.household_id = :household_id ORDER BY l.id",
    agreements="SELECT * FROM dividend_agreement WHERE household_id = :household_id ORDER BY id",
    posts="SELECT a.*, p.kind, p.monthly_fen FROM post_assignment a JOIN post p ON p.id = a.post_id"
    " WHERE a.household_id = :household_id ORDER BY a.id",
    certificates="SELECT t.*, c.course FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id"
    " JOIN training_class c ON c.id = a.class_id WHERE t.household_id = :household_id ORDER BY t.id",
)
# Work, agreements, certificates and shares in projects; of payments that arrived how many, how much, and on which days.
_GIVEN = sql(
    """
    SELECT a.household_id, 'post' AS kind, a.id::text AS source, a.state AS standing, NULL::bigint AS amount_fen,
        1 AS times, a.starts_on AS first_on, a.ended_on AS last_on
    FROM post_assignment a WHERE a.household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'agreement', id::text, state, NULL, 1, signed_on, ended_on
    FROM dividend_agreement WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'training', id::text, state, NULL, 1, issued_on, issued_on
    FROM training_certificate WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'project', id::text, state, NULL, 1, started_on, NULL
    FROM project_participation WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'payout', purpose, 'confirmed', sum(amount_fen)::bigint, count(*)::int, min(paid_on),
        max(paid_on)
    FROM payout_line WHERE household_id = ANY(:ids) AND state = 'confirmed' AND revoked_on IS NULL
    GROUP BY household_id, purpose
    ORDER BY household_id, kind, source
    """,
    Given,
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)


async def list_given(connection: Connection, household_ids: Sequence[UUID]) -> list[Given]:
    """What the households have or had, by household, kind and source."""
    return await fetch(connection, _GIVEN, ids=list(household_ids))
