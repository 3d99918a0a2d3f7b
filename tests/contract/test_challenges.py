"""What `WWW-Authenticate` says to whoever is not let in (RFC 6750)."""

from pathlib import Path

import pytest
from fastapi import Request

from shared.doors.http import problem_response
from shared.ground.problems import Problem
from tests.conftest import SERVICES
from tests.contract.test_front import application, client

MISSING = 'Bearer realm="shenchi", error_description="Send a bearer token in the Authorization header."'
UNREADABLE = 'Bearer realm="shenchi", error="invalid_token", error_description="It is no JWT that a current key of'


@pytest.mark.parametrize("name", SERVICES)
async def test_a_refused_token_is_told_why(name: str, tmp_path: Path) -> None:
    path = "/whoami" if name == "gateway" else f"/{name}/v1/tasks"
    async with client(application(name, tmp_path)) as caller:
        for headers, challenge in (
            ({}, MISSING),
            ({"Authorization": "Basic abc"}, MISSING),
            ({"Authorization": "Bearer none"}, UNREADABLE),
        ):
            answer = await caller.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith(challenge)


def test_a_role_too_few_is_an_insufficient_scope() -> None:
    refused = problem_response(Request({"type": "http", "headers": []}), Problem("shared.forbidden", allowed="county"))
    assert refused.headers["www-authenticate"] == (
        'Bearer realm="shenchi", error="insufficient_scope",'
        ' error_description="Your role may not do this; allowed: county."'
    )
    refused = problem_response(
        Request({"type": "http", "headers": []}), Problem("shared.forbidden_unit", allowed="finance")
    )
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    # Another token would help nobody past these.
    other = problem_response(Request({"type": "http", "headers": []}), Problem("shared.same_person"))
    assert "www-authenticate" not in other.headers
