"""Whom tests' helpers help, and where their villagers live."""

from uuid import UUID

import asyncpg

HELPERS = ("helper", "test-helper", "both", "reporter", "chief", "helper-1")
PERSON = "test-person"


async def bind(connection: asyncpg.Connection, *household_ids: UUID, person: str = PERSON) -> None:
    """Pair households with the helpers whom tests call by no other name; a villager of these tests lives in them."""
    await connection.execute(
        "INSERT INTO paired SELECT uuidv7(), s, h, '[2010-01-01,)' FROM unnest($1::text[]) s, unnest($2::uuid[]) h"
        " WHERE NOT EXISTS (SELECT FROM paired p WHERE (p.subject, p.household_id) = (s, h))",
        HELPERS,
        household_ids,
    )
    await connection.execute(
        "INSERT INTO resident SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING", person, household_ids
    )
