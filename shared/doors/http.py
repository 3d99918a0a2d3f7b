"""What every door does alike: who calls, on which date, in which transaction, and how it says no."""

import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import Integer
from starlette.exceptions import HTTPException

from shared.data import db
from shared.data.crypto import DataKeys
from shared.data.sql import Connection, execute, fetch_one, sql
from shared.doors.callers import identify
from shared.ground import problems
from shared.ground.context import Act, Caller
from shared.ground.policy import Policy
from shared.ground.problems import FieldError, Problem
from shared.process.crash import crash_point
from shared.values import dates
from shared.values.ids import uuid7

log = structlog.get_logger()


async def current_caller(request: Request, authorization: Annotated[str, Header()] = "") -> Caller:
    """The bearer of the request's token, verified here even though the gateway did so too."""
    state = request.app.state
    return await identify(authorization, state.keys, state.settings, state.verified, state.revoked, time.time())


# Every dependency is a coroutine: one that is not would be run in a pool of threads, which costs more than it does.
async def current_act(request: Request, caller: Annotated[Caller, Depends(current_caller)]) -> Act:
    """The caller's act on the business date: the gateway's header in a played year, else today."""
    on = dates.today()
    if request.app.state.settings.clock == "scenario" and "business-date" in request.headers:
        try:
            on = date.fromisoformat(request.headers["business-date"])
        except ValueError as error:
            raise Problem("shared.invalid_input") from error
    try:
        correlation_id = UUID(request.headers.get("x-correlation-id", ""))
    except ValueError:
        correlation_id = uuid7()
    return Act(caller, on, correlation_id)


def by(*roles: str) -> Any:
    """A dependency that lets these roles pass and gives their act; area is the database's matter."""

    async def check(act: Annotated[Act, Depends(current_act)]) -> Act:
        if act.caller.role not in roles:
            raise Problem("shared.forbidden", allowed=", ".join(roles))
        return act

    return Depends(check)


async def _connection(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.transaction(request.app.state.pool, act.caller) as connection:
        yield connection
        crash_point("act.before_commit")
    crash_point("act.after_commit")


async def _reading(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.reading(request.app.state.readers, act.caller) as connection:
        yield connection


async def _paging(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.reading(request.app.state.readers, act.caller, db.EACH_TIME) as connection:
        yield connection


# scope="function": FastAPI would else end the dependency, and commit, after the answer has been sent.
Transaction = Annotated[Connection, Depends(_connection, scope="function")]
# For doors that write nothing, and for those of them that page through a list.
Reading = Annotated[Connection, Depends(_reading, scope="function")]
Paging = Annotated[Connection, Depends(_paging, scope="function")]


async def _policy(request: Request) -> Policy:
    policy: Policy = request.app.state.policy
    return policy


async def _data_keys(request: Request) -> DataKeys:
    data_keys: DataKeys = request.app.state.data_keys
    return data_keys


CurrentPolicy = Annotated[Policy, Depends(_policy)]
CurrentDataKeys = Annotated[DataKeys, Depends(_data_keys)]
# Optional to FastAPI, so that a missing one gets our own sentence from `once`.
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]

_TRY_LOCK = sql("SELECT pg_try_advisory_xact_lock(:lock) AS got")
_FIND = sql("""
    SELECT body_hash, status, answer FROM idempotency
    WHERE subject = :subject AND route = :route AND key = :key
""")
_KEEP = sql(
    """
    INSERT INTO idempotency (subject, route, key, body_hash, status, answer)
    VALUES (:subject, :route, :key, :body_hash, :status, :answer)
""",
    status=Integer,
)


async def once(
    request: Request,
    connection: Connection,
    act: Act,
    key: str,
    effect: Callable[[], Awaitable[Any]],
    status: int = 200,
) -> JSONResponse:
    """Do the effect once per (subject, route, key) and answer the same ever after.

    The answer is kept as it went out, so it must carry references and figures, never personal data.

    Raises:
        Problem: the key is missing (400), in use this moment (409), or came with another body (422).
    """
    if not key:
        raise Problem("shared.idempotency_key_missing")
    route = f"{request.method} {request.url.path}"
    name = {"subject": act.subject, "route": route, "key": key}
    digest = hashlib.sha256("\0".join(name.values()).encode()).digest()
    lock = await fetch_one(connection, _TRY_LOCK, lock=int.from_bytes(digest[:8], "big", signed=True))
    if not lock or not lock["got"]:
        raise Problem("shared.idempotency_in_progress")
    body_hash = hashlib.sha256(await request.body()).hexdigest()
    kept = await fetch_one(connection, _FIND, **name)
    if kept is not None:
        if kept["body_hash"] != body_hash:
            raise Problem("shared.idempotency_body_differs")
        return JSONResponse(kept["answer"], kept["status"], {"Idempotent-Replay": "true"})
    answer = await effect()
    answer = json.loads(answer.model_dump_json()) if hasattr(answer, "model_dump_json") else answer
    await execute(connection, _KEEP, rows=1, **name, body_hash=body_hash, status=status, answer=answer)
    return JSONResponse(answer, status)


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """A Problem as application/problem+json."""
    accepted = request.headers.get("accept-language", "")
    document = problems.body(problem, accepted)
    headers = {"Content-Language": problems.preferred_language(accepted)}
    if document["status"] in (429, 503):
        headers["Retry-After"] = str(problem.figures.get("retry_after_seconds", 1))
    return JSONResponse(document, document["status"], headers, media_type="application/problem+json; charset=utf-8")


_EXPECTED = {
    "missing": ("a value", "必填"),
    "extra_forbidden": ("no such field", "不应有此字段"),
    "greater_than": ("a larger value", "应大于限值"),
    "less_than_equal": ("a smaller value", "应不超过限值"),
    "uuid_parsing": ("a UUID", "UUID"),
    "date_from_datetime_parsing": ("a date, YYYY-MM-DD", "日期，格式 YYYY-MM-DD"),
    "int_type": ("a whole number", "整数"),
    "int_parsing": ("a whole number", "整数"),
    "json_invalid": ("well-formed JSON", "合法的 JSON"),
    "too_long": ("fewer entries", "条目过多"),
    "union_tag_invalid": ("a kind that is known", "已知的类型"),
    "union_tag_not_found": ("a kind", "应有类型"),
    "unstorable_text": ("text without NUL characters", "文字中不得含空字符"),
    "over_total": ("parts of a category that sum up to its total at most", "各部分之和不得超过该类合计"),
    "payer_twice": ("each payer once in a category", "同一类别中每个支付方只能出现一次"),
}


def field_error(error: Any) -> FieldError:
    """One of pydantic's errors in both languages."""
    # pydantic's message names limits, never the value sent.
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path"))
    # A field that is none is called as its sender called it, as far as that can be said again.
    where = where.encode("utf-8", "replace").decode("utf-8")[:200]
    english, chinese = _EXPECTED.get(error["type"], (error["msg"], error["msg"]))
    limits = ", ".join(
        str(v) for k, v in (error.get("ctx") or {}).items() if k in ("gt", "ge", "lt", "le", "max_length", "expected")
    )
    suffix = f" ({limits})" if limits else ""
    return FieldError(where or "body", english + suffix, chinese + suffix)


def install_handlers(app: FastAPI) -> None:
    """Every refusal of an application leaves as problem+json; what nobody expected is `Front`'s."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [field_error(e) for e in error.errors()[:50]]
        return problem_response(request, Problem("shared.invalid_input", errors=found))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        codes = {404: "shared.not_found", 405: "shared.method_not_allowed", 413: "shared.too_large"}
        code = codes.get(error.status_code, "shared.invalid_input")
        return problem_response(request, Problem(code, limit_bytes=0) if error.status_code == 413 else Problem(code))

    async def _transient(request: Request, error: Exception) -> JSONResponse:
        log.warning("database_unavailable", error=type(error).__name__)
        return problem_response(request, Problem("shared.unavailable"))

    for kind in db.TRANSIENT:
        app.add_exception_handler(kind, _transient)
