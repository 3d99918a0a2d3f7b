"""What a house's doors promise, as OpenAPI 3.1: the framework's document, told in the house's own words.

Beside what OpenAPI has, an operation bears `x-roles`: who may call it at all, as `by(...)` at its door says (every role
where a token alone is asked for, empty where not even that); and `x-units` where of departments some alone may. Area,
kinship and the steps of procedures come after.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.routing import BaseRoute

from shared.doors.contract_names import add_schemas, drop_unused, merge, name_operation, name_schemas, ref
from shared.doors.http import By, current_caller
from shared.doors.parameters import calls_of
from shared.doors.vocabulary import explain
from shared.ground import problems
from shared.ground.context import Role, Unit

VERSION = "1.0.0"
ROLES = tuple(role for role in get_args(Role) if role != "system")
UNITS = get_args(Unit)
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the county's issuer (RFC 9068, RS256); it lives ten minutes at most.",
}
SERVERS = [{"url": "/", "description": "The county's gateway, which this document came from."}]
CONTACT = {"name": "The county that runs this system"}
ABOUT = """{what}

Refusals are `application/problem+json` with a stable `code`, in Chinese and English. A field's name ends in its unit:
`_fen` hundredths of a yuan, `_ppm` parts per million, `_on` a business date in Asia/Shanghai, `_at` a moment. Lists go
by `cursor` and `limit`, and `Link` names the next page. A batch answers for each of its items. Every GET answers HEAD,
shows an `ETag` where it shows JSON, and answers 304 to `If-None-Match`; an edit of one thing asks for `If-Match`, or
for `If-None-Match: *` where there is none yet. OPTIONS says in `Allow` which methods a path takes."""
# Of which status, its name among the components and what it means.
REFUSALS = {
    "401": ("Unauthorized", "Who calls is not known: no token, or one that is not valid here."),
    "403": ("Forbidden", "The caller is known and may not do this."),
    "404": ("NotFound", "Nothing of that name exists where the caller may look."),
    "409": ("Conflict", "It does not go together with what stands already."),
    "412": ("PreconditionFailed", "Something else stands by now than the caller goes by."),
    "422": ("Unprocessable", "What was sent does not fit; `errors` names the fields and what was expected."),
    "428": ("PreconditionRequired", "An edit says what it goes by, and this one does not."),
    "429": ("TooManyRequests", "Too many requests; `Retry-After` says how long to wait."),
    "503": ("Unavailable", "Away for a moment, nothing was changed; `Retry-After` says how long to wait."),
    "default": ("Refused", "Any other refusal, of the edge or of the house."),
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "example": 1}
}
CHALLENGE = {
    "WWW-Authenticate": {
        "description": "RFC 6750: `error` and, in `error_description`, why.",
        "schema": {"type": "string"},
        "example": 'Bearer realm="shenchi", error="invalid_token", error_description="It has expired."',
    }
}
# What a GET that shows JSON has beside its body; and a list, which names its next page.
BESIDE = {
    "ETag": {
        "description": "What is shown, in short: `If-None-Match` asks whether it still is so.",
        "schema": {"type": "string"},
        "example": '"5f2c9a"',
    },
    "Link": {
        "description": "RFC 8288: the next page, as `rel=next`, where there is one.",
        "schema": {"type": "string"},
        "example": '</registry/v1/households?cursor=x>; rel="next"',
    },
}
NOT_MODIFIED = {"description": "It is as `If-None-Match` says.", "headers": {"ETag": ref("headers", "ETag")}}
# What an answer of a status has beside its body.
HEADERS = {"401": CHALLENGE, "403": CHALLENGE, "429": RETRY_AFTER, "503": RETRY_AFTER}


class Problem(BaseModel):
    """A refusal (RFC 9457). Figures that belong to its sentence stand beside these fields, under their own names."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    title_zh: str
    title_en: str
    status: int
    code: str
    errors: list[problems.FieldError] = []


def describe_all(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One document of all houses."""
    what = "Every door of the county's system against poverty: its five services, and the gateway before them."
    return merge(documents, _info("Shenchi", what))


def _info(title: str, what: str) -> dict[str, Any]:
    return {"title": title, "version": VERSION, "description": ABOUT.format(what=what), "contact": CONTACT}


def describe(
    house: str, folder: Path, routes: Sequence[BaseRoute], webhooks: Sequence[BaseRoute] = ()
) -> dict[str, Any]:
    """The document of one house: its `routes` as they are mounted, the rooms of its `folder` as tags."""
    document = get_openapi(
        **_info(f"Shenchi {house}", _first_words(folder / "__init__.py")),
        routes=routes,
        webhooks=webhooks,
        servers=SERVERS,
    )
    document.setdefault("components", {}).setdefault("schemas", {})
    by_door = {(r.path_format, m.lower()): r for r in _doors(routes) for m in r.methods or ()}
    taken = [str(r.name) for r in by_door.values()]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = by_door[path, method]
            operation["operationId"] = name_operation(house, operation["tags"][0], str(route.name), taken)
            _tell(operation, method, route)
    for name, webhook in document.get("webhooks", {}).items():
        for operation in webhook.values():
            # Whoever takes it answers as he likes: 2xx is taken, 410 ends the subscription, else it comes again.
            operation["operationId"] = f"{house}_sends_{name.split('.')[1]}"
            operation["responses"] = {"2XX": {"description": "Taken."}, "410": {"description": "Send no more."}}
            operation["security"] = []
    add_schemas(document, Problem)
    document["components"]["headers"] = BESIDE
    document["components"]["responses"] = {**_refusals(house), "NotModified": NOT_MODIFIED}
    document["components"]["securitySchemes"] = {"bearer": BEARER}
    document["tags"] = _tags(document, folder)
    name_schemas(document)
    drop_unused(document)
    explain(document)
    return document


def roles_of(route: RouteContext) -> tuple[str, ...]:
    """Who may call this at all; empty where no token is asked for."""
    calls = list(calls_of(route.dependant))
    if current_caller not in calls:
        return ()
    named = [call.roles for call in calls if isinstance(call, By)]
    return tuple(role for role in ROLES if all(role in roles for roles in named))


def units_of(route: RouteContext) -> tuple[str, ...]:
    """Whose departments may call this; empty where it is every one's or none's."""
    named = [call.units for call in calls_of(route.dependant) if isinstance(call, By) and call.units]
    return tuple(unit for unit in UNITS if named and all(unit in units for units in named))


def _doors(routes: Sequence[BaseRoute]) -> Iterator[RouteContext]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            yield route


def _tell(operation: dict[str, Any], method: str, route: RouteContext) -> None:
    roles, units = roles_of(route), units_of(route)
    # The token is a matter of the security scheme, which generated clients know how to fill.
    operation["parameters"] = [p for p in operation.get("parameters", []) if p["name"] != "authorization"]
    if not operation["parameters"]:
        del operation["parameters"]
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "Idempotency-Key":  # optional to the framework, so that the refusal is in our words
            parameter["required"] = True
    operation["x-roles"] = list(roles)
    if units:
        operation["x-units"] = list(units)
    operation["security"] = [{"bearer": []}] if roles else []
    said = operation.get("description") or f"{operation['summary']}."
    operation["description"] = f"{said}\n\n{_sentence(roles, units)}"
    taken = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    if method == "get" and JSON in taken.get("200", {}).get("content", {}):
        listed = any(p["name"] == "cursor" for p in operation.get("parameters", []))
        beside = ("ETag", "Link") if listed else ("ETag",)
        taken["200"] = {**taken["200"], "headers": {name: ref("headers", name) for name in beside}}
        taken["304"] = ref("responses", "NotModified")
    operation["responses"] = taken | {s: ref("responses", REFUSALS[s][0]) for s in _refused_with(operation, method)}


def _sentence(roles: tuple[str, ...], units: tuple[str, ...]) -> str:
    if not roles:
        return "Needs no token."
    if roles == ROLES and not units:
        return "For every role."
    bureaus = f" ({', '.join(units)})" if units else ""
    return f"For these roles: {', '.join(f'{role}{bureaus}' if role == 'department' else role for role in roles)}."


def _refused_with(operation: dict[str, Any], method: str) -> list[str]:
    """The statuses that its door, or whatever stands before it, may answer."""
    asked = operation.get("parameters", [])
    possible = {
        "401": operation["security"],
        "403": operation["security"],
        "404": any(p["in"] == "path" for p in asked),
        "409": method != "get",
        "412": any(p["name"] == "If-Match" for p in asked),
        "422": True,
        "428": any(p["name"] == "If-Match" for p in asked),
        "429": True,
        "503": True,
        "default": True,
    }
    return [status for status, there in possible.items() if there]


def _refusals(house: str) -> dict[str, Any]:
    """A response a status; `x-codes` are the codes that a caller of this house may meet under it."""
    codes: dict[str, list[str]] = {status: [] for status in REFUSALS}
    for code, entry in problems.catalogue().items():
        if code.partition(".")[0] in ("shared", "gateway", house):
            codes.get(str(entry["status"]), codes["default"]).append(code)
    content = {PROBLEM_JSON: {"schema": ref("schemas", "Problem")}}
    return {
        name: {"description": meaning, "content": content, "x-codes": sorted(codes[status])}
        | ({"headers": HEADERS[status]} if status in HEADERS else {})
        for status, (name, meaning) in REFUSALS.items()
    }


def _tags(document: dict[str, Any], folder: Path) -> list[dict[str, str]]:
    named = {tag for operations in document["paths"].values() for o in operations.values() for tag in o["tags"]}
    return [{"name": tag, "description": _first_words(folder / tag / "__init__.py")} for tag in sorted(named)]


def _first_words(module: Path) -> str:
    """What a package says of itself, up to the first empty line; read, not run."""
    if not module.exists():
        return COMMON[module.parent.name]
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]


# Rooms that every house has without a folder of that name.
COMMON = {
    "operations": "For those who keep a service running: how far behind it is, what stands still, why it decided.",
    "tasks": "What waits for the caller: since when, until when.",
    "rounds": "Rounds of the county over the lists of its villages, with days for their stages.",
    "contracts": "These documents.",
    "policy": "The numbers in force on a day, what every code says, and which documents changed a number.",
    "papers": "What parties signed on paper: recorded by one official, confirmed by another.",
}
