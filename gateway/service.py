"""The gateway on one screen."""

import tomllib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from gateway.acknowledgements.api import router as acknowledgements
from gateway.backlog.api import router as backlog
from gateway.clock.api import router as clock
from gateway.clock.queries import find_business_date
from gateway.console.api import router as console
from gateway.feed.api import router as feed
from gateway.identity.api import router as identity
from gateway.library.api import router as library
from gateway.library.reactions import REACTIONS as LIBRARY
from gateway.limits.rules import DEV_FACTOR
from gateway.passport.api import router as passport
from gateway.proxy.actions import open_session
from gateway.proxy.api import Edge, Proxy
from gateway.proxy.api import router as contracts
from gateway.revocations.api import router as revocations
from gateway.routes.rules import read_routes
from gateway.subscriptions.api import router as subscriptions
from gateway.subscriptions.api import webhooks
from gateway.subscriptions.reactions import REACTIONS
from gateway.subscriptions.work import deliver
from gateway.tasks.api import router as tasks
from shared.data import db
from shared.serve.service import Service, together

FOLDER = Path(__file__).parent
# Of its own doors, which take no files; what goes on to a service has the bounds of its route.
LARGEST_BODY_BYTES = 1_048_576
ROUTES = read_routes(tomllib.loads((FOLDER / "routes.toml").read_text(encoding="utf-8")))
ROUTERS = (
    console,
    identity,
    clock,
    passport,
    tasks,
    backlog,
    contracts,
    feed,
    acknowledgements,
    subscriptions,
    revocations,
    library,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What the process keeps in memory; the business date comes back from its table."""
    state = app.state
    async with db.transaction(state.pool, db.system_caller("gateway")) as connection:
        stored = await find_business_date(connection)
    state.routes = ROUTES
    state.business_date = stored if state.settings.clock == "scenario" else None
    state.limits_factor = state.settings.limits_factor or (DEV_FACTOR if state.settings.profile == "dev" else 1)
    state.buckets, state.strangers, state.contracts = OrderedDict(), OrderedDict(), {}
    async with open_session() as state.session:
        yield


SERVICE = Service(
    name="gateway",
    folder=FOLDER,
    prefix="",
    routers=ROUTERS,
    reactions=together(REACTIONS, LIBRARY),
    background=(deliver,),
    lifespan=lifespan,
    middleware=(Edge, Proxy),
    webhooks=webhooks.routes,
    largest_body_bytes=LARGEST_BODY_BYTES,
)
