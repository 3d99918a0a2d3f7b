"""What tests throw away stands in memory where there is room, and is gone afterwards."""

from pathlib import Path

import pytest

from tests import memory


@pytest.fixture
def in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(memory, "MEMORY", tmp_path)
    monkeypatch.setattr(memory, "ROOM_BYTES", 0)
    return tmp_path


def test_it_is_gone_afterwards_and_so_is_what_the_killed_left(in_memory: Path) -> None:
    left = in_memory / f"{memory.PREFIX}0"
    left.mkdir()
    with memory.throwaway(Path("elsewhere")) as folder:
        assert folder.parent == in_memory
        assert folder.is_dir()
        assert not left.exists(), "no process has this number"
    assert not folder.exists()


def test_without_room_it_stands_elsewhere(in_memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROOM_BYTES", 2**80)
    with memory.throwaway(in_memory / "elsewhere") as folder:
        assert folder == in_memory / "elsewhere"
    assert list(in_memory.iterdir()) == []
