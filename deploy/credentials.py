"""`python -m deploy.credentials compose|kubernetes`: every password and key of a deployment, made once, in `.secrets/`.

`compose` writes files that docker-compose.yml reads. `kubernetes` prints Secrets, for `kubectl apply -f -`. Both may be
run again: what is there stays, what a new service needs is added. Whoever loses data-*.json has lost what it sealed:
keep a copy of the folder in another place. Runs on the standard library alone: a host of containers has no more.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.databases import password_variable
from deploy.local.processes import ROOT
from deploy.local.state import State, random_base64, read_state, write_json
from services import NAMES

SERVICES = (*NAMES, "gateway")
KINDS = ("owner", "app")  # of logins, as in deploy.local.cluster
ISSUER = "keycloak"
SUBSCRIBERS = "subscribers"
ADMIN = "admin"
FOLDER = ROOT / ".secrets"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"

Variables = dict[str, str]
Host = Callable[[str], str]


def database_urls(state: State, service: str, host: Host) -> tuple[str, str]:
    """For the service, and for its migrations."""
    owner, app = (
        f"postgresql://{service}_{kind}:{state.password(f'{service}_{kind}')}@{host(service)}:5432/{service}"
        for kind in KINDS
    )
    return app, owner


def kafka_login(state: State, user: str) -> Variables:
    return {"SHENCHI_KAFKA_USER": user, "SHENCHI_KAFKA_PASSWORD": state.password(f"kafka_{user}")}


def service_variables(state: State, service: str, host: Host) -> dict[str, Variables]:
    """By the name of the file or Secret: who serves never sees what the owner of its tables may."""
    app, owner = database_urls(state, service, host)
    return {
        f"{service}-app": {"SHENCHI_DATABASE_URL": app} | kafka_login(state, service),
        f"{service}-owner": {"SHENCHI_OWNER_URL": owner},
    }


def server_variables(state: State, superuser: str, databases: list[str]) -> Variables:
    """For a PostgreSQL server and for whoever makes logins and databases on it."""
    logins = [f"{name}_{kind}" for name in databases for kind in KINDS]
    password = state.password(superuser)
    return {"POSTGRES_PASSWORD": password, "PGPASSWORD": password} | {
        password_variable(login): state.password(login) for login in logins
    }


def broker_variables(state: State) -> Variables:
    users = " ".join(
        f'user_{name}="{state.password(f"kafka_{name}")}"' for name in sorted({*SERVICES, SUBSCRIBERS, ADMIN})
    )
    login = f'{PLAIN} required username="{ADMIN}" password="{state.password(f"kafka_{ADMIN}")}" {users};'
    return {f"KAFKA_LISTENER_NAME_{name}_PLAIN_SASL_JAAS_CONFIG": login for name in ("CLIENT", "CONTROLLER")}


def shared_variables(state: State) -> dict[str, Variables]:
    return {
        "kafka": broker_variables(state),
        "kafka-admin": kafka_login(state, ADMIN),
        "keycloak": {
            "KC_DB_PASSWORD": state.password(f"{ISSUER}_owner"),
            "KC_BOOTSTRAP_ADMIN_PASSWORD": state.password("keycloak_admin"),
        },
        "grafana": {"GF_SECURITY_ADMIN_PASSWORD": state.password("grafana_admin")},
    }


def data_keys(folder: Path, service: str) -> Path:
    """The service's file of data keys. A container's user is another than whoever runs this, so any user may read it:
    strangers are kept out by the folder.
    """
    path = folder / f"data-{service}.json"
    if not path.exists():
        key = {purpose: random_base64(32) for purpose in ("aes", "hmac")}
        write_json(path, {"active": "k1", "keys": {"k1": key}}, mode=0o444)
    return path


def for_compose(state: State) -> dict[str, Variables]:
    """One PostgreSQL server for all; files are read by the client, so they stay this user's own."""
    files = shared_variables(state) | {"postgres": server_variables(state, "postgres", [*SERVICES, ISSUER])}
    for service in SERVICES:
        files |= service_variables(state, service, lambda _: "postgres")
    for name, variables in files.items():
        write_text(state.folder / f"{name}.env", "".join(f"{k}='{v}'\n" for k, v in variables.items()))
    return files


def for_kubernetes(state: State) -> dict[str, Any]:
    """A List of Secrets. Each service has a PostgreSQL server of its own."""
    secrets = {"kafka-admin": kafka_login(state, ADMIN)}
    for service in SERVICES:
        secrets |= service_variables(state, service, lambda name: f"{name}-database")
        secrets[f"{service}-database"] = server_variables(state, f"postgres_{service}", [service])
        secrets[f"{service}-data-keys"] = {
            "data-keys.json": data_keys(state.folder, service).read_text(encoding="utf-8")
        }
    items = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": variables}
        for name, variables in secrets.items()
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def write_text(path: Path, text: str) -> None:
    """Readable by this user alone, from its first moment."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def main(form: str, folder: Path = FOLDER) -> None:
    if form not in ("compose", "kubernetes"):
        raise SystemExit("python -m deploy.credentials compose|kubernetes")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = read_state(folder)
    for service in SERVICES:
        data_keys(folder, service)
    if form == "compose":
        for_compose(state)
    else:
        json.dump(for_kubernetes(state), sys.stdout, indent=1)
    state.save_secrets()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
