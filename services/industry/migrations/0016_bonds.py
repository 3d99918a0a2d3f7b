"""Who lives in a household and who helps it; helpers, villagers and entities see the rows that they are bound to."""

from shared.data.ddl.m0006 import (
    OF_UNIT,
    create_bond_tables,
    create_revocation_table,
    narrow,
    narrow_decisions,
    narrow_to,
    open_to_the_narrowed,
)

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NARROWED = (
    "departed",
    "certificate_revocation",
    "payment_revocation",
    "loan_known",
    "forest_plot",
    "forest_acceptance",
    "forest_membership",
    "forest_labour",
    "payout_line",
    "payout_ruling",
    "station_plan_item",
    "post_assignment",
    "post_attendance",
    "project_participation",
    "training_attendance",
    "training_certificate",
)
OF_AGREEMENT = "agreement_id = ANY (ARRAY(SELECT id FROM dividend_agreement))"
OF_STATION = (
    "reading_correction",
    "station_reading",
    "station_exchange",
    "station_settlement",
    "station_receipt",
    "station_finding",
)


def upgrade() -> None:
    create_bond_tables("industry")
    create_revocation_table("industry")
    open_to_the_narrowed("industry")
    narrow("household", "id")
    narrow_decisions()
    for table in NARROWED:
        narrow(table)
    narrow("dividend_agreement", entity=OF_UNIT.format(column="entity_code"))
    narrow("dividend_due", entity=OF_AGREEMENT)
    narrow("payout_due", entity="payer = 'entity:' || nullif(current_setting('app.unit', true), '')")
    narrow_to("dividend_payment", "entity", OF_AGREEMENT)
    narrow_to("station", "entity", OF_UNIT.format(column="owner_code"))
    for table in OF_STATION:
        narrow_to(table, "entity", "station_id = ANY (ARRAY(SELECT id FROM station))")
