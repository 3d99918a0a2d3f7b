import pytest

from scenario.world import World, build_world

SEED = 2017


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(SEED)


@pytest.fixture(scope="session")
def small() -> World:
    return build_world(SEED, 400)
