"""All SQL about how households stood: lists, one whole, figures."""

from typing import Any
from uuid import UUID

from services.registry.households.tables import Summary, Whole
from services.registry.record.tables import Counted, Sourced
from shared.acts.dossiers import lists
from shared.data.pages import Place, fetch_page, page_of
from shared.data.revisions import AsOf, held, known
from shared.data.sql import Connection, fetch, fetch_or_not_found, sql

# Of what a range holds the planner expects next to nothing, and would sort a county for a page of it; of a CASE it
# expects half.
HELD_THEN = f"CASE WHEN {held('s')} THEN true ELSE false END"
# The households as they stand, and as they stood: two sources with the same columns.
STANDS = "household"
# How each stood, in no more words than a count needs.
PLACED = f"""(
    SELECT s.household_id AS id, s.division, s.status FROM household_standing s WHERE {HELD_THEN})"""
# Only of one that has moved away since is it asked by the function.
STOOD = f"""(
    SELECT s.household_id AS id, r.household_no, s.division, s.status, r.registered_on, s.exited_on, s.exited_year,
           r.relocation_cohort, CASE WHEN r.moved_in_on <= :on THEN r.moved_in_on END AS moved_in_on
    FROM household_standing s CROSS JOIN LATERAL (
        SELECT n.household_no, n.registered_on, n.relocation_cohort, n.moved_in_on FROM household n
        WHERE n.id = s.household_id UNION ALL SELECT o.* FROM household_once(s.household_id) o LIMIT 1) r
    WHERE {HELD_THEN})"""


def _whole(source: str, member: str = "member m ON m.id = x.member_id") -> str:
    """One household whole, in one round trip; lists travel as JSON, and so does all that is known of how it lives."""
    return f"""
    SELECT h.id, h.household_no, h.division, h.status, h.registered_on, h.exited_on, h.exited_year,
           h.relocation_cohort, h.moved_in_on, v.version, f.deep_poverty, f.main_cause, to_json(f) AS conditions,
           (SELECT coalesce(json_agg(p ORDER BY p.relation <> 'head', p.born_on), '[]') FROM (
               SELECT m.reference, x.name, x.sex, x.born_on, x.relation, x.labour, x.school_status, x.medical_insured
               FROM member_fact x JOIN {member} WHERE x.household_id = h.id AND {held("x")}) p) AS people,
           (SELECT coalesce(json_agg(i), '[]') FROM (
               SELECT income_year, category, kind, payer, amount_fen FROM income_line l
               WHERE l.household_id = h.id AND {known("l")}) i) AS income_lines
    FROM {source} h JOIN household_version v ON v.household_id = h.id
    JOIN household_fact f ON f.household_id = h.id AND {held("f")}
    WHERE h.id = :household_id
    """


# What is told of each household of a page is looked up for all of them at once: an index is gone down once and not a
# hundred times, however high it has grown. Each is worked out by itself, or the planner asks for one household's people
# as often as the page is long.
_OF_PAGE = "household_id = ANY (ARRAY(SELECT p.id FROM p))"
_NAMED_NOW = "SELECT p.household_no, p.relocation_cohort"
# Only one that has moved away since is asked about by the function.
_NAMED_THEN = """SELECT n.household_no, n.relocation_cohort WHERE n.id IS NOT NULL
    UNION ALL SELECT o.household_no, o.relocation_cohort FROM household_once(p.id) o WHERE n.id IS NULL"""
_HOUSEHOLDS = ", n AS MATERIALIZED (SELECT * FROM household WHERE id = ANY (ARRAY(SELECT p.id FROM p)))"


def _told(named: str, more: str = "", joined: str = "") -> str:
    return f"""
    WITH p AS MATERIALIZED ({{page}}),
    f AS MATERIALIZED (SELECT household_id, deep_poverty FROM household_fact x WHERE x.{_OF_PAGE} AND {held("x")}),
    v AS MATERIALIZED (SELECT household_id, version FROM household_version WHERE {_OF_PAGE}),
    m AS MATERIALIZED (
        SELECT household_id, count(*) AS members, max(name) FILTER (WHERE relation = 'head') AS head
        FROM member_fact x WHERE x.{_OF_PAGE} AND {held("x")} GROUP BY household_id){more}
    SELECT p.id, r.household_no, p.division, p.status, r.relocation_cohort, p.exited_year, f.deep_poverty, v.version,
           coalesce(m.members, 0) AS members, m.head,
           (SELECT d.name_zh FROM division d WHERE d.code = p.division AND d.valid @> CAST(:on AS date)) AS village
    FROM p JOIN f ON f.household_id = p.id JOIN v ON v.household_id = p.id LEFT JOIN m ON m.household_id = p.id {joined}
    CROSS JOIN LATERAL ({named}) r
    ORDER BY p.id
    """


WHOLE = _whole(STANDS)
_GET_WHOLE = sql(WHOLE, Whole)
_CALLED = """LATERAL (
    SELECT n.reference FROM member n WHERE n.id = x.member_id
    UNION ALL SELECT o.reference FROM member_once(x.member_id) o
        WHERE NOT EXISTS (SELECT FROM member n WHERE n.id = x.member_id)) m ON true"""
_GET_WHOLE_AS_OF = sql(_whole(STOOD, _CALLED), Whole)
_PAGE = page_of(
    Summary,
    "SELECT h.id, h.household_no, h.division, h.status, h.relocation_cohort, h.exited_year FROM household h",
    "h.status",
    "h.division",
    "h.household_no",
    key="h.id",
    told=_told(_NAMED_NOW),
)
_PAGE_AS_OF = page_of(
    Summary,
    "SELECT s.household_id AS id, s.division, s.status, s.exited_year FROM household_standing s",
    "s.status",
    "s.division",
    key="s.household_id",
    where=HELD_THEN,
    household_no="s.household_id = (SELECT household_numbered(:household_no))",
    told=_told(_NAMED_THEN, _HOUSEHOLDS, "LEFT JOIN n ON n.id = p.id"),
)
# People are joined before they are counted: a household of nobody counts as one.
_FIGURES = sql(
    f"""
    SELECT s.status, count(DISTINCT s.household_id)::integer AS households, count(m.id)::integer AS people
    FROM household_standing s LEFT JOIN member_fact m ON m.household_id = s.household_id AND {held("m")}
    WHERE {held("s")} AND s.division >= :division AND s.division <= :division || '~'
    GROUP BY s.status
    """,
    Counted,
)
# Few are in deep poverty: they are found by an index of their own.
_DEEP = sql(
    f"""
    SELECT s.status, count(DISTINCT s.household_id)::integer AS households, count(m.id)::integer AS people
    FROM household_fact f JOIN household_standing s ON s.household_id = f.household_id AND {held("s")}
    LEFT JOIN member_fact m ON m.household_id = s.household_id AND {held("m")}
    WHERE f.deep_poverty AND {held("f")} AND s.division >= :division AND s.division <= :division || '~'
    GROUP BY s.status
    """,
    Counted,
)
_HOLDS = {
    "versions": f"""
        SELECT lower(f.valid) AS since, f.* FROM household_fact f
        WHERE f.household_id = s.household_id AND {known("f")} AND lower(f.valid) <= :on ORDER BY lower(f.valid)
    """,
    "contacts": f"""
        SELECT lower(c.valid) AS since, c.* FROM household_contact c
        WHERE c.household_id = s.household_id AND {known("c")} AND lower(c.valid) <= :on ORDER BY lower(c.valid)
    """,
    "people": f"""
        SELECT m.reference, lower(x.valid) AS since, x.* FROM member_fact x JOIN {_CALLED}
        WHERE x.household_id = s.household_id AND {known("x")} AND lower(x.valid) <= :on AND x.member_id IN (
            SELECT y.member_id FROM member_fact y WHERE y.household_id = s.household_id AND {held("y")})
        ORDER BY lower(x.valid), x.member_id
    """,
    "lines": f"""
        SELECT l.income_year, l.category, l.payer, l.amount_fen, l.stated_on AS since, l.weight, l.stated_as
        FROM income_line l WHERE l.household_id = s.household_id AND {known("l")}
        ORDER BY l.income_year, l.category, l.kind, l.payer
    """,
}
_SOURCED = sql(
    f"""
    SELECT s.status, s.status_since AS stands_since, {lists(**_HOLDS)}
    FROM household_standing s WHERE s.household_id = :household_id AND {held("s")}
    """,
    Sourced,
)


async def get_sourced(connection: Connection, household_id: UUID, as_of: AsOf) -> Sourced:
    """Raises Problem `shared.not_found`, as `get_whole` does."""
    return await fetch_or_not_found(connection, _SOURCED, household_id=household_id, **as_of.parameters)


async def get_whole(connection: Connection, household_id: UUID, as_of: AsOf) -> Whole:
    """The household as held for true about a day.

    Raises:
        Problem: `shared.not_found`, also where it lies outside the caller's area or was not yet registered.
    """
    query = _GET_WHOLE_AS_OF if as_of.asked else _GET_WHOLE
    return await fetch_or_not_found(connection, query, household_id=household_id, **as_of.parameters)


async def list_households(connection: Connection, as_of: AsOf, at: Place, **filters: Any) -> list[Summary]:
    """By rising id, with the number of members on that day, filtered by status or division."""
    pages = _PAGE_AS_OF if as_of.asked else _PAGE
    return await fetch_page(connection, pages, at, **as_of.parameters, **filters)


async def count_households(connection: Connection, as_of: AsOf, division: str) -> list[Counted]:
    """Households and people of a division, by how they stood."""
    return await fetch(connection, _FIGURES, division=division, **as_of.parameters)


async def count_deep_poverty(connection: Connection, as_of: AsOf, division: str) -> list[Counted]:
    """As `count_households`, of those in deep poverty."""
    return await fetch(connection, _DEEP, division=division, **as_of.parameters)
