"""A register laid straight into its tables, as rosters leave it: portion by portion, up to a province's."""

from collections.abc import Callable, Sequence
from uuid import UUID

import asyncpg

COUNTY, VILLAGE = "140927", "140927200201"
PORTION = 20_000
# Nobody acts: who laid it is of no interest, and keeping it takes longer than the rest.
AUDITED = ("household", "household_fact", "household_word", "member", "member_fact", "income_line")
# Three people each, of whom the first is the head; household by household, as a file is taken.
HOUSEHOLDS = """
INSERT INTO household (id, household_no, division, status, registered_on)
    SELECT i, 'bench' || i, d, 'poor', '2014-06-01' FROM unnest($1::uuid[], $2::text[]) AS u (i, d)
"""
FACTS = (
    """
    INSERT INTO household_fact (id, household_id, division, valid, attribute, main_cause, deep_poverty, stated_by,
        house_grade, safe_water, electricity, medical_insured, food_secure, clothing_secure, school_dropout,
        unfinished_major_illness, only_subsidies, own)
        SELECT uuidv7(), id, division, '[2014-06-01,)', 'general', 'funds', false, 'bench', 'A', true, true, true, true,
        true, false, false, false, '{house_grade}' FROM household WHERE id = ANY($1::uuid[]) ORDER BY id
    """,
    """
    INSERT INTO member SELECT uuidv7(), id, division, 'sealed', id || '-' || n
        FROM household, generate_series(1, 3) n WHERE id = ANY($1::uuid[]) ORDER BY household.id, n
    """,
    """
    INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation, ethnicity,
        education, school_status, health, labour, work_months, medical_insured, pension_insured)
        SELECT uuidv7(), id, household_id, division, '[2014-06-01,)', '甲', 'male', '1970-01-01',
        CASE WHEN reference LIKE '%-1' THEN 'head' ELSE 'child' END, '汉', 'primary', 'none', 'healthy', 'ordinary', 0,
        true, true FROM member WHERE household_id = ANY($1::uuid[]) ORDER BY household_id
    """,
)


async def lay(
    owner: asyncpg.Connection,
    ids: Sequence[UUID],
    more: Sequence[str] = (),
    village: Callable[[int], str] = lambda _: VILLAGE,
) -> None:
    """These households, each in its `village` by its place among them; `more` are statements of a portion's ids."""
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")
    for table in AUDITED:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_insert")
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        places = [village(n) for n in range(start, start + len(portion))]
        await owner.execute(HOUSEHOLDS, portion, places)
        for statement in (*FACTS, *more):
            await owner.execute(statement, portion)
    for table in AUDITED:
        await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER audit_insert")
    await owner.execute("VACUUM (ANALYZE)")
