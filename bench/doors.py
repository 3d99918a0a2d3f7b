"""A door of the register, asked in process, beside the statement behind it on bare asyncpg: what the house costs."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
from joserfc.jwk import KeySet, RSAKey

from bench.ground import Ground, Result, side_by_side
from services.registry.households.queries import WHOLE
from services.registry.service import SERVICE
from shared.data.sql import sql
from shared.doors.tokens import sign_token
from shared.process.settings import Settings
from shared.serve.run import build_app
from shared.values.dates import today

HOUSEHOLDS, READS, AT_ONCE = 200, 1_000, 8
VILLAGE = "140927200201"
HOUSES = """
INSERT INTO household (id, household_no, division, status, registered_on)
SELECT u, u::text, '140927200201', 'poor', '2014-06-01' FROM unnest($1::uuid[]) u
"""
FACTS = """
INSERT INTO household_fact (id, household_id, division, valid, attribute, main_cause, deep_poverty,
    stated_by, house_grade)
SELECT uuidv7(), u, '140927200201', '[2014-06-01,)', 'general', 'funds', false, 'bench', 'A' FROM unnest($1::uuid[]) u
"""
CONTEXT = "BEGIN; SELECT set_config('app.role', 'village', true), set_config('app.area', '140927200201', true)"


async def fill(ground: Ground) -> list[UUID]:
    """Households with what is known of them, as a roster leaves them."""
    ids = [uuid4() for _ in range(HOUSEHOLDS)]
    owner = await asyncpg.connect(ground.url("registry_owner", "registry"))
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")
    await owner.execute(HOUSES, ids)
    await owner.execute(FACTS, ids)
    await owner.close()
    return ids


async def at_once(work: Callable[[int], Awaitable[None]]) -> int:
    """`READS` calls, some at a time."""

    async def share(first: int) -> None:
        for n in range(first, READS, AT_ONCE):
            await work(n)

    await asyncio.gather(*(share(n) for n in range(AT_ONCE)))
    return READS


async def bench_doors(ground: Ground) -> Result:
    """One household whole, requests/s: token, context, statement, commit and answer, beside the statement alone."""
    ids, key = await fill(ground), RSAKey.generate_key(2048, {"kid": "bench", "use": "sig"})
    url = ground.url("registry_app", "registry")
    with tempfile.TemporaryDirectory() as folder:
        jwks = Path(folder) / "jwks.json"
        jwks.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
        app = build_app(SERVICE, Settings(database_url=url, bus_url=url, jwks_file=jwks, profile="dev"), "api")
        token = sign_token(key.as_dict(private=True), subject="bench", role="village", area=VILLAGE)
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {token}"}
        query, day = sql(WHOLE), today()
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client,
            asyncpg.create_pool(url, min_size=1, max_size=AT_ONCE) as pool,
        ):

            async def ours(n: int) -> None:
                answer = await client.get(f"/registry/v1/households/{ids[n % HOUSEHOLDS]}")
                assert answer.status_code == 200, answer.text

            async def peer(n: int) -> None:
                async with pool.acquire() as connection:
                    await connection.execute(CONTEXT)
                    given = query.arguments({"household_id": ids[n % HOUSEHOLDS], "on": day})
                    assert await connection.fetchrow(query.text, *given)
                    await connection.execute("COMMIT")

            return await side_by_side(
                "household read at its door",
                "reads/s",
                lambda: at_once(ours),
                "the same three trips, bare asyncpg",
                lambda: at_once(peer),
            )
