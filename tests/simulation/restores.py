"""One schedule with restores: a producer, its consumer, both with the log begun anew, or the log lost alone.

Between them everything runs and crashes as ever. In the end, whatever was restored to when, each consumer has applied
every fact that the producer knows, once and in order, and beyond those only facts that a restore reported forgotten.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from shared.facts import relay, steps
from shared.facts.epochs import Fact, Kept, Reconciliation, reconcile
from shared.facts.steps import Key, RetryError, StaleError, place
from tests.simulation.play import ViolationError
from tests.simulation.scheduler import Scheduler, step
from tests.simulation.stores import PARTITIONS, ConsumerStore, Database, Log, Producer, RelayStore, Transaction

KEYS = ("a", "b", "c")
TOPIC = "x"
LIVES = 4
MOST_STEPS = 40_000


class NamedTransaction(Transaction):
    """Effects are the facts' ids: those of two lives of a producer may bear the same sequence."""

    async def react(self, events: Any) -> None:
        for event in events:
            await step()
            self.store.judge(event)
            self.writes.append(lambda e=event: self.db.effects[place(e)].append(e.id))


class NamedStore(ConsumerStore):
    transaction_type = NamedTransaction


@dataclass(frozen=True)
class Ways:
    """How a restore is done; a mutant replaces one."""

    reconcile: Callable[..., Reconciliation] = reconcile
    offsets_of_new_log: Callable[[Database], dict[Any, int]] = field(default=lambda _db: {})


@dataclass
class Snapshot:
    """A backup of the producer and of the consumer, of one moment; `log` counts how often the log was begun anew."""

    producer: Producer
    db: Database
    log: int


class Lives:
    def __init__(self, seed: int, ways: Ways) -> None:
        self.rng = random.Random(seed)
        self.ways = ways
        self.trouble = [0.05]
        self.log, self.logs = Log(self.rng), 0
        self.producer, self.db = Producer(TOPIC, self.rng), Database()
        self.snapshots: list[Snapshot] = []
        self.forgotten: set[str] = set()
        self.lives, self.highest = 1, 1

    def snapshot(self) -> None:
        """As a database sees a backup of itself: what was committed, no locks."""
        producer = replace(
            self.producer, locks={}, sequences=deepcopy(self.producer.sequences), outbox=dict(self.producer.outbox),
            sent=dict(self.producer.sent), committed=deepcopy(self.producer.committed),
        )  # fmt: skip
        self.snapshots.append(Snapshot(producer, self._unlocked(self.db), self.logs))

    def _unlocked(self, db: Database) -> Database:
        return Database(
            dict(db.offsets), dict(db.marks), dict(db.parked), dict(db.parked_events), deepcopy(db.effects),
            set(db.dropped),
        )  # fmt: skip

    async def relay(self) -> None:
        port = RelayStore(self.producer, self.log, self.trouble)
        for _ in range(6):
            await relay.relay_once(port, self.rng.randint(1, 6))
            await step()

    async def act(self) -> None:
        for _ in range(self.rng.randint(2, 10)):
            await self.producer.act(self.rng.sample(KEYS, self.rng.randint(1, 2)))
            if self.rng.random() < 0.2:
                self.snapshot()

    async def consume(self, db: Database) -> None:
        store = NamedStore(db, self.rng, self.trouble)
        for number in range(PARTITIONS):
            db.offsets.setdefault((TOPIC, number), 0)
        positions = dict(db.offsets)
        for _ in range(6):
            for partition in sorted(positions):
                await step()
                records = self.log.partitions[partition][positions[partition] :][: self.rng.randint(1, 5)]
                if not records:
                    continue
                try:
                    positions[partition] = await steps.consume_batch(store, partition, records)
                except (RetryError, StaleError):
                    positions[partition] = db.offsets[partition]

    def live(self, *, to_the_end: bool = False) -> None:
        """Everything runs for a while and is then killed; `to_the_end`, until nothing is left to do."""
        scheduler = Scheduler(self.rng)
        scheduler.crash_rate = 0.0 if to_the_end else 0.02
        for _ in range(2):
            scheduler.start(self.act, restart=False)
            scheduler.start(self.relay, restart=True)
            scheduler.start(lambda: self.consume(self.db), restart=True)
        steps = self.rng.choice((30, 100, 300, 600))
        try:
            if to_the_end:
                scheduler.run(lambda: self._drained(self.db), MOST_STEPS)
            else:
                scheduler.run(lambda: False, steps)
        except AssertionError:
            if to_the_end:
                raise
        finally:
            scheduler.close()
        self.producer.locks, self.db.locks = {}, {}
        self.snapshot()

    def _drained(self, db: Database) -> bool:
        read = all(db.offsets.get(p, 0) == len(records) for p, records in self.log.partitions.items())
        return read and not (self.producer.outbox or self.producer.locks or db.locks or db.parked)

    def disaster(self) -> None:
        kind = self.rng.choice(("producer", "consumer", "county", "log"))
        # Alone a service goes back only within the present log: another one knows other lives (docs/adr/0008).
        fitting = [each for each in self.snapshots if kind == "county" or each.log == self.logs]
        taken = self.rng.choice(fitting) if fitting else None
        if kind == "log" or (kind == "county" and taken):
            self.log, self.logs = Log(self.rng), self.logs + 1
        if kind in ("producer", "county") and taken:
            self.producer = deepcopy(replace(taken.producer, rng=None))  # type: ignore[arg-type]
            self.producer.rng = self.rng
        if kind in ("consumer", "county") and taken:
            self.db = self._unlocked(taken.db)
        if kind == "log" or (kind == "county" and taken):
            self.db.offsets = self.ways.offsets_of_new_log(self.db)
        if kind != "consumer":
            self.begin_epoch()
        if kind == "log" or (kind == "county" and taken):
            # What was told in the lost log can be reported only when it has been told again.
            self.live()
            self.live(to_the_end=True)

    def begin_epoch(self) -> None:
        """What `new_epoch` does, on the simulated outbox and log."""
        producer = self.producer
        told = [_fact(r.headers, r.key) for records in self.log.partitions.values() for r in records]
        kept = [Kept(row.id, _fact(row.headers, row.key), True) for row in producer.sent.values()]
        kept += [Kept(row.id, _fact(row.headers, row.key), False) for _, row in producer.outbox.values()]
        known = {(TOPIC, key): sequence for key, sequence in producer.sequences.items()}
        # Once the log has been begun anew, its tail no longer tells every number that was used.
        at_least = self.highest + 1 if self.logs else 0
        result = self.ways.reconcile(producer.epoch, known, kept, told, at_least)
        for one in result.untold:
            producer.outbox[one] = 0, producer.sent.pop(one)
        for one in result.restated:
            _, row = producer.outbox[one]
            headers = row.headers | {"ce_epoch": str(result.epoch)}
            producer.outbox[one] = 0, replace(row, headers=headers)
        self.lives += 1
        producer.epoch, producer.life = result.epoch, self.lives
        self.highest = max(self.highest, result.epoch)
        self.forgotten |= {fact.id for fact in result.forgotten}

    def run(self) -> None:
        for _ in range(LIVES):
            self.live()
            self.disaster()
        self.trouble[0] = 0.0
        self.live(to_the_end=True)
        self.compare(self.db)
        # One who comes later reads it all from the first record.
        late, scheduler = Database(), Scheduler(self.rng)
        scheduler.start(lambda: self.consume(late), restart=True)
        try:
            scheduler.run(lambda: self._drained(late), MOST_STEPS)
        finally:
            scheduler.close()
        self.compare(late)

    def compare(self, db: Database) -> None:
        for name, sequences in self.producer.committed.items():
            key: Key = (TOPIC, name)
            rows = {
                int(r.headers["ce_sequence"]): r.headers["ce_id"] for r in self.producer.sent.values() if r.key == name
            }
            known = [rows[sequence] for sequence in sequences]
            applied: list[Any] = db.effects[key]
            if sequences != list(range(1, len(sequences) + 1)):
                raise ViolationError(f"{key}: sequence {sequences}")
            if len(set(applied)) != len(applied):
                raise ViolationError(f"{key}: doubled in {applied}")
            if [one for one in applied if one in set(known)] != known:
                raise ViolationError(f"{key}: applied {applied}, known {known}")
            if unreported := set(applied) - set(known) - self.forgotten:
                raise ViolationError(f"{key}: nobody reported {sorted(unreported)}")


def _fact(headers: dict[str, str], key: str) -> Fact:
    return Fact(headers["ce_id"], TOPIC, key, int(headers["ce_epoch"]), int(headers["ce_sequence"]))


def play_restores(seed: int, ways: Ways | None = None) -> None:
    """Raises AssertionError where the schedule went wrong."""
    Lives(seed, ways or Ways()).run()


def _kept_number(epoch: int, *rest: Any) -> Reconciliation:
    return replace(reconcile(epoch, *rest), epoch=epoch)


def _next_number(epoch: int, *rest: Any) -> Reconciliation:
    return replace(reconcile(epoch, *rest), epoch=epoch + 1)


MUTANTS: dict[str, Ways] = {
    "epoch not raised": Ways(_kept_number),
    "epoch used twice": Ways(_next_number),
    "lost log not told again": Ways(lambda *a: replace(reconcile(*a), untold=[], restated=[])),
    "late row of an old epoch": Ways(lambda *a: replace(reconcile(*a), restated=[])),
    "forgotten facts unreported": Ways(lambda *a: replace(reconcile(*a), forgotten=[])),
    "new log read from old offsets": Ways(offsets_of_new_log=lambda db: dict(db.offsets)),
}
