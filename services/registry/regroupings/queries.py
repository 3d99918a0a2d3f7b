"""All SQL about members who go from one household to another."""

from collections.abc import Sequence
from uuid import UUID

from services.registry.households.tables import Member, member
from shared.data.sql import Connection, by_id, list_by

_MEMBERS = list_by(member)


async def list_memberships(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Member]:
    """Members by id, with their sealed numbers."""
    return await by_id(connection, _MEMBERS, ids)
