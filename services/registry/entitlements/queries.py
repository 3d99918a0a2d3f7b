"""All SQL about entitlements: it reads what is held for true of households, and writes nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.households.rules import Status
from shared.data.pages import Place
from shared.data.revisions import AsOf, held, known
from shared.data.sql import Connection, fetch, fetch_values, sql


class HomeSeen(NamedTuple):
    """A household as it stood on a day. `attested`: the payers of the incomes that departments attest of it,
    `unit:source`, of one person `unit:source:reference`; `measures`: the kinds of help that it has, or had since a day;
    `out_on`: since when it is out, the last day of the year where nobody knows more.
    """

    id: UUID
    household_no: str | None
    division: str
    status: Status
    attribute: str
    house_grade: str | None
    deep_poverty: bool
    moved_in: bool
    unfinished_major_illness: bool | None
    helped: bool
    out_on: date | None
    attested: list[str]
    measures: list[str]


class PersonSeen(NamedTuple):
    """One of its people on that day."""

    household_id: UUID
    reference: str
    born_on: date
    school_status: str
    health: str
    labour: str
    education: str
    work_months: int
    medical_insured: bool
    pension_insured: bool
    disability_level: int | None
    family_doctor: bool | None
    chronic_card: bool | None
    assistive_device: bool | None
    rehabilitation: bool | None
    home_adapted: bool | None


# Of what a range holds the planner expects next to nothing; of a CASE it expects half (see the record's queries).
_STOOD = f"CASE WHEN {held('s')} THEN true ELSE false END AND s.status <> 'removed'"
_WITHIN = "s.division >= :division AND s.division <= :division || '~'"
_VILLAGES = sql(
    f"""
    SELECT DISTINCT s.division FROM household_standing s WHERE {_WITHIN} AND s.division > :after AND {_STOOD}
    ORDER BY s.division LIMIT :limit
    """,
    after=Text,
)
_OF_VILLAGES = sql(
    f"""
    SELECT s.household_id FROM household_standing s
    WHERE s.division = ANY(:divisions) AND s.household_id > :after AND {_STOOD} ORDER BY s.household_id
    """,
    divisions=ARRAY(Text),
)
# What a household had before the day is counted as long as the policy says.
_HOMES = sql(
    f"""
    SELECT s.household_id AS id, h.household_no, s.division, s.status, f.attribute, f.house_grade, f.deep_poverty,
           coalesce(h.moved_in_on <= :on, false) AS moved_in, f.unfinished_major_illness,
           EXISTS (SELECT FROM paired p WHERE p.household_id = s.household_id AND p.days @> :on) AS helped,
           coalesce(s.exited_on, make_date(s.exited_year, 12, 31)) AS out_on,
           ARRAY(SELECT DISTINCT l.payer FROM income_line l
               WHERE l.household_id = s.household_id AND l.kind = 'attestation' AND l.amount_fen > 0
                   AND l.income_year BETWEEN :income_year - 1 AND :income_year AND {known("l")}) AS attested,
           ARRAY(SELECT DISTINCT m.kind FROM measure m
               WHERE m.household_id = s.household_id AND m.started_on <= :on
                   AND coalesce(m.ended_on, 'infinity') >= :since) AS measures
    FROM household_standing s JOIN household_fact f ON f.household_id = s.household_id AND {held("f")}
    LEFT JOIN household h ON h.id = s.household_id
    WHERE s.household_id = ANY(:ids) AND {held("s")} AND s.status <> 'removed' ORDER BY s.household_id
    """,
    HomeSeen,
    income_year=Integer,
    since=Date,
)
_PEOPLE = sql(
    f"""
    SELECT x.household_id, m.reference, x.born_on, x.school_status, x.health, x.labour, x.education, x.work_months,
           x.medical_insured, x.pension_insured, x.disability_level, x.family_doctor, x.chronic_card,
           x.assistive_device, x.rehabilitation, x.home_adapted
    FROM member_fact x JOIN member m ON m.id = x.member_id
    WHERE x.household_id = ANY(:ids) AND {held("x")} ORDER BY x.household_id, x.relation <> 'head', x.born_on
    """,
    PersonSeen,
)


async def list_villages(connection: Connection, as_of: AsOf, at: Place, division: str) -> list[str]:
    """Where households of the register stood on the day, by code; of the caller's area."""
    named: dict[str, Any] = {"division": division, "after": at.after, "limit": at.limit}
    return await fetch_values(connection, _VILLAGES, **as_of.parameters, **named)


async def list_within(connection: Connection, as_of: AsOf, villages: Sequence[str], after: UUID) -> list[UUID]:
    """The households of villages that were in the register on the day, by id."""
    return await fetch_values(connection, _OF_VILLAGES, divisions=list(villages), after=after, **as_of.parameters)


async def list_homes(
    connection: Connection, as_of: AsOf, ids: Sequence[UUID], income_year: int, since: date
) -> list[HomeSeen]:
    """Those of the households that were in the register on the day, by id. Incomes are of the year and the one before;
    help is what was there since a day.
    """
    named = {"ids": list(ids), "income_year": income_year, "since": since}
    return await fetch(connection, _HOMES, **as_of.parameters, **named)


async def list_people(connection: Connection, as_of: AsOf, ids: Sequence[UUID]) -> dict[UUID, list[PersonSeen]]:
    """Their people on the day, the head first."""
    found: dict[UUID, list[PersonSeen]] = {i: [] for i in ids}
    for person in await fetch(connection, _PEOPLE, ids=list(ids), **as_of.parameters):
        found[person.household_id].append(person)
    return found
