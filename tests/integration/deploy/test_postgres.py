import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.cluster import ensure_cluster, login_names
from deploy.local.launch import NOBODY
from deploy.local.postgres import (
    NO_SPACE,
    Postgres,
    answers,
    database_url,
    ended_or_hung,
    lets_in,
    processes_of,
    raise_if_disk_full,
)
from deploy.local.processes import last_line
from deploy.local.state import State, Trouble, choose_port

DATABASES = ("registry", "finance", "gateway", "bus")
PASSWORDS = {login: f"{login}-password" for login in login_names(DATABASES)}


def make(folder: Path, *, durable: bool = False) -> Postgres:
    port = choose_port(State(folder), "postgres")
    return Postgres(folder / "postgres", port, "superuser-password", folder / "postgres.log", durable=durable)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    server = make(tmp_path)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def cluster(server: Postgres) -> Postgres:
    await ensure_cluster(server.url(), DATABASES, PASSWORDS)
    return server


def login_url(server: Postgres, login: str, database: str) -> str:
    return database_url(server.port, login, PASSWORDS[login], database)


async def setting(server: Postgres, name: str) -> str:
    connection = await asyncpg.connect(server.url())
    try:
        return str(await connection.fetchval("SELECT current_setting($1)", name))
    finally:
        await connection.close()


def addresses_of(port: int) -> set[str]:
    """Local addresses with this port, as the kernel writes them."""
    lines = [line for table in ("tcp", "tcp6") for line in open_sockets(Path(f"/proc/net/{table}"))]
    return {line.split()[1] for line in lines if line.split()[1].endswith(f":{port:04X}")}


def open_sockets(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []


async def test_listens_on_loopback_only_and_asks_for_the_password(server: Postgres) -> None:
    assert await setting(server, "listen_addresses") == "127.0.0.1"
    assert await setting(server, "unix_socket_directories") == ""
    assert await setting(server, "password_encryption") == "scram-sha-256"
    assert addresses_of(server.port) == {f"0100007F:{server.port:04X}"}
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database_url(server.port, "postgres", "wrong", "postgres"))


async def test_the_data_folder_is_private(server: Postgres) -> None:
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert not (server.folder / "password").exists()


async def test_durable_settings(tmp_path: Path) -> None:
    server = make(tmp_path, durable=True)
    try:
        await server.start()
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await setting(server, name) == "on", name
    finally:
        await server.stop()


async def test_the_cluster_may_be_ensured_again(cluster: Postgres) -> None:
    await ensure_cluster(cluster.url(), DATABASES, PASSWORDS | {"finance_app": "another"})
    connection = await asyncpg.connect(database_url(cluster.port, "finance_app", "another", "finance"))
    try:
        extensions = {row["extname"] for row in await connection.fetch("SELECT extname FROM pg_extension")}
        assert extensions >= {"btree_gist", "pg_trgm"}
    finally:
        await connection.close()


async def test_an_app_login_owns_nothing_and_stays_in_its_database(cluster: Postgres) -> None:
    connection = await asyncpg.connect(login_url(cluster, "finance_app", "finance"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE stray (id bigint)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE SCHEMA stray")
    finally:
        await connection.close()
    for database in ("registry", "gateway", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(login_url(cluster, "finance_app", database))


async def test_every_app_login_may_enter_the_bus_and_no_owner_of_another(cluster: Postgres) -> None:
    for login in ("registry_app", "finance_app", "gateway_app", "bus_owner"):
        connection = await asyncpg.connect(login_url(cluster, login, "bus"))
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(login_url(cluster, "finance_owner", "bus"))


async def test_the_system_role_is_entered_only_by_name(cluster: Postgres) -> None:
    owner = await asyncpg.connect(login_url(cluster, "finance_owner", "finance"))
    try:
        await owner.execute("CREATE TABLE kept (id bigint); GRANT SELECT ON kept TO system")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute("SET ROLE system")
    finally:
        await owner.close()
    app = await asyncpg.connect(login_url(cluster, "finance_app", "finance"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("SELECT * FROM kept")
        async with app.transaction():
            await app.execute("SET LOCAL ROLE system")
            assert await app.fetch("SELECT * FROM kept") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("SELECT * FROM kept")
    finally:
        await app.close()


async def test_a_killed_postmaster_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    server = make(tmp_path, durable=True)
    try:
        await server.start()
        await kill_and_read(server)
    finally:
        await server.stop()


async def kill_and_read(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url())
    await connection.execute("CREATE TABLE kept (id bigint); INSERT INTO kept VALUES (7)")
    for _ in range(3):
        assert server.child is not None
        server.child.kill()
        server.child.wait(timeout=10)
        await server.start()
        after = await asyncpg.connect(server.url())
        assert await after.fetchval("SELECT id FROM kept") == 7
        await after.close()
    connection.terminate()


async def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(server: Postgres) -> None:
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert server.child is not None
    server.child.kill()
    server.child.wait(timeout=10)
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    await server.start()


async def test_a_server_of_an_earlier_supervisor_is_stopped_first(server: Postgres) -> None:
    orphan = server.child
    assert orphan is not None
    server.child = None
    await server.start()
    assert orphan.wait(timeout=10) is not None
    assert server.pid is not None


async def test_stopping_leaves_no_process(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url())
    await server.stop()
    connection.terminate()
    assert processes_of(server.data, server.name) == ([], [])


async def test_a_wrong_version_is_one_sentence(server: Postgres) -> None:
    await server.stop()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match="belongs to PostgreSQL 17, and this is 18"):
        await server.start()


async def test_a_folder_without_a_database_is_one_sentence(tmp_path: Path) -> None:
    server = make(tmp_path)
    server.data.mkdir(parents=True)
    with pytest.raises(Trouble, match=r"is broken at .* no PostgreSQL data folder"):
        await server.start()


async def test_a_port_that_another_took_is_one_sentence(server: Postgres, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    other.port = server.port
    try:
        with pytest.raises(Trouble, match=f"Port {server.port} of PostgreSQL was taken"):
            await other.start()
    finally:
        await other.stop()


async def test_the_password_of_another_cluster_is_one_sentence(server: Postgres) -> None:
    await server.stop()
    server.password = "lost"
    with pytest.raises(Trouble, match="password is not the database's"):
        await server.start()


async def test_where_namespaces_are_refused_root_runs_it_as_nobody(tmp_path: Path) -> None:
    server = make(tmp_path)  # below a folder that only its owner may enter
    if server.mode == "plain":
        return  # not root: PostgreSQL has nothing to refuse, and every other test runs so
    usable = server.mode
    try:
        server.mode = "nobody"
        await server.start()
        assert user_of(server.pid) == NOBODY
        await server.stop()
        server.mode = usable  # finds files of the other user, where namespaces have come to be allowed
        await server.start()
    finally:
        await server.stop()


def user_of(pid: int | None) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_only_a_new_line_of_the_log_says_that_the_disk_is_full(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(f'FATAL:  could not write to file "pg_wal/xlogtemp.7": {NO_SPACE}\n')
    with pytest.raises(Trouble, match=r"The disk that holds .* is full"):
        raise_if_disk_full(log, 0, tmp_path)
    raise_if_disk_full(log, log.stat().st_size, tmp_path)
    assert last_line(log).startswith("FATAL")


async def test_a_killed_backend_does_not_end_the_server(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url())
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    os.kill(backend, signal.SIGKILL)
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()
    before = server.pid
    assert await answers(server)
    assert server.pid == before


async def test_a_server_that_lets_nobody_in_is_ended_and_one_that_does_is_not(server: Postgres) -> None:
    waiting = asyncio.create_task(ended_or_hung(server, hangs_after_s=1, look_every_s=0.1))
    for _ in range(3):
        assert await lets_in(server)
    assert not waiting.done()
    os.kill(server.pid or 0, signal.SIGSTOP)
    async with asyncio.timeout(30):
        await waiting
    assert server.child is not None
    assert server.child.returncode == -signal.SIGKILL
    await server.start()
    assert await lets_in(server)
