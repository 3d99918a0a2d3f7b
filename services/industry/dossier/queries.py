"""All that industry shows of one household, in one statement."""

from uuid import UUID

from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch_row

_DOSSIER = dossier(
    payouts="SELECT l.*, d.source_key FROM payout_line l JOIN payout_due d ON d.id = l.due_id"
    " WHERE l.household_id = :household_id ORDER BY l.id",
    agreements="SELECT * FROM dividend_agreement WHERE household_id = :household_id ORDER BY id",
    posts="SELECT a.*, p.kind, p.monthly_fen FROM post_assignment a JOIN post p ON p.id = a.post_id"
    " WHERE a.household_id = :household_id ORDER BY a.id",
    certificates="SELECT t.*, c.course FROM training_certificate t JOIN training_attendance a ON a.id = t.attendance_id"
    " JOIN training_class c ON c.id = a.class_id WHERE t.household_id = :household_id ORDER BY t.id",
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)
