"""Prometheus metrics that every service has."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram("http_request_seconds", "Time to answer", ["service", "method", "route", "status"])
EVENTS_APPLIED = Counter("events_applied_total", "Events a consumer reacted to", ["consumer", "type"])
OUTBOX_ROWS = Gauge("outbox_rows", "Facts not yet published", ["service"])
OUTBOX_AGE = Gauge("outbox_age_seconds", "Age of the oldest fact not yet published", ["service"])
LAG = Gauge("consumer_lag_records", "Records behind the end of a topic", ["consumer", "topic"])
PARKED = Gauge("parked_keys", "Keys set aside for a person or waiting for a fact", ["consumer"])
EVENTS_UNKNOWN = Counter("events_unknown_total", "Events of a type or version not known here", ["consumer", "topic"])
PARTITIONS_STOPPED = Gauge("partitions_stopped", "Partitions that wait for a person", ["consumer"])
TOPIC_MISSING = Gauge(
    "topic_missing", "1 where the log does not have a topic that is listened to", ["consumer", "topic"]
)
