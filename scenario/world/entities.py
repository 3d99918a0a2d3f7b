"""Who does business with the poor: enterprises and cooperatives, with codes of GB 32100 that belong to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from scenario.world.draws import stream
from scenario.world.geography import Village
from scenario.world.names import AREA

CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, of the nine that name the body

Kind = Literal["enterprise", "cooperative", "household_business"]
REGISTRY_KIND = {"enterprise": "91", "household_business": "92", "cooperative": "93"}

# key: name, kind, leading; the two leading firms and the group of the seed, their Chinese names a choice
FIRMS: dict[str, tuple[str, Kind, bool]] = {
    "gudefu": ("谷德福食品有限公司", "enterprise", True),
    "fumanyuan": ("福满园农牧有限公司", "enterprise", True),
    "elephant": ("新大象养殖有限公司", "enterprise", False),
    "pv": ("东湖光伏发电有限公司", "enterprise", False),
}


@dataclass(frozen=True, slots=True)
class Entity:
    """`key` is ours: a firm's slug, or `coop/` and the village's code; `code` has 18 characters."""

    key: str
    code: str
    name_zh: str
    kind: Kind
    leading: bool


def credit_code(rng: Random, kind: Kind) -> str:
    """A valid unified social credit code in an area that does not exist (140999)."""
    body = "".join(rng.choice("0123456789") for _ in range(8))
    return _closed(f"{REGISTRY_KIND[kind]}{AREA}{body}{_body_check(body)}")


def _body_check(body: str) -> str:
    """GB 11714: 11 minus the weighted sum mod 11; ten is X, eleven is 0."""
    rest = 11 - sum(int(d) * w for d, w in zip(body, BODY_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _closed(first17: str) -> str:
    """GB 32100: weights 3^i mod 31, 31 minus the weighted sum mod 31."""
    total = sum(CHARSET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return first17 + CHARSET[-total % 31]


def draw_entities(seed: int, with_coop: Sequence[Village]) -> dict[str, Entity]:
    """The firms, and a cooperative for each of the villages given; by key."""
    rng = stream(seed, "entities")
    found = {
        key: Entity(key, credit_code(rng, kind), name, kind, leading) for key, (name, kind, leading) in FIRMS.items()
    }
    for village in with_coop:
        key = coop_key(village.code)
        name = f"{village.name.removesuffix('村')}种养专业合作社"
        code = credit_code(stream(seed, "entities", village.code), "cooperative")
        found[key] = Entity(key, code, name, "cooperative", leading=False)
    return found


def coop_key(village_code: str) -> str:
    return f"coop/{village_code}"
