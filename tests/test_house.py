"""The house's own rules, so that nobody needs to remember them."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from deploy.document import WRITTEN
from deploy.local.supervisor import PROCESSES
from services import NAMES
from shared.bus.topics import TOPICS
from shared.events import CATALOGUE
from shared.ground import problems, sentences
from shared.ground.policy import FAR, asked_by, read_policy
from shared.values.id_number import is_valid
from shared.values.verdicts import Rule

ROOT = Path(__file__).resolve().parent.parent
DRAWERS = ("__init__", "api", "schemas", "files", "reactions", "work", "actions", "lists", "rules", "queries", "tables")
FURNITURE = {f"{n}.py" for n in DRAWERS}
LONGEST_FILE, LONGEST_FUNCTION = 400, 70
MOST_UNFORMATTED = 100
SYNTHETIC_AREA = "140999"
STANDARDS_VECTOR = "11010519491231002X"  # the example of GB 11643 itself
TRACKED = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
)  # fmt: skip
PYTHON = [p for p in TRACKED if p.suffix == ".py"]
ROOMS = sorted(
    folder
    for house in (*(ROOT / "services" / s for s in NAMES), ROOT / "gateway")
    for folder in house.iterdir()
    if folder.is_dir() and folder.name not in ("migrations", "__pycache__")
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_files_are_short() -> None:
    lines = {name(p): p.read_text(encoding="utf-8").count("\n") for p in PYTHON}
    assert {n: count for n, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_two_test_files_share_a_name() -> None:
    """Each folder alone would pass, and the whole run would refuse the second one."""
    names = Counter(p.name for p in PYTHON if p.name.startswith("test_"))
    assert {n: count for n, count in names.items() if count > 1} == {}


def test_functions_are_short() -> None:
    long = {
        f"{name(p)}:{node.name}": length
        for p in PYTHON
        for node in ast.walk(tree(p))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_the_formatter_is_obeyed_but_for_tables_of_data() -> None:
    """A budget that only falls."""
    kept = sum(
        (text(p) or "").count("# fmt: skip")
        for p in PYTHON
        if name(p).split("/")[0] in ("services", "gateway", "shared")
    )
    assert kept < MOST_UNFORMATTED


def test_every_room_has_the_same_furniture() -> None:
    strange = [name(p) for p in TRACKED if p.parent in ROOMS and p.name not in FURNITURE]
    nested = [name(p) for p in TRACKED if any(room in p.parents and room != p.parent for room in ROOMS)]
    assert strange + nested == []


@pytest.mark.parametrize("folder", [*ROOMS, *(ROOT / "services" / s for s in NAMES)], ids=name)
def test_every_room_and_service_says_what_it_is(folder: Path) -> None:
    assert ast.get_docstring(tree(folder / "__init__.py"))


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_statements_stand_in_queries_and_tables(room: Path) -> None:
    """Elsewhere a room takes of `shared.data.sql` only the names of types."""
    taken = {
        f"{name(path)}: {alias.name}"
        for path in room.glob("*.py")
        if path.name not in ("queries.py", "tables.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "shared.data.sql"
        for alias in node.names
        if alias.name not in ("Connection", "Row")
    }
    assert taken == set()


def test_every_event_has_a_topic_written_by_its_owner_and_a_sample() -> None:
    samples = {p.stem for p in (ROOT / "tests/contract/events/samples").glob("*.json")}
    assert set(CATALOGUE) == samples
    for kind in CATALOGUE.values():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+\.v\d+", kind.TYPE), kind.TYPE
        owner = kind.TYPE.partition(".")[0]
        # What the county tells its other systems goes out by its public door.
        assert TOPICS[kind.TOPIC].writer == {"county": "gateway"}.get(owner, owner), kind.TYPE
        assert kind.KEY in kind.model_fields, kind.TYPE


def test_every_topic_has_a_writer_among_the_services() -> None:
    assert {t.writer for t in TOPICS.values()} <= {*NAMES, "gateway"}


def test_every_service_is_started_on_one_machine() -> None:
    assert {p.name for p in PROCESSES if p.run} == {*NAMES, "gateway"}


CODE = re.compile(rf"shared\.[a-z_]+|(?:{'|'.join((*NAMES, 'gateway'))})\.[a-z_]+\.[a-z_]+")
ROOM = re.compile(r"[a-z]+\.[a-z_]+\.")


@cache
def literals(path: Path) -> set[str]:
    return {n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def code_prefixes(path: Path) -> set[str]:
    """Rooms whose codes a file puts together: `f"service.room.{reason}"`, or a room's name given with its reasons."""
    begun = {n.values[0] for n in ast.walk(tree(path)) if isinstance(n, ast.JoinedStr) and len(n.values) == 2}
    found = {str(part.value) for part in begun if isinstance(part, ast.Constant)}
    named = {f"{word}." for word in literals(path)}
    return {prefix for prefix in found | named if ROOM.fullmatch(prefix)}


def test_every_refusal_has_its_texts_and_no_text_is_left_over() -> None:
    code = [
        p for p in PYTHON if name(p).split("/")[0] in ("services", "gateway", "shared") and "migrations" not in p.parts
    ]
    written = {word for path in code for word in literals(path) if CODE.fullmatch(word)} - {*TOPICS, *modules()}
    catalogue = set(problems.catalogue())
    assert sorted(written - set(sentences.catalogue())) == []
    # A reason that stands alone, in a room which puts its codes together or in what that stands on, is one of them.
    put_together = {
        prefix + word
        for path in code
        for prefix in code_prefixes(path)
        for sibling in (*path.parent.glob("*.py"), *(ROOT / "shared").rglob("*.py"))
        for word in literals(sibling)
    }
    common = {f"shared.{word}" for path in code for word in literals(path)}
    assert sorted(catalogue - written - put_together - common) == []


def modules() -> set[str]:
    """Dotted names of our own modules: a string may name one without being a code."""
    return {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in PYTHON}


def test_every_text_is_in_both_languages_with_the_same_figures() -> None:
    for code, entry in problems.catalogue().items():
        assert set(entry) == {"status", "en", "zh"}, code
        assert 400 <= entry["status"] <= 599, code
        english, chinese = ({*re.findall(r"{(\w+)}", entry[language])} for language in ("en", "zh"))
        assert english == chinese, code
        assert re.search(r"[\u4e00-\u9fff]", entry["zh"]), code
        assert not re.search(r"[\u4e00-\u9fff]", entry["en"]), code


def test_a_code_stands_in_one_catalogue_that_of_its_owner() -> None:
    files = [p for p in TRACKED if p.name == "errors.toml"]
    codes = Counter(code for p in files for code in tomllib.loads(p.read_text(encoding="utf-8")))
    assert [code for code, count in codes.items() if count > 1] == []
    for path in files:
        for code in tomllib.loads(path.read_text(encoding="utf-8")):
            assert code.partition(".")[0] == path.parent.name, code


@pytest.mark.parametrize("path", [p for p in TRACKED if p.name == "policy.toml"], ids=name)
def test_every_number_has_unit_dates_and_source(path: Path) -> None:
    for entry in read_policy(path).entries:
        assert entry.unit.strip(), entry
        assert entry.source.strip(), entry
        assert type(entry.effective_from) is date is type(entry.effective_to), entry
        assert entry.effective_from < entry.effective_to, entry


def of_rules(service: str, kind: type[Any]) -> Iterator[Any]:
    """What of this kind a service's rules define: rules, or classes."""
    for path in sorted((ROOT / "services" / service).glob("*/rules.py")):
        module = import_module(f"services.{service}.{path.parent.name}.rules")
        yield from (
            x for x in vars(module).values() if isinstance(x, kind) and getattr(x, "__module__", "") != "typing"
        )


def policies(service: str) -> set[Any]:
    """The dataclasses that a service's policy file fills: those of its rules of which the name ends so."""
    return {x for x in of_rules(service, type) if x.__name__.endswith("Policy")}


def figures(service: str) -> set[str]:
    """What they ask for: codes, or `code.key` of a table."""
    asked = {of for kind in policies(service) for of in asked_by(kind).values() if isinstance(of, str)}
    # `code.{other}`: another entry says which key.
    named = {of.partition("{")[2].rstrip("}") for of in asked if "{" in of}
    return {of.partition(".{")[0] for of in asked} | named


@pytest.mark.parametrize("service", NAMES)
def test_a_figure_that_is_asked_for_is_in_force_from_its_first_day_on(service: str) -> None:
    """Without a gap and without an end: what lapsed would be missed on the day, in front of the counter."""
    entries = read_policy(ROOT / "services" / service / "policy.toml").entries
    for code in {figure.partition(".")[0] for figure in figures(service)}:
        ours = [e for e in entries if e.code == code]
        assert ours, code
        assert all(one.effective_to == other.effective_from for one, other in pairwise(ours)), code
        assert ours[-1].effective_to == FAR, code


@pytest.mark.parametrize("service", NAMES)
def test_every_entry_of_a_policy_is_somebodys_field(service: str) -> None:
    asked = figures(service)
    for entry in read_policy(ROOT / "services" / service / "policy.toml").entries:
        parts = {f for f in asked if f.startswith(f"{entry.code}.")}
        assert parts == {f"{entry.code}.{key}" for key in entry.value} if parts else entry.code in asked, entry.code


@pytest.mark.parametrize("service", NAMES)
def test_every_policy_can_be_asked_today_and_holds_what_its_types_say(service: str) -> None:
    policy = read_policy(ROOT / "services" / service / "policy.toml")
    for kind in policies(service):
        found = policy.on(date(2026, 11, 28), kind)
        adapter = TypeAdapter(kind)
        assert adapter.validate_json(adapter.dump_json(found, warnings=False), strict=True) == found


@pytest.mark.parametrize("service", NAMES)
def test_what_is_asked_of_a_policy_is_a_policy_and_every_policy_is_asked(service: str) -> None:
    """A dataclass of another name would escape the tests above."""
    asked = {
        ast.unparse(call.args[1]).rpartition(".")[2]
        for path in (ROOT / "services" / service).glob("*/*.py")
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "on"
    }
    by_rule = {rule.policy.__name__ for rule in of_rules(service, Rule)}
    within = {x.__name__ for kind in policies(service) for x in asked_by(kind).values() if not isinstance(x, str)}
    names = {kind.__name__ for kind in policies(service)}
    assert asked - {"policy"} <= names
    assert names <= asked | by_rule | within


def test_whether_a_place_lies_in_an_area_is_asked_of_the_caller() -> None:
    """Everything begins with the empty area of a token that has none; `Caller.within` knows."""
    compared = re.compile(r"startswith\([^)]*\barea\b")
    lines = [
        f"{name(path)}: {line.strip()}"
        for path in PYTHON
        if path.relative_to(ROOT).parts[0] in ("services", "gateway", "shared")
        for line in path.read_text(encoding="utf-8").splitlines()
        if compared.search(line)
    ]
    assert lines == [
        'shared/ground/context.py: return division.startswith(self.area) if self.area else self.role == "system"'
    ]


def test_no_number_of_a_person_who_may_exist() -> None:
    found = [
        f"{name(path)}: {number}"
        for path in TRACKED
        if (content := text(path)) is not None
        for number in re.findall(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])", content)
        if is_valid(number.upper()) and not number.startswith(SYNTHETIC_AREA) and number.upper() != STANDARDS_VECTOR
    ]
    assert found == []


def text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


# Written so that this file does not name them either.
DOT = re.escape(".")
HOSTS = re.compile(
    rf"pypi{DOT}org|python{'hosted'}{DOT}org|npm{'js'}{DOT}(org|com)|maven{DOT}org|maven{DOT}apache{DOT}org/maven2"
    rf"|deb{'ian'}{DOT}org/debian|crates{DOT}io/api"
)
PLACES = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/[a-z.]", re.MULTILINE)
LEFT_OVER = re.compile("|".join(("NotImplemented" + "Error", "TO" + "DO", "FIX" + "ME", "XX" + "X")))
EXCUSED = re.compile("|".join((r"mark\.(sk" + "ip|xf" + "ail)", r"pytest\.sk" + r"ip\(", "unittest.sk" + "ip")))


@pytest.mark.parametrize(
    ("pattern", "suffixes"),
    [
        (HOSTS, None), (PLACES, None), (LEFT_OVER, {".py", ".toml", ".yml", ".yaml"}), (EXCUSED, {".py"}),
    ],
    ids=["a registry's address", "a place of one machine", "work left inside the code", "an excused test"],
)  # fmt: skip
def test_no_file_holds(pattern: re.Pattern[str], suffixes: set[str] | None) -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in TRACKED
        if (suffixes is None or path.suffix in suffixes) and (content := text(path)) is not None
        if (match := pattern.search(content))
    ]
    assert found == []


def test_no_file_is_large() -> None:
    assert [name(p) for p in TRACKED if p.stat().st_size > 2**20] == []


@pytest.mark.parametrize("document", WRITTEN)
def test_what_the_code_says_is_what_the_documents_say(document: str) -> None:
    """`python -m deploy.document`."""
    assert (ROOT / "docs" / document).read_text(encoding="utf-8") == WRITTEN[document]()


def test_the_plan_names_every_room_of_furniture() -> None:
    """The linter's layers and this file's furniture are one list."""
    config: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if "services.*.*" in c.get("containers", ()))
    named = {tail for layer in layers for tail in re.findall(r"\((\w+)\)", layer)}
    assert {f"{tail}.py" for tail in named} | {"__init__.py"} == FURNITURE
