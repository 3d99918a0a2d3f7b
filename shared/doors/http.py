"""What every door does alike: who calls, on which date, in which transaction, and how it says no."""

import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Integer
from starlette.exceptions import HTTPException

from shared.data import db
from shared.data.crypto import DataKeys
from shared.data.sql import Connection, execute, fetch_one, sql
from shared.doors.callers import identify
from shared.doors.methods import not_allowed
from shared.doors.tokens import WHY
from shared.ground import problems
from shared.ground.context import Act, Caller, Unit
from shared.ground.policy import Policy
from shared.ground.problems import FieldError, Problem
from shared.process.crash import crash_point
from shared.values import dates
from shared.values.ids import uuid7
from shared.values.inputs import Day
from shared.values.traces import new_traceparent, read_traceparent

log = structlog.get_logger()
_DAYS = TypeAdapter[date](Day)


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
            on = _DAYS.validate_python(request.headers["business-date"])
        except ValidationError as error:
            found = [field_error(e | {"loc": ("business-date",)}) for e in error.errors()]
            raise Problem("shared.invalid_input", errors=found) from error
    try:
        correlation_id = UUID(request.headers.get("x-correlation-id", ""))
    except ValueError:
        correlation_id = uuid7()
    trace = read_traceparent(request.headers.get("traceparent", "")) or new_traceparent()
    return Act(caller, on, correlation_id, traceparent=trace)


@dataclass(frozen=True, slots=True)
class By:
    """Lets these roles pass. An object, so that the document of a door can say which they are."""

    roles: tuple[str, ...]
    units: tuple[Unit, ...] = ()

    async def __call__(self, act: Annotated[Act, Depends(current_act)]) -> Act:
        if act.caller.role not in self.roles:
            raise Problem("shared.forbidden", allowed=", ".join(self.roles))
        if act.caller.is_of_another(self.units):
            raise Problem("shared.forbidden_unit", allowed=", ".join(self.units))
        return act


def by(*roles: str, units: tuple[Unit, ...] = ()) -> Any:
    """A dependency that lets these roles pass and gives their act; area is the database's matter. Of departments these
    `units` alone, where any are named.
    """
    return Depends(By(roles, units))


# Who may read of households: officials of their area, a helper of whom he helps, a villager of his own; these two are
# the database's matter (`shared.data.ddl.m0006`).
SEE_HOUSEHOLDS = ("county", "township", "village", "team", "helper", "villager", "auditor")
OF_HOUSEHOLDS = by(*SEE_HOUSEHOLDS)


async def _connection(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.transaction(request.app.state.pool, act.caller, act.business_date) as connection:
        yield connection
        crash_point("act.before_commit")
    crash_point("act.after_commit")


async def _reading(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.reading(request.app.state.readers, act.caller, act.business_date) as connection:
        yield connection


async def _paging(request: Request, act: Annotated[Act, Depends(current_act)]) -> AsyncIterator[Connection]:
    async with db.reading(request.app.state.readers, act.caller, act.business_date, db.EACH_TIME) as connection:
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
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[ -~]*$")]

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
    # Of who asks too: the same subject of another area asks for something else.
    who = act.caller
    asked = f"{who.role}\0{who.area}\0{who.bank}\0{who.unit}\0{who.person}\0".encode() + await request.body()
    body_hash = hashlib.sha256(asked).hexdigest()
    kept = await fetch_one(connection, _FIND, **name)
    if kept is not None:
        if kept["body_hash"] != body_hash:
            raise Problem("shared.idempotency_body_differs")
        return _answered(kept["answer"], kept["status"], {"Idempotent-Replay": "true"})
    answer = await effect()
    answer = json.loads(answer.model_dump_json()) if hasattr(answer, "model_dump_json") else answer
    await execute(connection, _KEEP, rows=1, **name, body_hash=body_hash, status=status, answer=answer)
    return _answered(answer, status)


def _answered(answer: Any, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """The database keeps an answer's fields in an order of its own: sorted, the bytes are the same each time."""
    return JSONResponse(_sorted(answer), status, headers)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """A Problem as application/problem+json."""
    accepted = request.headers.get("accept-language", "")
    document = problems.body(problem, accepted)
    headers = {"Content-Language": problems.preferred_language(accepted)}
    challenge = _challenge(problem, document["title_en"])
    if challenge:
        headers["WWW-Authenticate"] = challenge
    if document["status"] == 405:
        headers["Allow"] = problem.figures["allowed"]
    if document["status"] in (429, 503):
        headers["Retry-After"] = str(problem.figures.get("retry_after_seconds", 1))
    return JSONResponse(document, document["status"], headers, media_type="application/problem+json; charset=utf-8")


def _challenge(problem: Problem, sentence: str) -> str:
    """What `WWW-Authenticate` says (RFC 6750): which error, and why; empty where another token would not help."""
    if problem.code not in _CHALLENGED:
        return ""
    error, why = _CHALLENGED[problem.code], WHY.get(problem.figures.get("reason", ""), sentence)
    told = {"realm": "shenchi"} | ({"error": error} if error else {}) | {"error_description": why}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items())


# RFC 6750 gives no error to who has sent no token.
_CHALLENGED = {
    "shared.token_missing": "",
    "shared.token_invalid": "invalid_token",
    "shared.forbidden": "insufficient_scope",
    "shared.forbidden_unit": "insufficient_scope",
}
_EXPECTED = {
    "one_of": ("exactly one of the two", "应恰好填写其中一项"),
    "signed_whole": ("who signed, how, and the sheet together", "签字人、签字方式与签字材料应同时填写"),
    "no_day": (
        "a day of the calendar, 1900-01-01 to 2099-12-31, YYYY-MM-DD",
        "日期，1900-01-01 至 2099-12-31，格式 YYYY-MM-DD",
    ),
    "missing": ("a value", "必填"),
    "extra_forbidden": ("no such field", "不应有此字段"),
    "said_twice": ("said once", "只应出现一次"),
    "greater_than": ("a larger value", "应大于限值"),
    "less_than_equal": ("a smaller value", "应不超过限值"),
    "uuid_parsing": ("a UUID", "应为 UUID"),
    "date_from_datetime_parsing": ("a date, YYYY-MM-DD", "日期，格式 YYYY-MM-DD"),
    "int_type": ("a whole number", "整数"),
    "int_parsing": ("a whole number", "整数"),
    "json_invalid": ("well-formed JSON", "合法的 JSON"),
    "too_long": ("fewer entries", "条目过多"),
    "union_tag_invalid": ("a kind that is known", "已知的类型"),
    "union_tag_not_found": ("a kind", "应有类型"),
    "text_control": ("text without control characters", "文字中不得含控制字符"),
    "text_surrogate": ("whole characters, no half of a pair", "完整的字符，不得为半个代理对"),
    "text_noncharacter": ("text without noncharacters", "文字中不得含非字符码位"),
    "text_private_use": ("characters of Unicode, none of private use", "统一码字符，不得使用私用区（自造字）"),
    "text_invisible": ("text without invisible characters", "文字中不得含不可见字符"),
    "text_lost": ("the characters themselves, not what stands for them", "原来的字符，不得用替代符号"),
    "day_invalid": ("a date, YYYY-MM-DD", "日期，格式 YYYY-MM-DD"),
    "nothing_visible": ("at least one visible character", "至少一个可见字符"),
    "over_total": ("parts of a category that sum up to its total at most", "各部分之和不得超过该类合计"),
    "figures_in_name": ("a name without figures", "姓名中不得含数字"),
    "no_id_number": ("an ID number, or a disability certificate", "公民身份号码，或残疾人证号"),
    "cause_twice": ("each cause once", "致贫原因不得重复"),
    "payer_twice": ("each payer once in a category", "同一类别中每个支付方只能出现一次"),
    "period_reversed": ("a period that ends after it starts", "期间的结束应晚于开始"),
    "closes_before_it_opens": ("a last day that is not before the first", "最后一日不得早于第一日"),
    "personal": ("a number of your own files, not of a person", "应为本单位文号，不得为个人证件号"),
    "greater_than_equal": ("a larger value", "应不小于限值"),
    "less_than": ("a smaller value", "应小于限值"),
    "multiple_of": ("a multiple of the step", "应为步长的整数倍"),
    "finite_number": ("a finite number", "有限的数"),
    "int_parsing_size": ("a smaller whole number", "数值过大"),
    "int_from_float": ("a whole number", "整数，不带小数"),
    "float_type": ("a number", "数字"),
    "float_parsing": ("a number", "数字"),
    "decimal_type": ("a decimal number", "小数"),
    "decimal_parsing": ("a decimal number", "小数"),
    "bool_type": ("true or false", "true 或 false"),
    "bool_parsing": ("true or false", "true 或 false"),
    "string_type": ("text", "文字"),
    "string_unicode": ("text in UTF-8", "UTF-8 文字"),
    "string_too_short": ("longer text", "文字过短"),
    "string_too_long": ("shorter text", "文字过长"),
    "string_pattern_mismatch": ("text of the form that is asked for", "文字格式不符"),
    "string_not_ascii": ("ASCII text", "ASCII 文字"),
    "literal_error": ("one of the known words", "应为已知的值之一"),
    "enum": ("one of the known words", "应为已知的值之一"),
    "none_required": ("null", "应为空"),
    "too_short": ("more entries", "条目过少"),
    "list_type": ("a list", "列表"),
    "tuple_type": ("a list", "列表"),
    "set_type": ("a list", "列表"),
    "frozen_set_type": ("a list", "列表"),
    "dict_type": ("an object", "对象"),
    "mapping_type": ("an object", "对象"),
    "model_type": ("an object", "对象"),
    "model_attributes_type": ("an object", "对象"),
    "dataclass_type": ("an object", "对象"),
    "named_tuple_type": ("an object", "对象"),
    "invalid_key": ("names that are text", "字段名应为文字"),
    "json_type": ("JSON text", "JSON 文字"),
    "date_type": ("a date, YYYY-MM-DD", "日期，格式 YYYY-MM-DD"),
    "date_parsing": ("a date, YYYY-MM-DD", "日期，格式 YYYY-MM-DD"),
    "date_from_datetime_inexact": ("a date without a time", "日期，不带时间"),
    "date_past": ("a date in the past", "过去的日期"),
    "date_future": ("a date in the future", "将来的日期"),
    "datetime_type": ("a moment, RFC 3339", "时刻，RFC 3339 格式"),
    "datetime_parsing": ("a moment, RFC 3339", "时刻，RFC 3339 格式"),
    "datetime_from_date_parsing": ("a moment, RFC 3339", "时刻，RFC 3339 格式"),
    "datetime_object_invalid": ("a moment, RFC 3339", "时刻，RFC 3339 格式"),
    "datetime_past": ("a moment in the past", "过去的时刻"),
    "datetime_future": ("a moment in the future", "将来的时刻"),
    "timezone_naive": ("a moment without an offset", "不带时区的时刻"),
    "timezone_aware": ("a moment with its offset", "带时区的时刻"),
    "timezone_offset": ("a moment with its offset", "带时区的时刻"),
    "time_type": ("a time of day", "时间"),
    "time_parsing": ("a time of day", "时间"),
    "bytes_type": ("bytes", "字节"),
    "bytes_too_short": ("more bytes", "内容过短"),
    "bytes_too_long": ("fewer bytes", "内容过长"),
    "uuid_type": ("a UUID", "应为 UUID"),
    "uuid_version": ("a UUID", "应为 UUID"),
    "url_type": ("a URL", "网址"),
    "url_parsing": ("a URL", "网址"),
    "url_syntax_violation": ("a URL", "网址"),
    "url_too_long": ("a shorter URL", "网址过长"),
    "url_scheme": ("a URL of a known scheme", "网址的协议不符"),
}
# Of what no body of ours can meet; the framework's own sentence stands in one language alone.
_ANYTHING = ("a value that fits", "合乎要求的值")
_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length", "multiple_of", "expected")


def field_error(error: Any) -> FieldError:
    """One of pydantic's errors in both languages."""
    # pydantic's message names limits, never the value sent.
    # Of bodies that a word tells apart, the field with that word is meant.
    word = str((error.get("ctx") or {}).get("discriminator", "")).strip("'")
    where = ".".join(str(part) for part in (*error["loc"], word) if part != "")
    # A field that is none is called as its sender called it, as far as that can be said again.
    where = where.encode("utf-8", "replace").decode("utf-8")[:200]
    english, chinese = _EXPECTED.get(error["type"], _ANYTHING)
    limits = ", ".join(str(v) for k, v in (error.get("ctx") or {}).items() if k in _LIMITS)
    suffix = f" ({limits})" if limits else ""
    return FieldError(where or "body", english + suffix, chinese + suffix.replace(" or ", "、"))


def require_known(field: str, word: str | None, words: Collection[str]) -> None:
    """Of a parameter whose words the policy has.

    Raises:
        Problem: `shared.invalid_input`: it is none of them (422).
    """
    if word is not None and word not in words:
        error = {"type": "literal_error", "loc": (field,), "ctx": {"expected": ", ".join(sorted(words))}}
        raise Problem("shared.invalid_input", errors=[field_error(error)])


def install_handlers(app: FastAPI) -> None:
    """Every refusal of an application leaves as problem+json; what nobody expected is `Front`'s."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # A path begins with where the field was: body, query, path, header.
        found = [field_error(e | {"loc": e["loc"][1:]}) for e in error.errors()[:50]]
        return problem_response(request, Problem("shared.invalid_input", errors=found))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            return problem_response(request, not_allowed(request))
        codes = {404: "shared.route_unknown", 413: "shared.too_large"}
        code = codes.get(error.status_code, "shared.invalid_input")
        figures = {"limit_bytes": 0} if error.status_code == 413 else {}
        # What is no JSON at all: bytes of no encoding, nested without end, numbers without end.
        found = [FieldError("body", *_EXPECTED["json_invalid"])] if error.status_code == 400 else []
        return problem_response(request, Problem(code, errors=found, **figures))

    async def _transient(request: Request, error: Exception) -> JSONResponse:
        log.warning("database_unavailable", error=type(error).__name__)
        return problem_response(request, Problem("shared.unavailable"))

    for kind in db.TRANSIENT:
        app.add_exception_handler(kind, _transient)
