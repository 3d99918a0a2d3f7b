"""The edge that every request crosses, and the door to the services: plain ASGI, for it runs for each request."""

import json
import time
from asyncio import get_running_loop
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.limits.actions import admit, admit_one
from gateway.limits.rules import client_address
from gateway.proxy.actions import Passage, Upload, fetch_answer, pass_on
from gateway.proxy.rules import CORRELATION_ID, body_length, edge_headers, onward_headers
from gateway.routes.rules import Route, find_route, is_straight
from shared.doors.callers import identify, is_known
from shared.doors.contract import describe_all
from shared.doors.contract_names import as_json
from shared.doors.doorstep import say_no
from shared.ground.problems import Problem
from shared.values.ids import uuid7
from shared.values.inputs import Word
from shared.values.traces import new_traceparent

router = APIRouter(tags=["contracts"])

CONTRACT_KEPT_SECONDS = 60.0


class Edge:
    """Takes from a request what only the gateway may say, and says it: business date and correlation id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        on, sent = state.business_date, scope["headers"]
        scope["headers"], correlation_id = edge_headers(
            sent, on.isoformat().encode() if on else b"", str(uuid7()).encode(), new_traceparent().encode()
        )

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (CORRELATION_ID, correlation_id)]
            await send(message)

        try:
            _admit_stranger(state, scope.get("client"), dict(reversed(sent)))
        except Problem as problem:
            await say_no(scope, problem, None, marked, unread=True)
        else:
            await self.app(scope, receive, marked)


def _admit_stranger(state: State, peer: tuple[str, int] | None, headers: dict[bytes, bytes]) -> None:
    """Who bears no token that was verified before is counted by address: a false one costs a signature each time."""
    authorization, forwarded = (headers.get(n, b"").decode("latin-1") for n in (b"authorization", b"x-forwarded-for"))
    if not is_known(authorization, state.settings, state.verified, time.time()):
        address = client_address(peer[0] if peer else "", forwarded, state.settings.trusted_proxies)
        admit_one(state.strangers, address, "", state.limits_factor, time.monotonic())


class Proxy:
    """Takes what is routed to a service before the gateway's own doors are searched, which costs 130 us a request.

    Refusals come before the body is read, so that no stranger's body is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = find_route(scope["app"].state.routes, scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        headers = dict(reversed(scope["headers"]))  # of two the first counts, as it does for the services
        known, upload = False, None
        try:
            _check_target(route, scope)
            state = scope["app"].state
            if scope["method"] != "OPTIONS":  # which methods a path takes, the documents tell everybody
                caller = await identify(
                    headers.get(b"authorization", b"").decode("latin-1"),
                    state.keys,
                    state.settings,
                    state.verified,
                    state.revoked,
                    time.time(),
                )
                known = True
                admit(state.buckets, caller, state.limits_factor, time.monotonic())
            upload = _upload(route, headers, receive)
            await pass_on(state.session, _passage(route, scope, state.settings.upstreams), upload, send)
        except Problem as problem:
            unread = upload is None or not upload.complete
            await say_no(scope, problem, receive if known and unread else None, send, unread=unread)


def _check_target(route: Route, scope: Scope) -> None:
    path: bytes = scope["raw_path"]
    # What goes on is the path as written; it must be the very one that was routed.
    if not is_straight(path, scope["query_string"]) or not path.startswith(route.prefix.encode()):
        raise Problem("gateway.routes.target_malformed")
    if scope["method"] not in route.methods:
        raise Problem("gateway.routes.method_not_allowed", allowed=", ".join(sorted(route.methods)))


def _upload(route: Route, headers: dict[bytes, bytes], receive: Receive) -> Upload:
    try:
        length = body_length(headers)
    except ValueError as error:
        raise Problem("gateway.proxy.header_malformed") from error
    if length is not None and length > route.largest_body_bytes:
        raise Problem("shared.too_large", limit_bytes=route.largest_body_bytes)
    deadline = get_running_loop().time() + route.timeout_seconds
    return Upload(receive, route.largest_body_bytes, route.timeout_seconds, deadline, complete=length == 0)


def _passage(route: Route, scope: Scope, upstreams: dict[str, str]) -> Passage:
    if route.upstream not in upstreams:
        raise Problem("shared.unavailable")
    try:
        headers = onward_headers(scope["headers"])
    except UnicodeDecodeError as error:
        raise Problem("gateway.proxy.header_malformed") from error
    query = scope["query_string"].decode("ascii")
    target = scope["raw_path"].decode("ascii") + (f"?{query}" if query else "")
    return Passage(scope["method"], upstreams[route.upstream] + target, headers, route.timeout_seconds)


@router.get("/openapi.json", response_model=dict[str, Any])
async def get_whole_contract(request: Request) -> Response:
    """The OpenAPI document of all services and the gateway together, for whoever writes a client."""
    state = request.app.state
    known, merged = state.contracts.get("", (None, b""))
    parts = {name: await _contract(state, name) for name in state.settings.upstreams}
    parts["gateway"] = _own_contract(request)
    if parts != known:
        documents = {house: json.loads(parts[house]) for house in parts}
        merged = as_json(describe_all(documents))
        state.contracts[""] = (parts, merged)
    return Response(merged, media_type="application/json")


@router.get("/{service}/openapi.json", response_model=dict[str, Any])
async def get_contract(service: Word, request: Request) -> Response:
    """A service's OpenAPI document, or the gateway's own."""
    if service == "gateway":
        return Response(_own_contract(request), media_type="application/json")
    return Response(await _contract(request.app.state, service), media_type="application/json")


def _own_contract(request: Request) -> bytes:
    return as_json(request.app.openapi())


async def _contract(state: State, service: str) -> bytes:
    address = state.settings.upstreams.get(service)
    if address is None:
        raise Problem("shared.route_unknown")
    fetched_at, document = state.contracts.get(service, (0.0, b""))
    if time.monotonic() - fetched_at > CONTRACT_KEPT_SECONDS or not document:
        answer = await fetch_answer(state.session, f"{address}/openapi.json", {})
        if answer is None or answer.status != 200:
            raise Problem("shared.unavailable")
        document = answer.body
        state.contracts[service] = (time.monotonic(), document)
    return bytes(document)
