"""`python -m tests.contract.decisions.record`: what the stored decisions of a new rule hold. What is recorded stays."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services import NAMES
from shared.values.verdicts import Rule

FIELDS = Path(__file__).with_name("fields.json")


def rules() -> list[Rule]:
    return [rule for service in NAMES for rule in import_module(f"services.{service}.service").SERVICE.rules]


def required(rule: Rule) -> dict[str, list[str]]:
    """By class, in a rule's facts and policy at any depth, what a stored decision must hold to be replayed."""
    found: dict[str, list[str]] = {}
    for kind in (rule.facts, rule.policy):
        schema: dict[str, Any] = TypeAdapter(kind).json_schema()
        for name, described in (*schema.get("$defs", {}).items(), (kind.__name__, schema)):
            found[name] = sorted(described.get("required", ()))
    return found


def recorded() -> dict[str, dict[str, list[str]]]:
    held: dict[str, dict[str, list[str]]] = json.loads(FIELDS.read_text(encoding="utf-8")) if FIELDS.exists() else {}
    return held


def main() -> None:
    held = {rule.name: required(rule) for rule in rules()} | recorded()
    FIELDS.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
