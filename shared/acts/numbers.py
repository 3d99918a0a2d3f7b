"""A household as people know it: lists that are asked for one take its number as well as its id."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Text

from shared.data.sql import Connection, fetch_one, sql
from shared.doors.http import Paging, field_error
from shared.ground.problems import Problem
from shared.values.inputs import HouseholdNo

NOBODY = UUID(int=0)
_BY_NUMBER = sql("SELECT id FROM household WHERE household_no = :household_no", household_no=Text)


async def _asked(
    connection: Paging, household_id: UUID | None = None, household_no: HouseholdNo | None = None
) -> UUID | None:
    if household_no is None:
        return household_id
    if household_id is not None:
        raise one_of_two("household_id")
    return await _find(connection, household_no)


async def _find(connection: Connection, household_no: str) -> UUID:
    """One that the caller may see; else nobody's id, of which no list has a row."""
    found = await fetch_one(connection, _BY_NUMBER, household_no=household_no)
    return found["id"] if found else NOBODY


def one_of_two(field: str) -> Problem:
    """An id is given beside its number, or neither where one is needed."""
    return Problem("shared.invalid_input", errors=[field_error({"type": "one_of", "loc": (field,)})])


# `household_id` or `household_no` of the query; None where neither is asked for.
HouseholdAsked = Annotated[UUID | None, Depends(_asked)]


async def _one(household_id: HouseholdAsked) -> UUID:
    if household_id is None:
        raise one_of_two("household_id")
    return household_id


# Where one of the two must be said.
OneHousehold = Annotated[UUID, Depends(_one)]
