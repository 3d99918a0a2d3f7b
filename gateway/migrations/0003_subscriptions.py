"""The feed of exits, subscriptions to it, and one row per webhook to be delivered."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Public facts: ids, divisions and dates, no people; so not by area.
READERS = "current_setting('app.role', true) IN ('subscriber', 'county', 'auditor')"
OWN = "owner_subject = nullif(current_setting('app.subject', true), '') OR current_setting('app.role', true) = 'county'"

TABLES = """
CREATE TABLE exit_fact (
    position bigint PRIMARY KEY CHECK (position > 0), epoch bigint NOT NULL, event_id text NOT NULL UNIQUE,
    key text NOT NULL, type text NOT NULL, event text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE TABLE subscription (
    id uuid PRIMARY KEY, owner_subject text NOT NULL, url text NOT NULL, secret_sealed bytea NOT NULL,
    types text[] NOT NULL, state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'deleted')),
    from_position bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON subscription (owner_subject);

-- `fence` counts claims and replays: what an overtaken sender reports is known by an older one.
CREATE TABLE delivery (
    subscription_id uuid NOT NULL REFERENCES subscription, position bigint NOT NULL REFERENCES exit_fact,
    owner_subject text NOT NULL, key text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered')),
    attempts integer NOT NULL DEFAULT 0, fence bigint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL, lease_until timestamptz,
    last_status integer, last_error text, delivered_at timestamptz,
    PRIMARY KEY (subscription_id, position), CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)));
CREATE INDEX delivery_due ON delivery (subscription_id, next_attempt_at, position) WHERE state = 'pending';
CREATE INDEX delivery_key ON delivery (subscription_id, key, position) WHERE state = 'pending';
"""


def upgrade() -> None:
    run(TABLES)
    restrict("gateway", "exit_fact", READERS)
    # Callers read the feed; only the reaction, as `system`, writes it.
    run("REVOKE INSERT, UPDATE, DELETE ON exit_fact FROM gateway_app")
    restrict("gateway", "subscription", OWN)
    restrict("gateway", "delivery", OWN)
    audit("subscription")
