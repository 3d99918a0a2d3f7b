"""What an exit's income and house rest on, counted anew from the record: two who know it, or one department's word.

The record tells what was held for true on the evening of a day, and in which office it was said. A statement of incomes
gives way to the next one: the evenings on which two of them stood are asked for both.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from scenario.api import Api
from scenario.judge.moments import moments
from scenario.judge.targets import JUDGE, YEAR
from scenario.judge.truth import LINE_2017_FEN, SAFE_GRADES

EXIT_RULE = "registry.household_exit"
EARNED = ("wage_fen", "business_fen", "property_fen", "transfer_fen")
COST = "business_cost_fen"
SECOND_WORDS_ON = f"{YEAR}-10-04"  # when others than the task force said what they know
BEGINNING = f"{YEAR}-01-31"  # when the national register was all that was known
NEEDED = 2
MOST = 250  # exits whose record is asked fact by fact: all of the county's would take as long as a month of the year
Facts = Sequence[Mapping[str, Any]]
Finding = tuple[bool, str]


class Said(NamedTuple):
    """What an office said last, and on which day. `attested`: its trade is to know it; `part`: it does not know all."""

    office: str
    value: Any
    on: str
    attested: bool = False
    part: bool = False


def rests_on(words: Iterable[Said], agrees: Callable[[Any], bool]) -> str:
    """`attestation`, `sources`, or nothing where it is one word alone. What was said before somebody saw it otherwise
    counts no more; that a part does not suffice is nobody's word against it.
    """
    said = list(words)
    against = max((w.on for w in said if not w.part and not agrees(w.value)), default="")
    good = [w for w in said if agrees(w.value) and w.on > against]
    if any(w.attested for w in good):
        return "attestation"
    return "sources" if len({w.office for w in good}) >= NEEDED else ""


def income_words(evenings: Sequence[Facts], found_lower_on: str) -> list[Said]:
    """`evenings`: what was held for true, the last one first, whose payments and attestations count; what was stated
    until the day on which a visit found it to be lower counts no more.
    """
    paid, attested = (_lines(evenings[0], weight) for weight in ("payment", "attestation"))
    words: dict[str, Said] = {}
    for facts in evenings:
        stated = _lines(facts, "")
        if stated:
            office, on = next((f["said_as"], f["since"]) for f in facts if _is_stated(f))
            net = sum(_earned(c, stated, paid, attested) for c in EARNED) - stated.get(COST, 0)
            if on > found_lower_on:
                words.setdefault(office, Said(office, net, on))
    last = {f["weight"]: f["since"] for f in evenings[0] if _is_of_year(f)}
    if attested:
        whole = sum(_earned(c, {}, paid, attested) for c in EARNED) - _lines(evenings[0], "").get(COST, 0)
        words["department"] = Said("department", whole, last["attestation"], attested=True, part=True)
    if paid:
        words["bank"] = Said("bank", sum(paid.values()), last["payment"], part=True)
    return list(words.values())


def _is_of_year(fact: Mapping[str, Any]) -> bool:
    return bool(fact["income_year"] == YEAR)


def _is_stated(fact: Mapping[str, Any]) -> bool:
    return _is_of_year(fact) and fact["weight"] not in ("payment", "attestation")


def _lines(facts: Facts, weight: str) -> dict[str, int]:
    """Sums by category of what came to be known in one way; '': of what was stated."""
    found: Counter[str] = Counter()
    for fact in facts:
        if _is_of_year(fact) and (fact["weight"] == weight or (not weight and _is_stated(fact))):
            found[fact["field"]] += fact["value"]
    return dict(found)


def _earned(category: str, stated: Mapping[str, int], paid: Mapping[str, int], attested: Mapping[str, int]) -> int:
    """What is attested of a category is all of it; what was paid lies in what was stated of it."""
    known = attested if category in attested else stated
    return max(known.get(category, 0), paid.get(category, 0))


def house_word(facts: Facts) -> Said | None:
    """Who said last how safe the house is; a move into an accepted flat is the county's own act."""
    return next(
        (
            Said(f["unit"] or f["said_as"] or f["weight"], f["value"], f["since"], f["weight"] == "attestation")
            for f in facts
            if f["field"] == "house_grade"
        ),
        None,
    )


def day_of_another_word(word: Said | None) -> str:
    """The day before it. Of the task force, which comes again and again, that is before it ever came."""
    if word is None or word.office == "team":
        return BEGINNING
    return (date.fromisoformat(word.on) - timedelta(days=1)).isoformat()


class Case(NamedTuple):
    """An exit, and the day on which it was decided."""

    household: str
    members: int
    decided_on: str


def evenly(cases: Sequence[Case], most: int) -> list[Case]:
    """So many of them, spread over the whole list; all where there are no more."""
    count = min(len(cases), most)
    return [cases[i * len(cases) // count] for i in range(count)]


async def two_sources(api: Api, state: Path) -> Finding:
    """Of the announced exits every so-manieth by household number; in a small county each."""
    evenings, announced = moments(state), await _cases(api)
    cases = evenly(announced, MOST)
    unsafe, lower = await _found(api)
    turn = asyncio.Semaphore(8)

    async def facts(case: Case, on: str, evening: str) -> Facts:
        path = f"/registry/v1/households/{case.household}/facts?on={on}&known_at={evenings[evening]}"
        return list((await api.get(JUDGE, path))["facts"])

    async def looked_at(case: Case) -> tuple[str, str]:
        async with turn:
            last = await facts(case, case.decided_on, case.decided_on)
            house, looks = house_word(last), [last]
            if not (house and house.attested and _of_income(case, looks, lower) == "attestation"):
                looks.append(await facts(case, day_of_another_word(house), SECOND_WORDS_ON))
        houses = [w for w in map(house_word, looks) if w] + unsafe.get(case.household, [])
        houses = [w for w in houses if w.on <= case.decided_on]
        return _of_income(case, looks, lower), rests_on(houses, lambda grade: grade in SAFE_GRADES)

    if missing := {SECOND_WORDS_ON, *(c.decided_on for c in cases)} - evenings.keys():
        return False, f"nobody noted when these days were over: {sorted(missing)}"
    found = await asyncio.gather(*map(looked_at, cases))
    incomes, houses = Counter(i for i, _ in found), Counter(h for _, h in found)
    detail = f"{len(cases)} of {len(announced)} exits: income {_told(incomes)}; house {_told(houses)}"
    return bool(cases) and not incomes[""] and not houses[""], detail


def _of_income(case: Case, evenings: Sequence[Facts], lower: Mapping[str, str]) -> str:
    words = income_words(evenings, lower.get(case.household, ""))
    return rests_on(words, lambda fen: fen > LINE_2017_FEN * case.members)


def _told(found: Mapping[str, int]) -> str:
    names = {"sources": "by two sources", "attestation": "attested", "": "by one word"}
    return ", ".join(f"{found.get(kind, 0)} {name}" for kind, name in names.items())


async def _cases(api: Api) -> list[Case]:
    """In the order of the household numbers; the last decision is the one that let them go."""
    numbers = {h["id"]: h["household_no"] async for h in api.pages(JUDGE, "/registry/v1/households")}
    decided = {
        d["subject_id"]: d["business_date"]
        async for d in api.pages(JUDGE, "/registry/v1/operations/decisions")
        if d["rule"] == EXIT_RULE and d["outcome"] == "approved"
    }
    announced = api.pages(JUDGE, "/registry/v1/exits?state=announced")
    cases = [Case(c["household_id"], c["members"], decided[c["household_id"]]) async for c in announced]
    return sorted(cases, key=lambda c: numbers[c.household])


async def _found(api: Api) -> tuple[dict[str, list[Said]], dict[str, str]]:
    """By household, what townships saw of its house after a visit; and until when its income was found to be lower."""
    unsafe: dict[str, list[Said]] = {}
    lower: dict[str, str] = {}
    async for f in api.pages(JUDGE, "/registry/v1/findings"):
        if f["state"] == "so" and f["house_grade"]:
            unsafe.setdefault(f["household_id"], []).append(Said("township", f["house_grade"], f["answered_on"]))
        if f["state"] == "so" and f["income_year"] == YEAR:
            lower[f["household_id"]] = max(f["found_on"], lower.get(f["household_id"], ""))
    return unsafe, lower
