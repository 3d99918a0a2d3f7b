"""An agreement keeps apart what the county said of its end, and when its household was struck: the first ends it."""

from shared.data.ddl import run

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
        ALTER TABLE dividend_agreement ADD COLUMN stated_end_on date, ADD COLUMN stated_end_reason text,
            ADD COLUMN removed_on date;
        UPDATE dividend_agreement SET removed_on = ended_on WHERE ended_reason = 'removed';
        UPDATE dividend_agreement SET stated_end_on = ended_on, stated_end_reason = ended_reason
            WHERE ended_reason <> 'removed';
        ALTER TABLE dividend_agreement
            ADD CONSTRAINT dividend_end_for_a_reason CHECK ((stated_end_on IS NULL) = (stated_end_reason IS NULL)),
            ADD CONSTRAINT dividend_ended_by_the_first
                CHECK (ended_on IS NOT DISTINCT FROM least(stated_end_on, removed_on));
    """)
