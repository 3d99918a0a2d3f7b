"""What stands in a request's target: texts of path and query, judged once for all doors."""

from urllib.parse import parse_qsl, urlencode

from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.doors.http import field_error, problem_response
from shared.doors.methods import routes_at
from shared.ground.problems import FieldError, Problem
from shared.values.inputs import clean


class CleanTarget:
    """Path and query in one form of each character, or a refusal that names the parameter.

    Plain ASGI before the doors, so that no parameter of any can be forgotten.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        errors = clean_target(scope) if scope["type"] == "http" else []
        if errors:
            answer = problem_response(Request(scope), Problem("shared.invalid_input", errors=errors))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def clean_target(scope: Scope) -> list[FieldError]:
    """What of the target no door can read; nothing, and the scope says the rest in the form that is kept."""
    path, query = scope["path"], scope["query_string"]
    if path.isascii() and path.isprintable() and not (b"%" in query or b"+" in query or max(query, default=0) > 126):
        return []
    fault = _fault(path)
    errors = [field_error(fault | {"loc": (_parameter(scope),)})] if fault else []
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for name, value in pairs:
        # A name that nobody can read is no parameter's.
        fault = _fault(name) or _fault(value)
        errors += [field_error(fault | {"loc": (name if not _fault(name) else "query",)})] if fault else []
    if not errors:
        scope["path"] = clean(path)
        scope["query_string"] = urlencode([(clean(name), clean(value)) for name, value in pairs]).encode("ascii")
    return errors


def _fault(text: str) -> dict[str, str]:
    try:
        clean(text)
    except PydanticCustomError as error:
        return {"type": error.type, "msg": error.message()}
    return {}


def _parameter(scope: Scope) -> str:
    """The parameter of the path that cannot be read, as its door calls it."""
    for _, found in routes_at(scope["app"], scope["path"]):
        return next((name for name, value in found.items() if _fault(value)), "path")
    return "path"
