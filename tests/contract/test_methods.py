"""What every path answers to methods that no door states, and to paths that are none."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.conftest import SERVICES
from tests.contract.test_front import application, client

ID = "018f2d5e-7c1a-7000-8000-000000000001"
PAGE = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}


def doors(app: FastAPI) -> dict[str, set[str]]:
    """Which methods stand at which path."""
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            found.setdefault(re.sub(r"{[^}]*}", ID, str(route.path)), set()).update(route.methods or ())
    return found


@pytest.mark.parametrize("name", SERVICES)
async def test_every_path_says_which_methods_it_takes(name: str, tmp_path: Path) -> None:
    app = application(name, tmp_path)
    async with client(app) as caller:
        for path, methods in doors(app).items():
            asked, refused = await caller.options(path), await caller.request("TRACE", path)
            assert (asked.status_code, asked.content) == (204, b"")
            assert (refused.status_code, refused.json()["code"]) == (405, "shared.method_not_allowed")
            assert asked.headers["allow"] == refused.headers["allow"], path
            allowed = set(asked.headers["allow"].split(", "))
            assert methods | {"OPTIONS"} <= allowed, path
            assert ("HEAD" in allowed) == ("GET" in allowed), path


@pytest.mark.parametrize("name", SERVICES)
async def test_head_is_get_without_its_body(name: str, tmp_path: Path) -> None:
    app = application(name, tmp_path)
    async with client(app) as caller:
        for path, methods in doors(app).items():
            if "GET" not in methods or path in ("/half", "/ready", "/status", "/openapi.json"):
                continue
            read, head = await caller.get(path), await caller.head(path)
            assert (head.status_code, head.content) == (read.status_code, b""), path
            assert head.headers["content-type"] == read.headers["content-type"]
            if path != "/metrics":  # it counts this one too
                assert head.headers["content-length"] == read.headers["content-length"], path


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
async def test_a_path_that_is_no_door_is_told_from_a_thing_that_is_not_there(
    name: str, method: str, tmp_path: Path
) -> None:
    async with client(application(name, tmp_path)) as caller:
        answer = await caller.request(method, "/no/such/door")
        assert answer.status_code == 404
        assert method == "HEAD" or answer.json()["code"] == "shared.route_unknown"


async def test_a_page_of_a_named_origin_may_call(tmp_path: Path) -> None:
    async with client(application("registry", tmp_path, cors_origins=["https://app.example"])) as caller:
        asked = await caller.options("/registry/v1/papers", headers=PAGE)
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, "https://app.example")
        refused = await caller.get("/registry/v1/papers", headers={"Origin": "https://app.example"})
        assert refused.headers["access-control-allow-origin"] == "https://app.example"
        exposed = {name.strip() for name in refused.headers["access-control-expose-headers"].split(",")}
        assert {"Link", "ETag", "Retry-After", "X-Correlation-Id", "Content-Language"} <= exposed
        stranger = await caller.options("/registry/v1/papers", headers=PAGE | {"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in stranger.headers
    async with client(application("registry", tmp_path)) as caller:
        assert "access-control-allow-origin" not in (await caller.options("/registry/v1/papers", headers=PAGE)).headers
