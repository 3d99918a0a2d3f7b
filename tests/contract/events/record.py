"""`python -m tests.contract.events.record`: a sample for every type that has none. What is recorded stays."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.bus.topics import TOPICS
from shared.events import CATALOGUE, Envelope, Payload

SAMPLES = Path(__file__).parent / "samples"
VALUES: dict[Any, Any] = {
    UUID: UUID("0190a5d2-7c11-7000-8000-000000000001"), str: "text", int: 1200, bool: True,
    date: date(2017, 11, 20), list[str]: ["income_over_line"],
    list[UUID]: [UUID("0190a5d2-7c11-7000-8000-000000000002")],
    UUID | None: UUID("0190a5d2-7c11-7000-8000-000000000003"),
}  # fmt: skip
NAMED = {
    "division": "140927200201", "status": "poor", "members": 3, "income_year": 2017, "reason": "moved_away",
    "loan_no": "SC2017000042", "purpose": "dividend", "category": "property", "leg": "coal", "kind": "demolition",
    "corrected": ["members"],
    "benefits": [
        {"kind": "loan", "source": "0190a5d2-7c11-7000-8000-000000000001", "standing": "disbursed",
         "amount_fen": 1200, "times": 1, "first_on": date(2017, 11, 20), "last_on": None},
    ],
}  # fmt: skip


def sample(kind: type[Payload]) -> dict[str, Any]:
    fields = {name: NAMED.get(name, VALUES.get(f.annotation)) for name, f in kind.model_fields.items()}
    payload = kind.model_validate(fields)
    envelope = Envelope(
        id="0190a5d2-7c11-7000-8000-0000000000ff", type=kind.TYPE, source=TOPICS[kind.TOPIC].writer,
        topic=kind.TOPIC, key=payload.key, epoch=1, sequence=1, time="2026-11-20T08:00:00.000001+00:00",
        business_date="2017-11-20", actor="test-county", correlation_id="0190a5d2-7c11-7000-8000-0000000000fe",
        causation_id="", data=payload.model_dump_json(),
    )  # fmt: skip
    return {"topic": kind.TOPIC, "key": payload.key, "headers": envelope.headers(), "value": envelope.data}


def main() -> None:
    SAMPLES.mkdir(exist_ok=True)
    for name, kind in CATALOGUE.items():
        path = SAMPLES / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(sample(kind), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
