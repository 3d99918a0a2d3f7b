"""What a database is made of, as PostgreSQL itself says it: to hold two against each other, object by object."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import asyncpg

from shared.data.migrate import migrate, scripts

# One line for each thing that an object is made of. Positions are left out but for the order of columns: a database
# that lost a column on its way counts on from it.
LINES = """
WITH own AS (
    SELECT c.relname AS object, c.* FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND c.relname <> 'alembic_version'),
routine AS (
    SELECT p.oid::regprocedure::text AS object, p.* FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')),
line AS (
    SELECT object, concat_ws(' ', 'relation', relkind, pg_get_userbyid(relowner), relpersistence, relrowsecurity,
        relforcerowsecurity, reloptions::text,
        CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END) AS text FROM own
    UNION ALL SELECT object, concat_ws(' ', 'right', a) FROM own, unnest(relacl) AS a
    UNION ALL SELECT object, concat_ws(' ', 'column', to_char(row_number() OVER (PARTITION BY o.oid ORDER BY attnum),
        'FM000'), attname, format_type(atttypid, atttypmod), 'collation', nullif(attcollation, 0)::regcollation,
        'null', NOT attnotnull, 'identity', attidentity, 'generated', attgenerated, 'storage', attstorage,
        'default', pg_get_expr(adbin, adrelid), 'rights', attacl::text)
        FROM own o JOIN pg_attribute ON attrelid = o.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_attrdef ON adrelid = o.oid AND adnum = attnum WHERE relkind <> 'S'
    UNION ALL SELECT object, concat_ws(' ', 'constraint', conname, pg_get_constraintdef(c.oid), convalidated)
        FROM own o JOIN pg_constraint c ON conrelid = o.oid
    UNION ALL SELECT object, concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid)
        FROM own o JOIN pg_index ON indrelid = o.oid
    UNION ALL SELECT object, concat_ws(' ', 'policy', polname, polcmd, polpermissive,
        ARRAY(SELECT pg_get_userbyid(r) FROM unnest(polroles) AS r ORDER BY 1), 'using',
        pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
        FROM own o JOIN pg_policy ON polrelid = o.oid
    UNION ALL SELECT object, concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), tgenabled)
        FROM own o JOIN pg_trigger t ON tgrelid = o.oid AND NOT tgisinternal
    UNION ALL SELECT object, concat_ws(' ', 'routine', pg_get_userbyid(proowner), pg_get_functiondef(oid))
        FROM routine
    UNION ALL SELECT object, concat_ws(' ', 'right', a) FROM routine, unnest(proacl) AS a)
SELECT object, array_agg(text ORDER BY text COLLATE "C") AS lines FROM line GROUP BY object ORDER BY object
"""


async def catalogue(url: str) -> dict[str, list[str]]:
    """By relation and routine, sorted lines: columns, constraints, indexes, policies, triggers, rights."""
    connection = await asyncpg.connect(url)
    try:
        return {row["object"]: row["lines"] for row in await connection.fetch(LINES)}
    finally:
        await connection.close()


def digests(objects: Mapping[str, list[str]]) -> dict[str, str]:
    """By object, what is enough to see that it is another one."""
    return {name: sha256("\n".join(lines).encode()).hexdigest()[:16] for name, lines in objects.items()}


def revisions(migrations: Path) -> list[str]:
    """Oldest first."""
    return [script.revision for script in scripts(migrations)[1].walk_revisions()][::-1]


async def changes(url: str, migrations: Path) -> dict[str, dict[str, str]]:
    """Migrate an empty database step by step; by revision, the objects that are new or other, "" where it is gone."""
    found, before = dict[str, dict[str, str]](), dict[str, str]()
    for revision in revisions(migrations):
        await migrate(url, migrations, revision)
        after = digests(await catalogue(url))
        gone = dict.fromkeys(sorted(before.keys() - after.keys()), "")
        found[revision] = {name: digest for name, digest in after.items() if before.get(name) != digest} | gone
        before = after
    return found
