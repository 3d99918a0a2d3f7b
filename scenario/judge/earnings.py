"""What must hold of payments: every line of a file is answered once, and nobody is paid twice."""

from collections import Counter
from pathlib import Path

from scenario.api import Api
from scenario.judge.targets import JUDGE

Finding = tuple[bool, str]


async def payouts_answered(api: Api, _state: Path) -> Finding:
    """Lines of a closed batch = confirmed + returned, and its amounts are the sum of its lines."""
    batches = [b async for b in api.pages(JUDGE, "/industry/v1/payouts/batches")]
    lines: dict[str, Counter[str]] = {}
    amounts: Counter[str] = Counter()
    async for line in api.pages(JUDGE, "/industry/v1/payouts/lines"):
        lines.setdefault(line["batch_id"], Counter())[line["state"]] += 1
        amounts[line["batch_id"]] += line["amount_fen"]
    wrong = []
    for batch in batches:
        states = lines.get(batch["id"], Counter())
        answered = states["confirmed"] + states["returned"]
        whole = sum(states.values()) == batch["lines"] and amounts[batch["id"]] == batch["amount_fen"]
        if not whole or (batch["state"] == "closed" and answered != batch["lines"]):
            wrong.append(batch["batch_no"])
    confirmed, returned = (sum(s[name] for s in lines.values()) for name in ("confirmed", "returned"))
    total = sum(b["lines"] for b in batches)
    detail = (
        f"{total} lines in {len(batches)} files, {confirmed} confirmed, {returned} returned, {len(wrong)} files wrong"
    )
    return bool(batches) and not wrong, detail


async def paid_once(api: Api, _state: Path) -> Finding:
    """What is owed to a household is confirmed at most once, however often a line came back."""
    paid: Counter[str] = Counter()
    async for line in api.pages(JUDGE, "/industry/v1/payouts/lines?state=confirmed"):
        paid[line["source_key"]] += 1
    twice = [key for key, n in paid.items() if n > 1]
    return bool(paid) and not twice, f"{len(paid)} paid, {len(twice)} twice"
