"""A township's government: sees its own villages, checks what they bring."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors.patience import once
from scenario.api import Api, Who

LOWER = "income_lower_than_stated"
TOWNSHIPS = "/registry/v1/townships"


def officer(township: str) -> Who:
    return Who(f"officer-{township}", "township", township)


async def report_facilities(api: Api, township: str, done: Sequence[tuple[str, str]], day: date) -> None:
    """`done`: (village, item) accepted by now."""
    items = [{"division": v, "item": i, "met": True, "checked_on": day.isoformat()} for v, i in done]
    if items:
        await api.batches(officer(township), "/registry/v1/villages/facilities", items)


async def resolve_objections(api: Api, township: str, objections: Sequence[tuple[str, bool]]) -> None:
    """Look into each on the spot; neighbours who object have mostly seen something. With each whether it is so."""
    for objection, upheld in objections:
        await once(api, officer(township), f"/registry/v1/exits/objections/{objection}/resolution", {"upheld": upheld})


async def check_exits(api: Api, township: str) -> None:
    """Confirm those whose notice has run out; the others are refused and come again."""
    cases = [c async for c in api.pages(officer(township), "/registry/v1/exits?state=noticed")]
    items = [{"id": c["id"], "confirmed": True} for c in cases]
    if items:
        await api.batches(officer(township), "/registry/v1/exits/township-checks", items)


class Look(Protocol):
    """What the officer sees of a finding: whether it is so, and the house's grade. `measured`: what stands as the
    household's income is what he has found himself.
    """

    def __call__(self, household_id: str, finding: str, *, measured: bool) -> tuple[bool, str]: ...


async def look_into_findings(api: Api, township: str, look: Look, day: date) -> list[str]:
    """Go wherever a visit found something that waits, and say what is there. The households whose income was found
    today to be lower than it was stated.
    """
    found = [f async for f in api.pages(officer(township), "/registry/v1/findings")]
    lower = {f["id"]: f for f in found if f["finding"] == LOWER}
    measured = {f["household_id"] for f in lower.values() if f["state"] == "so"}
    items = []
    for finding in (f for f in found if f["state"] == "open"):
        household = finding["household_id"]
        so, grade = look(household, finding["finding"], measured=household in measured)
        unsafe = {"house_grade": grade} if so and finding["finding"] == "house_unsafe" else {}
        items.append({"id": finding["id"], "so": so, "evidence": "visit"} | unsafe)
    answered = await api.batches(officer(township), "/registry/v1/findings/answers", items) if items else []
    is_so = {r["id"] for r in answered if r["state"] == "so"}
    is_so |= {f["id"] for f in lower.values() if f["state"] == "so" and f["answered_on"] == day.isoformat()}
    return [f["household_id"] for one, f in lower.items() if one in is_so]


async def propose_villages(api: Api, township: str) -> None:
    """Every poor village that is not out yet is proposed; the rules say which may go."""
    cards = [c async for c in api.pages(officer(township), "/registry/v1/villages")]
    items = [{"division": c["division"]} for c in cards if c["poor_village"] and not _open(c)]
    if items:
        await api.batches(officer(township), "/registry/v1/villages/exits", items)


async def post_village_notices(api: Api, township: str) -> None:
    villages = await villages_in(api, officer(township), "proposed")
    if villages:
        items = [{"division": v} for v in villages]
        await api.batches(officer(township), "/registry/v1/villages/exits/notices", items)


async def propose_township(api: Api, township: str) -> None:
    """Where all its poor villages are out the township is proposed as a whole; the rule says whether it may go."""
    card = await api.get(officer(township), f"{TOWNSHIPS}/{township}")
    if card["exited_villages"] >= card["poor_villages"] and not _open(card):
        await api.batches(officer(township), f"{TOWNSHIPS}/exits", [{"division": township}])


async def post_township_notice(api: Api, township: str) -> None:
    if await townships_in(api, officer(township), "proposed"):
        await api.batches(officer(township), f"{TOWNSHIPS}/exits/notices", [{"division": township}])


async def townships_in(api: Api, who: Who, state: str) -> list[str]:
    """Townships of the caller's area whose exit stands in that state."""
    return [c["division"] async for c in api.pages(who, TOWNSHIPS) if (c.get("exit") or {}).get("state") == state]


async def villages_in(api: Api, who: Who, state: str) -> list[str]:
    """Villages of the caller's area whose exit stands in that state."""
    cards = [c async for c in api.pages(who, "/registry/v1/villages")]
    return [c["division"] for c in cards if (c.get("exit") or {}).get("state") == state]


def _open(card: dict[str, Any]) -> bool:
    return (card.get("exit") or {}).get("state") in ("proposed", "noticed", "approved", "announced")
