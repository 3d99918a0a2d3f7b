"""The year's table: what the seed article planned beside what the system says was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenario.api import Who

YEAR = 2017
JUDGE = Who("judge", "county", "140927")
Figure = tuple[int | None, int | None]  # planned, where the system itself knows it; actual


@dataclass(frozen=True, slots=True)
class Target:
    """A row. `planned` is the seed's figure, None where it gives none."""

    code: str
    title_en: str
    title_zh: str
    unit: str
    planned: int | None


TABLE = (
    Target("exit_townships", "Townships out of poverty", "整乡脱贫", "townships", 3),
    Target("exit_villages", "Villages out of poverty", "贫困村退出", "villages", 44),
    Target("exit_people", "People out of poverty", "脱贫人口", "people", 7_200),
    Target("consolidated_people", "Exited before, still out", "巩固提升人口", "people", 11_911),
    Target("social_policies", "Social policies that reach somebody", "社保兜底政策", "policies", 24),
    Target("relocated_2016", "Moved in, cohort 2016", "2016年搬迁入住", "people", 2_500),
    Target("relocated_2017", "Moved in, cohort 2017", "2017年搬迁入住", "people", 1_400),
    Target("homesteads_reclaimed", "Old homesteads reclaimed", "旧宅基地复垦", "homesteads", None),
    Target("public_posts", "Public-welfare posts", "公益性岗位", "posts", None),
    Target("village_stations", "Village PV stations", "村级光伏电站", "stations", 22),
    Target("resettlement_stations", "Resettlement-site PV stations", "安置点光伏电站", "stations", None),
    Target("ground_station_households", "Households of the 10 MW station", "集中式电站带动户", "households", 500),
    Target("guaranteed_dividends", "Guaranteed dividends", "保底分红", "yuan per household", 3_000),
    Target("loans_issued_yuan", "Discount loans issued", "扶贫小额贷款发放", "yuan", 50_000_000),
    Target("loan_discounts_yuan", "Interest discounts checked, of those claimed", "贷款贴息", "yuan", None),
    Target("risk_fund_cover", "Risk fund cover", "风险补偿金覆盖", "ppm", None),
    Target("herd_head", "Sheep", "羊饲养量", "head", 1_000_000),
    Target("herbs_mu", "Medicinal herbs", "中药材", "mu", 20_000),
    Target("millet_mu", "Film-covered millet", "渗水地膜谷子", "mu", 60_000),
    Target("oats_mu", "Naked oats", "莜麦", "mu", 150_000),
    Target("flax_mu", "Flax", "胡麻", "mu", 77_000),
    Target("forest_mu", "Farmland returned to forest", "退耕还林", "mu", 5_000),
    Target("afforestation_members", "Poor members of afforestation co-ops", "造林合作社贫困社员", "people", None),
    Target("villages_with_product", "Villages with a product", "一村一品", "villages", None),
    Target("leading_enterprises", "Leading enterprises", "龙头企业", "enterprises", 2),
    Target("online_shops", "Online shops", "网店", "shops", 50),
    Target("ecommerce_budget_yuan", "E-commerce budget", "电商投入", "yuan", 500_000),
    Target("farmhouses", "Farmhouses for guests", "农家乐", "households", 6),
    Target("tourism_budget_yuan", "Tourism budget", "旅游扶贫投入", "yuan", 500_000),
    Target("training_certificates", "Training certificates", "培训证书", "certificates", None),
    Target("households_employed", "Households with someone employed", "就业户", "households", None),
    Target("village_works", "Villages with works done", "贫困村提升工程", "villages", 44),
    Target("key_units", "Key units assessed", "重点单位考核", "units", 16),
    Target("stationed_units", "Stationed units assessed", "驻村单位考核", "units", 97),
    Target("helpers_assigned", "Households with a helper", "帮扶责任人", "households", None),
    Target("satisfaction", "Satisfaction", "群众满意度", "ppm", None),
)

# Rows without a figure, and why; no other row may lack one.
WHY_NOT = {
    "risk_fund_cover": "no room keeps the risk compensation fund yet",
}


def table(figures: Mapping[str, Figure]) -> list[dict[str, Any]]:
    """A row per code; `actual` and `met` None where there is no figure, and `why` where that has a reason."""
    return [_row(target, *figures.get(target.code, (None, None))) for target in TABLE]


def _row(target: Target, planned: int | None, actual: int | None) -> dict[str, Any]:
    planned = target.planned if target.planned is not None else planned
    return {
        "code": target.code, "title_en": target.title_en, "title_zh": target.title_zh, "unit": target.unit,
        "planned": planned, "actual": actual,
        "met": None if actual is None or planned is None else actual >= planned > 0,
        "why": WHY_NOT.get(target.code, "") if actual is None else "",
    }  # fmt: skip
