"""Who may share in a station's revenue, and how much of it there is."""

from dataclasses import replace

import pytest

from services.industry.plans.rules import (
    BENEFICIARY,
    BeneficiaryFacts,
    BeneficiaryPolicy,
    plan_reaches,
    pv_beneficiary,
    upkeep_fen,
)

POLICY = BeneficiaryPolicy(("poor", "exited", "returned"))
WEAK = BeneficiaryFacts(
    kind="village", reason="share", status="poor", in_place=True, has_labour=False, relocated=False,
    deep_poverty=False, shares_elsewhere=False, frozen=False,
)  # fmt: skip
SITE = replace(WEAK, kind="resettlement", relocated=True, deep_poverty=True)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (WEAK, []),
        (replace(WEAK, status="exited"), []),
        (replace(WEAK, status="returned"), []),
        (replace(WEAK, status="removed"), ["status"]),
        (replace(WEAK, status="normal"), ["status"]),
        (replace(WEAK, in_place=False), ["place"]),
        (replace(WEAK, has_labour=True), ["share_without_labour"]),
        (replace(WEAK, has_labour=True, reason="work"), []),
        (replace(WEAK, has_labour=True, reason="reward"), []),
        (replace(WEAK, shares_elsewhere=True), ["one_tier"]),
        (replace(WEAK, frozen=True), ["not_frozen"]),
        (replace(WEAK, kind="ground"), []),
        (SITE, []),
        (replace(SITE, relocated=False), ["relocated"]),
        (replace(SITE, deep_poverty=False), ["deep_poverty"]),
        (replace(SITE, has_labour=True, reason="work"), ["no_labour"]),
    ],
)
def test_who_may_share(facts: BeneficiaryFacts, missing: list[str]) -> None:
    verdict = pv_beneficiary(facts, POLICY)
    assert (verdict.missing, verdict.outcome) == (missing, "refused" if missing else "accepted")
    assert BENEFICIARY.replay(BENEFICIARY.inputs(facts, POLICY)) == verdict


def test_upkeep_is_counted_by_quarters() -> None:
    """3,000 yuan a year for 100 kW (S42)."""
    assert [upkeep_fen(100_000, quarters, 3) for quarters in (0, 1, 4, 5)] == [0, 75_000, 300_000, 375_000]
    assert upkeep_fen(2, 1, 3) == 2


@pytest.mark.parametrize(
    ("kind", "station", "household", "reached"),
    [
        ("village", "140927200201", "140927200201", True),
        ("village", "140927200201", "140927200202", False),
        ("resettlement", "140927200201", "140927200202", True),
        ("resettlement", "140927200201", "140927201201", False),
        ("ground", "140927200", "140927200202", True),
        ("ground", "140927200", "140927201201", False),
    ],
)
def test_where_a_plan_reaches(kind: str, station: str, household: str, reached: bool) -> None:
    assert plan_reaches(kind, station, household) is reached
