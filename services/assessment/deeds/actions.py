"""Keeping what other services report."""

from collections.abc import Sequence

from services.assessment.deeds import queries
from services.assessment.deeds.tables import Deed
from shared.data.sql import Connection


async def record_deeds(connection: Connection, deeds: Sequence[Deed]) -> None:
    """Each once, however often it is reported; also of a household that is not known here yet."""
    if deeds:
        await queries.insert_deeds(connection, deeds)
