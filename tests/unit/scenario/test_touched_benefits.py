"""What the county says of benefits that something undone touches, played against a door that only listens."""

from collections.abc import AsyncIterator
from typing import Any, cast

from scenario.actors import touched
from scenario.api import Api, Who

CASES = [{"id": "struck", "cause": "removed"}, {"id": "back", "cause": "reinstated"}]
BENEFITS = [{"id": f"b-{kind}", "kind": kind} for kind in ("helper", "loan", "payout", "post", "reward", "training")]


class Listener:
    """Lists the same cases in whichever state is asked for, each with the same benefits, and keeps what was said."""

    def __init__(self, cases: list[dict[str, Any]]) -> None:
        self.cases = cases
        self.asked: list[str] = []
        self.said: list[tuple[Who, str, list[dict[str, Any]]]] = []

    async def pages(self, _who: Who, path: str) -> AsyncIterator[dict[str, Any]]:
        self.asked.append(path)
        for case in self.cases:
            yield case

    async def get(self, _who: Who, path: str) -> Any:
        return {"case": {"id": path.rpartition("/")[2]}, "items": BENEFITS}

    async def batches(self, who: Who, path: str, items: list[dict[str, Any]]) -> None:
        self.said.append((who, path, items))


async def test_every_benefit_has_its_word_and_another_person_agrees() -> None:
    listener = Listener(CASES)
    await touched.say(cast("Api", listener))
    await touched.confirm(cast("Api", listener))
    (maker, words, said), (checker, confirmations, agreed) = listener.said
    assert listener.asked == [f"{touched.TOUCHED}?state=open", f"{touched.TOUCHED}?state=said"]
    assert (words, confirmations) == (f"{touched.TOUCHED}/words", f"{touched.TOUCHED}/confirmations")
    assert (maker.role, checker.role, maker == checker) == ("county", "county", False)
    outcomes = {item["id"]: {b["id"]: b["outcome"] for b in item["benefits"]} for item in said}
    assert outcomes["struck"] == {
        "b-helper": "stops", "b-loan": "goes_on", "b-payout": "recovered", "b-post": "stops", "b-reward": "recovered",
        "b-training": "goes_on",
    }  # fmt: skip
    assert set(outcomes["back"].values()) == {"goes_on"}
    assert all(benefit["reason"] for item in said for benefit in item["benefits"])
    assert agreed == [{"id": "struck", "confirmed": True}, {"id": "back", "confirmed": True}]


async def test_where_nothing_waits_nothing_is_said() -> None:
    listener = Listener([])
    await touched.say(cast("Api", listener))
    await touched.confirm(cast("Api", listener))
    assert listener.said == []
