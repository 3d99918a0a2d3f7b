"""Grievances that are late go higher by themselves; a villager without a phone speaks by sheets that he signs."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# What the register looks for by itself, again and again: the promised day of those that nobody has answered in time.
LATE = """
ALTER TABLE grievance ADD COLUMN late_on date CHECK (late_on > answer_by_on);
ALTER TABLE grievance ADD CHECK (late_on IS NULL OR with_office = 'auditor');
CREATE INDEX ON grievance (answer_by_on, id)
    WHERE state NOT IN ('unsigned', 'told', 'settled', 'withdrawn') AND late_on IS NULL;
"""
# CHECKs that PostgreSQL named are found by their text.
CHECKS = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT c.conname FROM pg_constraint c WHERE c.conrelid = 'grievance'::regclass AND c.contype = 'c'
        AND (pg_get_constraintdef(c.oid) LIKE '%channel = ANY%' OR pg_get_constraintdef(c.oid) LIKE '%state = ANY%'
            OR pg_get_constraintdef(c.oid) LIKE '%CASE channel%'
            OR pg_get_constraintdef(c.oid) LIKE '%due_on IS NOT NULL%') LOOP
        EXECUTE format('ALTER TABLE grievance DROP CONSTRAINT %I', found.conname);
    END LOOP;
END $$;
ALTER TABLE grievance ADD CHECK (channel IN ('own', 'paper', 'letter', 'hotline', 'oral', 'anonymous'));
ALTER TABLE grievance ADD CHECK (state IN ('unsigned', 'with_township', 'with_county', 'with_auditor',
    'township_answered', 'county_answered', 'auditor_answered', 'told', 'settled', 'withdrawn'));
ALTER TABLE grievance ADD CHECK (CASE channel WHEN 'own' THEN person IS NOT NULL
    WHEN 'paper' THEN person IS NOT NULL AND household_id IS NOT NULL
    WHEN 'anonymous' THEN person IS NULL ELSE true END);
ALTER TABLE grievance ADD CHECK (channel = 'paper' OR state NOT IN ('unsigned', 'withdrawn'));
ALTER TABLE grievance ADD CHECK (due_on IS NOT NULL OR state IN ('settled', 'withdrawn'));
"""
ROLE, SUBJECT = "current_setting('app.role', true)", "current_setting('app.subject', true)"
# Who has its sheet before him, or had it. Asked of a function, as the rows of sheets ask for those of grievances.
VOUCHED = f"""
CREATE FUNCTION vouched_for(grievance_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM paper p WHERE p.case_id = grievance_id AND p.procedure = 'registry.grievances'
        AND (p.state = 'recorded' OR {SUBJECT} IN (p.recorded_by, p.confirmed_by)))
$$;
REVOKE ALL ON FUNCTION vouched_for FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vouched_for TO registry_app, system, helper, villager, entity;
"""  # noqa: S608 - our names
# As before; and whoever vouches for what the complainant signed sees of what.
SEEN = f"""
    ({IN_AREA.format(column="division")}) AND about_office IS DISTINCT FROM {ROLE}
    AND about_subject IS DISTINCT FROM {SUBJECT}
    AND CASE WHEN {ROLE} IN ('county', 'auditor', 'villager') OR recorded_by = {SUBJECT} THEN true
        WHEN {ROLE} = 'township' AND (with_office = 'township' OR township_answered_by IS NOT NULL) THEN true
        ELSE {ROLE} IN ('village', 'team', 'township') AND vouched_for(id) END
"""
# The sheet of a grievance names a household: it goes past whoever is complained of as the grievance does.
SHEETS = f"""
    ({IN_AREA.format(column="division")}) AND CASE WHEN procedure = 'registry.grievances'
    THEN (SELECT true FROM grievance g WHERE g.id = case_id) IS TRUE ELSE true END
"""  # noqa: S608 - our names


def upgrade() -> None:
    run(LATE)
    run(CHECKS)
    run(VOUCHED)
    run(f"ALTER POLICY app_rows ON grievance USING ({SEEN}) WITH CHECK ({SEEN})")
    run(f"ALTER POLICY app_rows ON paper USING ({SHEETS}) WITH CHECK ({SHEETS})")
