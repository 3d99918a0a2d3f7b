"""What is public goes out on the topic `county.exits` too: what was public before goes there first, in its order."""

from shared.data.ddl import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The facts of the feed in the form of the public contract, under the ids that they were known by.
BACKFILL = """
SELECT set_config('app.subject', 'migration', true);

UPDATE exit_fact f SET type = n.type, event = ((f.event::jsonb || jsonb_build_object(
        'type', n.type, 'source', 'gateway', 'sequence', n.sequence, 'epoch', f.epoch, 'actor', 'system:gateway',
        'causationid', f.event_id)) #- '{data,decision_id}')::text
FROM (SELECT position, regexp_replace(type, '^registry', 'county') AS type,
        row_number() OVER (PARTITION BY key ORDER BY position) AS sequence FROM exit_fact) n
WHERE n.position = f.position;

INSERT INTO aggregate (topic, key, epoch, sequence)
SELECT 'county.exits', key, (SELECT epoch FROM source), count(*) FROM exit_fact GROUP BY key;

INSERT INTO outbox (topic, key, headers, value)
SELECT 'county.exits', f.key, jsonb_object_agg(CASE name WHEN 'datacontenttype' THEN 'content-type' ELSE 'ce_' || name
        END, attribute), f.event::jsonb ->> 'data'
FROM exit_fact f, jsonb_each_text(f.event::jsonb - 'data') AS a (name, attribute)
GROUP BY f.position, f.key, f.event ORDER BY f.position;

UPDATE subscription SET types = CASE WHEN cardinality(types) = 2 THEN ARRAY['county.exit_corrected.v1',
        'county.exit_revoked.v1', 'county.household_exited.v1', 'county.household_returned.v1',
        'county.village_exited.v1']
    ELSE ARRAY(SELECT regexp_replace(t, '^registry', 'county') FROM unnest(types) AS t) END;
"""


def upgrade() -> None:
    run(BACKFILL)
    # How a household stands is its last fact.
    run("CREATE INDEX exit_fact_last ON exit_fact (key, position DESC)")
