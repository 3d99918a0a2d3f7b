"""Doors of services on sockets, each a process of its own, beside the same statements on bare asyncpg.

What a door sends to PostgreSQL is written down once, when it is called in this process; the peer sends it again and
again, under other ids, over as many connections. So a ratio is what token, body, answer and socket leave of it.
"""

import asyncio
import base64
import json
import secrets
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import httpx
from joserfc.jwk import KeySet, RSAKey

from bench.ground import Ground, Result, Work, ground, side_by_side
from bench.register import COUNTY, VILLAGE, lay
from deploy.local.ports import free_port
from deploy.local.processes import compiling_environment, spawn, stop
from gateway.passport.rules import DOSSIERS
from services import NAMES as SERVICES
from services.__main__ import find
from shared.data import db
from shared.doors.tokens import sign_token
from shared.process.settings import Settings
from shared.serve.run import build_app
from shared.values.ids import uuid7

CALLERS = 8
READS, ACTS, PASSPORTS = 1200, 600, 240
READY_WITHIN_S, LONGEST_SECONDS = 60, 300
ON = "2017-06-01"
PLACE = {"lat_e6": 39_090_000, "lon_e6": 112_210_000}
HOUSEHOLDS = 500
JSON = {"Content-Type": "application/json"}

# As the register's facts leave it in the other services.
PROJECTION = """
INSERT INTO household (id, division, status, members, has_labour, borrower_age_ok, needs_accessible, deep_poverty,
    relocated) SELECT i, '140927200201', 'poor', 3, true, true, false, false, false FROM unnest($1::uuid[]) i
"""


class Sent(NamedTuple):
    """What one call sent to PostgreSQL: statements with their arguments, and the ids that it made."""

    trips: Sequence[tuple[str, tuple[Any, ...]]]
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Request:
    """Of `subject`, whose `area` or `bank` stands in the token. NAME stands where each call has an id of its own."""

    service: str
    path: str
    subject: str = "office"
    role: str = "county"
    area: str = COUNTY
    bank: str = ""
    method: str = "GET"
    body: dict[str, Any] | None = None

    def named(self, name: str) -> tuple[str, bytes | None]:
        """Path and body of one call."""
        body = json.dumps(self.body).replace(NAME, name).encode() if self.body else None
        return self.path.replace(NAME, name), body

    def headers(self, key: dict[str, Any]) -> dict[str, str]:
        token = sign_token(key, subject=self.subject, role=self.role, area=self.area, bank=self.bank)
        return {"Authorization": f"Bearer {token}", "Business-Date": ON} | JSON


NAME = str(uuid4())


@dataclass(frozen=True, slots=True)
class Street:
    """Every service and the gateway: processes with doors and nothing else."""

    place: Ground
    key: dict[str, Any]
    files: dict[str, str]
    addresses: dict[str, str]
    session: aiohttp.ClientSession

    def told(self, service: str) -> dict[str, Any]:
        """A process's settings."""
        login = f"{service}_app"
        urls = {"database_url": self.place.url(login, service), "bus_url": self.place.url(login, "bus")}
        played = {"profile": "dev", "clock": "scenario", "limits_factor": 100_000, "log_level": "ERROR"}
        return urls | self.files | played | {"pool_size": CALLERS, "upstreams": self.addresses}

    async def call(self, request: Request, headers: dict[str, str], name: str) -> bytes:
        path, body = request.named(name)
        url = self.addresses[request.service] + path
        async with self.session.request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{request.method} {path}: {content.decode()}")
            return content

    async def act(self, request: Request) -> Any:
        return json.loads(await self.call(request, request.headers(self.key), NAME))

    def calls(self, requests: Sequence[Request], times: int) -> Work:
        """Each request by a caller of its own, who bears one token and waits for each answer."""

        async def caller(request: Request, headers: dict[str, str], names: Iterator[str]) -> None:
            for name in names:
                await self.call(request, headers, name)

        bearers = [request.headers(self.key) for request in requests]

        async def work() -> int:
            names = (str(uuid4()) for _ in range(times))
            await asyncio.gather(*(caller(r, h, names) for r, h in zip(requests, bearers, strict=True)))
            return times

        return work

    async def sent(self, request: Request) -> Sent:
        """Once its connection has learnt the types."""
        app = build_app(find(request.service), Settings(**self.told(request.service) | {"pool_size": 1}), "api")
        trips = list[tuple[str, tuple[Any, ...]]]()
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://bench") as client,
        ):
            for pool in (app.state.pool, app.state.readers):
                async with pool.acquire() as connection:
                    connection.add_query_logger(lambda query: trips.append((query.query, tuple(query.args or ()))))
            for name in (str(uuid4()), str(uuid4())):
                trips.clear()
                before = uuid7()
                path, body = request.named(name)
                answer = await client.request(request.method, path, content=body, headers=request.headers(self.key))
                answer.raise_for_status()
        made = {i for _, arguments in trips for i in uuids(arguments) if i.version == 7 and i > before}
        return Sent(trips, [name, *map(str, made)])


@asynccontextmanager
async def street() -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(ground((*SERVICES, "gateway")))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        key = RSAKey.generate_key(2048, {"kid": "bench", "use": "sig"})
        (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
        pair = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("aes", "hmac")}
        (folder / "data.json").write_text(json.dumps({"active": "k1", "keys": {"k1": pair}}))
        files = {"jwks_file": str(folder / "jwks.json"), "data_key_file": str(folder / "data.json")}
        ports = dict[str, int]()
        for name in (*SERVICES, "gateway"):
            ports[name] = free_port(taken=ports.values())
        addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        # A service closes an idle connection after 5 s: ours is given up before.
        kept = aiohttp.TCPConnector(keepalive_timeout=3)
        jar = aiohttp.DummyCookieJar()
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=kept, cookie_jar=jar))
        made = Street(place, key.as_dict(private=True), files, addresses, session)
        for name in addresses:
            await _open(made, name, folder, stack)
        async with asyncio.timeout(READY_WITHIN_S):
            for address in addresses.values():
                await _ready(session, address)
        yield made


async def _open(made: Street, name: str, folder: Path, stack: AsyncExitStack) -> None:
    told = made.told(name) | {"port": made.addresses[name].rpartition(":")[2]}
    texts = {f"SHENCHI_{k.upper()}": json.dumps(v) if isinstance(v, dict) else str(v) for k, v in told.items()}
    module = ["gateway"] if name == "gateway" else ["services", name]
    command = [sys.executable, "-m", *module, "--role", "api"]
    child = spawn(command, log=folder / f"{name}.log", env=compiling_environment() | texts)
    stack.push_async_callback(stop, child)


async def _ready(session: aiohttp.ClientSession, address: str) -> None:
    while True:
        try:
            async with session.get(f"{address}/ready") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.1)


def uuids(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from uuids(each)


def renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """The arguments of a call that makes other ids."""
    if isinstance(value, list | tuple):
        return type(value)(renamed(each, ids) for each in value)
    if isinstance(value, dict):
        return {key: renamed(each, ids) for key, each in value.items()}
    if isinstance(value, UUID):
        return UUID(ids.get(str(value), str(value)))
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new)
    return value


async def replay(pool: db.Pool, sent: Sent) -> None:
    ids = {old: str(uuid4()) for old in sent.ids}
    async with pool.acquire() as connection:
        for query, arguments in sent.trips:
            if arguments:
                await connection.fetch(query, *renamed(arguments, ids))
            else:
                await connection.execute(query)


def replays(senders: Sequence[Sequence[tuple[db.Pool, Sent]]], times: int) -> Work:
    """Each sender waits for each answer; what it sends to several databases goes out at once."""

    async def sender(parts: Sequence[tuple[db.Pool, Sent]], turns: Iterator[int]) -> None:
        for _ in turns:
            await asyncio.gather(*(replay(pool, sent) for pool, sent in parts))

    async def work() -> int:
        turns = iter(range(times))
        await asyncio.gather(*(sender(parts, turns) for parts in senders))
        return times

    return work


async def furnish(made: Street, ids: Sequence[UUID]) -> tuple[list[Request], list[Request]]:
    """Households everywhere; for each caller a helper's visit and a bank's event, which wait for nobody's lock."""
    for service in SERVICES:
        owner = await asyncpg.connect(made.place.url(f"{service}_owner", service))
        if service == "registry":
            await lay(owner, ids)
        else:
            await owner.execute("SELECT set_config('app.subject', 'bench', false)")
            await owner.execute(PROJECTION, ids)
            await owner.execute("ANALYZE")
        await owner.close()
    year = {"income_year": 2017, "stated_on": ON, "business_cost_fen": 50_000} | {
        f"{kind}_fen": 100_000 for kind in ("wage", "business", "property", "transfer")
    }
    items = [{"household_id": str(i)} | year for i in ids]
    path = "/registry/v1/households/incomes"
    await made.act(Request("registry", path, role="helper", area=VILLAGE, method="POST", body={"items": items}))
    return await _helpers(made, ids[:CALLERS]), await _loans(made, ids[:CALLERS])


async def _helpers(made: Street, ids: Sequence[UUID]) -> list[Request]:
    unit, cadres = str(uuid4()), {str(uuid4()): str(household_id) for household_id in ids}
    since = {"starts_on": "2017-01-01"}
    stationed = {"unit_id": unit, "role": "helper", "division": VILLAGE} | since
    pairs = [{"id": str(uuid4()), "household_id": helped, "cadre_id": c} | since for c, helped in cadres.items()]
    for method, name, items in (
        ("PUT", "places", [{"division": VILLAGE} | PLACE]),
        ("PUT", "units", [{"id": unit, "code": "b", "name_zh": "县农业局", "kind": "stationed", "division": VILLAGE}]),
        ("PUT", "cadres", [{"id": c, "subject": c} | stationed for c in cadres]),
        ("POST", "pairings", pairs),
    ):
        await made.act(Request("assessment", f"/assessment/v1/teams/{name}", method=method, body={"items": items}))
    seen: dict[str, Any] = {"visited_on": ON, "note": f"走访 {NAME}", "findings": [], "photo_sha256": None} | PLACE
    path = f"/assessment/v1/visits/{NAME}"
    return [
        Request("assessment", path, cadre, "helper", VILLAGE, method="PUT", body=seen | {"household_id": helped})
        for cadre, helped in cadres.items()
    ]


async def _loans(made: Street, ids: Sequence[UUID]) -> list[Request]:
    wanted = {"bank": "xinhe", "amount_fen": 5_000_000, "term_months": 36, "purpose": "livestock"}
    items = [{"id": str(uuid4()), "household_id": str(i)} | wanted for i in ids]
    applied = Request(
        "finance", "/finance/v1/loans/applications", "li", "village", VILLAGE, "", "POST", {"items": items}
    )
    numbers = [result["loan_no"] for result in (await made.act(applied))["results"]]

    def event(loan_no: str, kind: str, **fields: Any) -> Request:
        said = {"serial": f"{kind}-{NAME}", "kind": kind, "loan_no": loan_no, "occurred_on": ON} | fields
        return Request("finance", "/finance/v1/bank/events", "teller", "bank", "", "xinhe", "POST", {"items": [said]})

    for number in numbers:
        await made.act(event(number, "decision", approved=True))
        await made.act(event(number, "disbursement", amount_fen=5_000_000, rate_ppm=47_500))
    return [event(number, "repayment", amount_fen=1) for number in numbers]


async def bench_doors() -> list[Result]:
    """Reads and passports are the county office's, of one household after another."""
    ids = [uuid4() for _ in range(HOUSEHOLDS)]
    async with asyncio.timeout(LONGEST_SECONDS), street() as made, AsyncExitStack() as stack:
        visits, events = await furnish(made, ids)
        pools = {
            name: await stack.enter_async_context(await db.open_pool(made.place.url(f"{name}_app", name), CALLERS))
            for name in SERVICES
        }
        some = ids[:CALLERS]

        async def of(name: str, requests: Sequence[Request], asked: Sequence[Sequence[Request]], n: int) -> Result:
            senders = [[(pools[r.service], await made.sent(r)) for r in each] for each in asked]
            return await side_by_side(
                name, "requests/s", made.calls(requests, n), "its statements, bare asyncpg", replays(senders, n)
            )

        households = [Request("registry", f"/registry/v1/households/{i}") for i in some]
        pages = [Request("registry", "/registry/v1/households?limit=100")] * CALLERS
        passports = [Request("gateway", f"/passport/{i}") for i in some]
        dossiers = [[Request(s, f"/{s}/v1/dossier/{i}") for s in DOSSIERS] for i in some]
        # Acts last: each leaves something behind, which a passport would show by the hundred.
        reads = [("household read", households, READS), ("list of 100 households", pages, READS // 4)]
        acts = [("visit", visits, ACTS), ("bank event", events, ACTS)]
        results = [await of(name, requests, [[r] for r in requests], n) for name, requests, n in reads]
        results.append(await of("passport", passports, dossiers, PASSPORTS))
        return results + [await of(name, requests, [[r] for r in requests], n) for name, requests, n in acts]
