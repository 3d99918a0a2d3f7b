"""No door answers what its document does not say: every operation, with what fits and what does not."""

import asyncio
import os
from asyncio import AbstractEventLoop
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.ground.problems import catalogue
from tests.conftest import SERVICES, House
from tests.fuzz.grounds import Ground, ground_of, narrowed, said

# For each operation, so many times the weight of each way.
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
# What there is, what fits, what does not fit.
WAYS = (
    (True, GenerationMode.POSITIVE, 2),
    (False, GenerationMode.POSITIVE, 1),
    (False, GenerationMode.NEGATIVE, 1),
)
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
OURS = ("authorization", "business-date")
FILES = ("application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

Case = schemathesis.Case[Any]


@schemathesis.serializer(*FILES)
def as_bytes(_: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


async def send(ground: Ground, case: Case, turn: int) -> httpx.Response:
    request = case.as_transport_kwargs(base_url="http://service")
    named = dict(request.get("headers") or {}).items()
    headers = {"Idempotency-Key": f"key-{turn}"} if case.method.upper() == "POST" else {}
    headers |= {name: value for name, value in named if name.lower() not in OURS}
    headers |= ground.headers(case.method.upper(), case.path, turn)
    return await ground.door.client.request(
        request["method"], request["url"], params=request.get("params"), headers=headers, json=request.get("json"),
        content=request.get("data"),
    )  # fmt: skip


def fault_of(case: Case, answer: httpx.Response) -> str | None:
    """What the answer is that the document does not say."""
    if answer.status_code >= 500:
        return case.as_curl_command()[:600]
    if answer.status_code >= 400 and said(answer) not in catalogue():
        return answer.text[:200]
    try:
        case.validate_response(answer, checks=CHECKS)
    except (Failure, FailureGroup) as error:
        return str(error)[:600]
    return None


def try_out(ground: Ground, operation: Any, mode: GenerationMode, examples: int, loop: AbstractEventLoop) -> None:
    turns = count()

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Case) -> None:
        answer = asyncio.run_coroutine_threadsafe(send(ground, case, next(turns)), loop).result(60)
        ground.tried[answer.status_code] = ground.tried.get(answer.status_code, 0) + 1
        if fault := fault_of(case, answer):
            ground.faults.setdefault(f"{operation.label}: {answer.status_code} {said(answer)}", fault)

    with suppress(Unsatisfiable):  # nothing is wrong for a door that takes nothing
        one()


def fuzz(ground: Ground, loop: AbstractEventLoop) -> None:
    load_all_checks()
    for there, mode, weight in WAYS:
        schema = schemathesis.openapi.from_dict(narrowed(ground.document) if there else ground.document)
        for found in schema.get_all_operations():
            operation: Any = found
            try_out(ground, operation.ok(), mode, EXAMPLES * weight, loop)


@pytest.mark.parametrize("name", SERVICES)
async def test_every_operation_keeps_its_word(house: House, name: str) -> None:
    ground = await ground_of(house, name)
    await asyncio.to_thread(fuzz, ground, asyncio.get_running_loop())
    print(name, sum(ground.tried.values()), "requests", dict(sorted(ground.tried.items())))  # noqa: T201
    assert "\n".join(f"{door}\n   {what}" for door, what in sorted(ground.faults.items())) == ""
