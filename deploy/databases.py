"""`python -m deploy.databases NAME...`: logins and databases on a server of the county's own. May be run again.

Server and superuser are PGHOST, PGUSER and PGPASSWORD, as PostgreSQL's own tools read them; each login's password is in
a variable of its name, as REGISTRY_APP_PASSWORD.
"""

import asyncio
import os
import sys


def password_variable(login: str) -> str:
    return f"{login}_password".upper()


def main(names: list[str]) -> None:
    from deploy.local.cluster import ensure_cluster, login_names  # a driver, which `password_variable` needs none of

    passwords = {login: os.environ[password_variable(login)] for login in login_names(names)}
    asyncio.run(ensure_cluster("postgresql:///postgres", names, passwords))


if __name__ == "__main__":
    main(sys.argv[1:])
