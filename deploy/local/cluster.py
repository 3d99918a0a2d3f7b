"""Roles and databases: what must stand before a service's first migration. May be run again at any time."""

import asyncio
import re
from collections.abc import Mapping, Sequence

import asyncpg

EXTENSIONS = ("btree_gist", "pg_trgm")
KINDS = ("owner", "app")
# Entered by SET ROLE only: their rights, more or fewer rows than the login's, are never there by accident.
ENTERED = ("system", "helper", "villager", "entity")
BUS = "bus"


def login_names(databases: Sequence[str]) -> list[str]:
    """`owner` migrates and owns; `app` serves, and owns nothing."""
    return [f"{database}_{kind}" for database in databases for kind in KINDS]


async def ensure_cluster(superuser_url: str, databases: Sequence[str], passwords: Mapping[str, str]) -> None:
    """Roles, databases, rights and extensions. `passwords` holds one for each of `login_names`."""
    for name in databases:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
            raise ValueError(f"not a database name: {name!r}")
    await ensure_roles(superuser_url, databases, passwords)
    await asyncio.gather(*(ensure_database(superuser_url, name, databases) for name in databases))


async def ensure_roles(superuser_url: str, databases: Sequence[str], passwords: Mapping[str, str]) -> None:
    logins = login_names(databases)
    connection = await asyncpg.connect(superuser_url)
    try:
        present = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        statements = [f"CREATE ROLE {name} NOLOGIN" for name in ENTERED if name not in present]
        for login in logins:
            verb = "ALTER" if login in present else "CREATE"
            statements.append(f"{verb} ROLE {login} LOGIN PASSWORD {quoted(passwords[login])}")
        statements += [
            f"GRANT {', '.join(ENTERED)} TO {login} WITH INHERIT FALSE, SET TRUE"
            for login in logins
            if login.endswith("_app")
        ]
        statements += [f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC" for name in ("postgres", "template1")]
        await connection.execute(";".join(statements))
    finally:
        await connection.close()


async def ensure_database(superuser_url: str, name: str, databases: Sequence[str]) -> None:
    connection = await asyncpg.connect(superuser_url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
        # On the bus every service writes to its own topics and reads the others'.
        guests = [f"{other}_app" for other in databases if name == BUS and other != BUS]
        logins = ", ".join([f"{name}_owner", f"{name}_app", *guests])
        await connection.execute(
            f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {logins}"
        )
    finally:
        await connection.close()
    inside = await asyncpg.connect(superuser_url, database=name)
    try:
        # Extensions need a superuser, and a migration is none.
        statements = [f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS]
        await inside.execute(";".join([*statements, "REVOKE CREATE ON SCHEMA public FROM PUBLIC"]))
    finally:
        await inside.close()


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
