"""Every table of households is narrowed to whom a caller is bound, for each role that is bound to some of them only."""

import pytest

from services import NAMES
from shared.data.ddl.m0006 import NAMES as POLICIES
from tests.conftest import SERVICES, House

UNNARROWED = """
    SELECT DISTINCT a.attrelid::regclass::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'household_id'
    AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = $1)
"""
SHUT = """
    SELECT tablename || '.' || policyname AS name FROM pg_policies
    WHERE $1::name = ANY(roles) AND permissive = 'PERMISSIVE' AND NOT roles @> $2::name[]
"""
# Asked by other tables' policies and rules, for ids that a caller sees already.
OPEN = {"resident", "paired", "frozen_household", "suspected_household"}


@pytest.mark.parametrize("service", NAMES)
async def test_every_table_of_households_is_narrowed(house: House, service: str) -> None:
    owner = await house.owner(service)
    for role, policy in POLICIES.items():
        found = {r["name"] for r in await owner.fetch(UNNARROWED, policy)} - OPEN
        assert found == set(), f"{role} sees all rows of the area"


@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_service_may_the_narrowed_may(house: House, service: str) -> None:
    """Else a door would answer them with an error instead of fewer rows."""
    owner = await house.owner(service)
    assert [r["name"] for r in await owner.fetch(SHUT, f"{service}_app", [*POLICIES])] == []
