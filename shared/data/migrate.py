"""Alembic, run by a service's owner login; each service keeps its own `migrations/` folder."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

# Whoever waits for a table makes all who come after wait behind it: better to give up, with nothing changed.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


def scripts(migrations: Path) -> tuple[Config, ScriptDirectory]:
    """A service's migrations, as alembic wants them."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("version_locations", str(migrations))
    config.set_main_option("path_separator", "newline")
    return config, ScriptDirectory.from_config(config)


async def migrate(owner_url: str, migrations: Path, revision: str = "head") -> None:
    """Bring a database to the newest revision, or up to an older one. Safe to run twice, and by two at once.

    Raises:
        LockNotAvailableError: a table was held by others for five seconds; nothing is changed.
    """
    config, script = scripts(migrations)

    def upgrade(connection: Connection) -> None:
        with EnvironmentContext(
            config,
            script,
            fn=lambda rev, _: script._upgrade_revs(revision, rev),  # noqa: SLF001
        ) as environment:
            environment.configure(connection=connection)
            with environment.begin_transaction():
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20170930)")
                connection.exec_driver_sql(LOCK_TIMEOUT)  # from here on: another migration is waited for
                environment.run_migrations()

    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()
