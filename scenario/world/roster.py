"""The roster that closes 2016, as the national list export has it: domain notes 2.1, one row per person.

The clean form holds what the register means; the first hand-in has the dirt of domain notes 5: 1 % of people
with another person's number, 0.5 % with a wrong check digit (both reject the household), spaces inside names
and a lower-case x (both harmless).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from scenario.world.build import build_world
from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.households import Household
from scenario.world.observation import roster_view
from scenario.world.people import Member
from shared.spreadsheet.writing import Cell, write_sheet
from shared.values.id_number import CHECK_DIGITS

SHEET = "贫困人口信息"
HEADINGS = (
    "户编号", "乡镇", "行政村", "自然村", "姓名", "性别",
    "证件号码", "与户主关系", "民族", "文化程度", "在校生状况", "健康状况",
    "劳动技能", "务工区域", "务工时间(月)", "参加医疗保险", "参加养老保险", "脱贫属性",
    "贫困户属性", "主要致贫原因", "其他致贫原因", "识别时间", "脱贫年度", "深度贫困",
    "住房面积", "住房鉴定等级", "饮水安全", "通生活用电", "工资性收入", "生产经营性收入",
    "财产性收入", "转移性收入", "生产经营性支出", "是否搬迁户", "联系电话", "银行卡号",
)  # fmt: skip
DUPLICATE_NUMBER, BAD_CHECK_DIGIT = 0.01, 0.005  # of people
SPACED_NAME, LOWER_X = 0.04, 0.40  # of people; of the numbers that end in X
DATE_CELL_EVERY = 3  # of this many households one has an Excel date where the others have text

SEX = {"male": "男", "female": "女"}
RELATION = {
    "head": "户主", "spouse": "配偶", "son": "之子", "daughter": "之女", "father": "之父", "mother": "之母",
    "grandson": "之孙子", "granddaughter": "之孙女", "daughter_in_law": "之儿媳", "son_in_law": "之女婿",
    "other": "其他",
}  # fmt: skip
EDUCATION = {
    "preschool": "学龄前", "illiterate": "文盲半文盲", "primary": "小学", "middle": "初中", "high": "高中",
    "college": "大专+",
}  # fmt: skip
IN_SCHOOL = {
    "none": "非在校生", "preschool": "学前教育", "primary": "小学", "middle": "初中", "high": "高中",
    "college": "大专+",
}  # fmt: skip
HEALTH = {"healthy": "健康", "chronic": "长期慢性病", "major": "患有大病", "disabled": "残疾"}
LABOUR = {"ordinary": "普通劳动力", "skilled": "技能劳动力", "lost": "丧失劳动力", "none": "无劳动力"}
WORK_AREA = {"none": "", "township": "乡镇内", "county": "县内", "province": "省内", "outside": "省外"}
STATUS = {"exited": "已脱贫", "planned": "未脱贫", "rest": "未脱贫"}
ATTRIBUTE = {
    "general": "一般贫困户", "allowance": "低保户", "supported": "五保户", "allowance_poor": "低保贫困户",
}  # fmt: skip
CAUSE = {
    "illness": "因病", "disability": "因残", "schooling": "因学", "disaster": "因灾", "marriage": "因婚",
    "land": "缺土地", "water": "缺水", "technique": "缺技术", "funds": "缺资金", "labour": "缺劳力",
    "transport": "交通条件落后", "motivation": "自身发展动力不足", "other": "其他",
}  # fmt: skip
YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True, slots=True)
class Dirt:
    """Identity numbers as wrongly handed in, by (household number, member's index), and who is rejected."""

    numbers: dict[tuple[str, int], str]
    rejected: frozenset[str]


def draw_dirt(world: World) -> Dirt:
    """The errors of the first hand-in; a household whose number another one carries is rejected with it."""
    rng = stream(world.seed, "dirt")
    people = [(h, i) for h in world.households for i in range(len(h.members))]
    copies, broken = (round(len(people) * share) for share in (DUPLICATE_NUMBER, BAD_CHECK_DIGIT))
    drawn = rng.sample(people, min(2 * copies + broken, len(people)))
    numbers: dict[tuple[str, int], str] = {}
    rejected = set()
    for (home, i), (owner, j) in zip(drawn[:copies], drawn[copies : 2 * copies], strict=True):
        if home.no != owner.no:
            numbers[home.no, i] = owner.members[j].id_number
            rejected |= {home.no, owner.no}
    for home, i in drawn[2 * copies :]:
        right = home.members[i].id_number
        numbers[home.no, i] = right[:-1] + rng.choice(CHECK_DIGITS.replace(right[-1], ""))
        rejected.add(home.no)
    return Dirt(numbers, frozenset(rejected))


def dirty_numbers(world: World) -> frozenset[str]:
    """Household numbers that a right import rejects from the first hand-in."""
    return draw_dirt(world).rejected


def roster_rows(
    world: World, *, dirty: bool = False, only: Collection[str] | None = None
) -> Iterator[tuple[Cell, ...]]:
    """Rows in the order of `HEADINGS`; money in yuan, area in m2; `only`: these households."""
    dirt = draw_dirt(world) if dirty else Dirt({}, frozenset())
    townships = {t.code: t.name for t in world.townships}
    villages = {v.code: (townships[v.township_code], v.name) for v in world.villages}
    for serial, home in enumerate(world.households):
        if only is not None and home.no not in only:
            continue
        rng = stream(world.seed, "writing", home.no)
        first = (home.no, *villages[home.village_code], home.hamlet)
        last = _household_cells(world, home, date_cell=serial % DATE_CELL_EVERY == 0)
        for i, member in enumerate(home.members):
            number, name = dirt.numbers.get((home.no, i), member.id_number), member.name
            if dirty and number.endswith("X") and rng.random() < LOWER_X:
                number = number.lower()
            if dirty and rng.random() < SPACED_NAME:
                name = name[0] + rng.choice((" ", "  ", "\u3000")) + name[1:] + rng.choice(("", " "))
            yield (*first, name, *_member_cells(member, number), *last)


def _member_cells(m: Member, number: str) -> tuple[Cell, ...]:
    return (
        SEX[m.sex],
        number,
        RELATION[m.relation],
        m.ethnicity,
        EDUCATION[m.education],
        IN_SCHOOL[m.in_school],
        HEALTH[m.health],
        LABOUR[m.labour],
        WORK_AREA[m.work_area],
        m.work_months,
        YES_NO[m.medical_insured],
        YES_NO[m.pension_insured],
    )


def _household_cells(world: World, home: Household, *, date_cell: bool) -> tuple[Cell, ...]:
    view = roster_view(world, home.no)
    lines = view.income
    return (
        STATUS[home.group],
        ATTRIBUTE[home.attribute],
        CAUSE[home.main_cause],
        ",".join(CAUSE[c] for c in home.other_causes),
        home.identified_on if date_cell else f"{home.identified_on:%Y-%m}",
        home.exit_year,
        YES_NO[home.deep_poverty],
        view.house_area_m2_x100 / 100,
        view.house_grade,
        YES_NO[view.safe_water],
        YES_NO[view.electricity],
        lines.wage_fen / 100,
        lines.business_fen / 100,
        lines.property_fen / 100,
        lines.transfer_fen / 100,
        lines.business_cost_fen / 100,
        YES_NO[home.relocation is not None],
        home.phone,
        home.bank_account,
    )


def write_roster(world: World, path: Path, *, dirty: bool = False) -> int:
    """The roster of all registered households; `dirty`: as first handed in. Returns its rows of people."""
    return write_sheet(path, SHEET, HEADINGS, roster_rows(world, dirty=dirty))


def write_corrections(world: World, path: Path) -> int:
    """A clean roster of only those households that the dirty one gets rejected. Returns its rows."""
    return write_sheet(path, SHEET, HEADINGS, roster_rows(world, only=dirty_numbers(world)))


def write_sample(path: Path, households: int, seed: int) -> int:
    """A clean roster of a small world. Returns its rows of people."""
    return write_roster(build_world(seed, households), path)
