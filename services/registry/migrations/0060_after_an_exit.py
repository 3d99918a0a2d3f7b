"""Who splits off a household that got out is followed up by its exit, and who was struck by mistake goes on to be; what
ended a risk signal is kept, so that a payment that did not arrive ends none.
"""

from shared.data.ddl import run

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

# Of an exit there are as many households as split since; what ended may begin again.
FOLLOW_UPS = """
ALTER TABLE follow_up DROP CONSTRAINT follow_up_exit_id_months_key;
CREATE UNIQUE INDEX ON follow_up (exit_id, household_id, months) WHERE state <> 'ended';
"""
# Of what ended before nobody knows any more by what.
SIGNALS = """
ALTER TABLE risk_signal ADD ends jsonb NOT NULL DEFAULT '{}', ADD again_on date;
SELECT set_config('app.subject', 'system:migration', true);
UPDATE risk_signal SET ends = jsonb_build_object('told', over_on) WHERE over_on IS NOT NULL;
ALTER TABLE risk_signal ALTER ends DROP DEFAULT, ADD CHECK ((over_on IS NULL) = (ends = '{}'));
"""


def upgrade() -> None:
    run(FOLLOW_UPS)
    run(SIGNALS)
