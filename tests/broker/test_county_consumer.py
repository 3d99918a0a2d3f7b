"""The Kafka consumer that docs/county-systems.md shows, as it stands there: what the registry states reaches it."""

import json
from functools import partial
from pathlib import Path
from uuid import uuid4

from shared.bus.admin import SUBSCRIBERS
from shared.bus.topics import PUBLIC, TOPICS
from shared.events.county import KINDS
from tests.broker import Broker
from tests.broker.conftest import Line
from tests.conftest import House
from tests.integration.gateway.receiver import exit_of, village_exit
from tests.integration.gateway.test_county_exits import corrected, keyed, returned, whole_feed
from tests.integration.gateway.test_documented_consumer import documented, running


async def test_the_documented_kafka_consumer(house: House, broker: Broker, tmp_path: Path) -> None:
    line = Line(house, broker, await broker.declared(list(TOPICS.values())))
    await line.registry()
    gateway = await house.serve("gateway", **line.changes("gateway"))
    one = uuid4()
    facts = [exit_of(one), village_exit(), corrected(one), returned(one)]
    told = broker.settings(SUBSCRIBERS)
    code = documented("kafka")
    for name in (f'"{PUBLIC}"', f'"{SUBSCRIBERS}.'):
        assert name in code
        code = code.replace(name, f'"{line.prefix}{name[1:]}')
    access = {
        "KAFKA": told.kafka_servers, "KAFKA_SECURITY": told.kafka_security, "KAFKA_MECHANISM": told.kafka_mechanism,
        "KAFKA_PASSWORD": told.kafka_password.get_secret_value(),
    }  # fmt: skip
    found: list[str] = []
    # Killed in between, it goes on behind what it committed; what it had not is told again.
    for begin, end in ((0, 2), (2, 4)):
        await line.emit(*facts[begin:end])
        async with running(code, tmp_path, **access) as lines:
            await house.settled(partial(_know, found, lines, end), 60)
        found += lines
    events = {text.split(" ", 2)[0]: text.split(" ", 2)[1:] for text in found}
    feed = await whole_feed(gateway)
    read = {i: [kind, json.loads(value)] for i, (kind, value) in events.items()}
    assert read == {e["id"]: [e["type"], e["data"]] for e in feed}
    assert {kind for kind, _ in events.values()} <= {kind.TYPE for kind in KINDS}
    order = [e["id"] for e in keyed(feed)[str(one)]]
    assert [i for i in dict.fromkeys(text.split()[0] for text in found) if i in order] == order


async def _know(before: list[str], lines: list[str], count: int) -> bool:
    """Whether both runs together have told of so many events."""
    return len({text.split()[0] for text in before + lines}) == count
