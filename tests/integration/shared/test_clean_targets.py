"""Texts of path, query and headers: one form of each, or a refusal that names it; bodies that are none."""

from typing import Any

import pytest

from tests.integration.shared.conftest import Ground

UNREADABLE = [
    "%00",
    "a%00b",
    "%EF%BF%BE",
    "%EE%80%80",
    "%E2%80%8B",
    "a%E2%80%AEb",
    "%EF%BB%BFa",
    "%ED%A0%80",
    "%FF",
    "a%C2%85b",
]


@pytest.mark.parametrize("text", UNREADABLE)
async def test_an_unreadable_parameter_is_named(ground: Ground, text: str) -> None:
    finance = await ground.serve(role="api")
    for target, name in (
        (f"/finance/v1/decisions?subject_id={text}", "subject_id"),
        (f"/finance/v1/decisions?{text}=a", "query"),
        (f"/finance/v1/probe/moved/{text}", "division"),
        (f"/{text}", "path"),
    ):
        method = "POST" if "moved" in target else "GET"
        answer = await finance.call(method, target, "county", headers={"Accept-Language": "zh"})
        assert (answer.status_code, answer.json()["code"]) == (422, "shared.invalid_input"), target
        (error,) = answer.json()["errors"]
        assert error["field"] == name
        assert error["expected_zh"] != error["expected_en"]


async def test_a_parameter_that_was_typed_otherwise_means_the_same(ground: Ground) -> None:
    finance = await ground.serve(role="api")
    answer = await finance.call("GET", "/finance/v1/tasks?limit=%EF%BC%95&", "county")
    assert answer.status_code == 200
    answer = await finance.call("GET", "/finance/v1/tasks?limit=+%EF%BC%90", "county")
    assert answer.json()["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31", "now", "2017-02-30", "12"])
async def test_a_business_date_is_a_day_of_the_house_s_calendar(ground: Ground, day: str) -> None:
    finance = await ground.serve(role="api")
    answer = await finance.call("GET", "/finance/v1/tasks", "county", on=day)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "business-date")


async def test_an_idempotency_key_is_kept_so_it_is_plain(ground: Ground) -> None:
    finance = await ground.serve(role="api")
    headers: Any = {"Idempotency-Key": b"a\x85b"}
    answer = await finance.call("POST", "/finance/v1/probe/once", "county", headers=headers, json={"n": 1})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


NO_JSON: list[tuple[bytes, str]] = [
    (b"\xff\xfe{}", "application/json"),
    (b'{"n": "\xff"}', "application/json"),
    (b"[" * 100_000, "application/json"),
    (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    (b'{"n": ' + b"1" * 10_000 + b"}", "application/json"),
    (b'{"n": 1e400}', "application/json"),
    (b'{"n": NaN}', "application/json"),
    (b'{"n": -Infinity}', "application/json"),
    (b'{"n": 1', "application/json"),
    (b"", "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b"7", "application/json"),
    (b'"text"', "application/json"),
    (b'{"n": 1}', "text/plain"),
    (b"n=1", "application/x-www-form-urlencoded"),
    (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
    (b'{"n": 1}', "application/json; charset=utf-16"),
]


@pytest.mark.parametrize(("body", "kind"), NO_JSON, ids=range(len(NO_JSON)))
async def test_a_body_that_is_none_is_refused_as_such(ground: Ground, body: bytes, kind: str) -> None:
    finance = await ground.serve(role="api")
    headers: dict[str, Any] = {"Idempotency-Key": "k", "Content-Type": kind}
    ground.probe.gate.set()
    answer = await finance.call("POST", "/finance/v1/probe/once", "county", headers=headers, content=body)
    if "utf-16" in kind:  # JSON is UTF-8 whatever else is said of it
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.invalid_input")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["errors"]
