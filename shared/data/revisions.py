"""Facts over time: the one statement that ends what was known, says the days before again, and says it anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.data.relations import Relation
from shared.data.sql import Connection, RowCountError, Statement, execute, fetch_one, sql, types_of


class AsOf(NamedTuple):
    """What is asked of facts over time: what was held for true at a moment (None: now) about a day. `asked`: somebody
    said which, and does not just ask how things stand.
    """

    on: date
    known_at: datetime | None = None
    asked: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of `held`."""
        return {"on": self.on, "known_at": self.known_at}


def held(alias: str) -> str:
    """The condition by which facts over time are asked for. What is held for true now is so until the end of time."""
    return f"{known(alias)} AND {alias}.valid @> :on"


def known(alias: str) -> str:
    """As `held`, of what has no days."""
    return f"{alias}.known @> coalesce(:known_at, 'infinity')"


# The reports, each under its key, all at one instant; then what they end of what was known.
_ENDED = """
    WITH report AS MATERIALIZED (
        SELECT {keys}, (r ->> 'since')::date AS since, jsonb_strip_nulls(r){office} AS said,
               (SELECT clock_timestamp()) AS at
        FROM unnest(:reports) AS r, LATERAL jsonb_populate_record(NULL::{table}, r) AS n),
    ended AS MATERIALIZED (
        UPDATE {table} f SET known = tstzrange(lower(f.known), r.at) FROM report r
        WHERE f.{first_key} = ANY(:{first_key}) AND ({keys_of_f}) = ({keys_of_r})
            AND upper_inf(f.known) AND {touched}
        RETURNING {keys_of_f}, {was}, r.since, r.at)"""
# In which office it is stated, where the table keeps it; a report that a service takes for somebody says it itself.
_OFFICE = (
    " || jsonb_build_object('stated_as', coalesce(r ->> 'stated_as', nullif(current_setting('app.role', true), '')))"
)
_BEFORE = """,
    before AS (
        INSERT INTO {table} SELECT n.* FROM ended e, LATERAL jsonb_populate_record(NULL::{table}, e.was
            || jsonb_build_object('id', uuidv7(), 'valid', daterange(lower(e.valid), e.since),
                'known', tstzrange(e.at, NULL))) AS n
        WHERE lower(e.valid) < e.since)"""
_ANEW = """,
    anew AS (
        INSERT INTO {table} SELECT n.* FROM report r {join} ended e USING ({keys}),
            LATERAL jsonb_populate_record(NULL::{table}, coalesce(e.was, '{{}}') || r.said{own}
            || jsonb_build_object('id', uuidv7(), 'valid', daterange(greatest(lower(e.valid), r.since), {until}),
                'known', tstzrange(r.at, NULL))) AS n)"""
# A version that begins with a report has said nothing but that; a later one has said what it said, and this.
_OWN = """ || jsonb_build_object('own', CASE WHEN lower(e.valid) < r.since THEN '[]' ELSE e.was -> 'own' END
            || coalesce(r.said -> 'own', '[]'),
            'attested', CASE WHEN lower(e.valid) < r.since THEN '{{}}' ELSE e.was -> 'attested' END)"""
# What a report says goes on into later versions, but for what one of them has said itself: `own` are a report's words.
# `attested` are those that a department answers for, by its unit: they go on until an attestation says otherwise, and
# what lighter words had said meanwhile is not held for true any more. Of a day on which both were said, the row's
# weight is that of the lighter ones.
_CARRIED = """,
    anew AS (
        INSERT INTO {table} SELECT n.* FROM report r JOIN ended e USING ({keys}),
            LATERAL (SELECT CASE
                WHEN lower(e.valid) < r.since THEN r.said
                WHEN lower(e.valid) = r.since THEN
                    CASE WHEN r.said -> 'attested' <> '{{}}' AND EXISTS (
                        SELECT FROM jsonb_array_elements_text(e.was -> 'own') AS w
                        WHERE NOT (e.was -> 'attested' ? w OR r.said -> 'attested' ? w))
                    THEN r.said - '{{stated_by,stated_as,weight}}'::text[] ELSE r.said END
                    || jsonb_build_object('attested', (e.was -> 'attested') || (r.said -> 'attested'), 'own', (
                        SELECT coalesce(jsonb_agg(DISTINCT w ORDER BY w), '[]')
                        FROM jsonb_array_elements_text((e.was -> 'own') || (r.said -> 'own')) AS w))
                WHEN r.said -> 'attested' = '{{}}' THEN (
                    SELECT coalesce(jsonb_object_agg(w, r.said -> w), '{{}}')
                    FROM jsonb_array_elements_text(r.said -> 'own') AS w
                    WHERE NOT EXISTS (SELECT FROM ended x WHERE ({keys_of_x}) = ({keys_of_r})
                        AND lower(x.valid) > r.since AND lower(x.valid) <= lower(e.valid) AND x.was -> 'own' ? w))
                ELSE (
                    SELECT jsonb_object_agg(w, coalesce(a.was -> w, r.said -> w))
                        || jsonb_build_object('own', (e.was -> 'own') - coalesce(
                            array_agg(w) FILTER (WHERE a.valid IS NULL OR a.valid <> e.valid), '{{}}'))
                    FROM jsonb_array_elements_text(r.said -> 'own') AS w LEFT JOIN LATERAL (
                        SELECT x.was, x.valid FROM ended x WHERE ({keys_of_x}) = ({keys_of_r})
                            AND lower(x.valid) > r.since AND lower(x.valid) <= lower(e.valid) AND x.was -> 'own' ? w
                            AND (x.was -> 'attested' ? w OR x.was ->> 'weight' = 'attestation')
                        ORDER BY lower(x.valid) DESC LIMIT 1) AS a ON true)
                END AS said) AS now,
            LATERAL jsonb_populate_record(NULL::{table}, e.was || now.said
            || jsonb_build_object('id', uuidv7(), 'valid', daterange(greatest(lower(e.valid), r.since),
                upper(e.valid)), 'known', tstzrange(r.at, NULL))) AS n)"""
# A row that takes the place of another must come behind its end: the count waits for all of them.
_WHOLE = """,
    anew AS (
        INSERT INTO {table} SELECT n.* FROM report r CROSS JOIN (SELECT count(*) FROM ended) AS e,
            LATERAL jsonb_populate_record(NULL::{table}, r.said
            || jsonb_build_object('id', uuidv7(), 'known', tstzrange(r.at, NULL))) AS n)"""
_UNTIL_NEXT = (
    "CASE WHEN e.was IS NULL THEN (SELECT min(lower(x.valid)) FROM {table} x WHERE ({keys_of_x}) = ({keys_of_r})"
    " AND upper_inf(x.known) AND lower(x.valid) > r.since) ELSE upper(e.valid) END"
)
_SAID = " SELECT count(*) AS n FROM report"
_FOUND = " SELECT count(*) AS n FROM report r WHERE ({keys_of_r}) IN (SELECT {keys} FROM ended)"


def revision(
    table: Table | Relation[Any],
    *key: str,
    onward: bool = False,
    carried: bool = False,
    anew: bool = True,
    first: bool = False,
) -> Statement[Any]:
    """End what was known, say the days before again, say it anew: nothing is overwritten. `revise` runs it.

    What is said holds from its day until the next version begins, with `onward` in all later ones too, with `carried`
    until it is said anew, whichever was told first: `own` of a version names what it said, and `attested` the units by
    whose word lighter ones do not change it; each report says both. Without `anew` nothing holds from that day on. With
    `first`, a report may be the first word of its days. A table without days is ended by key, and each report is a
    whole row of it.

    Flat in the size of the table: the key's first column is looked up beforehand, and each record is spread once. Of
    300,000 households 1,000 were revised in 0.9 s, nearly all of it the exclusion constraint's; spread by `(...).*`,
    once a column, in 6 s.
    """
    types = types_of(table)
    days = "valid" in types
    of = {f"keys_of_{alias}": ", ".join(f"{alias}.{column}" for column in key) for alias in "frx"}
    office = _OFFICE if "stated_as" in types else ""
    names = of | {"table": table.name, "keys": ", ".join(key), "first_key": key[0], "office": office}
    touched = "f.valid && daterange(r.since, NULL)" if onward or carried else "f.valid @> r.since" if days else "true"
    parts = [_ENDED.format(**names, touched=touched, was="f.valid, to_jsonb(f) AS was" if days else "f.id")]
    if days:
        parts.append(_BEFORE.format(**names))
    if carried:
        parts.append(_CARRIED.format(**names))
    elif days and anew:
        until = _UNTIL_NEXT.format(**names) if first else "upper(e.valid)"
        own = _OWN.format() if "attested" in types else ""
        parts.append(_ANEW.format(**names, join="LEFT JOIN" if first else "JOIN", until=until, own=own))
    elif anew:
        parts.append(_WHOLE.format(**names))
    parts.append(_SAID if first or not days else _FOUND.format(**names))
    return sql("".join(parts), reports=ARRAY(JSONB), **{key[0]: ARRAY(types[key[0]])})


async def revise(connection: Connection, query: Statement[Any], reports: Sequence[Mapping[str, Any]]) -> None:
    """`query`: a `revision`. `reports`, each key once: the key, `since` (its first day, where the table keeps days)
    and the columns that change; None changes nothing, and what the table has no column for is passed over.

    Raises:
        RowCountError: nothing was known of the days that a report is about.
    """
    (key,) = set(query.names) - {"reports"}
    row = await fetch_one(connection, query, reports=plain(reports), **{key: [r[key] for r in reports]})
    if row is None or row["n"] != len(reports):
        raise RowCountError(f"{row and row['n']} of {len(reports)} reports found what they change")


# What is held for true of one (`from_id`) is copied word by word: with its weight, and whose word it was.
_INHERITED = """
    WITH heir AS MATERIALIZED (
        SELECT (r ->> 'from_id')::uuid AS from_id, (r ->> 'since')::date AS since, r AS said,
               (SELECT clock_timestamp()) AS at
        FROM unnest(:reports) AS r)
    INSERT INTO {table} SELECT n.* FROM heir h
        JOIN {table} f ON f.{key} = h.from_id AND f.{key} = ANY(:ids) AND upper_inf(f.known) AND {touched},
        LATERAL jsonb_populate_record(NULL::{table}, to_jsonb(f) || h.said || jsonb_build_object('id', uuidv7(),
            'valid', {days}, 'known', tstzrange(h.at, NULL)){attested}) AS n"""
_SINCE_THE_DAY = {"touched": "f.valid && daterange(h.since, NULL)", "days": "f.valid * daterange(h.since, NULL)"}
# The version of the day answers for all that was attested until then: those that said so stay behind.
_ATTESTED = """ || CASE WHEN f.valid @> h.since THEN (
            SELECT jsonb_build_object(
                'attested', coalesce(jsonb_object_agg(a.key, a.value ORDER BY lower(x.valid)), '{{}}'),
                'own', to_jsonb(ARRAY(SELECT unnest(f.own) UNION SELECT unnest(coalesce(array_agg(a.key), '{{}}')))))
            FROM {table} x CROSS JOIN LATERAL jsonb_each(x.attested) a
            WHERE x.{key} = h.from_id AND upper_inf(x.known) AND lower(x.valid) <= h.since) ELSE '{{}}' END"""
_WITH_PAST = {
    "touched": "lower(f.valid) <= h.since",
    "days": "CASE WHEN f.valid @> h.since THEN daterange(lower(f.valid), NULL) ELSE f.valid END",
}


def inheritance(table: Relation[Any], key: str, *, past: bool = False) -> Statement[Any]:
    """What is held for true of one about a day is from then on held for true of another: `inherit` runs it.

    With `past` the versions that led to it come along, each with its days, so that whose word each field is stays
    known; else what holds begins on that day, and what departments attested before it goes on.
    """
    attested = "" if past else _ATTESTED.format(table=table.name, key=key)
    days = _WITH_PAST if past else _SINCE_THE_DAY
    return sql(_INHERITED.format(table=table.name, key=key, attested=attested, **days), reports=ARRAY(JSONB))


async def inherit(
    connection: Connection, query: Statement[Any], heirs: Sequence[Mapping[str, Any]], *, least: int = 0
) -> None:
    """`query`: an `inheritance`. `heirs`: `from_id`, `since`, the new key, and what is said otherwise of the heir.

    Raises:
        RowCountError: fewer than `least` rows were copied.
    """
    ids = [h["from_id"] for h in heirs]
    copied = await execute(connection, query, rows=None, ids=ids, reports=plain(heirs))
    if copied < least:
        raise RowCountError(f"{copied} rows of at least {least} were copied")


def plain(reports: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As JSON holds them."""
    return [{k: str(v) if isinstance(v, UUID | date) else v for k, v in r.items()} for r in reports]
