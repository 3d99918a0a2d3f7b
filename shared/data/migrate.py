"""Alembic, run by a service's owner login; each service keeps its own `migrations/` folder."""

import asyncio
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine


async def migrate(owner_url: str, migrations: Path) -> None:
    """Bring a database to the newest revision. Safe to run twice, and by two at once."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("version_locations", str(migrations))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)

    def upgrade(connection: Connection) -> None:
        with EnvironmentContext(
            config,
            script,
            fn=lambda rev, _: script._upgrade_revs("head", rev),  # noqa: SLF001
        ) as environment:
            environment.configure(connection=connection)
            with environment.begin_transaction():
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20170930)")
                environment.run_migrations()

    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


def main(owner_url: str, migrations: Path) -> None:
    asyncio.run(migrate(owner_url, migrations))
