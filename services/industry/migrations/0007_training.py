"""Classes, who attended them, and certificates."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict, restrict_by_area

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# `trainee` is a code of ours for one person; it belongs to one household for good.
TABLES = """
CREATE TABLE training_class (
    id uuid PRIMARY KEY, course text NOT NULL, provider_code text NOT NULL, division text COLLATE "C" NOT NULL,
    starts_on date NOT NULL, days integer NOT NULL CHECK (days > 0), employer_code text,
    created_on date NOT NULL, created_by text NOT NULL);

CREATE TABLE training_attendance (
    id uuid PRIMARY KEY, class_id uuid NOT NULL REFERENCES training_class,
    household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL, trainee text NOT NULL,
    days integer NOT NULL CHECK (days >= 0), recorded_on date NOT NULL, recorded_by text NOT NULL,
    UNIQUE (class_id, trainee),
    CONSTRAINT trainee_of_one_household EXCLUDE USING gist (trainee WITH =, household_id WITH <>));
CREATE INDEX ON training_attendance (household_id);

CREATE TABLE training_certificate (
    id uuid PRIMARY KEY, attendance_id uuid NOT NULL REFERENCES training_attendance, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, certificate_no text NOT NULL, issued_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('recorded', 'accepted', 'refused')),
    recorded_on date NOT NULL, recorded_by text NOT NULL, accepted_on date, accepted_by text,
    CONSTRAINT certificate_acceptor_is_not_recorder CHECK (accepted_by <> recorded_by),
    CHECK ((state = 'recorded') = (accepted_by IS NULL)), CHECK ((accepted_by IS NULL) = (accepted_on IS NULL)));
CREATE UNIQUE INDEX certificate_one_an_attendance ON training_certificate (attendance_id) WHERE state <> 'refused';
CREATE UNIQUE INDEX certificate_number_once ON training_certificate (certificate_no) WHERE state <> 'refused';
CREATE INDEX ON training_certificate (household_id);

-- Row-level security hides other townships' trainees and certificates: the answers are codes that were asked for.
CREATE FUNCTION trainees_of_others(trainees text[], households uuid[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT a.trainee FROM training_attendance a
    JOIN unnest(trainees, households) AS n (trainee, household_id) ON n.trainee = a.trainee
    WHERE n.household_id <> a.household_id
$$;
CREATE FUNCTION certificates_known(numbers text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT certificate_no FROM training_certificate WHERE certificate_no = ANY(numbers) AND state <> 'refused'
$$;
REVOKE ALL ON FUNCTION trainees_of_others, certificates_known FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trainees_of_others, certificates_known TO industry_app, system;
"""
# A township's class is seen by its villages; written within the writer's own area only.
WITHIN = f"({IN_AREA.format(column='division')})"
COVERS = f"({WITHIN} OR starts_with(nullif(current_setting('app.area', true), ''), division))"


def upgrade() -> None:
    run(TABLES)
    restrict("industry", "training_class", COVERS, WITHIN)
    for table in ("training_attendance", "training_certificate"):
        restrict_by_area("industry", table)
    audit("training_class", "training_attendance", "training_certificate")
