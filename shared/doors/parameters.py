"""Query parameters that a door does not have: refused, for whoever mistypes a filter would else be answered of all.

So is one that is said twice: only the last value would count.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import Depends, Request

from shared.doors.http import current_caller, field_error
from shared.ground.problems import Problem


def calls_of(dependant: Any) -> Iterator[Any]:
    """A door, and all that it depends on."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls_of(inner)


def _parameters(dependant: Any) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


async def _known_parameters(request: Request) -> None:
    sent = request.query_params
    if not sent:
        return
    dependant = request.scope["route"].dependant
    known = {*_parameters(dependant)}
    problem = next((found for name in sent if (found := _fault(name, sent.getlist(name), known))), None)
    if problem is None:
        return
    if current_caller in calls_of(dependant):  # a stranger first hears that he is one
        await current_caller(request, request.headers.get("authorization", ""))
    raise problem


def _fault(name: str, values: list[str], known: set[str]) -> Problem | None:
    if name not in known:
        return Problem("shared.unknown_parameter", parameter=name[:200], known=", ".join(sorted(known)) or "-")
    if len(values) > 1:
        return Problem("shared.invalid_input", errors=[field_error({"type": "said_twice", "loc": (name,)})])
    return None


# A dependency of every door of an application.
KNOWN_PARAMETERS = Depends(_known_parameters)
