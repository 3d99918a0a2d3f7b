"""How migrations run, and DDL that they may call."""

from pathlib import Path

import asyncpg
import pytest

from shared.data.migrate import migrate
from tests.conftest import House

HEAD = """
from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, restrict
from shared.data.ddl.m0002 import append_only

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade():
"""
KEPT = """
    run("CREATE TABLE note (id integer, division text, words text)")
    restrict("gateway", "note", HAS_CONTEXT)
    append_only("gateway", "note", follows=("division",))
    run("CREATE TABLE word (id integer)")
    restrict("gateway", "word", HAS_CONTEXT)
    append_only("gateway", "word")
"""
AS_A_CALLER = "SELECT set_config('app.role', 'county', false), set_config('app.subject', 'x', false)"


async def made(house: House, folder: Path, steps: str) -> asyncpg.Connection:
    """The owner's connection to a database of one migration."""
    (folder / "0001_one.py").write_text(HEAD + steps, encoding="utf-8")
    url = await house.empty("gateway")
    await migrate(url, folder)
    return await house.owner("gateway")


async def test_a_migration_gives_up_when_others_hold_a_table(house: House, tmp_path: Path) -> None:
    owner = await made(
        house, tmp_path, "    run(\"CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS wait\")"
    )
    assert await owner.fetchval("SELECT wait FROM seen") == "5s"


async def test_what_is_written_once_is_kept_from_everyone(house: House, tmp_path: Path) -> None:
    owner = await made(house, tmp_path, KEPT)
    app = await asyncpg.connect((await house.settings("gateway")).database_url)
    house.stack.push_async_callback(app.close)
    await app.execute(AS_A_CALLER)
    await app.execute("INSERT INTO note VALUES (1, 'a', 'said'); INSERT INTO word VALUES (1)")
    for connection in (app, owner):
        for change in (
            "UPDATE note SET words = 'unsaid'", "UPDATE note SET division = 'b', words = 'unsaid'",
            "DELETE FROM note", "TRUNCATE note", "UPDATE word SET id = 2", "DELETE FROM word",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
        assert await connection.execute("UPDATE note SET division = 'b'") == "UPDATE 1"
    assert [tuple(row) for row in await owner.fetch("SELECT * FROM note")] == [(1, "b", "said")]
    assert await owner.fetchval("SELECT id FROM word") == 1
