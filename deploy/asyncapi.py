"""`python -m deploy.asyncapi > docs/county-exits.asyncapi.yaml`: the public contract as AsyncAPI 3."""

import inspect
import sys
from typing import Any

import yaml

from gateway.acknowledgements.schemas import Acknowledgement
from gateway.feed.schemas import FeedPage, SnapshotPage
from shared.bus.admin import SUBSCRIBERS, topic_settings
from shared.bus.topics import PUBLIC, TOPICS
from shared.events import Payload, county

TEXT: dict[str, Any] = {"type": "string"}
# CloudEvents attributes as every channel bears them; Kafka's binary binding puts `ce_` before each.
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": TEXT | {"format": "uuid", "description": "The fact's for good, on every channel and after any restore."},
    "type": TEXT,
    "source": {"const": TOPICS[PUBLIC].writer},
    "time": TEXT | {"format": "date-time", "description": "When the register stated it."},
    "partitionkey": TEXT | {"description": "The household, or the village."},
    "epoch": TEXT | {"pattern": "^[0-9]+$", "description": "Rises when the county was restored from a backup."},
    "sequence": TEXT | {"pattern": "^[0-9]+$", "description": "Counts the events of a key, from 1, without gaps."},
    "businessdate": TEXT | {"format": "date"},
    "actor": TEXT,
    "correlationid": TEXT,
    "causationid": TEXT,
    "traceparent": TEXT,
}
DESCRIPTION = """Exits from poverty and what became of them, for the county's other systems.

The same events on three channels: the Kafka topic, the HTTP feed and signed webhooks. At least once, in order per key
(household or village); know an event by its `id`. How a key stands is what was said of it last. No event names a
person: see docs/county-systems.md for `resolve`."""


def short_name(kind: type[Payload]) -> str:
    return kind.__name__[0].lower() + kind.__name__[1:]


def ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def headers(kind: type[Payload]) -> dict[str, Any]:
    """What `Envelope.headers` writes, as a schema."""
    known = {f"ce_{name}": schema for name, schema in ATTRIBUTES.items()}
    known["ce_type"] = {"const": kind.TYPE}
    known["content-type"] = {"const": "application/json"}
    return {"type": "object", "required": sorted(set(known) - {"ce_traceparent"}), "properties": known}


def cloud_event() -> dict[str, Any]:
    """What `Envelope.structured` writes: numbers are numbers, and what is empty is left out."""
    known = ATTRIBUTES | {
        "datacontenttype": {"const": "application/json"}, "data": {"type": "object"},
        "epoch": {"type": "integer", "minimum": 1}, "sequence": {"type": "integer", "minimum": 1},
    }  # fmt: skip
    needed = sorted(set(known) - {"actor", "correlationid", "causationid", "traceparent"})
    kinds = [
        {"properties": {"type": {"const": kind.TYPE}, "data": ref("components", "schemas", kind.__name__)}}
        for kind in county.KINDS
    ]
    return {"type": "object", "required": needed, "properties": known, "oneOf": kinds}


def payload(kind: type[Payload]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    schema["description"] = inspect.cleandoc(kind.__doc__ or "")
    return schema


def page(kind: type[FeedPage] | type[SnapshotPage]) -> dict[str, Any]:
    """A page of the feed, whose events are those of the contract."""
    schema = kind.model_json_schema()
    item = schema.pop("$defs")["FeedItem"]
    item["properties"]["event"] = ref("components", "schemas", "CloudEvent")
    schema["properties"]["items"]["items"] = item
    return schema


def kafka_message(kind: type[Payload]) -> dict[str, Any]:
    return {
        "name": kind.TYPE, "title": kind.__name__, "contentType": "application/json", "headers": headers(kind),
        "payload": ref("components", "schemas", kind.__name__),
        "bindings": {"kafka": {
            "key": TEXT | {"description": f"`{kind.KEY}` of the payload, UTF-8."}, "bindingVersion": "0.5.0",
        }},
    }  # fmt: skip


def http_message(name: str, schema: str, content_type: str = "application/json") -> dict[str, Any]:
    return {"name": name, "contentType": content_type, "payload": ref("components", "schemas", schema)}


def webhook_message() -> dict[str, Any]:
    signed = {
        "webhook-id": TEXT | {"description": "The event's id."},
        "webhook-timestamp": TEXT | {"pattern": "^[0-9]+$"},
        "webhook-signature": TEXT | {"description": "Standard Webhooks, `v1,` and HMAC-SHA256."},
    }
    message = http_message("webhook", "CloudEvent", "application/cloudevents+json")
    return message | {"headers": {"type": "object", "required": sorted(signed), "properties": signed}}


def channels() -> dict[str, Any]:
    topic = TOPICS[PUBLIC]
    settings = topic_settings(topic, 3)
    configured = {
        "cleanup.policy": [settings["cleanup.policy"]], "retention.ms": int(settings["retention.ms"]),
        "retention.bytes": int(settings["retention.bytes"]), "max.message.bytes": int(settings["max.message.bytes"]),
    }  # fmt: skip
    kinds = {short_name(kind): ref("components", "messages", short_name(kind)) for kind in county.KINDS}
    return {
        "exits": {
            "address": topic.name, "servers": [ref("servers", "kafka")], "messages": kinds,
            "description": "Written by the gateway alone. Partition: murmur2 of the key, as Kafka's own clients.",
            "bindings": {"kafka": {
                "topic": topic.name, "partitions": topic.partitions, "topicConfiguration": configured,
                "bindingVersion": "0.5.0",
            }},
        },
        "feed": {
            "address": "/feed/exits", "servers": [ref("servers", "feed")],
            "description": "From a cursor on, or waiting up to 30 s for what is new. 410: restored; `resync` says where"
            " to go on.",
            "messages": {"feedPage": ref("components", "messages", "feedPage")},
        },
        "snapshot": {
            "address": "/feed/exits/snapshot", "servers": [ref("servers", "feed")],
            "description": "Who stands out of poverty at one moment; the feed goes on from `feed_cursor`.",
            "messages": {"snapshotPage": ref("components", "messages", "snapshotPage")},
        },
        "acknowledgements": {
            "address": "/feed/exits/acknowledgements", "servers": [ref("servers", "feed")],
            "description": "What a subscriber did upon events; up to 1,000 `items`, a result for each.",
            "messages": {"acknowledgement": ref("components", "messages", "acknowledgement")},
        },
        "webhook": {
            "address": None, "description": "POSTed to the URL given to `POST /subscriptions`, in order per key, until"
            " answered 2xx.",
            "messages": {"webhook": ref("components", "messages", "webhook")},
        },
    }  # fmt: skip


def operation(action: str, channel: str, summary: str, bindings: dict[str, Any] | None = None) -> dict[str, Any]:
    told = {"action": action, "channel": ref("channels", channel), "summary": summary}
    return told | ({"bindings": bindings} if bindings else {})


def http(method: str, **query: dict[str, Any]) -> dict[str, Any]:
    asked = {"query": {"type": "object", "properties": query}} if query else {}
    return {"http": {"method": method, **asked, "bindingVersion": "0.3.0"}}


def operations() -> dict[str, Any]:
    """From the county's side: it sends, subscribers receive."""
    count = {"type": "integer", "minimum": 1, "maximum": 1000}
    group = {"type": "string", "pattern": rf"^{SUBSCRIBERS}\."}
    waits = {"type": "integer", "minimum": 0, "maximum": 30}
    return {
        "tellExits": operation(
            "send", "exits", "The topic, for systems with a Kafka client.",
            {"kafka": {"groupId": group, "bindingVersion": "0.5.0"}},
        ),
        "answerFeed": operation(
            "send", "feed", "The feed, for systems that ask.", http("GET", cursor=TEXT, limit=count, wait_seconds=waits)
        ),
        "answerSnapshot": operation(
            "send", "snapshot", "For systems that begin, or begin anew.", http("GET", cursor=TEXT, limit=count)
        ),
        "callWebhook": operation("send", "webhook", "For systems that are called.", http("POST")),
        "takeAcknowledgements": operation("receive", "acknowledgements", "What was done upon it.", http("POST")),
    }  # fmt: skip


def document() -> dict[str, Any]:
    schemas = {kind.__name__: payload(kind) for kind in county.KINDS} | {
        "CloudEvent": cloud_event(), "FeedPage": page(FeedPage), "SnapshotPage": page(SnapshotPage),
        "Acknowledgement": Acknowledgement.model_json_schema(),
    }  # fmt: skip
    messages = {short_name(kind): kafka_message(kind) for kind in county.KINDS} | {
        "feedPage": http_message("feedPage", "FeedPage"),
        "snapshotPage": http_message("snapshotPage", "SnapshotPage"),
        "acknowledgement": http_message("acknowledgement", "Acknowledgement"),
        "webhook": webhook_message(),
    }
    host = {"host": {"default": "county.example", "description": "As the county tells its subscribers."}}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Shenchi county exits", "version": "1.0.0", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{host}:9092", "protocol": "kafka-secure", "variables": host,
                "description": f"User `{SUBSCRIBERS}`; groups begin with `{SUBSCRIBERS}.`. It reads this topic alone.",
                "security": [ref("components", "securitySchemes", "sasl")],
            },
            "feed": {
                "host": "{host}", "protocol": "https", "variables": host,
                "security": [ref("components", "securitySchemes", "token")],
            },
        },
        "channels": channels(),
        "operations": operations(),
        "components": {
            "schemas": schemas,
            "messages": messages,
            "securitySchemes": {
                "sasl": {"type": "plain", "description": "SASL/PLAIN inside TLS, or as the county's cluster is set."},
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                          "description": "Role `subscriber`; lives ten minutes at most."},
            },
        },
    }  # fmt: skip


class _Plain(yaml.SafeDumper):
    """Everything written out: no anchors for what is the same in two places."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def text() -> str:
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    sys.stdout.write(text())
