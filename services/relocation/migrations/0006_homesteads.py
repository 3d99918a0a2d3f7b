"""Old homesteads on their way back to farmland, and the rewards that were approved for it, each once."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE homestead (
    application_id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    house_area_m2_x100 integer NOT NULL CHECK (house_area_m2_x100 > 0),
    land_mu_x100 integer NOT NULL CHECK (land_mu_x100 > 0),
    state text NOT NULL CHECK
        (state IN ('standing', 'demolition_reported', 'demolished', 'reclamation_reported', 'reclaimed')),
    recorded_on date NOT NULL, recorded_by text NOT NULL,
    demolished_on date, demolition_photo_sha256 text CHECK (demolition_photo_sha256 ~ '^[0-9a-f]{64}$'),
    demolition_reported_by text, demolition_accepted_by text, demolition_accepted_on date,
    reclaimed_on date, reclamation_photo_sha256 text CHECK (reclamation_photo_sha256 ~ '^[0-9a-f]{64}$'),
    reclamation_reported_by text, reclamation_accepted_by text, reclamation_accepted_on date,
    UNIQUE (application_id, division),
    CONSTRAINT demolition_accepter_is_not_reporter CHECK (demolition_accepted_by <> demolition_reported_by),
    CONSTRAINT reclamation_accepter_is_not_reporter CHECK (reclamation_accepted_by <> reclamation_reported_by),
    CHECK (state NOT IN ('demolished', 'reclamation_reported', 'reclaimed') OR demolition_accepted_by IS NOT NULL),
    CHECK (state <> 'reclaimed' OR reclamation_accepted_by IS NOT NULL), CHECK (reclaimed_on >= demolished_on),
    FOREIGN KEY (application_id, division) REFERENCES relocation_application (id, division) ON UPDATE CASCADE);
CREATE INDEX ON homestead (division);
CREATE INDEX ON homestead (state, application_id);

CREATE TABLE homestead_reward (
    application_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('demolition', 'reclamation')),
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), decision_id uuid NOT NULL REFERENCES decision,
    approved_on date NOT NULL,
    PRIMARY KEY (application_id, kind), UNIQUE (household_id, kind),
    FOREIGN KEY (application_id, division) REFERENCES homestead (application_id, division) ON UPDATE CASCADE);
CREATE INDEX ON homestead_reward (division);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("homestead", "homestead_reward"):
        restrict_by_area("relocation", table)
    run("REVOKE DELETE, TRUNCATE ON homestead FROM relocation_app, system")
    # Following its household is the database's own doing: nobody else changes a reward.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON homestead_reward FROM relocation_app, system")
    audit("homestead", "homestead_reward")
