"""What passes the gateway, unchanged, and what does not."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from shared.doors import doorstep
from tests.conftest import House, free_port
from tests.integration.gateway.conftest import Street, answer, lengthy, raw, read_head, status_of
from tests.integration.registry.test_households import VILLAGE, seed_household, statement

INCOMES = "/registry/v1/households/incomes"


async def test_bytes_headers_and_targets_arrive_as_they_were_sent(street: Street) -> None:
    heads, bodies = [], []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            heads.append(await read_head(reader))
            bodies.append(await reader.readexactly(lengthy(heads[-1])))
            writer.write(
                answer(b"\x00\xff" + bodies[-1], b"207 Multi", b'ETag: "7"', b"X-One: 1", b"Connection: x-one")
            )

    door = await street.gateway(await street.upstream(echo))
    body = '{"a": "神池",  "b": 1}'.encode()
    target = "/registry/v1/things/%E7%A5%9E;v=1?a=%20b+c&&d=%2F&a=2"
    sent = {
        "X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4", "Business-Date": "2030-01-01", "If-Match": '"6"',
        "Connection": "x-private", "X-Private": "1", "X-Correlation-Id": "0190a3e2-0000-7000-8000-00000000abcd",
        "Cookie": "a=b", "Accept-Encoding": "br", "Idempotency-Key": "k",
    }  # fmt: skip
    got = await door.call("POST", target, "helper", headers=sent, content=body)
    assert (got.status_code, got.content, got.headers["etag"]) == (207, b"\x00\xff" + body, '"7"')
    assert "x-one" not in got.headers
    assert got.headers["x-correlation-id"] == sent["X-Correlation-Id"]
    assert bodies == [body]
    line, *lines = heads[0].decode().split("\r\n")
    assert line == f"POST {target} HTTP/1.1"
    arrived = {name.lower(): value for name, _, value in (part.partition(": ") for part in lines if part)}
    assert arrived["host"] == door.address.removeprefix("http://")
    assert (arrived["if-match"], arrived["cookie"], arrived["accept-encoding"]) == ('"6"', "a=b", "br")
    assert arrived["x-correlation-id"] == sent["X-Correlation-Id"]
    assert not {"x-forwarded-for", "forwarded", "business-date", "x-private"} & set(arrived)


async def test_a_callers_business_date_is_not_heard_and_the_clocks_is(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-02-03"})
    household_id = await seed_household(street.house)
    items = {"items": [statement(household_id, stated_on="2017-06-01")]}
    early = await door.call("POST", INCOMES, "helper", VILLAGE, on="2017-12-31", json=items)
    assert early.json()["results"][0]["code"] == "shared.future_date"
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-06-01"})
    late = await door.call("POST", INCOMES, "helper", VILLAGE, on="2016-01-01", json=items)
    assert late.json()["results"][0]["status"] == "accepted"
    assert UUID(late.headers["x-correlation-id"]).version == 7


async def test_another_township_does_not_exist(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    path = f"/registry/v1/households/{await seed_household(street.house)}"
    assert (await door.call("GET", path, "township", "140927200")).status_code == 200
    assert (await door.call("GET", path, "township", "140927201")).status_code == 404


PUBLIC = [
    ("GET", "/registry/health", 404), ("GET", "/registry/v1", 404), ("GET", "/registry/metrics", 404),
    ("GET", "/registry/status", 404), ("GET", "/registry/v1/%2e%2e/%2e%2e/metrics", 400),
    ("GET", "/registry/v1/..%2F..%2Fmetrics", 400), ("GET", "/registry/v1//metrics", 400),
    ("GET", "/registry/v12/x", 404), ("GET", "/%72egistry/v1/households", 400),
    ("TRACE", "/registry/v1/households", 405), ("GET", "/archive/v1/x", 404),
    ("GET", "/registry/v1/households", 200),
]  # fmt: skip


async def test_only_public_paths_are_routed(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    for method, path, status in PUBLIC:
        reader, writer = await raw(door, f"{method} {path} HTTP/1.1\r\nConnection: close")
        assert await status_of(reader) == status, path
        writer.close()


async def test_a_services_methods_are_heard_through_the_gateway(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    asked = await door.client.options("/registry/v1/papers/confirmations")
    assert (asked.status_code, asked.headers["allow"]) == (204, "OPTIONS, POST")
    refused = await door.call("GET", "/registry/v1/papers/confirmations", "county")
    assert (refused.status_code, refused.headers["allow"]) == (405, "OPTIONS, POST")
    never = await door.call("TRACE", INCOMES, "helper")
    assert (never.status_code, "GET" in never.headers["allow"]) == (405, True)
    read, head = [await door.call(m, "/registry/v1/households", "county") for m in ("GET", "HEAD")]
    assert (head.status_code, head.content, len(read.content)) == (200, b"", int(head.headers["content-length"]))
    for path in ("/registry/v1/no-such-door", "/archive/v1/x", "/archive/openapi.json"):
        assert (await door.call("GET", path, "county")).json()["code"] == "shared.route_unknown"


async def test_a_contract_is_shown_without_a_token(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    shown = (await door.client.get("/registry/openapi.json")).json()
    assert INCOMES in shown["paths"]
    assert registry.stop
    await registry.stop()
    assert (await door.client.get("/registry/openapi.json")).status_code == 200  # kept
    assert (await door.client.get("/finance/openapi.json")).status_code == 404


async def test_a_service_that_is_down_is_503_with_a_time_to_come_back(street: Street) -> None:
    door = await street.gateway(f"http://127.0.0.1:{free_port()}")
    async with asyncio.timeout(2):
        got = await door.call("POST", INCOMES, "helper", json={})
    assert "connection" not in got.headers  # its body was read, so the caller may keep the connection
    assert (got.status_code, got.json()["code"], got.headers["retry-after"]) == (503, "shared.unavailable", "1")


async def test_a_get_is_repeated_once_on_a_dead_connection_and_a_post_is_not(street: Street) -> None:
    lines: list[bytes] = []

    async def dies_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        await reader.readexactly(lengthy(head))
        lines.append(head.split(b"\r\n")[0])
        if lines.count(lines[-1]) == 2:
            writer.write(answer())
            await writer.drain()
        writer.close()

    door = await street.gateway(await street.upstream(dies_first))
    assert (await door.call("GET", "/registry/v1/x", "helper")).status_code == 200
    got = await door.call("POST", "/registry/v1/x", "helper", content=b"{}")
    assert (got.status_code, got.json()["code"]) == (502, "gateway.proxy.broken_off")
    assert [line.split()[0] for line in lines] == [b"GET", b"GET", b"POST"]


async def test_a_service_that_does_not_answer_is_504(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    door = await street.gateway(await street.upstream(silent))
    hurry(door, monkeypatch)
    got = await door.call("POST", "/registry/v1/x", "helper", content=b"{}")
    assert (got.status_code, got.json()["code"]) == (504, "gateway.proxy.timeout")


def hurry(door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for."""
    from dataclasses import replace

    door.app.state.routes = [replace(route, timeout_seconds=0.6) for route in door.app.state.routes]
    monkeypatch.setattr(doorstep, "PAUSE_SECONDS", 0.3)


async def test_a_body_over_the_limit_is_413_and_never_arrives_whole(street: Street) -> None:
    ended = []

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        ended.append((await reader.read()).endswith(b"0\r\n\r\n"))
        writer.close()

    door = await street.gateway(await street.upstream(counts))
    declared = await door.call("POST", INCOMES, "helper", content=b"x" * 1_048_577)
    assert (declared.status_code, declared.json()["limit_bytes"]) == (413, 1_048_576)
    assert ended == []

    async def chunks() -> Any:
        for _ in range(80):
            yield b"x" * 65_536

    counted = await door.call("POST", INCOMES, "helper", content=chunks())
    assert (counted.status_code, counted.json()["code"]) == (413, "shared.too_large")
    await street.house.settled(lambda: asyncio.sleep(0, len(ended) == 1))
    assert ended == [False]


async def test_a_roster_may_be_larger(street: Street) -> None:
    sizes = []

    async def takes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sizes.append(len(await reader.readexactly(lengthy(await read_head(reader)))))
        writer.write(answer())

    door = await street.gateway(await street.upstream(takes))
    path = "/registry/v1/roster/imports?income_year=2016"
    assert (await door.call("POST", path, "county", content=b"x" * 20_971_520)).status_code == 200
    assert (await door.call("POST", path, "county", content=b"x" * 20_971_521)).status_code == 413
    assert sizes == [20_971_520]


@pytest.mark.parametrize("pause", [0.05, 60.0])
async def test_a_body_that_never_ends_is_408(street: Street, monkeypatch: pytest.MonkeyPatch, pause: float) -> None:
    """A byte now and then, or one and no more."""
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    hurry(door, monkeypatch)
    reader, writer = await raw(door, f"POST {INCOMES} HTTP/1.1\r\nContent-Length: 1000")

    async def drip() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(pause)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(5):
        assert await status_of(reader) == 408
        rest = await reader.readuntil(b"}")
    assert b"gateway.proxy.too_slow" in rest
    dripping.cancel()
    writer.close()


async def test_a_stranger_is_told_so_before_a_byte_of_the_body(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    reader, writer = await raw(door, f"POST {INCOMES} HTTP/1.1\r\nContent-Length: 900000", token="Bearer nonsense")
    async with asyncio.timeout(5):
        head = await read_head(reader)
        assert head.startswith(b"HTTP/1.1 401")
        assert b"connection: close" in head.lower()
        assert json.loads(await reader.read())["code"] == "shared.token_invalid"
    writer.close()


async def test_an_answer_that_breaks_off_is_not_passed_as_whole(street: Street) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await writer.drain()
        writer.close()

    door = await street.gateway(await street.upstream(half))
    reader, writer = await raw(door, "GET /registry/v1/x HTTP/1.1")
    async with asyncio.timeout(5):
        got = await reader.read()
    assert b"hello" in got
    assert not got.endswith(b"0\r\n\r\n")
    writer.close()


async def test_an_answer_streams_while_it_is_made(street: Street) -> None:
    go_on = asyncio.Event()

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")

    door = await street.gateway(await street.upstream(slowly))
    async with door.client.stream("GET", "/registry/v1/x", headers=door.headers("helper")) as got, asyncio.timeout(5):
        pieces = got.aiter_bytes()
        assert await anext(pieces) == b"first"
        go_on.set()
        assert await anext(pieces) == b"last"


async def test_an_answer_before_the_bodys_end_reaches_the_caller(street: Street) -> None:
    """A service that refuses at the first line, while 20 MB are on their way."""

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer(b'{"code": "shared.forbidden"}', b"403 Forbidden"))
        await reader.read(1)

    door = await street.gateway(await street.upstream(refuses))
    async with asyncio.timeout(5):
        got = await door.call("POST", "/registry/v1/roster/imports", "helper", content=b"x" * 20_000_000)
    assert (got.status_code, got.json()) == (403, {"code": "shared.forbidden"})


async def test_a_caller_who_leaves_halfway_has_done_nothing(street: Street, house: House) -> None:
    ended: list[bytes] = []
    begun = asyncio.Event()

    async def watches(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        half = await reader.readexactly(4)
        begun.set()
        ended.append(half + await reader.read())
        writer.close()

    door = await street.gateway(await street.upstream(watches))
    _, writer = await raw(door, f"POST {INCOMES} HTTP/1.1\r\nContent-Length: 1000", b"half")
    async with asyncio.timeout(5):
        await begun.wait()
    writer.close()
    await house.settled(lambda: asyncio.sleep(0, bool(ended)))
    assert ended == [b"half"]


async def test_one_document_of_all_houses_that_stand_behind_the_door(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    whole = (await door.client.get("/openapi.json")).json()
    assert {"/registry/v1/households", "/whoami"} < whole["paths"].keys()
    own = (await door.client.get("/gateway/openapi.json")).json()
    assert ("/registry/v1/households" in own["paths"], "/whoami" in own["paths"]) == (False, True)
    assert (await door.client.get("/openapi.json")).json() == whole
