"""The judge's own sums: rates, rank statistics, the truth read his way, and a draw taken again."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario.judge import draws, targets
from scenario.judge.quality import rate, share_of_yuan
from scenario.judge.rank import auc, standard_error
from scenario.judge.truth import Truth, over_reported, read, truly_out_of_poverty


def test_a_share_of_yuan_has_the_interval_of_a_ratio() -> None:
    """By hand: 300 of 1,000 fen; residuals 70, -30, 29.9, -69.9 have squares of 11,580; by n / (n - 1) 15,440."""
    found = share_of_yuan("some", [(100, 100), (0, 100), (200, 567), (0, 233)])
    assert found["value"] == 0.3
    assert found["high"] - found["value"] == pytest.approx(1.96 * 15_440.03**0.5 / 1_000, abs=1e-6)
    assert share_of_yuan("some", [(5, 5)]) == {"code": "some", "value": 1.0, "low": 1.0, "high": 1.0}
    assert share_of_yuan("some", [])["value"] is None


points = st.lists(st.integers(0, 100), min_size=1, max_size=12)


def test_a_rate_has_wilsons_interval() -> None:
    """Wilson's own figures for 10 of 100: 0.0552 to 0.1744."""
    found = rate("some", 10, 100)
    assert (found["value"], round(found["low"], 4), round(found["high"], 4)) == (0.1, 0.0552, 0.1744)
    assert rate("some", 0, 0)["value"] is None


@given(points, points)
def test_auc_is_the_share_of_pairs_won_ties_counting_half(higher: list[int], lower: list[int]) -> None:
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in higher for b in lower]
    found = auc("some", higher, lower)
    assert found["value"] == pytest.approx(sum(pairs) / len(pairs), abs=1e-6)
    assert found["low"] <= found["value"] <= found["high"]
    assert auc("some", lower, higher)["value"] == pytest.approx(1 - found["value"], abs=2e-6)


def test_aucs_interval_is_hanleys_and_mcneils() -> None:
    """By hand: Q1 = 0.893 / 1.107 = 0.80668, Q2 = 2 x 0.79745 / 1.893 = 0.84252, variance 0.0010572."""
    assert standard_error(0.893, 51, 58) ** 2 == pytest.approx(0.0010572, abs=5e-7)
    found = auc("some", [3] * 40 + [1] * 11, [2] * 29 + [0] * 29)
    assert found["high"] - found["value"] == pytest.approx(1.96 * standard_error(found["value"], 51, 58), abs=2e-6)
    assert auc("some", [1] * 3, [0] * 4) == {"code": "some", "value": 1.0, "low": 1.0, "high": 1.0}
    assert auc("some", [], [0])["value"] is None


HOUSEHOLD: dict[str, Any] = {
    "members": 2, "food_secure": True, "clothing_secure": True, "school_dropout": False, "medical_insured": True,
    "house": {"grade_2017": "B", "safe_water": True}, "unfinished_major_illness": False, "only_subsidies": False,
    "incomes": {"2017": {
        "wage_fen": 667_001, "business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0,
    }},
}  # fmt: skip


def truth_of(**changes: Any) -> Truth:
    return Truth(households={"1": HOUSEHOLD | changes}, moves={"1": "2017-06-10"}, left={"1": ["2017-05-05"]})


@pytest.mark.parametrize(
    ("changes", "on", "moved", "out"),
    [
        ({}, "2017-11-01", False, True),
        ({"food_secure": False}, "2017-11-01", False, False),
        ({"house": {"grade_2017": "D", "safe_water": False}}, "2017-11-01", False, False),
        ({"house": {"grade_2017": "D", "safe_water": False}}, "2017-11-01", True, True),
        ({"house": {"grade_2017": "D", "safe_water": True}}, "2017-06-09", True, False),
        ({"members": 3}, "2017-11-01", False, True),
        ({"members": 3}, "2017-05-04", False, False),
    ],
)
def test_truth_knows_moves_and_deaths(changes: dict[str, Any], on: str, moved: bool, out: bool) -> None:
    assert truly_out_of_poverty(truth_of(**changes), "1", on, moved=moved) is out


def test_the_line_itself_is_not_over_it() -> None:
    exact = {"2017": HOUSEHOLD["incomes"]["2017"] | {"wage_fen": 667_000}}
    truth = Truth(households={"1": HOUSEHOLD | {"incomes": exact}})
    assert not truly_out_of_poverty(truth, "1", "2017-11-01")


def test_the_truth_file_is_read_by_kinds(tmp_path: Path) -> None:
    records = [
        {"kind": "world", "unregistered_households": 7},
        {"kind": "move", "no": "1", "moves_in_on": "2017-06-10"},
        {"kind": "move", "no": "2", "moves_in_on": None},
        {"kind": "death", "no": "1", "died_on": "2017-05-05", "member": 1},
        {"kind": "marriage", "no": "1", "on": "2017-06-06", "joins": False, "member": 2},
        {"kind": "marriage", "no": "2", "on": "2017-03-06", "joins": True},
        {"kind": "setback", "no": "3", "cause": "illness", "on": "2017-04-04"},
        {"kind": "helper", "subject": "h1", "behaviour": "absent"},
        {"kind": "station", "name_zh": "甲", "broken_from": None},
        {"kind": "unit", "code": "u1"},
    ]
    path = tmp_path / "truth.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in records).encode()))
    truth = read(path)
    assert (truth.rural_outside, truth.moves, truth.helpers) == (7, {"1": "2017-06-10"}, {"h1": "absent"})
    assert truth.left == {"1": ["2017-05-05", "2017-06-06"]}
    assert truth.joined == {"2": ["2017-03-06"]}
    assert [m.joins for m in truth.marriages] == [False, True]
    assert (truth.gone, truth.brides, truth.setbacks) == ({"1": {1, 2}}, {"2": 1}, {"3"})
    assert len(truth.stations) == 1


def test_only_what_is_done_and_a_tenth_too_much_is_a_lie() -> None:
    def area(division: str, reported: int, done_on: str | None = "2017-07-01") -> dict[str, Any]:
        return {"crop": "oats", "division": division, "true_x100": 1000, "reported_x100": reported, "done_on": done_on}

    lies = over_reported([area("a", 1100), area("b", 1101), area("c", 2000, None), area("d", 900)])
    assert set(lies) == {("oats", "b")}


def test_rows_without_a_figure_say_why() -> None:
    rows = {row["code"]: row for row in targets.table({"exit_people": (None, 7_200), "herbs_mu": (20_000, 19_000)})}
    assert len(rows) == 36
    assert (rows["exit_people"]["met"], rows["herbs_mu"]["met"]) == (True, False)
    assert rows["risk_fund_cover"]["why"]
    assert rows["exit_people"]["why"] == ""
    assert len(targets.WHY_NOT) <= 6
    assert set(targets.WHY_NOT) <= {row["code"] for row in rows.values()}


def drawn(seed: str = "s") -> tuple[dict[str, Any], dict[str, Any]]:
    """Three lots and three flats of one class, drawn by the published rule."""
    lots = [{"lot": f"L{i}", "members": 2} for i in range(3)]
    flat = {"site_id": "S", "block": "1", "area_m2_x100": 5000, "kind": "K01", "paired": False}
    units = [flat | {"unit_id": f"U{i}", "no": f"{3 - i}01"} for i in range(3)]
    name = "S/1/K01"
    order = sorted(range(3), key=lambda i: hashlib.sha256(f"{seed}|0|{name}|L{i}".encode()).hexdigest())
    rows = [{"lot": f"L{i}", "unit_id": u, "class": name} for i, u in zip(order, ("U2", "U1", "U0"), strict=True)]
    inputs = {"draw_no": 0, "cap_m2_x100_per_person": 2500, "lots": lots, "units": units}
    return inputs, {"seed": seed, "allocations": rows, "unhoused": []}


def test_a_draw_can_be_taken_again() -> None:
    assert draws.unlike(*drawn()) == ""


def test_a_draw_that_was_tampered_with_is_seen() -> None:
    inputs, result = drawn()
    first, second = result["allocations"][:2]
    swapped = [first | {"unit_id": second["unit_id"]}, second | {"unit_id": first["unit_id"]}]
    assert draws.unlike(inputs, result | {"allocations": [*swapped, result["allocations"][2]]}) != ""
    assert draws.unlike(inputs, result | {"allocations": result["allocations"][:2]}) == "not the lots of the list"
    assert draws.unlike(inputs, result | {"seed": "other"}) == "not in the order of the hashes"
    small = inputs | {"lots": [lot | {"members": 1} for lot in inputs["lots"]]}
    assert draws.unlike(small, result) == "over the cap"
