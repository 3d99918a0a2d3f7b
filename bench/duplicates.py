"""Who is registered twice, of a million people: how many of those injected a search finds, and how much of it is so.

The people are made up: names by the frequencies of the played year, households with generation characters and twins,
villages and townships of a county's size. The search is the service's own, with its process, database and sealed
numbers. The peer is what is to be reached: 98 of 100 found, 3 of 10 so before anybody looks, within ten minutes.
"""

import base64
import json
import os
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

import asyncpg

from bench.ground import Ground, Result, ground
from bench.register import AUDITED, COUNTY
from scenario.world.draws import Table, stream
from scenario.world.names import SURNAMES, born_on, given_name, id_number
from services.registry.duplicates import work
from services.registry.duplicates.rules import pair_id
from shared.data.crypto import DataKeys, read_data_keys
from shared.process.isolated import run_isolated
from shared.values.id_number import Sex
from shared.values.ids import uuid7
from shared.values.sounds import sounds_of

Kind = Literal["one_character", "homophone", "swapped_birth", "moved", "old_number"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ON = date(2017, 6, 1)
INJECTED_PPM = 10_000
VILLAGES = range(100, 600)  # registered people of one
VILLAGES_A_TOWNSHIP = 12
SIZES = Table({1: 12, 2: 24, 3: 24, 4: 22, 5: 12, 6: 6})
TWINS = 0.011  # of births
GROWN_UP = 24
PORTION = 20_000
SECONDS, RECALL, PRECISION = 600, 980, 300  # to reach; shares in thousandths
MEGABYTE = 1024 * 1024
ASKED = "INSERT INTO duplicate_search VALUES ($1, $2, 'waiting', $3, 'bench', 0, 0, 0, 0, 0)"


HOUSEHOLDS = """
    INSERT INTO household (id, household_no, division, status, registered_on)
    SELECT i, right(i::text, 30), d, 'poor', s FROM unnest($1::uuid[], $2::text[], $3::date[]) AS u (i, d, s)
"""
MEMBERS = """
    INSERT INTO member (id, household_id, division, id_number_sealed, reference)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::text[])
"""
FACTS = """
    INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation, ethnicity,
        education, school_status, health, labour, work_months, medical_insured, pension_insured)
    SELECT uuidv7(), i, h, d, '[2014-06-01,)', n, s, b, 'other', '汉', 'primary', 'none', 'healthy', 'ordinary', 0,
        true, true FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[])
        AS u (i, h, d, n, s, b)
"""


class Made(NamedTuple):
    """Somebody made up; `number` as it is kept."""

    reference: str
    household_id: UUID
    division: str
    registered_on: date
    name: str
    sex: Sex
    born_on: date
    number: str


def people_of(rng: Random, taken: set[str], many: int) -> Iterator[Made]:
    """Villages full of households until there are so many people; `taken` are the numbers given out."""
    made, village = 0, 0
    while made < many:
        division = f"{COUNTY}{village // VILLAGES_A_TOWNSHIP:03}{village % VILLAGES_A_TOWNSHIP + 201:03}"
        village += 1
        # A village has its surnames.
        own = [SURNAMES.draw(rng) for _ in range(rng.randint(3, 8))]
        for person in _village(rng, taken, division, own, min(rng.choice(VILLAGES), many - made)):
            made += 1
            yield person


def _village(rng: Random, taken: set[str], division: str, surnames: list[str], many: int) -> Iterator[Made]:
    made = 0
    while made < many:
        for person in _household(rng, taken, division, rng.choice(surnames)):
            if made < many:
                made += 1
                yield person


def _household(rng: Random, taken: set[str], division: str, surname: str) -> Iterator[Made]:
    """A head, a spouse, children who share a character; grown-up twins live in a household of their own each."""
    home, age, size = uuid7(), rng.randint(22, 85), SIZES.draw(rng)

    def somebody(name: str, sex: Sex, born: date, of: UUID = home) -> Made:
        return Made(
            os.urandom(8).hex(), of, division, date(2014, 6, 1), name, sex, born, id_number(rng, born, sex, taken)
        )

    yield somebody(surname + given_name(rng, "male"), "male", born_on(rng, age, ON))
    if size > 1:
        wife = max(age - rng.randint(-2, 6), 20)
        yield somebody(SURNAMES.draw(rng) + given_name(rng, "female"), "female", born_on(rng, wife, ON))
    shared, sizes = given_name(rng, "male")[0], iter(range(size - 2))
    for _ in sizes:
        sex: Sex = rng.choice(("male", "female"))
        child = rng.randint(0, max(age - 20, 1))
        born = born_on(rng, child, ON)
        yield somebody(surname + shared + given_name(rng, sex)[-1], sex, born)
        if rng.random() < TWINS:
            apart = uuid7() if child >= GROWN_UP else home
            yield somebody(surname + shared + given_name(rng, sex)[-1], sex, born, apart)
            next(sizes, None)


@cache
def _common() -> dict[str, list[str]]:
    """The 3,755 characters of the first level of GB 2312 by each of their sounds."""
    found = defaultdict[str, list[str]](list)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            if character := bytes((row, cell)).decode("gb2312", "ignore"):
                for sound in sounds_of(character):
                    found[sound].append(character)
    return dict(found)


def _other(rng: Random, name: str, *, sounds_alike: bool) -> str | None:
    """The name with another character somewhere, of the same sound or of none that it has."""
    at = rng.randrange(len(name))
    mine = sounds_of(name[at])
    drawn = [c for sound in mine for c in _common().get(sound, ()) if c != name[at]]
    if not sounds_alike:
        every = [c for sound, those in _common().items() if sound not in mine for c in those]
        drawn = [c for c in rng.sample(every, 20) if not sounds_of(c) & mine]
    return name[:at] + rng.choice(drawn) + name[at + 1 :] if drawn else None


def doubled(rng: Random, taken: set[str], kind: Kind, one: Made, villages: list[str]) -> Made | None:
    """The same person in another household of the same village, with one error; None where he cannot have that one. By
    the error of a clerk his number has another order, else the database would have refused him.
    """
    copy = one._replace(
        reference=os.urandom(8).hex(),
        household_id=uuid7(),
        registered_on=date(2016, 6, 1),
        number=id_number(rng, one.born_on, one.sex, taken),
    )
    if kind in ("one_character", "homophone"):
        name = _other(rng, one.name, sounds_alike=kind == "homophone")
        return copy._replace(name=name) if name else None
    if kind == "swapped_birth":
        if one.born_on.day > 12 or one.born_on.day == one.born_on.month:
            return None
        born = one.born_on.replace(month=one.born_on.day, day=one.born_on.month)
        return copy._replace(born_on=born, number=id_number(rng, born, one.sex, taken))
    if kind == "moved":
        return copy._replace(division=rng.choice([v for v in rng.sample(villages, 2) if v != one.division]))
    if one.born_on.year > 1999:
        return None
    return copy._replace(number=one.number[:6] + one.number[8:17])


def inject(rng: Random, taken: set[str], people: list[Made]) -> tuple[list[Made], dict[UUID, Kind]]:
    """Doubles in equal parts, and which error each pair has."""
    each = len(people) * INJECTED_PPM // 1_000_000 // len(KINDS)
    villages = sorted({p.division for p in people})
    drawn = iter(rng.sample(people, len(people)))
    doubles, truth = list[Made](), dict[UUID, Kind]()
    for kind in KINDS:
        wanted = each
        while wanted:
            one = next(drawn)
            if copy := doubled(rng, taken, kind, one, villages):
                doubles.append(copy)
                truth[pair_id(one.reference, copy.reference)] = kind
                wanted -= 1
    return doubles, truth


async def lay_people(owner: asyncpg.Connection, data_keys: DataKeys, people: Iterable[Made]) -> None:
    """As rosters leave them, without what a search does not read."""
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")
    for table in AUDITED:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_insert")
    known, portion = set[UUID](), list[Made]()
    for person in people:
        portion.append(person)
        if len(portion) == PORTION:
            await _lay_portion(owner, data_keys, portion, known)
            portion.clear()
    await _lay_portion(owner, data_keys, portion, known)
    await owner.execute("VACUUM (ANALYZE)")


async def _lay_portion(owner: asyncpg.Connection, data_keys: DataKeys, people: list[Made], known: set[UUID]) -> None:
    homes: dict[UUID, Any] = {p.household_id: p for p in people if p.household_id not in known}
    known.update(homes)
    ids = [uuid7() for _ in people]
    sealed = [
        data_keys.encrypt(p.number, "member", "id_number_sealed", one) for one, p in zip(ids, people, strict=True)
    ]
    places = [(one, p.division, p.registered_on) for one, p in homes.items()]
    await owner.execute(HOUSEHOLDS, *map(list, zip(*places, strict=True)))
    of = [p.household_id for p in people], [p.division for p in people]
    await owner.execute(MEMBERS, ids, *of, sealed, [p.reference for p in people])
    told = [p.name for p in people], [p.sex for p in people], [p.born_on for p in people]
    await owner.execute(FACTS, ids, *of, *told)


async def measured(argument: dict[str, str]) -> None:
    """The worker's own errand, in its process; what it took at most is left in a file."""
    await work.search_waiting(argument)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Path(argument["peak_file"]).write_text(str(most), encoding="ascii")  # noqa: ASYNC240 - nothing waits for it


async def bench_duplicates(many: int = 100_000) -> list[Result]:
    """`many`: how many people are registered."""
    async with ground(("registry",)) as place:
        with tempfile.TemporaryDirectory() as name:
            return await _search(place, Path(name), many)


async def _search(place: Ground, folder: Path, many: int) -> list[Result]:
    pair = {n: base64.b64encode(os.urandom(32)).decode() for n in ("aes", "hmac")}
    (folder / "keys.json").write_text(json.dumps({"active": "1", "keys": {"1": pair}}), encoding="ascii")
    rng = stream(2017, "duplicates")
    taken = set[str]()
    people = list(people_of(rng, taken, many))
    doubles, truth = inject(rng, taken, people)
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    await lay_people(owner, read_data_keys(folder / "keys.json"), people + doubles)
    await owner.execute(ASKED, uuid7(), COUNTY, ON)
    argument = {
        "database_url": place.url("registry_app", "registry"),
        "data_key_file": str(folder / "keys.json"),
        "service": "registry",
        "policy_file": "services/registry/policy.toml",
        "log_level": "WARNING",
        "peak_file": str(folder / "peak"),
    }
    begun = time.perf_counter()
    code = await run_isolated(
        f"{__name__}:measured", argument, seconds=work.LONGEST_SECONDS, largest_bytes=work.LARGEST_MEMORY_BYTES
    )
    seconds = time.perf_counter() - begun
    assert code == 0, code
    found = {r["id"] for r in await owner.fetch("SELECT id FROM duplicate")}
    await owner.close()
    peak = int((folder / "peak").read_text(encoding="ascii")) * 1024 / MEGABYTE
    so = found & truth.keys()
    results = [
        Result(f"{kind} found", "of 1,000", _thousandths(len([p for p in so if truth[p] == kind]), len(truth) // 5),
               "to reach", RECALL)
        for kind in KINDS
    ]  # fmt: skip
    return [
        *results,
        Result("all kinds found", "of 1,000", _thousandths(len(so), len(truth)), "to reach", RECALL),
        Result(f"so, of {len(found):,} pairs", "of 1,000", _thousandths(len(so), len(found)), "to reach", PRECISION),
        Result(f"searched in {seconds:,.0f} s", "people/s", (many + len(doubles)) / seconds, "to reach",
               (many + len(doubles)) / SECONDS),
        Result("memory at most", "MB", peak, "allowed", work.LARGEST_MEMORY_BYTES / MEGABYTE),
    ]  # fmt: skip


def _thousandths(part: int, whole: int) -> float:
    return 1000 * part / whole
