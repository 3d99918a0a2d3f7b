"""`python -m deploy.document` writes what the code says into `docs/`: every event, who states it, who listens; and of
every procedure who may take which step after which, and who must be another person; what every door takes and answers.
"""

import inspect
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services import NAMES
from shared.acts.procedures import Procedure, Step
from shared.acts.rounds import in_rounds
from shared.bus.topics import TOPICS
from shared.events import CATALOGUE, Payload
from shared.serve.run import open_doors
from shared.serve.service import Service

EVENTS = """# Events

Facts that services tell each other. Generated from the contracts in `shared/events` and the services' reactions by
`python -m deploy.document`; a test holds this file against them.

On the wire each is a CloudEvent 1.0: Kafka's binary binding in the log (attributes as headers `ce_...`), structured
JSON in webhooks and the feed. `partitionkey` names the aggregate, `epoch` and `sequence` its place: sequences of an
aggregate rise by one. There is no order across aggregates. Amounts are fen, dates are Asia/Shanghai. A payload
changes only by adding optional fields; a sample of every version is kept in `tests/contract/events/samples`.
"""

RIGHTS = """# Rights

Who may take which step of which procedure. Generated from the tables of steps by `python -m deploy.document`; a test
holds this file against them. A step follows the state before it; whoever stands under "not by" took a part in the case
and must not take this one, which a CHECK of the database says again. `GET /tasks` shows each caller what waits for him.
Everybody acts within his area alone. Days are by when a step should be taken (of this project's choosing); in a round
of the county its stage says it instead.
"""
DOCS = Path(__file__).resolve().parent.parent / "docs"


def services() -> list[Service]:
    """Every service of the house, the gateway last."""
    modules = [*(f"services.{name}.service" for name in NAMES), "gateway.service"]
    return [import_module(module).SERVICE for module in modules]


def consumers(houses: list[Service]) -> Mapping[str, list[str]]:
    return {kind: [s.name for s in houses if kind in s.reactions] for kind in CATALOGUE}


def kind_of(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def describe(kind: type[Payload], listeners: list[str]) -> str:
    own = inspect.cleandoc(kind.__doc__ or "") if "__doc__" in vars(kind) and kind.__doc__ else ""
    fields = [
        f"| `{name}` | {kind_of(field.annotation)} | {'yes' if field.is_required() else 'no'} |"
        for name, field in kind.model_fields.items()
    ]
    facts = f"Key `{kind.KEY}`. Stated by {TOPICS[kind.TOPIC].writer}; heard by {', '.join(listeners) or 'nobody yet'}."
    table = ["| field | type | always |", "|---|---|---|", *fields]
    return "\n".join([f"### `{kind.TYPE}`", "", *([own, ""] if own else []), facts, "", *table, ""])


def events() -> str:
    heard = consumers(services())
    parts = [EVENTS]
    for topic in TOPICS.values():
        parts.append(f"## Topic `{topic.name}`\n\nWritten by {topic.writer}, {topic.partitions} partitions.\n")
        parts += [describe(kind, heard[name]) for name, kind in CATALOGUE.items() if topic.name == kind.TOPIC]
    return "\n".join(parts)


def right(step: Step) -> str:
    others = ", ".join(f"`{column}`" for column in step.not_by)
    waits = f"`{step.waits_for}`" if step.waits_for else ""
    bureaus = f" ({', '.join(step.units)})" if step.units else ""
    who = ", ".join(f"{role}{bureaus}" if role == "department" else role for role in step.roles)
    cells = (f"`{step.after}`", f"`{step.name}`", f"{step.zh}: {step.en}", who, others, waits)
    return f"| {' | '.join(cells)} | {step.days} |"


def rights_of(procedure: Procedure[Any]) -> str:
    head = ["| after | step | what | who | not by | not before | days |", "|---|---|---|---|---|---|---|"]
    tables = [[*head, *map(right, steps), ""] for steps in reversed(procedure.versions)]
    rounds = ["Runs in rounds of the county (`PUT /rounds`).", ""] if in_rounds(procedure.case) else []
    still = ["Stands still while its household is frozen.", ""] if procedure.freezes and procedure.has_household else []
    lines = [f"## `{procedure.name}`", "", *rounds, *still, *tables[0]]
    for table in tables[1:]:
        lines += ["Cases that began before:", "", *table]
    return "\n".join(lines)


def doors_of(house: str, doors: Mapping[str, str]) -> str:
    lines = [f"| `{door}` | {reach.replace('; ', '<br>')} |" for door, reach in doors.items()]
    return "\n".join([f"### {house}", "", "| door | who, and how far |", "|---|---|", *lines, ""])


def rights() -> str:
    table = (DOCS / "rights.toml").read_text(encoding="utf-8")
    legend = "\n".join(line.removeprefix("# ") for line in table.splitlines() if line.startswith("#"))
    doors = [doors_of(house, found) for house, found in tomllib.loads(table).items()]
    procedures = (rights_of(procedure) for house in services() for procedure in house.procedures)
    return "\n".join([RIGHTS, *procedures, "## Doors", "", legend, "", *doors])


@cache
def contracts() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of every house."""
    return {house.name: contract_of(house) for house in services()}


def contract_of(house: Service) -> dict[str, Any]:
    app = FastAPI()
    open_doors(app, house)
    return app.openapi()


def as_page(document: dict[str, Any]) -> str:
    """Field by field. All doors together are the gateway's `/openapi.json`, which is made of these."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


WRITTEN: dict[str, Callable[[], str]] = {
    "events.md": events,
    "rights.md": rights,
} | {f"openapi/{name}.json": partial(lambda name: as_page(contracts()[name]), name) for name in (*NAMES, "gateway")}

if __name__ == "__main__":
    for name, text in WRITTEN.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text(), encoding="utf-8")
