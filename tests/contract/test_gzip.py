"""Long answers are packed for whoever takes gzip, short ones and workbooks for nobody."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse

from tests.contract.test_front import application, client

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    app = application("registry", tmp_path)

    async def answer(kind: str, length: int) -> Response:
        if kind == "application/json":
            return JSONResponse("x" * length)
        content = "x" * length
        return (
            StreamingResponse(iter([content]), media_type=kind)
            if kind == "text/csv"
            else Response(content, 200, None, kind)
        )

    app.add_api_route("/answer", answer)
    return app


@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
async def test_a_long_answer_is_packed_for_whoever_takes_it(app: FastAPI, kind: str) -> None:
    async with client(app) as caller:
        packed = await caller.get("/answer", params={"kind": kind, "length": 5000}, headers=GZIP)
        plain = await caller.get(
            "/answer", params={"kind": kind, "length": 5000}, headers={"Accept-Encoding": "identity"}
        )
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", plain.text)
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(("kind", "length"), [("application/json", 500), (WORKBOOK, 5000), ("text/event-stream", 5000)])
async def test_what_gains_nothing_goes_as_it_is(app: FastAPI, kind: str, length: int) -> None:
    async with client(app) as caller:
        answer = await caller.get("/answer", params={"kind": kind, "length": length}, headers=GZIP)
    assert "content-encoding" not in answer.headers
