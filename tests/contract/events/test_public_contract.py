"""The AsyncAPI document is the code's, whole, and what was recorded of the public events fits it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.asyncapi import cloud_event, document, text
from shared.bus.topics import PUBLIC, TOPICS
from shared.events import CATALOGUE, county
from shared.events.envelope import read_envelope

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(__file__).parent / "samples"
DOCUMENT = document()


def test_the_document_is_current() -> None:
    """`python -m deploy.asyncapi > docs/county-exits.asyncapi.yaml`."""
    written = (ROOT / "docs/county-exits.asyncapi.yaml").read_text(encoding="utf-8")
    assert written == text()
    assert yaml.safe_load(written) == DOCUMENT


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node["$ref"]] if "$ref" in node else [r for value in node.values() for r in references(value)]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


def follow(reference: str) -> Any:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    found = references(DOCUMENT)
    assert all(follow(r) for r in found)
    declared = {f"#/components/{part}/{name}" for part, named in DOCUMENT["components"].items() for name in named}
    declared |= {f"#/channels/{name}" for name in DOCUMENT["channels"]}
    declared |= {f"#/servers/{name}" for name in DOCUMENT["servers"]}
    assert declared == set(found)


def test_the_topic_is_told_as_it_is_declared_with_every_kind_of_event() -> None:
    exits = DOCUMENT["channels"]["exits"]
    kinds = {kind for kind in CATALOGUE.values() if kind.TOPIC == PUBLIC}
    assert kinds == set(county.KINDS)
    assert (exits["address"], exits["bindings"]["kafka"]["partitions"]) == (PUBLIC, TOPICS[PUBLIC].partitions)
    assert {follow(m["$ref"])["name"] for m in exits["messages"].values()} == {kind.TYPE for kind in kinds}
    for kind in kinds:
        assert set(DOCUMENT["components"]["schemas"][kind.__name__]["properties"]) == set(kind.model_fields)


def check(instance: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(schema | {"components": DOCUMENT["components"]}).validate(instance)


@pytest.mark.parametrize("kind", county.KINDS, ids=lambda k: k.TYPE)
def test_a_recorded_event_fits(kind: Any) -> None:
    recorded = json.loads((SAMPLES / f"{kind.TYPE}.json").read_text(encoding="utf-8"))
    (message,) = (m for m in DOCUMENT["components"]["messages"].values() if m["name"] == kind.TYPE)
    check(recorded["headers"], message["headers"])
    check(json.loads(recorded["value"]), message["payload"])
    event = read_envelope(recorded["topic"], recorded["key"], recorded["headers"], recorded["value"]).structured()
    check(event, cloud_event())
    for broken in (event | {"sequence": 0}, event | {"source": "registry"}, event | {"type": "registry.x.v1"}):
        with pytest.raises(jsonschema.ValidationError):
            check(broken, cloud_event())
    short = {name: value for name, value in json.loads(recorded["value"]).items() if name != "division"}
    with pytest.raises(jsonschema.ValidationError):
        check(short, message["payload"])
