"""What `shenchi status` shows."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.memory import pss_mb, tree
from deploy.local.ports import port_is_free
from deploy.local.state import State, ops_of
from deploy.local.supervisor import PROCESSES, Process, fetch, is_ready

YES, NO = "yes", "no"


def print_status(state: State, processes: Sequence[Process] = PROCESSES) -> int:
    """The exit code: 1 where the system is down."""
    console = Console()
    supervisor = state.running("supervisor")
    if supervisor is None:
        console.print("The system is down: start it with `shenchi up`.")
        return 1
    console.print(process_table(state))
    console.print(delivery_table(state, processes))
    console.print(f"Together {pss_mb(tree(supervisor)):.0f} MB.")
    return 0


def process_table(state: State) -> Table:
    table = Table("process", "pid", "alive", "PSS MB", "port", "ready")
    for name, entry in state.processes.items():
        pid, port = state.running(name), state.ports.get(name)
        # The supervisor's tree holds all others, PostgreSQL's only its own backends.
        pids = [] if pid is None else [pid] if name == "supervisor" else tree(pid)
        ready = "" if port is None else NO if port_is_free(port) else YES
        if port is not None and name not in ("postgres", "kafka"):
            ready = YES if is_ready(port) else NO
        alive = NO if pid is None else YES
        table.add_row(name, str(entry["pid"]), alive, f"{pss_mb(pids):.0f}", str(port or ""), ready)
    return table


def delivery_table(state: State, processes: Sequence[Process]) -> Table:
    table = Table("service", "outbox rows", "oldest s", "lag", "parked keys")
    for process in processes:
        if process.run and process.name in state.ports:
            table.add_row(
                process.name, *delivery_row(status_of(state.ports.get(ops_of(process.name), state.ports[process.name])))
            )
    return table


def delivery_row(answer: dict[str, Any]) -> tuple[str, str, str, str]:
    if not answer:
        return "no answer", "", "", ""
    lag = ", ".join(f"{topic} {count}" for topic, count in sorted(answer["lag"].items()) if count) or "0"
    age = f"{answer['outbox_age_seconds']:.1f}"
    return str(answer["outbox_rows"]), age, lag, str(answer["parked_keys"])


def status_of(port: int) -> dict[str, Any]:
    """Empty where the service does not answer, or not with what a status is."""
    answer = fetch(port, "/status")
    if answer is None or answer[0] != 200:
        return {}
    try:
        body = json.loads(answer[1])
    except ValueError:
        return {}
    keys = {"outbox_rows", "outbox_age_seconds", "lag", "parked_keys"}
    return body if isinstance(body, dict) and keys <= body.keys() else {}
