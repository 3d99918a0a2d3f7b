"""Doors of a village outside the register, as whoever knocks at them counts them off: who is poor behind them."""

from collections.abc import Container

from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.truth import MEAN_UNREGISTERED_SIZE


def poor_doors(world: World, division: str, known: Container[str]) -> frozenset[int]:
    """The places, from 1 on, of those who are poor and in no list; `known`: by key, who came into it since."""
    left = [poor for poor in world.unregistered if poor.village_code == division and poor.key not in known]
    village = next(v for v in world.villages if v.code == division)
    registered = sum(len(home.members) for home in world.households if home.village_code == division)
    doors = max(round((village.rural_people - registered) / MEAN_UNREGISTERED_SIZE), len(left))
    return frozenset(stream(world.seed, "doors", division).sample(range(1, doors + 1), len(left)))
