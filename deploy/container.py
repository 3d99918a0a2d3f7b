"""`python -m deploy.container WORD`: what a container of this image does, the service named by SERVICE.

api, worker, all   serve in that role            migrate    bring the database to the newest revision
databases [NAME]   make logins and databases     topics     create what the log lacks
health             exit 0 when the process of this container is ready
"""

import http.client
import os
import sys


def command(service: str, words: list[str]) -> list[str]:
    """What the interpreter is to run.

    Raises:
        ValueError: there is no such word.
    """
    module = ["-m", "gateway"] if service == "gateway" else ["-m", "services", service]
    match words:
        case ["api" | "worker" | "all" as role]:
            return [*module, "--role", role]
        case ["migrate"]:
            return [*module, "migrate"]
        case ["databases", *names]:
            return ["-m", "deploy.databases", *(names or [service])]
        case ["topics"]:
            return ["-m", "shared.bus", "migrate"]
        case _:
            raise ValueError(f"not a word for a container: {' '.join(words) or 'nothing'}")


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["health"]:
        sys.exit(not is_ready(int(os.environ["SHENCHI_PORT"])))
    # The service takes this process's place: signals reach it, and nothing stands between.
    os.execv(sys.executable, [sys.executable, *command(os.environ["SERVICE"], sys.argv[1:])])  # noqa: S606
