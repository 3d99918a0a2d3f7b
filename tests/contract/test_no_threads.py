"""No door and nothing it depends on runs in a pool of threads: all are coroutines."""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from joserfc.jwk import KeySet, RSAKey

from shared.doors.http import By
from shared.process.settings import Settings
from shared.serve.run import build_app
from tests.conftest import SERVICES, find_service


def calls(dependant: Dependant) -> Iterator[object]:
    call = dependant.call
    if call is not None:
        yield call.__call__ if isinstance(call, By) else call
    for needed in dependant.dependencies:
        yield from calls(needed)


@pytest.mark.parametrize("name", SERVICES)
def test_every_door_and_dependency_is_a_coroutine(name: str, tmp_path: Path) -> None:
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(KeySet([RSAKey.generate_key(2048, {"kid": "test"})]).as_dict(private=False)))
    app = build_app(find_service(name), Settings(jwks_file=jwks))
    doors = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    assert len(doors) > 10
    threaded = {
        f"{call!r} of {door.path}"
        for door in doors
        for call in calls(door.dependant)
        if not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    }
    assert threaded == set()
