"""Entities, projects, what is reported and accepted of them, what is spent, and who takes part."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, audit, restrict, restrict_by_area

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# An acceptance answers one report and carries who made it, so that the two persons stand in one row.
TABLES = """
CREATE TABLE entity (
    id uuid PRIMARY KEY, code text NOT NULL UNIQUE CHECK (code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'), name_zh text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('enterprise', 'cooperative', 'household_business')), leads boolean NOT NULL,
    set_on date NOT NULL, set_by text NOT NULL);

CREATE TABLE project (
    id uuid PRIMARY KEY, kind text NOT NULL, unit text NOT NULL, division text COLLATE "C" NOT NULL,
    entity_id uuid REFERENCES entity, planned_x100 bigint NOT NULL CHECK (planned_x100 >= 0),
    budget_fen bigint NOT NULL CHECK (budget_fen >= 0), item text, created_on date NOT NULL, created_by text NOT NULL,
    report_id uuid, reported_x100 bigint NOT NULL DEFAULT 0 CHECK (reported_x100 >= 0),
    accepted_x100 bigint NOT NULL DEFAULT 0 CHECK (accepted_x100 >= 0), spent_fen bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    CONSTRAINT project_spent_within_budget CHECK (spent_fen BETWEEN 0 AND budget_fen),
    CONSTRAINT project_works_name_an_item CHECK (kind <> 'works' OR item IS NOT NULL));
CREATE INDEX ON project (kind, division);

CREATE TABLE project_report (
    id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES project, division text COLLATE "C" NOT NULL,
    quantity_x100 bigint NOT NULL CHECK (quantity_x100 >= 0), reported_on date NOT NULL, reported_by text NOT NULL,
    UNIQUE (id, reported_by));
CREATE INDEX ON project_report (project_id);
ALTER TABLE project ADD FOREIGN KEY (report_id) REFERENCES project_report;

CREATE TABLE project_acceptance (
    report_id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES project, division text COLLATE "C" NOT NULL,
    quantity_x100 bigint NOT NULL CHECK (quantity_x100 >= 0), accepted_on date NOT NULL, accepted_by text NOT NULL,
    reported_by text NOT NULL,
    FOREIGN KEY (report_id, reported_by) REFERENCES project_report (id, reported_by),
    CONSTRAINT project_acceptor_is_not_reporter CHECK (accepted_by <> reported_by));
CREATE INDEX ON project_acceptance (project_id);

CREATE TABLE project_finding (
    id uuid PRIMARY KEY, report_id uuid NOT NULL UNIQUE REFERENCES project_acceptance,
    project_id uuid NOT NULL REFERENCES project, division text COLLATE "C" NOT NULL,
    code text NOT NULL CHECK (code IN ('over_reported')), reported_x100 bigint NOT NULL, accepted_x100 bigint NOT NULL,
    found_on date NOT NULL, CHECK (reported_x100 > accepted_x100));
CREATE INDEX ON project_finding (project_id);

CREATE TABLE project_spending (
    id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES project, division text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), spent_on date NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('equipment', 'training', 'works', 'subsidy')),
    recorded_on date NOT NULL, recorded_by text NOT NULL);
CREATE INDEX ON project_spending (project_id);

CREATE TABLE project_participation (
    id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES project, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL, quantity_x100 bigint NOT NULL CHECK (quantity_x100 > 0),
    started_on date NOT NULL, state text NOT NULL CHECK (state IN ('reported', 'accepted', 'refused')),
    reported_on date NOT NULL, reported_by text NOT NULL,
    accepted_x100 bigint CHECK (accepted_x100 > 0), accepted_on date, accepted_by text,
    CONSTRAINT participation_acceptor_is_not_reporter CHECK (accepted_by <> reported_by),
    CHECK ((state = 'reported') = (accepted_by IS NULL)), CHECK ((accepted_by IS NULL) = (accepted_on IS NULL)),
    CHECK ((state = 'accepted') = (accepted_x100 IS NOT NULL)), CHECK (accepted_on >= started_on));
CREATE UNIQUE INDEX participation_once_a_project ON project_participation (project_id, household_id)
    WHERE state <> 'refused';
CREATE INDEX ON project_participation (household_id);
"""
# A project of the county or a township is seen by those it is for; written within the writer's own area only.
WITHIN = f"({IN_AREA.format(column='division')})"
COVERS = f"({WITHIN} OR starts_with(nullif(current_setting('app.area', true), ''), division))"
OF_AREA = ("project_report", "project_acceptance", "project_finding", "project_spending", "project_participation")


def upgrade() -> None:
    run(TABLES)
    restrict("industry", "entity", HAS_CONTEXT)
    restrict("industry", "project", COVERS, WITHIN)
    for table in OF_AREA:
        restrict_by_area("industry", table)
    # What was said, measured, found and spent stays as it was recorded.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON project_report, project_acceptance, project_finding, project_spending"
        " FROM industry_app, system")  # fmt: skip
    audit("entity", "project", *OF_AREA)
