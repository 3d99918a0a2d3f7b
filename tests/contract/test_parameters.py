"""A query parameter that a door does not have is refused and named, at every door of every house."""

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

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
