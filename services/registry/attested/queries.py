"""All SQL about attested incomes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.attested.tables import IncomeAttestation, IncomeAttestationSeen, income_attestation
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

_INSERT = insert_many(income_attestation, IncomeAttestation._fields, FREE)
_BY_ID = list_by(income_attestation)
_OF_UNIT = sql(
    f"""
    SELECT {income_attestation.columns} FROM income_attestation
    WHERE household_id = ANY(:ids) AND unit = :unit ORDER BY id
    """,
    IncomeAttestation,
)
_PAGE = page_of(
    IncomeAttestationSeen,
    """
    SELECT a.id, a.household_id, h.household_no, m.reference AS person, a.division, a.unit, a.income_year, a.source,
           a.category, a.amount_fen, a.document_no, a.corrects, a.reason, a.attested_on
    FROM income_attestation a JOIN household h ON h.id = a.household_id LEFT JOIN member m ON m.id = a.member_id
    """,
    "a.household_id",
    "a.unit",
    key="a.id",
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, IncomeAttestation]:
    return await by_id(connection, _BY_ID, ids)


async def list_of_unit(connection: Connection, household_ids: Sequence[UUID], unit: str) -> list[IncomeAttestation]:
    """What a unit has attested of the households' incomes."""
    return await fetch(connection, _OF_UNIT, ids=list(household_ids), unit=unit)


async def insert_attestations(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_attestations(connection: Connection, at: Place, **filters: Any) -> list[IncomeAttestationSeen]:
    """By rising id, filtered by household or unit."""
    return await fetch_page(connection, _PAGE, at, **filters)
