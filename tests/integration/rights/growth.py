"""A house full of rows: row k of every table is household k's, and names subject, unit, bank and person `xk`."""

import json
from importlib import import_module
from typing import Any
from uuid import UUID

import asyncpg

from services import NAMES
from shared.data.crypto import DataKeys, read_data_keys
from tests.conftest import House
from tests.integration.shared.test_flat import A_VILLAGE, CHECKS, grow
from tests.roster_file import number

OURS, THEIRS, LAST = 30, 31, 59

MAKERS = (
    "SELECT c.relname AS relation, a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname LIKE '%\\_by'"
)
# Sealed columns, and the one that their rows are sealed to: the first of the primary key.
SEALED = (
    "SELECT c.relname AS relation, a.attname AS name, k.attname AS of FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
    " JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname LIKE '%sealed'"
    " AND k.atttypid = 'uuid'::regtype"
)
# What is sealed as another table keeps it, once it is confirmed.
SEALED_AS = {"account_change": "household_contact"}
# Whom an arrival waits for.
NEWCOMER: dict[str, Any] = {
    "name": "张三", "ethnicity": "汉族", "education": "primary", "school_status": "none", "health": "healthy",
    "labour": "ordinary", "medical_insured": True, "pension_insured": True,
}  # fmt: skip
# What names the subject, person or unit of a row that is known by its UUID.
OF_ROW = "'x' || ('x' || right({}::text, 8))::bit(32)::int"
# What must be a word of a list, or a figure of a kind, to be read at all.
FITTING = {
    "each": (
        "DELETE FROM revocation",
        "DELETE FROM audit",
        # A service is one source of facts.
        "DELETE FROM source WHERE ctid <> (SELECT min(ctid) FROM source)",
        "DELETE FROM outbox",
        f"SELECT setval(c.oid::regclass, {LAST}) FROM pg_class c WHERE c.relkind = 'S'",
        # A decision is about its row's household.
        "UPDATE decision SET subject_id = id::text, reasons = '[]'",
    ),
    "service": (
        "UPDATE paired SET days = '[2010-01-01,)'",
        "UPDATE case_step SET outcome = 'passed'",
        "UPDATE policy_change SET state = 'proposed'",
    ),
    "registry": (
        "UPDATE paper SET state = 'recorded', signature = 'signed', procedure = 'registry.exits'",
        "UPDATE division SET level = 'village', code = '140927' || lpad(substr(code, 2), 6, '0')",
        # Each applied for himself, and nothing lies sealed that no key seals.
        "UPDATE identification SET state = 'applied', seen = NULL",
        f"UPDATE identification SET applied_by = {OF_ROW.format('id')}",
        "DELETE FROM identification_application",
        "UPDATE identification_doubt SET kind = 'suspicion'",
        # Of a village one exit is open, and so of a township: all these villages lie in one.
        f"UPDATE village_exit SET id = '{UUID(int=OURS)}' WHERE id = '{UUID(int=OURS // A_VILLAGE * A_VILLAGE)}'",
        f"UPDATE township_exit SET id = '{UUID(int=OURS)}' WHERE id = '{UUID(int=OURS // A_VILLAGE * A_VILLAGE)}'",
        f"UPDATE township_exit SET division = '140927000' WHERE id = '{UUID(int=OURS)}'",
        "INSERT INTO division VALUES ('140927000', '[2001-01-01,)', 'x', 'x', 'township', false, 100)",
        """UPDATE household_fact SET other_causes = '{"codes": []}'""",
        f"UPDATE household_split SET relations = jsonb_build_object({OF_ROW.format('id')}, 'head')",
        "UPDATE target SET year = 2017",
        "INSERT INTO statistic_month VALUES ('2017-05', '2017-06-01', 'x', now())",
        # Each is its row's bureau's.
        f"UPDATE plan_line SET owner = {OF_ROW.format('id')}",
        f"UPDATE national_difference SET owner = {OF_ROW.format('id')}",
        "UPDATE duplicate SET alike = 'same_name'",
        # Nobody waits to be inspected, or was lately, and everybody was visited within the year.
        "UPDATE inspection SET state = 'sound', signs = '', inspected_on = NULL",
        "UPDATE home_visit SET visited_on = '2017-05-01'",
        # All fall due in one month.
        "UPDATE follow_up SET month_on = '2017-05-01'",
        # Who said what of a household, and how it came to be known.
        "UPDATE household_fact SET stated_as = 'village', weight = 'statement'",
        "UPDATE member_fact SET stated_as = 'village', weight = 'statement'",
        "UPDATE household_contact SET stated_as = 'village', weight = 'statement'",
        "UPDATE income_line SET stated_as = 'village', weight = 'statement'",
        (
            "UPDATE grievance SET recorded_by = person, about_office = NULL, about_subject = NULL,"
            " with_office = 'township'"
        ),
    ),
    "relocation": (
        "UPDATE paper SET state = 'recorded', signature = 'signed', procedure = 'relocation.applications'",
        """UPDATE relocation_application SET missing = '{"codes": []}'""",
        # Who has a flat has it in a building that was accepted.
        "UPDATE site_unit SET accepted = true",
        "UPDATE allocation SET building_accepted = true",
        "UPDATE allocation_round SET cohort = 2017, site_ids = ARRAY[id::text]",
    ),
    "finance": (),
    "industry": (
        "UPDATE project SET kind = 'herbs'",
        "UPDATE payout_batch SET state = 'checked'",
        "UPDATE forest_acceptance SET year_no = 1",
        # What came back from the bank is held; what is undone was paid.
        "UPDATE payout_line SET state = 'returned', lasting = true",
        f"UPDATE payout_line SET state = 'confirmed' WHERE id >= '{UUID(int=LAST - 1)}'",
        f"DELETE FROM payment_revocation WHERE id NOT IN ('{UUID(int=OURS)}', '{UUID(int=THEIRS)}')",
        f"UPDATE payment_revocation SET line_id = '{UUID(int=LAST)}' WHERE id = '{UUID(int=OURS)}'",
        f"UPDATE payment_revocation SET line_id = '{UUID(int=LAST - 1)}' WHERE id = '{UUID(int=THEIRS)}'",
    ),
    "assessment": (
        "UPDATE survey_sample SET stratum = 'poor_with_labour'",
        "UPDATE survey_round SET year = 2017",
        # One run of the year is published, with everybody's points.
        f"UPDATE scoring_run SET year = 2017, state = 'computed' WHERE id <> '{UUID(int=OURS)}'",
        f"UPDATE scoring_run SET year = 2017, state = 'published' WHERE id = '{UUID(int=OURS)}'",
        f"UPDATE standing SET run_id = '{UUID(int=OURS)}'",
        f"UPDATE score SET run_id = '{UUID(int=OURS)}'",
        # Notes that repeat.
        f"UPDATE visit SET cadre_id = '{UUID(int=OURS)}', note_digest = 'x'",
    ),
    "gateway": (
        "DELETE FROM decision",  # nothing is decided here
        "DELETE FROM clock",
        "INSERT INTO clock (single, business_date) VALUES (true, '2017-06-01')",
        "UPDATE subscription SET state = 'active', types = ARRAY['county.household_exited.v1']",
        # Each acted upon the fact of his row.
        "UPDATE exit_fact SET event_id = lpad(to_hex(position), 32, '0')::uuid::text, event = '{}'",
        (
            "UPDATE acknowledgement SET event_id ="
            " lpad(to_hex(substr(owner_subject, 2)::int), 32, '0')::uuid::text, action = 'archived'"
        ),
    ),
}
# Versions of a procedure under which cases begin.
FIRST, NEWEST = 1, 0
# What one caller takes away is there again for the next.
AGAIN = {"DELETE /subscriptions/{subscription_id}": "UPDATE subscription SET state = 'active'"}


async def furnish(house: House, service: str) -> asyncpg.Connection:
    """Fill the service's tables; a connection that may write anything in them."""
    superuser = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
    house.stack.push_async_callback(superuser.close)
    await superuser.execute("SET session_replication_role = replica")
    for check in await superuser.fetch(CHECKS):
        await superuser.execute(f'ALTER TABLE {check["relation"]} DROP CONSTRAINT "{check["name"]}"')
    await grow(superuser, service, 1, LAST)
    # Somebody else made what the caller checks.
    for column in await superuser.fetch(MAKERS):
        await superuser.execute(f"UPDATE {column['relation']} SET \"{column['name']}\" = 'maker'")
    await _seal(superuser, read_data_keys(house.keys.data))
    for statement in FITTING["each"] + FITTING[service] + (FITTING["service"] if service != "gateway" else ()):
        await superuser.execute(statement)
    await begin_under(superuser, service, NEWEST)
    return superuser


async def begin_under(superuser: asyncpg.Connection, service: str, version: int) -> None:
    """All cases of procedures that were changed began under a version of theirs; 0 is the newest."""
    for procedure in import_module(f"services.{service}.service").SERVICE.procedures if service in NAMES else ():
        if len(procedure.versions) > 1:
            under = version or procedure.version
            await superuser.execute(f"UPDATE {procedure.case.name} SET procedure_version = $1", under)


async def _seal(superuser: asyncpg.Connection, keys: DataKeys) -> None:
    """What is sealed can be read: it says whose row it is in."""
    ids = [UUID(int=k) for k in range(1, LAST + 1)]
    for column in await superuser.fetch(SEALED):
        table, name = column["relation"], column["name"]
        sealed = [keys.encrypt(_plain(table, one), SEALED_AS.get(table, table), name, one) for one in ids]
        await superuser.execute(
            f"UPDATE {table} AS t SET {name} = s.sealed FROM unnest($1::uuid[], $2::bytea[]) AS s (id, sealed)"
            f" WHERE t.{column['of']} = s.id",
            ids,
            sealed,
        )


def _plain(table: str, one: UUID) -> str:
    of_person = number("19900101", one.int)
    return json.dumps(NEWCOMER | {"number": of_person}) if table == "arrival_person" else of_person
