"""Back to a moment: the whole county at once, on data of its own beside the old, which is put aside and never deleted.

All services' databases and the log share one cluster, so one moment of PostgreSQL's log is one moment of the county.
What was told outside since then is not undone: a new epoch says so to whoever listens (docs/backup.md).
"""

import asyncio
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local.backup import (
    Backup,
    Restore,
    choose,
    is_archived,
    leads_to,
    list_backups,
    read_backup,
    read_restores,
    timeline_at,
    verify,
    write_restores,
)
from deploy.local.cluster import BUS
from deploy.local.ports import free_port
from deploy.local.postgres import (
    Postgres,
    archive_command,
    archiving,
    check_data,
    clear_leftovers,
    database_url,
    own,
    server_command,
    size,
    why_not,
)
from deploy.local.processes import last_line, spawn
from deploy.local.state import State, Trouble, backups_folder, locked, read_json, read_state, write_json
from deploy.local.supervisor import PROCESSES, stop_orphans
from shared.facts.epochs import highest_epoch, new_epoch
from shared.process.settings import Settings

HISTORY_WITHIN_S = 30.0
NOT_REACHED = "before configured recovery target was reached"
SERVED = tuple(process.name for process in PROCESSES if process.run)


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is where the old data lies now; `reports` are the services' reconciliations with the log."""

    reached: datetime
    epoch: int
    aside: Path | None
    reports: dict[str, dict[str, Any]]


async def restore_to(
    folder: Path, to: datetime | None, chosen: Path | None = None, services: Sequence[str] = SERVED
) -> Restored:
    """To a moment, or to the end of what was archived. The old data stays in place until all has succeeded.

    Raises:
        Trouble: the system runs, no backup leads there, or the log does not reach so far.
    """
    with locked(folder) as found:
        await stop_orphans(found)
        backups = backups_folder(folder)
        data = found.postgres / "data"
        past = read_restores(data if data.exists() else backups)
        backup = find_backup(backups, past, to, chosen)
        await verify(backup.folder, found.log("restore"))
        state = take_what_is_missing(found, backup)
        moment = to or datetime.now(UTC)
        draft = Postgres(
            state.postgres / "restoring", free_port(), state.password("postgres"), state.log("restore"),
            more=recovery(backups, data, to, timeline_at(backup, past, moment)),
        )  # fmt: skip
        try:
            lay_out(backup, draft)
            timeline, reached = await recover(draft, to, backups)
            opened_at = datetime.now(UTC)
            epoch, reports = await raise_epochs(state, draft, services, max((r.epoch for r in past), default=0))
            await draft.stop()
        except BaseException:
            await draft.stop()
            shutil.rmtree(draft.folder, ignore_errors=True)
            raise
        past = [*past, Restore(opened_at, to or opened_at, timeline, epoch)]
        aside = swap(state, draft, past, opened_at)
        write_restores(backups, past)
        write_json(folder / f"restored-{stamp(opened_at)}.json", {"epoch": epoch, "services": reports})
        return Restored(reached, epoch, aside, reports)


def find_backup(backups: Path, past: Sequence[Restore], to: datetime | None, chosen: Path | None) -> Backup:
    moment = to or datetime.now(UTC)
    if moment > datetime.now(UTC):
        raise Trouble(f"{moment.isoformat()} is still to come: give a moment of the past, or none for the latest.")
    if chosen is not None:
        backup = read_backup(chosen.resolve())
        if not leads_to(backup, past, moment):
            raise Trouble(f"The backup in {chosen} does not lead to {moment.isoformat()}: it is later, or was undone.")
        return backup
    found = choose(list_backups(backups), past, moment)
    if found is None:
        raise Trouble(f"No backup in {backups} leads to {moment.isoformat()}.")
    return found


def take_what_is_missing(state: State, backup: Backup) -> State:
    """On a new machine the passwords and keys come out of the backup; where there are some, they stay."""
    if not (state.folder / "state.json").exists():
        state.bus = backup.bus
        state.save()
    for source in sorted((backup.folder / "secrets").rglob("*.json")):
        target = state.folder / source.relative_to(backup.folder / "secrets")
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_json(target, read_json(source), mode=0o600)
    return read_state(state.folder)


def recovery(backups: Path, old: Path, to: datetime | None, timeline: int) -> dict[str, str]:
    """Settings of PostgreSQL's recovery. What was never archived is still with the data of now, or of a past that
    was put aside.
    """
    kept = [old, *sorted(old.parent.glob("data.before-*"), reverse=True)]
    settings = archiving(backups / "wal") | {
        "restore_command": archive_command("get", "%f %p", backups / "wal", *(each / "pg_wal" for each in kept)),
        "recovery_target_timeline": str(timeline), "recovery_target_action": "promote",
    }  # fmt: skip
    return settings | ({"recovery_target_time": to.isoformat()} if to else {})


def lay_out(backup: Backup, draft: Postgres) -> None:
    shutil.rmtree(draft.folder, ignore_errors=True)
    shutil.copytree(backup.folder / "data", draft.data, symlinks=True)
    draft.data.chmod(0o700)
    (draft.data / "recovery.signal").touch()
    check_data(draft.data)
    own(draft.data, draft.mode)


async def recover(draft: Postgres, to: datetime | None, backups: Path) -> tuple[int, datetime]:
    """Replays the log up to the moment and opens a new timeline; returns that and the last act's moment."""
    before = size(draft.log)
    await clear_leftovers(draft.data, draft.name)
    draft.child = spawn(server_command(draft), log=draft.log, mode=draft.mode, death_signal=signal.SIGINT)
    while draft.pid is not None:
        timeline, reached = await progress(draft)
        if timeline:
            await history_archived(backups / "wal", timeline, draft)
            return int(timeline, 16), reached or to or datetime.now(UTC)
        await asyncio.sleep(0.1)
    raise why_not_recovered(draft, to, before)


async def progress(draft: Postgres) -> tuple[str, datetime | None]:
    """(its new timeline in eight digits, the last act it has replayed); no timeline while it still replays, or is
    about to give up.
    """
    try:
        connection = await asyncpg.connect(draft.url(), timeout=5)
        try:
            if await connection.fetchval("SELECT pg_is_in_recovery()"):
                return "", None
            segment = await connection.fetchval("SELECT pg_walfile_name(pg_current_wal_lsn())")
            return segment[:8], await connection.fetchval("SELECT pg_last_xact_replay_timestamp()")
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return "", None


def why_not_recovered(draft: Postgres, to: datetime | None, before: int) -> Trouble:
    if torn := last_line(draft.log, "torn: ", before):
        return Trouble(f"The log is not whole ({torn}): bring that file back, or restore to a moment before it.")
    if to and last_line(draft.log, NOT_REACHED, before):
        last = last_line(draft.log, "last completed transaction", before).partition("log time ")[2]
        return Trouble(
            f"The log ends at {last or 'the backup'}, before {to.isoformat()}: a file of it is missing, or nothing was"
            " written after that moment; restore to an earlier one, or to the end by naming none."
        )
    return Trouble(f"PostgreSQL does not recover ({why_not(draft.log, before)}): see {draft.log}.")


async def history_archived(archive: Path, timeline: str, draft: Postgres) -> None:
    """Else a later restore could open a timeline of the same number."""
    for _ in range(int(HISTORY_WITHIN_S * 10)):
        if is_archived(archive, f"{timeline}.history"):
            return
        await asyncio.sleep(0.1)
    raise Trouble(f"PostgreSQL does not bring the new timeline into the archive: see {draft.log}.")


async def raise_epochs(
    state: State, draft: Postgres, services: Sequence[str], recorded: int
) -> tuple[int, dict[str, dict[str, Any]]]:
    """One number for all, above every one that was ever used, in this past or in one that was left."""

    def url(login: str, database: str) -> str:
        return database_url(draft.port, login, state.password(login), database)

    highest = [await highest_epoch(name, url(f"{name}_app", name)) for name in services]
    epoch = max(recorded, *highest) + 1
    reports = {}
    for name in services:
        settings = Settings(bus="postgres", database_url=url(f"{name}_app", name), bus_url=url(f"{name}_app", BUS))
        reports[name] = await new_epoch(name, settings, at_least=epoch, log_anew=state.bus == "kafka")
    return epoch, reports


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def swap(state: State, draft: Postgres, past: Sequence[Restore], moment: datetime) -> Path | None:
    """The old data steps aside, the new takes its name. A broker's log goes aside too, and is told again from what
    the services sent; it goes first, because an empty log is noticed, and one from another past is not.
    """
    data, aside = state.postgres / "data", state.postgres / f"data.before-{stamp(moment)}"
    write_restores(draft.data, past)
    own(draft.data / "restores.json", draft.mode)
    if state.bus == "kafka" and (state.folder / "kafka").exists():
        (state.folder / "kafka").rename(state.folder / f"kafka.before-{stamp(moment)}")
    had_data = data.exists()
    if had_data:
        data.rename(aside)
    draft.data.rename(data)
    shutil.rmtree(draft.folder)
    return aside if had_data else None


def print_restored(restored: Restored) -> None:
    print(f"Restored as of {restored.reached.isoformat(timespec='seconds')}; epoch {restored.epoch}.")
    if restored.aside:
        print(f"What was there lies in {restored.aside}; nobody deletes it but you.")
    for name, report in restored.reports.items():
        if report["forgotten"] or report["told_again"]:
            forgotten, again = len(report["forgotten"]), report["told_again"]
            print(f"{name}: {forgotten} facts were told and are not known any more; {again} are told again.")
    print("Start it with `shenchi up`.")
