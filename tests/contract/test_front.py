"""What stands before every application: the last resort is ours, and every answer says how it may be kept."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from joserfc.jwk import KeySet, RSAKey

from shared.process.settings import Settings
from shared.serve.run import build_app
from tests.conftest import SERVICES, find_service

BEARER = {"Authorization": "Bearer none"}


def application(name: str, tmp_path: Path, **settings: Any) -> FastAPI:
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(KeySet([RSAKey.generate_key(2048, {"kid": "test"})]).as_dict(private=False)))
    app = build_app(find_service(name), Settings(jwks_file=jwks, **settings))

    async def broken() -> None:
        raise RuntimeError("a person's 110105194912310021")

    async def half() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("after the answer began")

        return StreamingResponse(pieces())

    app.add_api_route("/broken", broken)
    app.add_api_route("/half", half)
    # What the gateway keeps from its start on.
    app.state.routes, app.state.business_date, app.state.limits_factor = (), None, 1_000
    app.state.strangers = OrderedDict()
    return app


def client(app: FastAPI) -> httpx.AsyncClient:
    """Whatever is raised past our handlers fails the test."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://county")


@pytest.mark.parametrize("name", SERVICES)
async def test_an_error_inside_a_door_answers_once_and_is_never_raised_again(name: str, tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as said:
        async with client(application(name, tmp_path)) as caller:
            answer = await caller.get("/broken", headers=BEARER | {"Accept-Language": "zh"})
    assert (answer.status_code, answer.json()["code"]) == (500, "shared.internal")
    assert "110105194912310021" not in answer.text
    assert [line["event"] for line in said] == ["unexpected"]
    assert answer.headers["content-language"] == "zh"


async def test_an_error_in_an_answer_that_has_begun_is_not_raised_again(tmp_path: Path) -> None:
    app = application("registry", tmp_path)
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(str(message["type"]))

    path = {"path": "/half", "raw_path": b"/half", "root_path": "", "query_string": b"", "scheme": "http"}
    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"version": "3.0", "spec_version": "2.4"}}
    with structlog.testing.capture_logs() as said:
        await app(scope | path, receive, send)
    # The answer never comes to its end: the server cuts the connection, so nobody takes a half for the whole.
    assert sent == ["http.response.start", "http.response.body"]
    assert [line["event"] for line in said] == ["unexpected"]


@pytest.mark.parametrize("name", SERVICES)
async def test_every_answer_says_how_it_may_be_kept(name: str, tmp_path: Path) -> None:
    async with client(application(name, tmp_path)) as caller:
        personal = await caller.get("/broken", headers=BEARER)
        public = await caller.get("/openapi.json")
    for answer in (personal, public):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert personal.headers["cache-control"] == "no-store"
    assert "cache-control" not in public.headers


@pytest.mark.parametrize("name", SERVICES)
async def test_a_slash_too_many_leads_nowhere(name: str, tmp_path: Path) -> None:
    async with client(application(name, tmp_path)) as caller:
        answer = await caller.get("/broken/", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)
