"""A township's government: sees its own villages, checks what they bring."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from scenario.actors.patience import once
from scenario.api import Api, Who


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


async def villages_in(api: Api, who: Who, state: str) -> list[str]:
    """Villages of the caller's area whose exit stands in that state."""
    cards = [c async for c in api.pages(who, "/registry/v1/villages")]
    return [c["division"] for c in cards if (c.get("exit") or {}).get("state") == state]


def _open(card: dict[str, Any]) -> bool:
    return (card.get("exit") or {}).get("state") in ("proposed", "noticed", "approved", "announced")
