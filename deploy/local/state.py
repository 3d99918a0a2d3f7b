"""The state folder: ports, process ids, passwords, keys, logs, and PostgreSQL's data.

.local/
  state.json      the kind of bus, ports and processes, written by the supervisor alone
  secrets.json    passwords (0600)
  keys/           token.json, jwks.json, data-<service>.json
  logs/           one file per process
  postgres/data/
  kafka/data/     where the bus is Kafka
  backups/        base backups and the archive of the log, where SHENCHI_BACKUPS names no other place
  lock            held while a supervisor runs
"""

import base64
import errno
import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.ports import free_port
from deploy.local.processes import ROOT, is_alive, start_ticks

LAYOUT = 1
BUSES = ("postgres", "kafka")


class Trouble(Exception):  # noqa: N818  not an error of ours: it is told to a person
    """An expected trouble: its text is one plain sentence for whoever typed the command."""


class PortTakenError(Trouble):
    """A port that was free when it was chosen is not any more."""


def disk_full(where: Path) -> Trouble:
    return Trouble(f"The disk that holds {where} is full: free some space, then start again.")


def is_disk_full(error: OSError) -> bool:
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


@dataclass
class State:
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, dict[str, int]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    bus: str = "postgres"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def save(self) -> None:
        body = {"layout": LAYOUT, "bus": self.bus, "ports": self.ports, "processes": self.processes}
        write_json(self.folder / "state.json", body)

    def save_secrets(self) -> None:
        """Before PostgreSQL learns them, so that it never knows one that we do not."""
        write_json(self.folder / "secrets.json", self.passwords, mode=0o600)

    def record(self, name: str, pid: int) -> None:
        """So that a later supervisor can stop what this one may leave; on a full disk it goes unrecorded,
        which must not stop the healing.
        """
        self.processes[name] = {"pid": pid, "started": start_ticks(pid) or 0}
        try:
            self.save()
        except OSError as error:
            if not is_disk_full(error):
                raise

    def running(self, name: str) -> int | None:
        """The process recorded under this name, where it still is that process."""
        entry = self.processes.get(name)
        return entry["pid"] if entry and is_alive(entry["pid"], entry["started"]) else None

    def password(self, role: str) -> str:
        return self.passwords.setdefault(role, secrets.token_hex(24))


def default_folder() -> Path:
    return Path(os.environ.get("SHENCHI_STATE") or ROOT / ".local").resolve()


def backups_folder(folder: Path) -> Path:
    """Best on another disk than the state folder."""
    return Path(os.environ.get("SHENCHI_BACKUPS") or folder / "backups").resolve()


def choose_bus(state: State, wanted: str) -> None:
    """What the folder began with, for good: positions in one log mean nothing in another."""
    if wanted not in {"", *BUSES}:
        raise Trouble(f"BUS is {wanted!r}: it is one of {', '.join(BUSES)}.")
    if wanted and wanted != state.bus and (state.postgres / "data").exists():
        raise Trouble(
            f"{state.folder} keeps its facts in {state.bus}: start it with BUS={state.bus}, or set SHENCHI_STATE to"
            " another folder."
        )
    state.bus = wanted or state.bus


def write_json(path: Path, body: Any, mode: int = 0o600) -> None:
    """Whole or not at all, and never readable by others for a moment when it is a secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        json.dump(body, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise broken(path, "it is not JSON") from error
    if not isinstance(body, dict):
        raise broken(path, "it is not a JSON object")
    return body


def broken(path: Path, why: str) -> Trouble:
    return Trouble(f"The state folder is broken at {path} ({why}): restore it, or move the folder away to begin anew.")


def read_state(folder: Path) -> State:
    """The folder as it stands; an empty state where there is none yet."""
    state = State(folder)
    if (folder / "state.json").exists():
        body = read_json(folder / "state.json")
        if body.get("layout") != LAYOUT:
            raise broken(folder / "state.json", f"its layout is {body.get('layout')}, not {LAYOUT}")
        state.ports, state.processes = body.get("ports", {}), body.get("processes", {})
        state.bus = body.get("bus", "postgres")
        check_shape(folder / "state.json", state)
    if (folder / "secrets.json").exists():
        state.passwords = read_json(folder / "secrets.json")
    elif (state.postgres / "data").exists():
        raise broken(folder / "secrets.json", "it is missing, and the database's passwords with it")
    return state


def check_shape(path: Path, state: State) -> None:
    ports, processes = state.ports, state.processes
    if not isinstance(ports, dict) or not all(isinstance(port, int) for port in ports.values()):
        raise broken(path, "its ports are not numbers")
    if not isinstance(processes, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("pid"), int) and isinstance(entry.get("started"), int)
        for entry in processes.values()
    ):
        raise broken(path, "its processes are not pids")


@contextmanager
def locked(folder: Path) -> Iterator[State]:
    """The state folder for one supervisor at a time. The lock goes with the process, whatever ends it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise broken(folder, "it is a file") from error
    # All that stands in it is its owner's: logs, data and the played year too, also of a folder that is older.
    folder.chmod(0o700)
    usual = os.umask(0o077)
    try:
        with (folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Trouble(
                    f"The system already runs from {folder}: stop it first, or set SHENCHI_STATE to another."
                ) from error
            yield read_state(folder)
    finally:
        os.umask(usual)


def ops_of(name: str) -> str:
    """Under which name stands the port for metrics and status, where it is another than the process's own."""
    return f"{name}-ops"


def choose_port(state: State, name: str) -> int:
    """The port of last time where it is still free, else another."""
    taken = {port for other, port in state.ports.items() if other != name}
    state.ports[name] = free_port(state.ports.get(name, 0), taken)
    return state.ports[name]


def ensure_keys(state: State, services: Iterable[str]) -> None:
    """The token key pair and one data key file per service, made at the first start."""
    state.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    token, jwks = state.keys / "token.json", state.keys / "jwks.json"
    if token.exists() and jwks.exists():
        read_json(token), read_json(jwks)
    else:
        private, public = generate_token_key()
        write_json(token, private, mode=0o600)
        write_json(jwks, {"keys": [public]})
    for service in services:
        path = data_key_file(state, service)
        if path.exists():
            read_json(path)
        elif (state.postgres / "data").exists() and service in state.ports:
            raise broken(path, "it is missing, and what it encrypted cannot be read without it")
        else:
            key = {purpose: random_base64(32) for purpose in ("aes", "hmac")}
            write_json(path, {"active": "k1", "keys": {"k1": key}}, mode=0o600)


def generate_token_key() -> tuple[dict[str, Any], dict[str, Any]]:
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
    return dict(key.as_dict(private=True)), dict(key.as_dict(private=False))


def data_key_file(state: State, service: str) -> Path:
    return state.keys / f"data-{service}.json"


def random_base64(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")
