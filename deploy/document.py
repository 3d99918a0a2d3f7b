"""`python -m deploy.document > docs/events.md`: every event, who states it, who listens."""

import inspect
import sys
from collections.abc import Mapping
from importlib import import_module

from services import NAMES
from shared.bus.topics import TOPICS
from shared.events import CATALOGUE, Payload
from shared.serve.service import Service

HEAD = """# Events

Facts that services tell each other. Generated from the contracts in `shared/events` and the services' reactions by
`python -m deploy.document > docs/events.md`; a test holds this file against them.

On the wire each is a CloudEvent 1.0: Kafka's binary binding in the log (attributes as headers `ce_...`), structured
JSON in webhooks and the feed. `partitionkey` names the aggregate, `epoch` and `sequence` its place: sequences of an
aggregate rise by one. There is no order across aggregates. Amounts are fen, dates are Asia/Shanghai. A payload
changes only by adding optional fields; a sample of every version is kept in `tests/contract/events/samples`.
"""


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


def document() -> str:
    heard = consumers(services())
    parts = [HEAD]
    for topic in TOPICS.values():
        parts.append(f"## Topic `{topic.name}`\n\nWritten by {topic.writer}, {topic.partitions} partitions.\n")
        parts += [describe(kind, heard[name]) for name, kind in CATALOGUE.items() if topic.name == kind.TOPIC]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(document())
