"""All SQL about risk signals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.households.rules import Status
from services.registry.signals.rules import Heard, Signal
from services.registry.signals.tables import RiskSignal, RiskWarning, risk_signal, risk_warning
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, execute_many, fetch, fetch_values, insert_many, list_by, sql


class Weighed(NamedTuple):
    """A household that got out as it stands on a day. `looked_on`: the last look because of signals; `waiting`: a
    warning of it goes on; `proposed_by`: who proposed its last exit.
    """

    id: UUID
    division: str
    status: Status
    exited_on: date | None
    members: int
    looked_on: date | None
    waiting: bool
    proposed_by: str | None


class Happened(NamedTuple):
    """A signal of a household."""

    household_id: UUID
    kind: str
    since_on: date


class PlaceCount(NamedTuple):
    """A village's warnings, by what became of them; of the open ones by kind of signal."""

    division: str
    open: int
    fine: int
    needs_help: int
    fallen: int
    ended: int
    kinds: dict[str, int]


# A loan is overdue again, a dividend missed again: the last time counts, whichever was told first.
_START = sql(
    """
    INSERT INTO risk_signal AS r (id, household_id, division, kind, source, since_on, ends)
    SELECT uuidv7(), h.id, h.division, :kind, u.source, u.since_on, '{}'
    FROM unnest(:ids, :sources, :days) AS u (household_id, source, since_on)
    JOIN household h ON h.id = u.household_id ORDER BY u.source
    ON CONFLICT (kind, source) DO UPDATE SET since_on = greatest(r.since_on, excluded.since_on)
    """
)
# Whatever was told before. What never was is over since it began.
_RESTATE = sql(
    """
    INSERT INTO risk_signal (id, household_id, division, kind, source, since_on, over_on, ends)
    SELECT uuidv7(), h.id, h.division, :kind, u.source, u.since_on, u.over_on,
        jsonb_strip_nulls(jsonb_build_object('told', u.over_on))
    FROM unnest(:ids, :sources, :days, :ends) AS u (household_id, source, since_on, over_on)
    JOIN household h ON h.id = u.household_id ORDER BY u.source
    ON CONFLICT (kind, source)
        DO UPDATE SET since_on = excluded.since_on, over_on = excluded.over_on, ends = excluded.ends
    """,
    ends=ARRAY(Date),
)
_NEVER = sql("""
    UPDATE risk_signal SET over_on = since_on, ends = jsonb_build_object('told', since_on)
    WHERE kind = :kind AND source = ANY(:sources)
""")
_TELL = insert_many(risk_signal, RiskSignal._fields, FREE)
_SIGNALS_BY_ID = list_by(risk_signal)
_TOLD_OVER = """over_on = greatest(r.over_on, u.over_on),
        ends = r.ends || jsonb_build_object('told', greatest(CAST(r.ends ->> 'told' AS date), u.over_on))"""
_END = sql(
    f"""
    UPDATE risk_signal r SET {_TOLD_OVER}
    FROM unnest(:sources, :days) AS u (source, over_on) WHERE r.kind = :kind AND r.source = u.source
    """
)
_END_OF_HOUSEHOLDS = sql(
    f"""
    UPDATE risk_signal r SET {_TOLD_OVER}
    FROM unnest(:ids, :days) AS u (household_id, over_on) WHERE r.kind = :kind AND r.household_id = u.household_id
    """
)
_PAY = sql(
    """
    UPDATE risk_signal r SET over_on = greatest(r.over_on, u.over_on), ends = r.ends || u.ends
    FROM (SELECT p.household_id, max(p.paid_on) AS over_on, jsonb_object_agg(p.payment_id, p.paid_on) AS ends
        FROM unnest(:ids, :payments, :days) AS p (household_id, payment_id, paid_on) GROUP BY p.household_id) u
    WHERE r.kind = :kind AND r.household_id = u.household_id
    """,
    payments=ARRAY(Text),
)
# What something else has ended stays over; what goes on already goes on since its own day.
_PAY_BACK = sql(
    """
    UPDATE risk_signal r SET ends = r.ends - u.payments, over_on = w.until_on,
        again_on = CASE WHEN b.over_on >= b.since_on AND coalesce(w.until_on < b.since_on, true)
            THEN greatest(b.again_on, u.revoked_on) ELSE b.again_on END
    FROM (SELECT p.household_id, array_agg(p.payment_id) AS payments, max(p.revoked_on) AS revoked_on
        FROM unnest(:ids, :payments, :days) AS p (household_id, payment_id, revoked_on) GROUP BY p.household_id) u
    JOIN risk_signal b ON b.household_id = u.household_id AND jsonb_exists_any(b.ends, u.payments)
    CROSS JOIN LATERAL (SELECT max(CAST(e.value AS date)) AS until_on FROM jsonb_each_text(b.ends - u.payments) e) w
    WHERE r.id = b.id
    """,
    payments=ARRAY(Text),
)
_OUT = sql(
    """
    SELECT id FROM household WHERE division >= :division AND division <= :division || '~' AND status = 'exited'
    ORDER BY id
    """
)
_WEIGHED = sql(
    """
    SELECT h.id, h.division, h.status, h.exited_on, p.members, w.looked_on, w.waiting, e.proposed_by
    FROM household h CROSS JOIN LATERAL (SELECT count(*)::int AS members FROM member_fact m
        WHERE m.household_id = h.id AND upper_inf(m.known) AND m.valid @> CAST(:on AS date)) p
    CROSS JOIN LATERAL (SELECT max(w.looked_on) AS looked_on, coalesce(bool_or(w.state = 'open'), false) AS waiting
        FROM risk_warning w WHERE w.household_id = h.id) w
    LEFT JOIN LATERAL (SELECT c.proposed_by FROM exit_case c WHERE c.household_id = h.id AND c.state = 'announced'
        ORDER BY c.announced_on DESC, c.id DESC LIMIT 1) e ON true
    WHERE h.id = ANY(:ids) ORDER BY h.id
    """,
    Weighed,
)
# Since the last day on which it was otherwise: of what never was otherwise nothing has happened.
_OTHERWISE = """CROSS JOIN LATERAL (SELECT max(upper(b.valid)) AS since_on FROM {table} b
            WHERE b.{key} = f.{key} AND upper_inf(b.known) AND upper(b.valid) <= :on AND {otherwise}) w
        WHERE f.household_id = ANY(:ids) AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)"""
_WAS_WELL = _OTHERWISE.format(table="member_fact", key="member_id", otherwise="b.health NOT IN ('major', 'disabled')")
_WAS_SAFE = _OTHERWISE.format(table="household_fact", key="household_id", otherwise="b.house_grade <> ALL (:grades)")
_WAS_AT_SCHOOL = _OTHERWISE.format(table="household_fact", key="household_id", otherwise="b.school_dropout IS NOT TRUE")
# What was heard and is not over, and what the register itself holds for true.
_HAPPENED = sql(
    f"""
    SELECT household_id, kind, since_on FROM (
        SELECT r.household_id, r.kind, greatest(r.since_on, r.again_on) AS since_on FROM risk_signal r
        WHERE r.household_id = ANY(:ids) AND coalesce(r.over_on < r.since_on, true)
        UNION ALL SELECT d.household_id, 'member_died', d.left_on FROM departure d
        WHERE d.household_id = ANY(:ids) AND d.state = 'confirmed' AND d.reason = 'death'
        UNION ALL SELECT f.household_id, 'fell_ill', w.since_on FROM member_fact f {_WAS_WELL}
            AND f.health IN ('major', 'disabled')
        UNION ALL SELECT f.household_id, 'house_fell', w.since_on FROM household_fact f {_WAS_SAFE}
            AND f.house_grade = ANY(:grades)
        UNION ALL SELECT f.household_id, 'dropped_out', w.since_on FROM household_fact f {_WAS_AT_SCHOOL}
            AND f.school_dropout
        UNION ALL SELECT v.household_id, 'found', v.found_on FROM visit_finding v
        WHERE v.household_id = ANY(:ids) AND (v.state = 'open' OR (v.state = 'so' AND v.income_year IS NOT NULL))
        UNION ALL SELECT u.household_id, 'income_' || u.income, u.looked_on FROM follow_up u
        WHERE u.household_id = ANY(:ids) AND u.income IN ('near', 'under')
    ) AS s WHERE since_on > :since AND since_on <= :on ORDER BY household_id, since_on, kind
    """,
    Happened,
    grades=ARRAY(Text),
)
_LOCK_OPEN = sql(
    f"""
    SELECT {risk_warning.columns} FROM risk_warning WHERE household_id = ANY(:ids) AND state = 'open'
    ORDER BY id FOR UPDATE
    """,
    RiskWarning,
)
_BY_ID = list_by(risk_warning)
_INSERT = insert_many(risk_warning, RiskWarning._fields)
_WARNINGS = page(risk_warning, "state", "household_id", "division")
_SIGNALS = page(risk_signal, "kind", "household_id", "division")
_COUNTED = sql(
    """
    WITH w AS MATERIALIZED (
        SELECT division, state, kinds FROM risk_warning WHERE division >= :area AND division <= :area || '~')
    SELECT division, (count(*) FILTER (WHERE state = 'open'))::int AS open,
           (count(*) FILTER (WHERE state = 'fine'))::int AS fine,
           (count(*) FILTER (WHERE state = 'needs_help'))::int AS needs_help,
           (count(*) FILTER (WHERE state = 'fallen'))::int AS fallen,
           (count(*) FILTER (WHERE state = 'ended'))::int AS ended,
           coalesce((SELECT jsonb_object_agg(k.kind, k.n) FROM (
               SELECT kind, count(*) AS n FROM w AS o, string_to_table(o.kinds, ' ') AS kind
               WHERE o.division = w.division AND o.state = 'open' GROUP BY kind) k), '{}') AS kinds
    FROM w GROUP BY division ORDER BY division
    """,
    PlaceCount,
)


async def start_signals(connection: Connection, kind: Heard, begun: Mapping[str, tuple[UUID, date]]) -> None:
    """`begun`: household and day by source. Raises RowCountError where a household is not in the register."""
    ids, days = zip(*begun.values(), strict=True)
    await execute(connection, _START, rows=len(begun), kind=kind, sources=list(begun), ids=ids, days=days)


async def restate_signals(
    connection: Connection, kind: Heard, stated: Mapping[str, tuple[UUID, date, date | None]]
) -> None:
    """`stated`: by source household, first day, and the day from which on it is over. Raises RowCountError as above."""
    ids, days, ends = zip(*stated.values(), strict=True)
    rows = len(stated)
    await execute(connection, _RESTATE, rows=rows, kind=kind, sources=list(stated), ids=ids, days=days, ends=ends)


async def withdraw_signals(connection: Connection, kind: Heard, sources: Sequence[str]) -> None:
    """Nothing of the kind ever was of these; of most of them nothing was ever told."""
    await execute(connection, _NEVER, rows=None, kind=kind, sources=list(sources))


async def list_signals_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, RiskSignal]:
    return await by_id(connection, _SIGNALS_BY_ID, ids)


async def insert_told(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _TELL, rows)


async def end_signals(connection: Connection, kind: Heard, over: Mapping[str, date]) -> None:
    """`over`: day by source; of most of them nothing was ever told."""
    await execute(connection, _END, rows=None, kind=kind, sources=list(over), days=list(over.values()))


async def end_signals_of(connection: Connection, kind: Heard, over: Mapping[UUID, date]) -> None:
    """As `end_signals`, all of a kind of these households."""
    await execute(connection, _END_OF_HOUSEHOLDS, rows=None, kind=kind, ids=list(over), days=list(over.values()))


async def end_by_payments(connection: Connection, kind: Heard, paid: Sequence[tuple[UUID, UUID, date]]) -> None:
    """As `end_signals_of`, by payments that may turn out not to have arrived. `paid`: household, payment and day."""
    await execute(connection, _PAY, rows=None, kind=kind, **_columns(paid))


async def take_back_payments(connection: Connection, gone: Sequence[tuple[UUID, UUID, date]]) -> None:
    """What these payments alone had ended goes on. `gone`: household, payment, and since when it is none."""
    await execute(connection, _PAY_BACK, rows=None, **_columns(gone))


def _columns(of: Sequence[tuple[UUID, UUID, date]]) -> dict[str, Any]:
    ids, payments, days = zip(*of, strict=True)
    return {"ids": ids, "payments": [str(payment) for payment in payments], "days": days}


async def list_out(connection: Connection, division: str) -> list[UUID]:
    """The households of a division that got out and stayed so, by id."""
    return await fetch_values(connection, _OUT, division=division)


async def list_weighed(connection: Connection, ids: Sequence[UUID], on: date) -> list[Weighed]:
    """How these households stand on a day, by id."""
    return await fetch(connection, _WEIGHED, ids=list(ids), on=on)


async def list_signals(
    connection: Connection, ids: Sequence[UUID], since: date, on: date, unsafe_grades: Collection[str]
) -> dict[UUID, list[Signal]]:
    """By household what happened behind the day `since`, up to `on`, and is not over."""
    found: dict[UUID, list[Signal]] = {one: [] for one in ids}
    grades = sorted(unsafe_grades)
    for row in await fetch(connection, _HAPPENED, ids=list(ids), since=since, on=on, grades=grades):
        found[row.household_id].append(Signal(row.kind, row.since_on))
    return found


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, RiskWarning]:
    return await by_id(connection, _BY_ID, ids)


async def insert_warnings(connection: Connection, cases: Sequence[RiskWarning]) -> None:
    await execute_many(connection, _INSERT, [case._asdict() for case in cases])


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[RiskWarning]:
    """Those of the households at which nobody has looked yet, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def list_warnings(connection: Connection, at: Place, **filters: Any) -> list[RiskWarning]:
    """By rising id, filtered by state, household or division."""
    return await fetch_page(connection, _WARNINGS, at, **filters)


async def list_heard(connection: Connection, at: Place, **filters: Any) -> list[RiskSignal]:
    """What was told, by rising id, filtered by kind, household or division."""
    return await fetch_page(connection, _SIGNALS, at, **filters)


async def count_places(connection: Connection, area: str) -> list[PlaceCount]:
    """By village, what became of its warnings."""
    return await fetch(connection, _COUNTED, area=area)
