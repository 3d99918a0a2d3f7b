"""The registry's ground: divisions, households and members over time, incomes, roster imports."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, create_shared_tables, restrict, restrict_by_area

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# `valid` is when a fact held, `known` when we held it for true: nothing is overwritten, the past can be asked.
TABLES = """
CREATE TABLE division (
    code text COLLATE "C" NOT NULL CHECK (code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    valid daterange NOT NULL, name_zh text NOT NULL, name_en text NOT NULL,
    level text NOT NULL CHECK (level IN ('county', 'township', 'village')),
    poor_village boolean NOT NULL DEFAULT false, rural_people integer NOT NULL CHECK (rural_people >= 0),
    PRIMARY KEY (code, valid),
    EXCLUDE USING gist (code WITH =, valid WITH &&));

CREATE TABLE household (
    id uuid PRIMARY KEY, household_no text NOT NULL UNIQUE, division text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('poor', 'exited', 'returned', 'removed')),
    registered_on date NOT NULL, exited_on date, exited_year integer, relocation_cohort integer,
    relocated boolean NOT NULL DEFAULT false, version bigint NOT NULL DEFAULT 1,
    CHECK ((status = 'exited') = (exited_year IS NOT NULL)));
CREATE INDEX ON household (division, id);

CREATE TABLE household_fact (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    valid daterange NOT NULL, known tstzrange NOT NULL DEFAULT tstzrange(clock_timestamp(), NULL),
    attribute text NOT NULL CHECK (attribute IN ('general', 'dibao', 'wubao', 'dibao_poor')),
    main_cause text NOT NULL, other_causes jsonb NOT NULL DEFAULT '{"codes": []}',
    deep_poverty boolean NOT NULL, natural_village text NOT NULL DEFAULT '',
    house_area_m2_x100 integer CHECK (house_area_m2_x100 >= 0), house_grade text CHECK (house_grade ~ '^[A-D]$'),
    safe_water boolean, electricity boolean, food_secure boolean, clothing_secure boolean,
    school_dropout boolean, medical_insured boolean, unfinished_major_illness boolean, only_subsidies boolean,
    stated_by text NOT NULL,
    EXCLUDE USING gist (household_id WITH =, valid WITH &&, known WITH &&));
CREATE INDEX ON household_fact (household_id);

CREATE TABLE household_contact (
    household_id uuid PRIMARY KEY REFERENCES household, division text COLLATE "C" NOT NULL,
    phone_sealed bytea, account_sealed bytea);

-- `reference` is what a screen shows instead of the number.
CREATE TABLE member (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    id_number_sealed bytea NOT NULL, reference text NOT NULL UNIQUE);
CREATE INDEX ON member (household_id);
CREATE TABLE member_fact (
    id uuid PRIMARY KEY, member_id uuid NOT NULL REFERENCES member, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL,
    valid daterange NOT NULL, known tstzrange NOT NULL DEFAULT tstzrange(clock_timestamp(), NULL),
    name text NOT NULL, sex text NOT NULL CHECK (sex IN ('male', 'female')), born_on date NOT NULL,
    relation text NOT NULL, ethnicity text NOT NULL, education text NOT NULL, school_status text NOT NULL,
    health text NOT NULL, labour text NOT NULL CHECK (labour IN ('ordinary', 'skilled', 'weak', 'lost', 'none')),
    work_place text NOT NULL DEFAULT '', work_months smallint NOT NULL CHECK (work_months BETWEEN 0 AND 12),
    medical_insured boolean NOT NULL, pension_insured boolean NOT NULL,
    EXCLUDE USING gist (member_id WITH =, valid WITH &&, known WITH &&));
CREATE INDEX ON member_fact (household_id);
-- One row per active key, so that keys can rotate; the primary key is what keeps a person out of two households.
CREATE TABLE person_index (
    key_id text NOT NULL, digest bytea NOT NULL, member_id uuid NOT NULL REFERENCES member,
    division text COLLATE "C" NOT NULL,
    PRIMARY KEY (key_id, digest));

-- A payment (it came by event) supersedes a statement of the same payer, category and income year.
CREATE TABLE income_line (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    income_year integer NOT NULL, category text NOT NULL CHECK (category IN
        ('wage', 'business', 'property', 'transfer', 'business_cost')),
    kind text NOT NULL CHECK (kind IN ('statement', 'payment')), payer text NOT NULL DEFAULT '',
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    known tstzrange NOT NULL DEFAULT tstzrange(clock_timestamp(), NULL),
    stated_on date NOT NULL, stated_by text NOT NULL);
-- One line of a kind is held for true at a time; a GiST exclusion of six columns took three times as long to fill.
CREATE UNIQUE INDEX ON income_line (household_id, income_year, category, kind, payer) WHERE upper_inf(known);

CREATE TABLE roster_import (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('received', 'running', 'done', 'failed')),
    income_year integer NOT NULL, business_date date NOT NULL, submitted_by text NOT NULL, sha256 text NOT NULL,
    file_sealed bytea, people integer NOT NULL DEFAULT 0, households integer NOT NULL DEFAULT 0,
    accepted_households integer NOT NULL DEFAULT 0, rejected_households integer NOT NULL DEFAULT 0,
    problem jsonb, attempts integer NOT NULL DEFAULT 0,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(), finished_at timestamptz);
-- Sealed bytes do not compress.
ALTER TABLE roster_import ALTER COLUMN file_sealed SET STORAGE EXTERNAL;
CREATE INDEX ON roster_import (submitted_at) WHERE state IN ('received', 'running');
CREATE TABLE roster_finding (
    import_id uuid NOT NULL REFERENCES roster_import, division text COLLATE "C" NOT NULL, position integer NOT NULL,
    row integer NOT NULL, household_no text NOT NULL, "column" text NOT NULL, kind text NOT NULL,
    code text NOT NULL, rejects boolean NOT NULL,
    PRIMARY KEY (import_id, position));
"""


def upgrade() -> None:
    create_shared_tables("registry")
    run(TABLES)
    # Names of places are no secret; what is in them is.
    restrict("registry", "division", "nullif(current_setting('app.role', true), '') IS NOT NULL")
    for table in (
        "household", "household_fact", "household_contact", "member", "member_fact", "person_index",
        "income_line", "roster_import", "roster_finding",
    ):  # fmt: skip
        restrict_by_area("registry", table)
    audit("division", "household", "household_fact", "household_contact", "member", "member_fact", "income_line")
