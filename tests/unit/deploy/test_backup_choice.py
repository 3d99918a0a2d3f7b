"""Which backup leads to a moment, and along which timeline; what of the archive nobody needs any more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.archive import NOT_THERE, SEGMENT_BYTES, TORN, get, put
from deploy.local.backup import Backup, Restore, choose, first_segment, is_older, timeline_at


def at(hour: int) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


def backup(hour: int, timeline: int = 1) -> Backup:
    return Backup(Path(str(hour)), at(hour), timeline, "")


# At ten o'clock the county went back to five and lived on; at fifteen, to twelve of that life; at eighteen it found
# that it had been right the first time, and went back to nine of the first.
RESTORES = [Restore(at(10), at(5), 2, 2), Restore(at(15), at(12), 3, 3), Restore(at(18), at(9), 4, 4)]
BACKUPS = [backup(4), backup(7), backup(11, 2), backup(14, 2), backup(16, 3), backup(20, 4)]


@pytest.mark.parametrize(
    ("to", "hour", "timeline"),
    [
        (3, None, None), (4, 4, 1), (6, 4, 1), (9, 7, 1), (10, 4, 2), (11, 11, 2), (13, 11, 2), (14, 14, 2),
        (15, 11, 3), (16, 16, 3), (17, 16, 3), (18, 7, 4), (19, 7, 4), (23, 20, 4),
    ],
)  # fmt: skip
def test_the_latest_backup_that_was_not_undone_by_then(to: int, hour: int | None, timeline: int | None) -> None:
    found = choose(BACKUPS, RESTORES, at(to))
    assert (found and found.finished_at) == (at(hour) if hour else None)
    assert (found and timeline_at(found, RESTORES, at(to))) == timeline


def test_the_first_segment_by_the_manifest() -> None:
    ranges = [{"Timeline": 2, "Start-LSN": "1A/F3000028", "End-LSN": "1A/F3000158"}]
    assert first_segment({"WAL-Ranges": ranges}) == (2, "000000020000001A000000F3")


@pytest.mark.parametrize(
    ("name", "older"),
    [
        ("000000010000000000000004.gz", True), ("000000030000000000000004.gz", True),
        ("000000010000000000000005.gz", False), ("000000010000000100000000.gz", False),
        ("000000010000000000000004.00000028.backup.gz", True), ("00000002.history.gz", False), ("notes", False),
    ],
)  # fmt: skip
def test_what_lies_before_the_oldest_backup(name: str, older: bool) -> None:
    assert is_older(name, "000000020000000000000005") is older


NAME = "000000010000000000000004"


def test_what_is_archived_comes_back_whole_and_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, archive, target = tmp_path / NAME, tmp_path / "wal", tmp_path / "target"
    source.write_bytes(b"a" * SEGMENT_BYTES)
    assert put(source, archive) == 0  # nobody has asked for an archive
    assert not archive.exists()
    archive.mkdir()
    assert [put(source, archive), put(source, archive)] == [0, 0]
    assert get(NAME, target, archive) == 0
    assert target.read_bytes() == source.read_bytes()
    source.write_bytes(b"b" * SEGMENT_BYTES)
    assert put(source, archive) == NOT_THERE
    assert "other content" in capsys.readouterr().err
    assert [path.name for path in archive.iterdir()] == [f"{NAME}.gz"]


def test_what_is_torn_is_not_taken_for_the_end(tmp_path: Path) -> None:
    archive, old, target = tmp_path / "wal", tmp_path / "old", tmp_path / "target"
    archive.mkdir()
    old.mkdir()
    (tmp_path / NAME).write_bytes(b"a" * SEGMENT_BYTES)
    put(tmp_path / NAME, archive)
    packed = archive / f"{NAME}.gz"
    packed.write_bytes(packed.read_bytes()[:-9])
    assert get(NAME, target, archive, old) == TORN
    packed.unlink()
    assert get(NAME, target, archive, old) == NOT_THERE
    (old / NAME).write_bytes(b"a")
    assert get(NAME, target, archive, old) == TORN
    (old / NAME).write_bytes(b"a" * SEGMENT_BYTES)
    assert get(NAME, target, archive, old) == 0
