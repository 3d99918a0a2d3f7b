"""What was recorded wrongly is put right beside what was said; a certificate that was accepted may be revoked."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0003 import make_cases

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What was said stays as it was recorded; what stands is the correction, where there is one.
TABLES = """
ALTER TABLE station_reading ADD COLUMN corrected_kwh bigint CHECK (corrected_kwh >= 0);
ALTER TABLE project_spending ADD COLUMN corrected_fen bigint CHECK (corrected_fen >= 0);
CREATE TABLE reading_correction (
    id uuid PRIMARY KEY, reading_id uuid NOT NULL REFERENCES station_reading,
    station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    was_kwh bigint NOT NULL, total_kwh bigint NOT NULL CHECK (total_kwh >= 0 AND total_kwh <> was_kwh),
    reason text NOT NULL, corrected_on date NOT NULL, corrected_by text NOT NULL);
CREATE INDEX ON reading_correction (reading_id);
CREATE TABLE spending_correction (
    id uuid PRIMARY KEY, spending_id uuid NOT NULL REFERENCES project_spending,
    project_id uuid NOT NULL REFERENCES project, division text COLLATE "C" NOT NULL,
    was_fen bigint NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen >= 0 AND amount_fen <> was_fen),
    reason text NOT NULL, corrected_on date NOT NULL, corrected_by text NOT NULL);
CREATE INDEX ON spending_correction (spending_id);
CREATE TABLE certificate_revocation (
    id uuid PRIMARY KEY, certificate_id uuid NOT NULL REFERENCES training_certificate, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    CONSTRAINT revocation_confirmer_is_not_proposer CHECK (confirmed_by <> proposed_by),
    CHECK ((state = 'proposed') = (confirmed_by IS NULL)), CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)));
CREATE UNIQUE INDEX certificate_one_open_revocation ON certificate_revocation (certificate_id)
    WHERE state = 'proposed';
CREATE INDEX ON certificate_revocation (household_id, id);
CREATE INDEX ON certificate_revocation (division, id);
CREATE INDEX ON certificate_revocation (state, id);
ALTER TABLE training_certificate DROP CONSTRAINT training_certificate_state_check,
    ADD CONSTRAINT training_certificate_state_check CHECK (state IN ('recorded', 'accepted', 'refused', 'revoked'));
DROP INDEX certificate_one_an_attendance;
DROP INDEX certificate_number_once;
CREATE UNIQUE INDEX certificate_one_an_attendance ON training_certificate (attendance_id)
    WHERE state NOT IN ('refused', 'revoked');
CREATE UNIQUE INDEX certificate_number_once ON training_certificate (certificate_no)
    WHERE state NOT IN ('refused', 'revoked');
CREATE OR REPLACE FUNCTION certificates_known(numbers text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT certificate_no FROM training_certificate
    WHERE certificate_no = ANY(numbers) AND state NOT IN ('refused', 'revoked')
$$;
"""
NAMES = ("reading_correction", "spending_correction", "certificate_revocation")


def upgrade() -> None:
    run(TABLES)
    for table in NAMES:
        restrict_by_area("industry", table)
    append_only("industry", "reading_correction", "spending_correction")
    run("GRANT UPDATE (corrected_kwh, before_kwh) ON station_reading TO industry_app, system;"
        " GRANT UPDATE (corrected_fen) ON project_spending TO industry_app, system")  # fmt: skip
    audit(*NAMES)
    make_cases("certificate_revocation", "proposed_on", ("proposed",))
