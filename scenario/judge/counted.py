"""How often the year did what no target asks for: who signs loans, sheets, attestations, marriages, hardship."""

from collections import Counter
from typing import Any

from scenario.api import Api
from scenario.judge import screenings, suspicions
from scenario.judge.hardship import Hardship, counts
from scenario.judge.screenings import Screened
from scenario.judge.suspicions import Suspected
from scenario.judge.targets import JUDGE

ATTESTATIONS = "/registry/v1/attestations"
TOWNSHIPS = "/registry/v1/townships"


async def counted(api: Api, found: Hardship, suspected: Suspected, screened: Screened) -> list[dict[str, Any]]:
    """A row for each: `code`, and how many there are in the lists; of hardship in truth too."""
    named = [x async for x in api.pages(JUDGE, "/finance/v1/loans") if x["borrower"]]
    left_with_loan = [h async for h in api.pages(JUDGE, "/finance/v1/holds?kind=borrower_left")]
    sheets = [x async for x in api.pages(JUDGE, "/registry/v1/income-sheets")]
    facts = Counter([x["unit"] async for x in api.pages(JUDGE, ATTESTATIONS)])
    incomes = Counter([x["unit"] async for x in api.pages(JUDGE, f"{ATTESTATIONS}/incomes")])
    overruled = [x async for x in api.pages(JUDGE, f"{ATTESTATIONS}/overruled") if x["differs"]]
    joined = Counter([x["reason"] async for x in api.pages(JUDGE, "/registry/v1/households/arrivals") if _so(x)])
    left = Counter([x["reason"] async for x in api.pages(JUDGE, "/registry/v1/households/departures") if _so(x)])
    rows = {
        "loans_that_name_a_borrower": len(named),
        "borrowers_who_left": len(left_with_loan),
        "bank_events_taken_back": len([e async for e in api.pages(JUDGE, "/finance/v1/bank/events?state=reversed")]),
        "income_sheets": len(sheets),
        **{f"facts_of_{unit}": facts[unit] for unit in sorted(facts)},
        **{f"incomes_of_{unit}": incomes[unit] for unit in sorted(incomes)},
        "seen_otherwise_than_attested": len(overruled),
        "married_in": joined["marriage_in"],
        "married_out": left["marriage_out"],
        "townships_announced": len([t async for t in api.pages(JUDGE, TOWNSHIPS) if t["status"] == "exited"]),
        "undone_and_settled": len([c async for c in api.pages(JUDGE, "/registry/v1/touched?state=confirmed")]),
        "policy_changes": len([c async for c in api.pages(JUDGE, "/registry/v1/policy-changes?state=confirmed")]),
        "born": joined["birth"],
        "died": left["death"],
        **counts(found),
        **suspicions.counts(suspected),
        **screenings.counts(screened),
    }
    return [{"code": code, "value": value} for code, value in rows.items()]


def _so(case: dict[str, Any]) -> bool:
    return bool(case["state"] == "confirmed")
