"""What is tried where: a service with a few households, callers who may, documents that ask for what there is."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.conftest import Door, House
from tests.integration.assessment.acts import station
from tests.integration.registry.test_households import seed_household
from tests.roster_file import number

COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE = "140927", "140927200", "140927200201", "140927200202"
AREAS = {
    "county": COUNTY,
    "auditor": COUNTY,
    "department": COUNTY,
    "surveyor": COUNTY,
    "township": TOWNSHIP,
    "team": TOWNSHIP,
}
OF_NO_AREA = ("bank", "insurer", "subscriber")
ON = "2017-06-01"
# Few of each, so that what one door makes the next one finds.
HOUSEHOLDS = [UUID(int=k) for k in range(1, 5)]
NAMES: list[Any] = [*map(str, HOUSEHOLDS), *(str(UUID(int=k)) for k in range(101, 105))]
PLACES = {COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE}
DAYS = ["2017-06-01", "2017-05-31", "2017-01-01", "2017-06-30", "2017-03-31", "2016-12-20"]
THERE: dict[str, list[Any]] = {
    "number": [number(order=order) for order in range(1, 40)],
    "bank": ["xinhe"], "year": [2016, 2017], "income_year": [2016, 2017], "cohort": [2017, 2018], "limit": [1, 100],
    "topic": ["registry.households"],
}  # fmt: skip
_PROJECTED = (
    "INSERT INTO household (id, division, status, members, has_labour, borrower_age_ok, needs_accessible,"
    " deep_poverty, relocated) VALUES ($1, $2, 'poor', 3, true, true, false, false, $3)"
)


@dataclass
class Ground:
    """A service to be tried, and what became of it: `tried` by status, `faults` by what they are."""

    door: Door
    document: dict[str, Any]
    tried: dict[int, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def headers(self, method: str, path: str, turn: int) -> dict[str, str]:
        """One of those who may, in turn."""
        told = self.document["paths"][path][method.lower()]
        roles, units = told["x-roles"] or ["county"], told.get("x-units") or ["agriculture"]
        role = roles[turn % len(roles)]
        area = "" if role in OF_NO_AREA else AREAS.get(role, VILLAGE)
        return self.door.headers(role, area, on=ON, bank="xinhe" if role == "bank" else "", unit=units[0],
                                 subject=f"test-{role}-{turn % 2}")  # fmt: skip


async def ground_of(house: House, service: str) -> Ground:
    door = await house.serve(service, "all")
    if service == "registry":
        for household_id in HOUSEHOLDS:
            await seed_household(house, VILLAGE, id=household_id)
    elif service != "gateway":
        owner = await house.owner(service)
        for k, household_id in enumerate(HOUSEHOLDS):
            await owner.execute(_PROJECTED, household_id, VILLAGE, k % 2 == 0)
    if service == "assessment":
        await station(door, "test-helper-0", "test-helper-1", "test-team-0", "test-team-1")
    return Ground(door, door.app.openapi())


def narrowed(document: dict[str, Any]) -> dict[str, Any]:
    """The same operations, which ask for what there is: households that exist, days of the year that is played."""
    copy: dict[str, Any] = deepcopy(document)
    kinds = copy["components"]["schemas"]
    for operations in copy["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _narrow(parameter["schema"], parameter["name"], kinds)
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                body["schema"] = _narrow(body["schema"], "", kinds)
    return copy


def _narrow(schema: dict[str, Any], name: str, kinds: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        kind = schema["$ref"].rsplit("/", 1)[-1]
        if f"There.{kind}" not in kinds:
            kinds[f"There.{kind}"] = {}
            kinds[f"There.{kind}"] = _narrow(kinds[kind], name, kinds)
        return {"$ref": f"#/components/schemas/There.{kind}"}
    if there := _there(schema, name):
        return {"enum": there}
    told = {key: part for key, part in schema.items() if key != "discriminator"}
    told |= {key: [_narrow(p, name, kinds) for p in schema[key]] for key in ("anyOf", "oneOf") if key in schema}
    if "items" in schema:
        told["items"] = _narrow(schema["items"], name, kinds)
    if "properties" in schema:
        told["properties"] = {key: _narrow(part, key, kinds) for key, part in schema["properties"].items()}
    if "maxItems" in schema:
        told["maxItems"] = min(schema["maxItems"], 3)
    return told


def _there(schema: dict[str, Any], name: str) -> list[Any]:
    if {"enum", "const"} & schema.keys():
        return []
    if schema.get("format") == "uuid":
        return NAMES
    if schema.get("format") == "date":
        return DAYS
    if "division" in name and schema.get("type") == "string":
        return [p for p in sorted(PLACES) if re.search(schema.get("pattern", ""), p)]
    return THERE.get(name, []) if schema.get("type") in ("string", "integer") else []


def said(answer: Any) -> str:
    """An answer's code, for a line of a report."""
    try:
        return str(json.loads(answer.content).get("code"))
    except (ValueError, AttributeError):
        return "no code"
