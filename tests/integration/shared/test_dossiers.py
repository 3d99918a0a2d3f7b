"""A service's dossier of a household says what its doors say one by one, to the same people, in two round trips."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.bonds import PERSON
from tests.conftest import Door, House
from tests.integration.shared.test_flat import CHECKS, grow

DOORS = {
    "registry": {
        "household": "/households/{id}", "exits": "/exits?household_id={id}&limit=1000",
        "findings": "/findings?household_id={id}&limit=1000",
        "measures": "/measures?household_id={id}", "plan": "/plans?household_id={id}&limit=1000",
        "cards": "/households/cards?household_id={id}&limit=1000",
        "follow_ups": "/follow-ups?household_id={id}&limit=1000",
        "risk_warnings": "/risk-warnings?household_id={id}&limit=1000",
        "decisions": "/decisions?subject_id={id}",
    },
    "finance": {"loans": "/loans?household_id={id}&limit=1000", "decisions": "/decisions?subject_id={id}"},
    "relocation": {
        "relocation": "/applications?household_id={id}&limit=1000",
        "allocations": "/allocation/allocations?household_id={id}&limit=1000",
        "homesteads": "/homesteads?household_id={id}&limit=1000", "decisions": "/decisions?subject_id={id}",
    },
    "industry": {
        "payouts": "/payouts/lines?household_id={id}&limit=1000",
        "agreements": "/dividends/agreements?household_id={id}&limit=1000",
        "posts": "/posts/assignments?household_id={id}&limit=1000",
        "certificates": "/training/certificates?household_id={id}&limit=1000",
        "decisions": "/decisions?subject_id={id}",
    },
    "assessment": {
        "helpers": "/teams/pairings?household_id={id}&limit=1000", "visits": "/visits?household_id={id}&limit=1000",
        "deeds": "/deeds?household_id={id}&limit=1000", "decisions": "/decisions?subject_id={id}",
    },
}  # fmt: skip
# What a door of its own tells beside them, part by part.
BESIDE = {"registry": ("/households/{id}/entitlements", ("entitlements", "haves"))}
# The context and a statement; of what a household is entitled to its facts and its people's are read, and judged here.
TRIPS = {("registry", "/dossier/{id}"): 4}
# Row k of every table is household k's, and 25 of them make a village.
LAST, OURS, MORE, VILLAGE, ELSEWHERE = 59, 30, (31, 32), "140927000001", "140927000002"
ROLES = ("county", "township", "village", "team", "helper", "villager", "auditor")
AREAS = {"township": VILLAGE[:9], "village": VILLAGE, "team": VILLAGE, "helper": VILLAGE, "villager": VILLAGE}
OF_HOUSEHOLDS = (
    "SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE a.attname = 'household_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
)


async def furnish(house: House, service: str) -> None:
    """Every table with rows of many households; ours has several wherever a key does not allow one alone."""
    superuser = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
    house.stack.push_async_callback(superuser.close)
    await superuser.execute("SET session_replication_role = replica")
    for check in await superuser.fetch(CHECKS):
        await superuser.execute(f'ALTER TABLE {check["relation"]} DROP CONSTRAINT "{check["name"]}"')
    await grow(superuser, service, 1, LAST)
    for table in await superuser.fetch(OF_HOUSEHOLDS):
        for k in MORE:
            try:
                await superuser.execute(
                    f"UPDATE {table['name']} SET household_id = $1 WHERE household_id = $2", UUID(int=OURS), UUID(int=k)
                )
            except asyncpg.UniqueViolationError:
                continue
    await superuser.execute(
        "DELETE FROM paired; DELETE FROM resident; INSERT INTO paired VALUES"
        f" ('{UUID(int=OURS)}', 'x30', '{UUID(int=OURS)}', '[2010-01-01,)');"
        f" INSERT INTO resident VALUES ('{PERSON}', '{UUID(int=OURS)}')"
    )
    reasons = [{"code": "income", "passed": True, "figures": {"line_fen": 1}}]
    await superuser.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
    await superuser.execute(
        "UPDATE decision SET subject_id = $1, reasons = $2 WHERE id = ANY($3)",
        str(UUID(int=OURS)), str(reasons).replace("'", '"').replace("True", "true"),
        [UUID(int=k) for k in (OURS, *MORE)],
    )  # fmt: skip


async def ask(door: Door, service: str, path: str, role: str, area: str = "") -> Any:
    area = area or AREAS.get(role, VILLAGE[:6])
    answer = await door.call(
        "GET",
        f"/{service}/v1{path.format(id=UUID(int=OURS))}",
        role,
        area,
        subject="x30",
        person=PERSON if role == "villager" else "",
    )
    return answer.json() if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize("service", DOORS)
async def test_a_dossier_says_what_the_doors_say(house: House, service: str) -> None:
    await furnish(house, service)
    door = await house.serve(service, "api")
    for role in (r for r in ROLES if (service, r) != ("finance", "helper")):
        whole = await ask(door, service, "/dossier/{id}", role)
        apart = {name: await ask(door, service, path, role) for name, path in DOORS[service].items()}
        if service in BESIDE:
            path, parts = BESIDE[service]
            told = await ask(door, service, path, role)
            apart |= {part: told[part] for part in parts}
        # What no door tells him, his dossier has nothing of.
        hidden = {name for name, told in apart.items() if told == 403}
        apart |= {name: {"items": [], "next": None} for name in hidden}
        assert whole == apart, role
        lists = [
            part["items"] if isinstance(part, dict) else part
            for name, part in whole.items()
            if name not in ("household", *hidden)
        ]
        assert all(lists), "every list has rows, so that what was said says something"
        assert len(lists) < sum(map(len, lists)), "and some have several, in an order"


@pytest.mark.parametrize("service", DOORS)
async def test_a_dossier_opens_to_nobody_else(house: House, service: str) -> None:
    await furnish(house, service)
    door = await house.serve(service, "api")
    helper = ("helper",) if service == "finance" else ()
    for role in ("department", "bank", "insurer", "entity", "surveyor", "subscriber", *helper):
        assert await ask(door, service, "/dossier/{id}", role) == 403, role
    apart = {name: await ask(door, service, path, "village", ELSEWHERE) for name, path in DOORS[service].items()}
    hidden = await ask(door, service, "/dossier/{id}", "village", ELSEWHERE)
    assert hidden == (404 if service == "registry" else apart)


def asked_for(sent: list[str]) -> list[str]:
    """What a caller's read sends, without what the service itself looks at now and then on the same connection."""
    own, kept = True, list[str]()
    for query in sent:
        if query.startswith("SELECT set_config("):
            own = "'system:" not in query
        kept += [query] * own
    return kept


@pytest.mark.parametrize("service", DOORS)
async def test_a_read_makes_two_round_trips(house: House, service: str) -> None:
    """The context, and a statement."""
    await furnish(house, service)
    door = await house.serve(service, "api", pool_size=1)
    sent = list[str]()
    async with door.app.state.readers.acquire() as connection:
        connection.add_query_logger(lambda query: sent.append(query.query))
    lists = {"registry": ("/households", "/exits"), "assessment": ("/visits",)}.get(service, ())
    wanted = ("/dossier/{id}", *lists, *DOORS[service].values())
    for path in wanted:
        await ask(door, service, path, "county", "140927")  # the first use of a statement prepares it
        sent.clear()
        assert not isinstance(await ask(door, service, path, "county", "140927"), int)
        # What stops a loan is read in a statement of its own.
        own = asked_for(sent)
        assert len(own) == TRIPS.get((service, path), 3 if path.startswith("/loans") else 2), path
        assert own[0].startswith("SELECT set_config("), path
