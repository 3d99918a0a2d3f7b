"""All SQL about attestations."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.attestations.tables import Attestation, AttestationSeen, attestation
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

_INSERT = insert_many(attestation, Attestation._fields, FREE)
_BY_ID = list_by(attestation)
_OF_HOUSEHOLDS = sql(
    f"SELECT {attestation.columns} FROM attestation WHERE household_id = ANY(:ids) AND unit = :unit ORDER BY id",
    Attestation,
)
_PAGE = page_of(
    AttestationSeen,
    """
    SELECT a.id, a.household_id, h.household_no, m.reference AS person, a.division, a.unit, a.said, a.since,
           a.document_no, a.corrects, a.reason, a.attested_on
    FROM attestation a JOIN household h ON h.id = a.household_id LEFT JOIN member m ON m.id = a.member_id
    """,
    "a.household_id",
    "a.unit",
    key="a.id",
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Attestation]:
    return await by_id(connection, _BY_ID, ids)


async def list_of_unit(connection: Connection, household_ids: Sequence[UUID], unit: str) -> list[Attestation]:
    """What a unit has attested of the households and their people."""
    return await fetch(connection, _OF_HOUSEHOLDS, ids=list(household_ids), unit=unit)


async def insert_attestations(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_attestations(connection: Connection, at: Place, **filters: Any) -> list[AttestationSeen]:
    """By rising id, filtered by household or unit."""
    return await fetch_page(connection, _PAGE, at, **filters)
