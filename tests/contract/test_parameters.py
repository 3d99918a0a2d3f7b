"""What a query or a body may say, at every door of every house: what the door has, and each once."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from shared.acts.bodies import Input
from tests.conftest import SERVICES
from tests.contract.test_front import application, client


@pytest.mark.parametrize("name", SERVICES)
async def test_every_door_refuses_a_parameter_it_does_not_have(name: str, tmp_path: Path) -> None:
    app = application(name, tmp_path)
    doors = [r for r in iter_route_contexts(app.routes) if isinstance(r.original_route, APIRoute)]
    asked = 0
    async with client(app) as caller:
        for door in doors:
            path = re.sub(r"{[^}]*}", "018f2d5e-7c1a-7000-8000-000000000001", str(door.path))
            for method in door.methods or ():
                answer = await caller.request(method, f"{path}?lmit=5")
                # Who asks for a token says that first.
                assert answer.status_code in (401, 422), (method, path)
                if answer.status_code == 422:
                    assert (answer.json()["code"], answer.json()["parameter"]) == ("shared.unknown_parameter", "lmit")
                asked += answer.status_code == 422
    assert asked >= 3  # health, readiness, what documents there are


async def test_a_parameter_that_is_said_twice_is_refused(tmp_path: Path) -> None:
    app = application("finance", tmp_path)
    app.add_api_route("/probe", probe)
    async with client(app) as caller:
        answer = await caller.get("/probe?n=1&n=2")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "n")
        assert (await caller.get("/probe?n=1")).json() == 1


async def probe(n: int) -> int:
    return n


@pytest.mark.parametrize("name", SERVICES)
def test_every_body_is_one_that_hears_of_a_field_said_twice(name: str, tmp_path: Path) -> None:
    doors = [
        r for r in iter_route_contexts(application(name, tmp_path).routes) if isinstance(r.original_route, APIRoute)
    ]
    bodies = [d.body_field.field_info.annotation for d in doors if d.body_field]
    read = {part for body in bodies for part in parts_of(body)}
    assert len(read) > 2
    assert [part for part in read if not issubclass(part, Input)] == []


def parts_of(kind: Any) -> Iterator[type]:
    """The bodies in a body, and whatever takes names that no body knows."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from parts_of(field.annotation)
    if {kind, get_origin(kind)} & {dict, Mapping}:
        yield dict
    for inner in get_args(kind):
        yield from parts_of(inner)
