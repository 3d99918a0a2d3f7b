"""A migration that has run somewhere is never another one: files, numbers, and what they make of a database."""

import importlib
from pathlib import Path

import pytest

from tests.conftest import House
from tests.contract.migrations import seals
from tests.contract.migrations.catalogue import catalogue, changes
from tests.contract.migrations.seals import FOLDERS, SealedError, broken, read_files, recorded_files, recorded_objects

RECORD = "python -m tests.contract.migrations.record"


def test_every_file_is_what_it_was_when_it_was_recorded() -> None:
    recorded, found = recorded_files(), read_files()
    assert broken(recorded, found) == []
    assert found.keys() - recorded.keys() == set(), f"new: {RECORD}"


@pytest.mark.parametrize("service", sorted(FOLDERS))
def test_numbers_have_no_gap_and_follow_each_other(service: str) -> None:
    paths = sorted(FOLDERS[service].glob("*.py"))
    package = ".".join(FOLDERS[service].relative_to(seals.ROOT).parts)
    modules = [importlib.import_module(f"{package}.{p.stem}") for p in paths]
    numbers = [f"{n:04}" for n in range(1, len(paths) + 1)]
    assert [p.stem.partition("_")[0] for p in paths] == numbers
    assert [m.revision for m in modules] == numbers
    assert [m.down_revision for m in modules] == [None, *numbers[:-1]]


@pytest.mark.parametrize("service", sorted(FOLDERS))
async def test_step_by_step_a_database_becomes_what_it_is_at_once(house: House, service: str) -> None:
    """And each step makes what it made when it was recorded, whatever code it calls."""
    running = await house.empty(service)
    found, recorded = await changes(running, FOLDERS[service]), recorded_objects(service)
    fresh = house.cluster.url(f"{service}_owner", service)
    assert await catalogue(running) == await catalogue(fresh)
    for revision, objects in recorded.items():
        assert found[revision] == objects, f"{service} {revision} is sealed: write the next number"
    assert found.keys() - recorded.keys() == set(), f"new: {RECORD}"


def test_what_is_recorded_is_never_recorded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "HERE", tmp_path)
    monkeypatch.setattr(seals, "HASHES", tmp_path / "hashes")
    seals.record_files({"0001": "a"})
    seals.record_files({"0001": "a", "0002": "b"})
    for changed in ({"0001": "x", "0002": "b"}, {"0002": "b"}):
        with pytest.raises(SealedError, match="0001"):
            seals.record_files(changed)
    assert recorded_files() == {"0001": "a", "0002": "b"}
    seals.record_objects("registry", {"0001": {"household": "a"}})
    with pytest.raises(SealedError, match="registry 0001"):
        seals.record_objects("registry", {"0001": {"household": "x"}, "0002": {}})
    assert recorded_objects("registry") == {"0001": {"household": "a"}}
