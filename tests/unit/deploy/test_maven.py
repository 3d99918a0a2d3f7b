"""What comes out of Maven's packages is there whole or not at all, and is fetched once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local import maven
from deploy.local.kafka import KAFKA
from deploy.local.maven import Program
from deploy.local.state import Trouble

FETCHES = (
    'for word; do case "$word" in -DoutputDirectory=*) mkdir -p "${word#*=}"; touch "${word#*=}/a.jar";; esac; done'
)
Machine = Callable[[str], Program]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with Java and a Maven that does what a test says; what was asked of it is in `asked`."""
    monkeypatch.setattr(maven, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def made(does: str) -> Program:
        for name, script in (("java", "true"), ("mvn", f'echo "$@" >> {tmp_path}/asked\n{does}')):
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (tmp_path / name).chmod(0o755)
        return Program("Kafka", KAFKA.pom, KAFKA.artifact, KAFKA.goal)

    return made


def test_it_is_fetched_once_by_whoever_comes_first(machine: Machine, tmp_path: Path) -> None:
    program = machine(FETCHES)
    with ThreadPoolExecutor(4) as several:
        folders = list(several.map(lambda _: program.install(), range(4)))
    assert set(folders) == {tmp_path / ".kafka" / KAFKA.version}
    assert (program.folder / "a.jar").exists()
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert len(asked) == 1
    assert f"dependency:{KAFKA.goal}" in asked[0]


def test_what_was_fetched_by_halves_is_not_there(machine: Machine) -> None:
    program = machine(f"{FETCHES}; echo no such artifact; exit 1")
    with pytest.raises(Trouble, match=f"Kafka {KAFKA.version}: no such artifact"):
        program.install()
    assert not program.folder.exists()
    assert machine(FETCHES).install().exists()


def test_a_machine_without_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maven, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not KAFKA.at_hand()
    with pytest.raises(Trouble, match="Kafka needs Java 17 and Maven"):
        KAFKA.install()
