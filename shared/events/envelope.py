"""CloudEvents 1.0 as the house uses it: attributes as headers, the payload as JSON."""

import json
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """A fact. `TYPE` is its name on the wire, `TOPIC` where it goes, `KEY` the field of its aggregate's id."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    KEY: ClassVar[str]

    @property
    def key(self) -> str:
        return str(getattr(self, self.KEY))


class Envelope(NamedTuple):
    """One event with its attributes. `sequence` counts the events of aggregate (`topic`, `key`), from 1."""

    id: str
    type: str
    source: str
    topic: str
    key: str
    epoch: int
    sequence: int
    time: str
    business_date: str
    actor: str
    correlation_id: str
    causation_id: str
    data: Any
    traceparent: str = ""

    def headers(self) -> dict[str, str]:
        """Kafka's binary binding: names are lower-case alphanumerics behind `ce_`."""
        return {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": self.time,
            "ce_partitionkey": self.key,
            "ce_epoch": str(self.epoch),
            "ce_sequence": str(self.sequence),
            "ce_businessdate": self.business_date,
            "ce_actor": self.actor,
            "ce_correlationid": self.correlation_id,
            "ce_causationid": self.causation_id,
            "content-type": "application/json",
        } | ({"ce_traceparent": self.traceparent} if self.traceparent else {})

    def structured(self) -> dict[str, Any]:
        """CloudEvents' JSON format, for webhooks and feeds: `data` is an object, empty attributes are left out."""
        attributes = {
            "specversion": "1.0",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "time": self.time,
            "datacontenttype": "application/json",
            "partitionkey": self.key,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "businessdate": self.business_date,
            "actor": self.actor,
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
            "traceparent": self.traceparent,
        }
        data = json.loads(self.data) if isinstance(self.data, str) else self.data
        return {name: value for name, value in attributes.items() if value != ""} | {"data": data}

    def with_data(self, data: Any) -> "Envelope":
        return self._replace(data=data)


def read_envelope(topic: str, key: str, headers: dict[str, str], data: Any) -> Envelope:
    """The reverse of `headers`.

    Raises:
        KeyError, ValueError: an attribute is missing or malformed; the record cannot be placed.
    """
    if headers["ce_partitionkey"] != key:
        raise ValueError("the record's key is another aggregate's")
    return Envelope(
        id=headers["ce_id"],
        type=headers["ce_type"],
        source=headers["ce_source"],
        topic=topic,
        key=key,
        epoch=int(headers["ce_epoch"]),
        sequence=int(headers["ce_sequence"]),
        time=headers["ce_time"],
        business_date=headers["ce_businessdate"],
        actor=headers.get("ce_actor", ""),
        correlation_id=headers.get("ce_correlationid", ""),
        causation_id=headers.get("ce_causationid", ""),
        data=data,
        traceparent=headers.get("ce_traceparent", ""),
    )
