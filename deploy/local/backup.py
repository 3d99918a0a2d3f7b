"""Base backups of the one-machine form, and which of them leads to a given moment.

backups/                or where SHENCHI_BACKUPS says, best on another disk
  <time>/data/          a base backup, with PostgreSQL's manifest
  <time>/secrets/       passwords and keys: without them the data cannot be read, with them it can
  <time>/backup.json    written last: a folder without it is no backup
  wal/                  the archive of the log, gzipped; begun by the first backup
  restores.json         every restore there has been
"""

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local.postgres import MAJOR, Postgres, binaries, own
from deploy.local.processes import ended, last_line, spawn, stop
from deploy.local.state import State, Trouble, backups_folder, broken, disk_full, read_json, write_json

ARCHIVED_WITHIN_S = 60.0
SEGMENT_SHIFT = 24  # a segment is 16 MiB
NO_SPACE = "No space left on device"


@dataclass(frozen=True, slots=True)
class Backup:
    """Leads to any moment from `finished_at` on; the log is needed from `first_segment` on."""

    folder: Path
    finished_at: datetime
    timeline: int
    first_segment: str
    bus: str = "postgres"


@dataclass(frozen=True, slots=True)
class Restore:
    """At `opened_at` the county went on from how it had been at `to`, on a new timeline, in a new epoch."""

    opened_at: datetime
    to: datetime
    timeline: int
    epoch: int


def leads_to(backup: Backup, restores: Iterable[Restore], to: datetime) -> bool:
    """Whether what it holds belongs to the past of that moment: behind a restore, that is the past of where it went."""
    by_then = sorted((each for each in restores if each.opened_at <= to), key=lambda each: each.opened_at)
    if not by_then or backup.finished_at >= by_then[-1].opened_at:
        return backup.finished_at <= to
    return leads_to(backup, by_then[:-1], by_then[-1].to)


def choose(backups: Iterable[Backup], restores: Sequence[Restore], to: datetime) -> Backup | None:
    """The latest that leads to a moment: the least log to replay."""
    fitting = [each for each in backups if leads_to(each, restores, to)]
    return max(fitting, key=lambda each: each.finished_at, default=None)


def timeline_at(backup: Backup, restores: Iterable[Restore], to: datetime) -> int:
    """On which timeline the county lived at a moment. The newest is not always it: it may have left the one that
    was lived on before that moment came.
    """
    later = [each for each in restores if backup.finished_at < each.opened_at <= to]
    return max(later, key=lambda each: each.opened_at).timeline if later else backup.timeline


def first_segment(manifest: dict[str, Any]) -> tuple[int, str]:
    """(timeline, name of the first segment needed) by PostgreSQL's own manifest of a base backup."""
    begin = manifest["WAL-Ranges"][0]
    high, low = (int(half, 16) for half in begin["Start-LSN"].split("/"))
    return begin["Timeline"], f"{begin['Timeline']:08X}{high:08X}{low >> SEGMENT_SHIFT:08X}"


def is_older(name: str, first: str) -> bool:
    """Whether a file of the archive lies before a segment; timelines share the numbering."""
    segment = name[:24]
    return len(segment) == 24 and set(segment) <= set("0123456789ABCDEF") and segment[8:] < first[8:]


def is_archived(archive: Path, name: str) -> bool:
    return (archive / f"{name}.gz").exists()


def list_backups(folder: Path) -> list[Backup]:
    return sorted(
        (read_backup(path.parent) for path in folder.glob("*/backup.json")), key=lambda each: each.finished_at
    )


def read_backup(folder: Path) -> Backup:
    if not (folder / "backup.json").is_file():
        raise Trouble(f"There is no backup in {folder}.")
    body = read_json(folder / "backup.json")
    try:
        finished_at = datetime.fromisoformat(body["finished_at"])
        return Backup(folder, finished_at, int(body["timeline"]), str(body["first_segment"]), str(body["bus"]))
    except (KeyError, TypeError, ValueError) as error:
        raise broken(folder / "backup.json", "it does not say what it holds") from error


def read_restores(place: Path) -> list[Restore]:
    """`place` is the data folder, which carries its own past, or the folder of backups where data is lost."""
    path = place / "restores.json"
    if not path.exists():
        return []
    try:
        return [
            Restore(datetime.fromisoformat(r["opened_at"]), datetime.fromisoformat(r["to"]), r["timeline"], r["epoch"])
            for r in read_json(path)["restores"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise broken(path, "it does not say what was restored") from error


def write_restores(place: Path, restores: Iterable[Restore]) -> None:
    entries = [asdict(r) | {"opened_at": r.opened_at.isoformat(), "to": r.to.isoformat()} for r in restores]
    write_json(place / "restores.json", {"restores": entries})


async def take_backup(state: State, keep: int | None) -> Backup:
    """While everything runs. Keeps the newest `keep` backups and the log from the oldest of them on."""
    server = Postgres(state.postgres, state.ports["postgres"], state.password("postgres"), state.log("postgres"))
    folder = backups_folder(state.folder)
    (folder / "wal").mkdir(parents=True, exist_ok=True, mode=0o700)
    own(folder / "wal", server.mode)
    for left in folder.glob("*.new"):
        shutil.rmtree(left)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    draft = folder / f"{stamp}.new"
    draft.mkdir(mode=0o700)
    log, environment = state.log("backup"), os.environ | {"PGPASSWORD": server.password}
    place = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-D", str(draft / "data")]
    how = ["--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256"]
    await run_tool(["pg_basebackup", *place, *how], log, environment)
    await verify(draft, log)
    copy_secrets(state, draft / "secrets")
    finished_at = await archived(server, folder / "wal")
    timeline, segment = first_segment(json.loads((draft / "data" / "backup_manifest").read_text("utf-8")))
    backup = Backup(folder / stamp, finished_at, timeline, segment, state.bus)
    body = {"finished_at": finished_at.isoformat(), "timeline": timeline, "first_segment": segment, "bus": state.bus}
    write_json(draft / "backup.json", body | {"postgresql": MAJOR})
    draft.rename(folder / stamp)
    if keep is not None:
        prune(folder, keep)
    return backup


async def run_tool(command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> None:
    """One of PostgreSQL's programs, to its end."""
    child = spawn([str(binaries() / command[0]), *command[1:]], log=log, env=environment or dict(os.environ))
    try:
        await ended(child)
    finally:
        await stop(child, signal.SIGTERM)
    if child.returncode != 0:
        if last_line(log, NO_SPACE):
            raise disk_full(log)
        raise Trouble(f"{command[0]} did not succeed ({last_line(log, 'error') or last_line(log)}): see {log}.")


async def verify(folder: Path, log: Path) -> None:
    """Every file of a backup by its checksum."""
    await run_tool(["pg_verifybackup", "--quiet", "--exit-on-error", str(folder / "data")], log)


def copy_secrets(state: State, target: Path) -> None:
    """Readable by their owner alone, as they are in the state folder."""
    target.mkdir(mode=0o700)
    for source in (state.folder / "secrets.json", *sorted(state.keys.glob("*.json"))):
        body = read_json(source)
        write_json(target / source.relative_to(state.folder), body, mode=0o600)


async def archived(server: Postgres, archive: Path) -> datetime:
    """Closes the present segment and waits until it lies in the archive: now the backup is worth something.

    Returns the moment from which on the backup can be followed.
    """
    connection = await asyncpg.connect(server.url())
    try:
        moment: datetime = await connection.fetchval("SELECT clock_timestamp()")
        # One less: where nothing was written since the last switch, the answer is the first byte of the next segment.
        last = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal() - 1)")
    finally:
        await connection.close()
    deadline = time.monotonic() + ARCHIVED_WITHIN_S
    while not is_archived(archive, last):
        if time.monotonic() > deadline:
            raise Trouble(f"PostgreSQL does not bring its log into the archive ({archive}): see {server.log}.")
        await asyncio.sleep(0.1)
    return moment


def prune(folder: Path, keep: int) -> None:
    """Forgets all but the newest backups, then the log that none of those needs. The log goes last: a backup
    without its log would look like one.
    """
    backups = list_backups(folder)
    for old in backups[:-keep]:
        (old.folder / "backup.json").unlink()
        shutil.rmtree(old.folder)
    first = min((each.first_segment for each in backups[-keep:]), key=lambda name: name[8:])
    for path in (folder / "wal").iterdir():
        if is_older(path.name, first):
            path.unlink()
