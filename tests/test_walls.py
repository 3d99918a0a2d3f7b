"""A room writes its own tables only; what it reads of another's is seen in review."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.data.pages import Pages
from shared.data.relations import Relation
from shared.data.sql import Statement
from tests.test_house import PYTHON, ROOMS, ROOT, name

# What a room writes of another's tables: nothing.
WRITES: dict[str, set[str]] = {}
# What a room reads of another's: it may, and here a review sees it.
READS = {
    "gateway/acknowledgements": {"exit_fact"},
    "gateway/subscriptions": {"exit_fact"},
    "assessment/appeals": {"cadre"},
    "assessment/cases": {"cadre", "unit"},
    "assessment/dossier": {"deed", "pairing", "visit"},
    "assessment/scoring": {
        "cadre", "case_subject", "checkin", "deed", "fraud_case", "leave", "pairing", "survey_answer", "survey_round",
        "survey_sample", "unit", "visit",
    },
    "assessment/surveys": {"cadre", "pairing"},
    "finance/bank": {"bank_event"},
    "finance/discounts": {"interest_period", "loan"},
    "finance/dossier": {"discount_claim", "discount_line", "loan", "loan_hold"},
    "finance/folds": {"discount_claim", "discount_line", "event_release"},
    "finance/loans": {"loan_hold"},
    "industry/corrections": {
        "payout_due", "payout_line", "payout_ruling", "training_attendance", "training_certificate", "training_class",
    },
    "industry/dossier": {
        "dividend_agreement", "payout_due", "payout_line", "post", "post_assignment", "project_participation",
        "training_attendance", "training_certificate", "training_class",
    },
    "industry/stations": {"station_plan", "station_plan_item"},
    "industry/training": {"payout_due", "payout_ruling"},
    "registry/amendments": {"exit_case"},
    "registry/attestations": {"household", "member"},
    "registry/attested": {"household", "member"},
    "registry/changes": {"household", "member", "member_fact"},
    "registry/differences": {"household"},
    "registry/disclosures": {"household", "member", "member_fact", "person_index", "resolution"},
    "registry/dossier": {
        "follow_up", "home_visit", "household", "household_card", "household_fact", "household_version", "income_line",
        "measure", "member", "member_fact", "plan_line", "risk_warning", "visit_finding",
    },
    "registry/entitlements": {
        "household", "household_fact", "household_standing", "income_line", "measure", "member", "member_fact",
    },
    "registry/duplicates": {"household", "member", "member_fact"},
    "registry/findings": {"departure", "income_line", "removal"},
    "registry/followups": {"home_visit", "measure"},
    "registry/grievances": {"household"},
    "registry/hardship": {"household", "household_fact", "household_standing", "member_fact"},
    "registry/heads": {"member", "member_fact"},
    "registry/incomes": {"visit_finding"},
    "registry/inspections": {
        "amendment", "departure", "exit_case", "home_visit", "household", "household_fact", "household_word",
        "income_line", "removal", "suspicion", "visit_finding",
    },
    "registry/matches": {"departure", "household", "member", "removal", "reversal", "suspicion"},
    "registry/measures": {"household"},
    "registry/national": {
        "division", "household", "household_contact", "household_fact", "household_standing", "income_line", "member",
        "member_fact",
    },
    "registry/numbers": {"household"},
    "registry/overruled": {"household", "household_fact", "member", "member_fact"},
    "registry/persons": {"member"},
    "registry/plans": {"household", "measure"},
    "registry/rates": {"division", "household", "member_fact"},
    "registry/record": {
        "division", "household", "household_contact", "household_fact", "household_version", "income_line", "member",
        "member_fact",
    },
    "registry/resolutions": {"household", "member", "member_fact"},
    "registry/roster": {"division", "household"},
    "registry/screening": {"household", "income_line", "member_fact"},
    "registry/sheets": {"member", "member_fact"},
    "registry/signals": {
        "departure", "exit_case", "follow_up", "household", "household_fact", "member_fact", "visit_finding",
    },
    "registry/sources": {"household_fact", "household_word", "income_line", "visit_finding"},
    "registry/targets": {"division", "household", "household_merge", "member_fact", "village_exit"},
    "registry/regroupings": {"member"},
    "registry/transfers": {"division"},
    "registry/villages": {"division", "household", "household_standing", "member_fact"},
    "registry/townships": {"division", "household", "member_fact", "village_exit"},
    "registry/trials": {"household"},
    "relocation/allocation": {"move_report", "relocation_application"},
    "relocation/dossier": {"allocation", "homestead", "homestead_reward", "relocation_application"},
}  # fmt: skip
WRITTEN = re.compile(r'\b(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!DO )UPDATE) "?(\w+)')
READ = re.compile(r'\b(?:FROM|JOIN) "?(\w+)')


def statements(room: Path) -> list[Statement[Any]]:
    """Every statement that a room holds as a constant; of its pages the one without a filter."""
    if not (room / "queries.py").exists():
        return []
    queries = importlib.import_module(".".join((*room.relative_to(ROOT).parts, "queries")))
    held = vars(queries).values()
    pages = [value.statement(frozenset()) for value in held if isinstance(value, Pages)]
    return [*pages, *(value for value in held if isinstance(value, Statement))]


def tables(room: Path) -> set[str]:
    if not (room / "tables.py").exists():
        return set()
    module = importlib.import_module(".".join((*room.relative_to(ROOT).parts, "tables")))
    described = {value.name for value in vars(module).values() if isinstance(value, Relation)}
    return described | (set(module.METADATA.tables) if hasattr(module, "METADATA") else set())


def foreign(pattern: re.Pattern[str], among: Callable[[Path], set[str]]) -> dict[str, set[str]]:
    """By room, which tables `among` those that are none of its own its statements name in such a place."""
    found = {
        "/".join(room.parts[-2:]): {t for s in statements(room) for t in pattern.findall(s.text)} & among(room)
        for room in ROOMS
    }
    return {room: names for room, names in found.items() if names}


def test_a_room_writes_its_own_tables_only() -> None:
    written = {t for room in ROOMS for s in statements(room) for t in WRITTEN.findall(s.text)}
    assert written, "the pattern finds what there is"
    assert foreign(WRITTEN, lambda room: written - tables(room)) == WRITES


def test_what_a_room_reads_of_another_is_seen_in_review() -> None:
    def others(room: Path) -> set[str]:
        return {t for other in ROOMS if other.parent == room.parent for t in tables(other)} - tables(room)

    assert foreign(READ, others) == READS


def test_a_door_that_is_asked_reads_and_only_what_reads_takes_a_readers_connection() -> None:
    """A GET on a connection that may write would hold a transaction open for nothing."""
    asked = re.compile(r"@\w+\.get\((?:(?!^@|^    @)[\s\S])*?: Transaction\b", re.MULTILINE)
    assert [name(p) for p in PYTHON if "tests" not in p.parts and asked.search(p.read_text())] == []
    taking = {name(p) for p in PYTHON if "tests" not in p.parts and re.search(r"\.readers\b", p.read_text())}
    assert taking == {
        "bench/doors.py", "shared/acts/policy_in_force.py", "shared/doors/http.py", "shared/serve/run.py",
        "shared/serve/watch.py",
    }  # fmt: skip


def test_a_door_that_pages_is_planned_for_what_is_asked() -> None:
    pages = re.compile(r"@\w+\.get\((?:(?!^@|^    @)[\s\S])*?\) ->", re.MULTILINE)
    cursors = re.compile(r"\bat: (?:Code|Number|Newest)?Cursor\b")
    doors = [d for p in PYTHON if p.name == "api.py" or "serve" in p.parts for d in pages.findall(p.read_text())]
    listing = [door for door in doors if cursors.search(door)]
    assert len(listing) > 40
    assert [door for door in listing if "connection: Paging" not in door] == []
