"""What a purpose lets whom learn, and how long: pure rules, and the purposes as data."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product
from types import MappingProxyType
from typing import Literal, NamedTuple

PurposeKind = Literal["loan", "payout", "survey"]
Holder = Literal["bank", "surveyor"]
PersonalField = Literal["name", "id_masked", "phone", "account", "address"]
# For a purpose; a call of a search, a household that it showed; a household that was opened; a page of a list; a file
# for the national system.
DisclosureKind = Literal["loan", "payout", "survey", "searched", "found", "opened", "listed", "exported"]
# `grant` is a resolution by grant.
LookKind = Literal[DisclosureKind, "grant"]
SearchReason = Literal["visit", "application", "payment", "complaint", "inspection"]


class Purpose(NamedTuple):
    """Who holds it, and which fields it needs."""

    holder: Holder
    fields: frozenset[PersonalField]


# Domain notes 4: a bank officer sees name and masked ID of a borrower, a surveyor the drawn alone; mechanics 7: no more
# than the purpose needs. The whole ID number is told by grant alone (`services.registry.resolutions`).
PURPOSES: Mapping[PurposeKind, Purpose] = MappingProxyType(
    {
        "loan": Purpose("bank", frozenset({"name", "id_masked", "phone"})),
        "payout": Purpose("bank", frozenset({"name", "account"})),
        "survey": Purpose("surveyor", frozenset({"name", "address", "phone"})),
    }
)
# A name of many characters with several sounds each has more readings than anybody types.
MOST_READINGS = 32
_SPELT = re.compile(r"[a-z]+")
# What a search shows of a head, and what a list does.
FOUND: tuple[PersonalField, ...] = ("name", "id_masked")
LISTED: tuple[PersonalField, ...] = ("name",)
# Whose lists show names (domain notes 4): who works with the households of an area. An auditor opens one by one.
READS_NAMES = frozenset({"county", "township", "village", "team", "helper"})


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """How many households one subject may be told of within an hour, by kind of purpose and by search, and for how many
    days after its batch was checked a payee may be named.
    """

    disclosed_households_an_hour: Mapping[str, int]
    payee_disclosed_days: int


class Days(NamedTuple):
    """Of a purpose: its first day, and the first on which it holds no more."""

    since: date
    until: date | None


def purpose_refusal(kind: PurposeKind, days: Days | None, on: date, payee_days: int) -> str | None:
    """Why a purpose covers nothing on a day. One that is not heard of yet may come: it is worth asking again."""
    if days is None or on < days.since:
        return "purpose_unknown"
    # Nobody states that a line came back: the bank has had its time with it [choice].
    ends = [day for day in (days.until, days.since + timedelta(payee_days) if kind == "payout" else None) if day]
    return "purpose_ended" if ends and on >= min(ends) else None


class Parted(NamedTuple):
    """What was asked for, in its order, each once: what is told, and what the purpose does not need."""

    told: tuple[PersonalField, ...]
    beyond: tuple[PersonalField, ...]


def part(kind: PurposeKind, asked: Sequence[PersonalField]) -> Parted:
    """A field beyond the purpose is refused alone."""
    once, covered = tuple(dict.fromkeys(asked)), PURPOSES[kind].fields
    return Parted(tuple(f for f in once if f in covered), tuple(f for f in once if f not in covered))


def readings(sounds: Sequence[Collection[str]]) -> set[str]:
    """How a name may be typed, given the sounds of its characters: in full and by initials, `wangming` and `wm`."""
    spelt = [sorted(filter(_SPELT.fullmatch, those)) for those in sounds]
    ways = list(islice(product(*(those for those in spelt if those)), MOST_READINGS))
    return {"".join(way) for way in ways if way} | {"".join(sound[0] for sound in way) for way in ways if way}


def as_typed(pinyin: str) -> str:
    """As readings are kept: small, with nothing between the syllables, ü as v."""
    return "".join(_SPELT.findall(pinyin.lower().replace("ü", "v")))
