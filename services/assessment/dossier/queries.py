"""All that assessment shows of one household, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Boolean

from services.assessment.deeds.tables import deed
from services.assessment.teams.queries import PAIRING
from shared.acts.benefits import Given
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch, fetch_row, sql

# A note is shown to who wrote it, or to who sees all.
_VISIT = """
    id, household_id, division, cadre_id, visited_on, recorded_on, distance_m, findings, photo_sha256, counts, late,
    reasons, CASE WHEN :all_notes OR recorded_by = :subject THEN note END AS note
"""
_DOSSIER = dossier(
    types={"all_notes": Boolean},
    helpers=f"SELECT {PAIRING} FROM pairing WHERE household_id = :household_id ORDER BY id",
    visits=f"SELECT {_VISIT} FROM visit WHERE household_id = :household_id ORDER BY id",
    deeds=f"SELECT {deed.columns} FROM deed WHERE household_id = :household_id ORDER BY id",
)
_GIVEN = sql(
    """
    SELECT household_id, 'helper' AS kind, id::text AS source,
        CASE WHEN upper_inf(valid) THEN 'assigned' ELSE 'ended' END AS standing, NULL::bigint AS amount_fen, 1 AS times,
        lower(valid) AS first_on, upper(valid) AS last_on
    FROM pairing WHERE household_id = ANY(:ids) ORDER BY household_id, source
    """,
    Given,
)


async def get_dossier(connection: Connection, household_id: UUID, subject: str, *, all_notes: bool) -> Row:
    """Notes of visits are the subject's own, or all."""
    return await fetch_row(connection, _DOSSIER, household_id=household_id, subject=subject, all_notes=all_notes)


async def list_given(connection: Connection, household_ids: Sequence[UUID]) -> list[Given]:
    """What the households have or had, by household, kind and source."""
    return await fetch(connection, _GIVEN, ids=list(household_ids))
