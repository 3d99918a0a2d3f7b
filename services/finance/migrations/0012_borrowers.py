"""A loan knows who signs it, and from when until when each of a household's people may borrow."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import restrict
from shared.data.ddl.m0006 import BOUND, narrow_to, open_to_the_narrowed

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Where nobody is named, the head signs. On `borrower_until` one is too old.
TABLES = """
ALTER TABLE loan_application ADD COLUMN borrower text CHECK (borrower <> '');
ALTER TABLE loan ADD COLUMN borrower text CHECK (borrower <> '');
CREATE TABLE borrowing_age (
    person text NOT NULL CHECK (person <> ''), household_id uuid NOT NULL, borrower_from date NOT NULL,
    borrower_until date NOT NULL, PRIMARY KEY (person, household_id), CHECK (borrower_from < borrower_until));
CREATE INDEX ON borrowing_age (household_id);
ALTER TABLE loan_hold DROP CONSTRAINT loan_hold_kind_check;
ALTER TABLE loan_hold ADD CONSTRAINT loan_hold_kind_check CHECK (kind IN
    ('borrower_death', 'borrower_left', 'dividend_missed', 'misuse_suspected', 'household_removed'));
"""


def upgrade() -> None:
    run(TABLES)
    # A day that says how old somebody is: of those alone whose household the caller sees, and the register's to say.
    restrict("finance", "borrowing_age", "EXISTS (SELECT FROM household h WHERE h.id = household_id)")
    run("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON borrowing_age FROM finance_app")
    open_to_the_narrowed("finance")
    narrow_to("borrowing_age", "villager", f"household_id = ANY (ARRAY({BOUND['villager']}))")
    narrow_to("borrowing_age", "helper", "false")
    narrow_to("borrowing_age", "entity", "false")
