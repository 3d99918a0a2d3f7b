"""An example that a document shows is read by the door it stands at: also where no schema can say what fits."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from deploy.document import contracts, services
from shared.acts.bodies import Batch, Unreadable
from shared.serve.run import open_doors
from tests.contract.openapi.test_openapi import operations

JSON = "application/json"


class Shown(NamedTuple):
    """An example of a door, and the door's own field, which reads it."""

    where: str
    example: Any
    field: Any


def doors(name: str) -> dict[str, Any]:
    """The doors of a house as they are mounted, by method and path."""
    app = FastAPI()
    open_doors(app, next(house for house in services() if house.name == name))
    routes = [r for r in iter_route_contexts(app.routes) if isinstance(r.original_route, APIRoute)]
    return {f"{method.lower()} {route.path_format}": route for route in routes for method in route.methods or ()}


def asked_by(dependant: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """What a door, and all that it depends on, reads of an address, by place and name."""
    yield from ((("query", field.alias), field) for field in dependant.query_params)
    yield from ((("path", field.alias), field) for field in dependant.path_params)
    for inner in dependant.dependencies:
        yield from asked_by(inner)


def examples_of(told: Mapping[str, Any]) -> list[Any]:
    return [told["example"]] if "example" in told else [one["value"] for one in told["examples"].values()]


def shown_by(name: str) -> Iterator[Shown]:
    routes = doors(name)
    for door, operation in operations(contracts()[name]):
        route = routes[door]
        fields = dict(asked_by(route.dependant))
        for told in operation.get("parameters", ()):
            if told["in"] in ("query", "path"):
                field = fields[told["in"], told["name"]]
                yield from (Shown(f"{door} {told['name']}", one, field) for one in examples_of(told))
        if body := operation.get("requestBody", {}).get("content", {}).get(JSON):
            yield from (Shown(door, one, route.body_field) for one in examples_of(body))


def faults_in(shown: Shown) -> list[Any]:
    """Of a batch also what is wrong with its items, which stays with them."""
    read, errors = shown.field.validate(shown.example, {}, loc=())
    items: list[Any] = read.items if isinstance(read, Batch) else []
    return [*(errors or ()), *(i.result.errors for i in items if isinstance(i, Unreadable))]


@pytest.mark.parametrize("name", contracts())
def test_a_door_reads_the_examples_of_its_own_document(name: str) -> None:
    shown = list(shown_by(name))
    assert len(shown) > 10
    assert {one.where: faults for one in shown if (faults := faults_in(one))} == {}
