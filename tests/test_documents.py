"""What code, policy and documents cite stands where they say."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
import yaml

from services import NAMES
from shared.events import CATALOGUE
from shared.ground.context import Role
from shared.values.verdicts import Rule
from tests.test_house import PYTHON, ROOMS, ROOT, TRACKED, name

PAGES = ROOT / "docs"
CITING = [*PYTHON, *(p for p in TRACKED if p.suffix in (".toml", ".md", ".yaml", ".yml") or p.name == "Makefile")]
NUMBERS = r"(\d+(?:\.\d+)?(?:(?: and| to) \d+(?:\.\d+)?)*)"
CITATIONS = {
    "source": re.compile(r"(?<![\w-])S(\d{1,2})(?!\w)"),
    "domain": re.compile(rf"[Dd]omain notes,? {NUMBERS}"),
    "mechanics": re.compile(rf"\b[Mm]echanics {NUMBERS}"),
    "adr": re.compile(rf"\bADRs? {NUMBERS}"),
    "seed": re.compile(r"\(seed (?:rows? )?(\d\d?(?!\d)(?:(?:,| and| to) \d\d?(?!\d))*)"),
}
PLACE = re.compile(r"docs/[\w/.-]+\.(?:md|yaml)(?:#[\w-]+)?")
# Where a citation goes on in the next line of a comment or a docstring.
BREAK = re.compile(r"\s*\n[ \t]*(?:# ?)?")


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def anchor(heading: str) -> str:
    """As the sites that show Markdown make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@cache
def known() -> dict[str, set[str]]:
    """The numbers that can be cited, by the kind of citation."""
    domain = (PAGES / "domain.md").read_text(encoding="utf-8")
    return {
        "source": {h.removeprefix("S") for h in headings(PAGES / "sources.md") if re.fullmatch(r"S\d+", h)},
        "domain": {n for h in headings(PAGES / "domain.md") for n in re.findall(r"^(\d+(?:\.\d+)?)\.? ", h)}
        | set(re.findall(r"^\*\*(9\.\d+)\*\* ", domain, re.MULTILINE)),
        "mechanics": {n for h in headings(PAGES / "mechanics.md") for n in re.findall(r"^(\d+)\. ", h)},
        "adr": {str(int(p.name[:4])) for p in (PAGES / "adr").glob("*.md")},
        "seed": set(re.findall(r"^\| (\d+) \|", domain, re.MULTILINE)),
    }


def unresolved(text: str) -> Iterator[str]:
    """Citations in a text that lead nowhere."""
    line = BREAK.sub(" ", text)
    for kind, pattern in CITATIONS.items():
        for cited in pattern.findall(line):
            for number in re.findall(r"\d+(?:\.\d+)?", cited):
                if (number.lstrip("0") if kind == "adr" else number) not in known()[kind]:
                    yield f"{kind} {number}"
    yield from (place for place in PLACE.findall(text) if not stands(place))


def stands(place: str) -> bool:
    path, _, fragment = place.partition("#")
    page = ROOT / path
    return page.is_file() and (not fragment or fragment in {anchor(h) for h in headings(page)})


def test_every_citation_resolves() -> None:
    found = {name(path): [*unresolved(path.read_text(encoding="utf-8"))] for path in CITING}
    assert {path: cited for path, cited in found.items() if cited} == {}


# Put together, so that this file cites none of them.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"(S{26}, S{14})", []),
        (f"below 2 % (S{98})", ["source 98"]),
        (f"domain notes {2.1} and {4}, {2017} households", []),
        (f"# domain\n# notes {2.9}", ["domain 2.9"]),
        (f"Domain notes, {3} and {12}", ["domain 12"]),
        (f'domain notes {9}.23 "Still"; domain notes {9}.24', ["domain 9.24"]),
        (f"mechanics {7} and {77}", [f"mechanics {77}"]),
        (f"ADR {'0009'}, ADR {90}", ["adr 90"]),
        (f"yuan (seed {30}; seed {18} to {54})", []),
        (f"yuan (seed {18} to {54})", ["seed 54"]),
        (f"docs/{'sources'}.md#s26, docs/{'sources'}.md#s98", [f"docs/{'sources'}.md#s98"]),
        (f"docs/{'nowhere'}.md", [f"docs/{'nowhere'}.md"]),
    ],
)  # fmt: skip
def test_a_citation_that_leads_nowhere_is_found(text: str, expected: list[str]) -> None:
    assert [*unresolved(text)] == expected


PAGES_OF_WORDS = [p for p in TRACKED if p.suffix == ".md"]
MADE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
RUN = re.compile(r"python -m ([a-z_]+(?:\.[a-z_]+)*)")
NAMED = re.compile(r"`((?:bench|deploy|docs|gateway|scenario|services|shared|tests)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES_OF_WORDS, ids=name)
def test_what_a_page_tells_to_type_or_open_is_there(page: Path) -> None:
    told = page.read_text(encoding="utf-8")
    helped = re.findall(r"^([a-z]+):.*## .", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {*MADE.findall(told)} - {*helped} == set()
    modules = {m.replace(".", "/") for m in RUN.findall(told)}
    assert [m for m in modules if not ((ROOT / f"{m}.py").exists() or (ROOT / m / "__main__.py").exists())] == []
    assert [path for path in NAMED.findall(told) if not (ROOT / path).exists()] == []


def test_the_workflow_runs_what_everybody_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert [step["run"] for step in workflow["jobs"]["run"]["steps"] if "run" in step] == ["bash .ci/run"]


def test_no_hook_fetches_anything_before_a_commit() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    assert {hook["language"] for repo in hooks["repos"] for hook in repo["hooks"]} == {"system"}


def rules() -> list[Rule]:
    return [rule for s in NAMES for rule in import_module(f"services.{s}.service").SERVICE.rules]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_rule_names_its_source(rule: Rule) -> None:
    assert rule.source is not None
    assert "#" in rule.source
    assert stands(rule.source), rule.source


def words() -> set[str]:
    """What `docs/words.md` says that code writes."""
    rows = re.findall(r"^\|.*\| (`.+`) \|$", (PAGES / "words.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`(\w+)`", row)}


def test_every_house_room_role_and_event_has_its_word() -> None:
    called = {
        *NAMES,
        "gateway",
        *(r.name for r in ROOMS),
        *get_args(Role),
        *(e.__name__ for e in CATALOGUE.values()),
    }
    assert called - words() == set(), "docs/words.md has no line for it"


def test_every_word_is_one_that_code_writes() -> None:
    written = {
        word
        for path in TRACKED
        if name(path).split("/")[0] in ("services", "gateway", "shared") and path.suffix in (".py", ".toml")
        for word in re.findall(r"[A-Za-z_]\w+", path.read_text(encoding="utf-8"))
    }
    assert words() - written - {r.name for r in ROOMS} == set(), "docs/words.md has a word that nothing writes"


def test_every_room_stands_in_the_picture_of_the_house() -> None:
    """In `docs/architecture.md`, behind its house's name; a line may go on in the next."""
    picture = (PAGES / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    drawn = {
        (house, room)
        for house, rooms in re.findall(r"^   (?:services/)?(\w+)/? +((?:\s*[a-z]+(?![a-z/]))+)", picture, re.MULTILINE)
        for room in rooms.split()
    }
    assert drawn == {(r.parent.name, r.name) for r in ROOMS}
