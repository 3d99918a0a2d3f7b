"""What was once on the wire parses for ever, and is CloudEvents 1.0 to the standard's own library."""

import json
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.bus.topics import TOPICS
from shared.events import CATALOGUE, Envelope
from shared.events.envelope import read_envelope

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
PERSONAL = {"name", "id_number", "phone", "account", "health", "disease", "born_on"}


def read(path: Path) -> tuple[dict[str, Any], Envelope]:
    recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recorded, read_envelope(recorded["topic"], recorded["key"], recorded["headers"], recorded["value"])


def test_every_type_has_a_recorded_sample() -> None:
    assert {p.stem for p in SAMPLES} >= set(CATALOGUE)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_a_sample_parses_and_comes_back_unchanged(path: Path) -> None:
    recorded, envelope = read(path)
    kind = CATALOGUE[path.stem]
    payload = kind.model_validate_json(recorded["value"])
    assert (kind.TYPE, kind.TOPIC, payload.key) == (envelope.type, envelope.topic, envelope.key)
    # Later versions of a payload may add optional fields; nothing recorded may be lost or read differently.
    again = json.loads(payload.model_dump_json())
    assert json.loads(recorded["value"]).items() <= again.items()
    assert envelope.headers() == recorded["headers"]
    assert envelope.source == TOPICS[kind.TOPIC].writer


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_a_sample_is_a_cloud_event_in_both_bindings(path: Path) -> None:
    recorded, envelope = read(path)
    headers = {name: value.encode() for name, value in recorded["headers"].items()}
    binary = kafka.from_binary_event(
        kafka.KafkaMessage(headers=headers, key=recorded["key"].encode(), value=recorded["value"].encode())
    )
    structured = JSONFormat().read(CloudEvent, json.dumps(envelope.structured()))
    assert binary.get_data() == structured.get_data() == json.loads(recorded["value"])
    for event in (binary, structured):
        assert (event.get_id(), event.get_type(), event.get_source()) == (envelope.id, envelope.type, envelope.source)
        assert event.get_specversion() == "1.0"
        assert event.get_datacontenttype() == "application/json"
        assert event.get_extension("partitionkey") == recorded["key"]
        assert int(event.get_extension("sequence")) == envelope.sequence
        assert int(event.get_extension("epoch")) == envelope.epoch
        assert event.get_extension("businessdate") == envelope.business_date
        assert event.get_extension("correlationid") == envelope.correlation_id


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda k: k.TYPE)
def test_no_payload_names_a_person(kind: Any) -> None:
    assert not PERSONAL & set(kind.model_fields)


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_epoch", "ce_sequence"])
def test_a_record_without_its_place_is_unreadable(missing: str) -> None:
    recorded, _ = read(SAMPLES[0])
    headers = {k: v for k, v in recorded["headers"].items() if k != missing}
    with pytest.raises((KeyError, ValueError)):
        read_envelope(recorded["topic"], recorded["key"], headers, recorded["value"])


def test_a_record_under_another_key_is_unreadable() -> None:
    recorded, _ = read(SAMPLES[0])
    with pytest.raises(ValueError, match="another aggregate"):
        read_envelope(recorded["topic"], "somebody-else", recorded["headers"], recorded["value"])
