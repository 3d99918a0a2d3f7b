"""What must hold after any chaos: pure comparisons that answer with what is lost, doubled, reordered or different."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["lost", "doubled", "reordered", "different"]
Key = tuple[str, str]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as it stands in an outbox or in the log."""

    topic: str
    key: str
    epoch: int
    sequence: int
    id: str
    type: str
    business_date: str
    data: dict[str, Any]

    @property
    def place(self) -> Key:
        return self.topic, self.key


def check_emitted(emitted: Mapping[Key, int], sent: Iterable[Fact]) -> list[Finding]:
    """Every number that an aggregate gave out left the outbox, once. `emitted`: the last sequence by aggregate."""
    found, numbers = list[Finding](), defaultdict[Key, Counter[int]](Counter)
    for fact in sent:
        numbers[fact.place][fact.sequence] += 1
    for place in emitted.keys() | numbers.keys():
        counted, last = numbers[place], emitted.get(place, 0)
        found += [Finding("lost", f"{place}#{n} never left the outbox") for n in range(1, last + 1) if not counted[n]]
        found += [Finding("doubled", f"{place}#{n} left the outbox {c} times") for n, c in counted.items() if c > 1]
        found += [Finding("different", f"{place}#{n} was never given out") for n in counted if n > last]
    return found


def check_log(sent: Iterable[Fact], log: Sequence[Fact], *, fenced: bool) -> list[Finding]:
    """Sent is in the log and the log was sent; of each key the first occurrences rise by one.

    `log`: the records of each partition in order. Whoever leads next sends again what its predecessor sent and did not
    move, and goes on from there. A zombie may repeat a fact behind later ones, unless the log is `fenced`.
    """
    found = list[Finding]()
    ids = {(f.place, f.sequence): f.id for f in sent}
    highest, before = dict[Key, int](), dict[Key, int]()
    for fact in log:
        place, number, top = fact.place, fact.sequence, highest.get(fact.place, 0)
        if ids.get((place, number)) != fact.id:
            found.append(Finding("different", f"{place}#{number} in the log was not sent so"))
        if number > top + 1:
            found.append(Finding("reordered", f"{place}#{number} after #{top}"))
        elif fenced and number > before.get(place, 0) + 1:
            found.append(Finding("reordered", f"{place}#{before[place]} again, late, before #{number}"))
        highest[place], before[place] = max(top, number), number
    if fenced:
        late = [place for place, number in before.items() if number < highest[place]]
        found += [Finding("reordered", f"{place}#{before[place]} again, late, at the end") for place in late]
    there = {(f.place, f.sequence) for f in log}
    return found + [Finding("lost", f"{place}#{n} is not in the log") for place, n in ids if (place, n) not in there]


def check_applied(
    consumer: str, emitted: Mapping[Key, int], applied: Mapping[Key, int], topics: Collection[str]
) -> list[Finding]:
    """The consumer's marks stand where the producers' aggregates stand, for every topic that it reads."""
    wanted = {place: n for place, n in emitted.items() if place[0] in topics}
    found = [
        Finding("lost", f"{consumer} has applied {place} up to {applied.get(place, 0)} of {n}")
        for place, n in wanted.items()
        if applied.get(place, 0) < n
    ]
    return found + [
        Finding("different", f"{consumer} has applied {place} up to {n}, of {wanted.get(place, 0)}")
        for place, n in applied.items()
        if n > wanted.get(place, 0)
    ]


def check_rows(what: str, expected: Iterable[Row], actual: Iterable[Row]) -> list[Finding]:
    """A table is what the facts make of it, row by row."""
    want, have = Counter(expected), Counter(actual)
    found = [Finding("lost", f"{what} lacks {row}") for row in (want - have)]
    more = have - want
    return found + [Finding("doubled" if row in want else "different", f"{what} has {row}") for row in more]


def check_acknowledged(what: str, acknowledged: Collection[str], committed: Collection[str]) -> list[Finding]:
    """What a client was told is done, is done, and once."""
    there = Counter(committed)
    found = [Finding("lost", f"{what} {name} was acknowledged") for name in acknowledged if not there[name]]
    return found + [Finding("doubled", f"{what} {name} was done {n} times") for name, n in there.items() if n > 1]


def check_ledger(postings: Iterable[tuple[str, int, int]]) -> list[Finding]:
    """Debits equal credits in each journal. `postings`: (journal, debit, credit) in fen."""
    sums = Counter[str]()
    for journal, debit, credit in postings:
        sums[journal] += debit - credit
    return [Finding("different", f"journal {journal} is out by {fen} fen") for journal, fen in sums.items() if fen]


@dataclass(frozen=True, slots=True)
class Read:
    """One look at a growing list: how long it was, what it held, and what had been acknowledged before the look."""

    client: str
    subject: str
    length: int
    digest: bytes
    known: int


def read_of(client: str, subject: str, items: Sequence[str], known: int) -> Read:
    return Read(client, subject, len(items), _digests(items)[-1], known)


def _digests(items: Sequence[str]) -> list[bytes]:
    """Of every prefix, the empty one first."""
    digest, found = hashlib.blake2b(digest_size=12), [b""]
    for item in items:
        digest.update(item.encode() + b"\0")
        found.append(digest.digest())
    return found


def check_reads(final: Mapping[str, Sequence[str]], reads: Sequence[Read]) -> list[Finding]:
    """Each read is a prefix of the one list, holds what was acknowledged before it, and shrinks for no client.

    `reads` in the order in which each client made them.
    """
    prefixes = {subject: _digests(items) for subject, items in final.items()}
    found, longest = list[Finding](), dict[tuple[str, str], int]()
    for read in reads:
        digests, who = prefixes.get(read.subject, [b""]), (read.client, read.subject)
        if read.length >= len(digests) or digests[read.length] != read.digest:
            found.append(Finding("reordered", f"{who} saw {read.length} items that are no prefix of the list"))
        if read.length < read.known:
            found.append(Finding("lost", f"{who} saw {read.length} items of {read.known} acknowledged before"))
        if read.length < longest.get(who, 0):
            found.append(Finding("lost", f"{who} saw the list shrink from {longest[who]} to {read.length}"))
        longest[who] = max(longest.get(who, 0), read.length)
    return found


def check_told(
    what: str, announced: Sequence[tuple[str, str]], told: Sequence[tuple[str, str]], *, once: bool
) -> list[Finding]:
    """A subscriber heard each exit, nothing else, and of each key in the feed's order. Pairs of (key, event id)."""
    counts, order = Counter(told), list(dict.fromkeys(told))
    found = [Finding("lost", f"{what} never heard of {one}") for one in announced if not counts[one]]
    found += [
        Finding("different", f"{what} heard of {one}, which was not announced") for one in counts.keys() - {*announced}
    ]
    if once:
        found += [Finding("doubled", f"{what} heard of {one} {n} times") for one, n in counts.items() if n > 1]
    place = {one: n for n, one in enumerate(announced)}
    last: dict[str, int] = {}
    for key, event in order:
        if (key, event) not in place:
            continue
        if place[key, event] < last.get(key, -1):
            found.append(Finding("reordered", f"{what} heard of {event} of {key} after a later one"))
        last[key] = max(last.get(key, -1), place[key, event])
    return found
