"""When a household of a roster file cannot be taken, and what the words of the file mean.

The format stands in the domain notes, 2.1 "Roster file". The household is the unit: one broken member rejects all
its rows, because a dropped member would falsify its per-capita income. Findings never carry what a cell holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from services.registry.entries.rules import Ground, RosterHousehold, RosterMember, division_of, school_dropout
from services.registry.proposals.rules import of_whole
from shared.values import id_number

State = Literal["received", "running", "read", "confirmed", "done", "rejected", "failed"]
SHEET = "贫困人口信息"
MOST_PEOPLE = 50_000
MOST_FINDINGS = 20_000
FIRST_REGISTRATION_ON = date(2013, 1, 1)  # the register was founded in 2014 on lists of 2013 [known]
COHORTS = (2016, 2017)

YES_NO = {"是": "yes", "否": "no"}
SEXES = {"男": "male", "女": "female"}
STATUSES = {"未脱贫": "poor", "已脱贫": "exited", "返贫": "returned"}
ATTRIBUTES = {"一般贫困户": "general", "低保户": "dibao", "五保户": "wubao", "低保贫困户": "dibao_poor"}
RELATIONS = {
    "户主": "head", "配偶": "spouse", "之子": "son", "之女": "daughter", "之父": "father", "之母": "mother",
    "之孙子": "grandson", "之孙女": "granddaughter", "之儿媳": "daughter_in_law", "之女婿": "son_in_law",
    "其他": "other",
}  # fmt: skip
CAUSES = {
    "因病": "illness", "因残": "disability", "因学": "schooling", "因灾": "disaster", "因婚": "marriage",
    "缺土地": "land", "缺水": "water", "缺技术": "technique", "缺资金": "funds", "缺劳力": "labour",
    "交通条件落后": "transport", "自身发展动力不足": "motivation", "其他": "other",
}  # fmt: skip
EDUCATIONS = {
    "学龄前": "preschool", "文盲半文盲": "illiterate", "文盲或半文盲": "illiterate", "小学": "primary",
    "初中": "middle", "高中": "high", "大专+": "college", "大专及以上": "college",
}  # fmt: skip
SCHOOL_STATUSES = {
    "非在校生": "none", "学前教育": "preschool", "小学": "primary", "初中": "middle", "高中": "high",
    "中职": "vocational", "大专+": "college", "大专及以上": "college",
}  # fmt: skip
HEALTHS = {"健康": "healthy", "长期慢性病": "chronic", "患有大病": "major", "残疾": "disabled"}
LABOURS = {
    "普通劳动力": "ordinary", "技能劳动力": "skilled", "弱劳动力或半劳动力": "weak", "丧失劳动力": "lost",
    "无劳动力": "none",
}  # fmt: skip
WORK_PLACES = {"乡镇内": "township", "县内": "county", "省内": "province", "省外": "outside"}
HOUSE_GRADES = {g: g for g in "ABCD"} | {g: g.upper() for g in "abcd"} | {f"{g}级": g for g in "ABCD"}

VILLAGE, NUMBER, RELATION, SEX = (
    ("行政村", "place"),
    ("证件号码", "id_number"),
    ("与户主关系", "word"),
    ("性别", "word"),
)
REGISTERED, EXITED, COHORT = ("识别时间", "date"), ("脱贫年度", "year"), ("搬迁批次", "year")
CAUSE, HOUSEHOLD_NO = ("其他致贫原因", "word"), ("户编号", "text")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the file. `row` counts as the spreadsheet does; `rejects`: its household is not taken."""

    row: int
    household_no: str
    column: str
    kind: str
    reason: str
    rejects: bool = True

    @property
    def code(self) -> str:
        """The whole code; `reason` may be one of another room."""
        return self.reason if "." in self.reason else f"registry.roster.{self.reason}"


Place = tuple[str, str]


def contradictions(household: RosterHousehold, ground: Ground) -> list[Finding]:
    """Cells that can each be read and yet cannot all be true."""
    row = household.row
    found = [(row, place, reason) for place, reason in _contradictions_of_household(household, ground)]
    if sum(m.values.get("relation") == "head" for m in household.members) != 1:
        found.append((row, RELATION, "not_one_head"))
    for member in household.members:
        if member.identity and member.values.get("sex") not in (None, id_number.sex(member.identity)):
            found.append((member.row, SEX, "sex_differs_from_number"))
        if member.identity and member.born_on > ground.business_date:
            found.append((member.row, NUMBER, "born_in_future"))
    return [Finding(r, household.household_no, *place, reason) for r, place, reason in found]


def _contradictions_of_household(household: RosterHousehold, ground: Ground) -> list[tuple[Place, str]]:
    found, values, on = list[tuple[Place, str]](), household.values, ground.business_date
    registered_on, exited_year = values["registered_on"], values["exited_year"]
    if values["township"] and values["village"] and division_of(household, ground) is None:
        found.append((VILLAGE, "unknown_village"))
    if registered_on and not FIRST_REGISTRATION_ON <= registered_on <= on:
        found.append((REGISTERED, "date_out_of_range"))
    elif registered_on and exited_year is not None and not registered_on.year <= exited_year <= on.year:
        found.append((EXITED, "date_out_of_range"))
    if values["status"] == "exited" and exited_year is None:
        found.append((EXITED, "missing"))
    if values["status"] == "poor" and exited_year is not None:
        found.append((EXITED, "not_exited"))
    if values["main_cause"] and values["main_cause"] in (values["other_causes"] or ()):
        found.append((CAUSE, "cause_twice"))
    if values["relocation_cohort"] and values["relocated"] is False:
        found.append((COHORT, "not_relocated"))
    return found


def persons_twice(households: Sequence[RosterHousehold]) -> list[Finding]:
    """A person who stands in the file twice: nobody here knows which is right, so neither household is taken."""
    rows: dict[str, list[tuple[int, str]]] = {}
    for household in households:
        for member in household.members:
            if member.identity:
                rows.setdefault(member.identity, []).append((member.row, household.household_no))
    twice = [place for found in rows.values() if len(found) > 1 for place in found]
    return [Finding(row, number, *NUMBER, "person_twice") for row, number in twice]


class Known(NamedTuple):
    """What the register has of a person. `settled`: he belongs to a household; `died`: his death was confirmed."""

    settled: bool
    died: bool


UNDER_REVIEW = "person_under_review"
ATTESTED = "registry.households.attested"


def already_known(
    households: Sequence[RosterHousehold],
    inside: Collection[str],
    outside: Collection[str],
    people: Mapping[str, Known],
) -> list[Finding]:
    """Why a file cannot take households, by what the register has: `inside` the submitter's area, and `outside` it or
    struck, by number; people by ID number. Nobody is told to which household somebody belongs.
    """
    found = []
    for household in households:
        number = household.household_no
        if number in outside:
            found.append(Finding(household.row, number, *HOUSEHOLD_NO, "already_registered"))
        elif number not in inside:
            for member in household.members:
                if known := people.get(member.identity):
                    reason = "person_has_died" if known.died else UNDER_REVIEW if known.settled else ""
                    found += [Finding(member.row, number, *NUMBER, reason)] if reason else []
    return found


def claiming(households: Sequence[RosterHousehold], findings: Sequence[Finding]) -> list[RosterHousehold]:
    """Those that a file could take, did another household not hold one of their people."""
    against: dict[str, set[str]] = {}
    for finding in findings:
        if finding.rejects:
            against.setdefault(finding.household_no, set()).add(finding.reason)
    return [h for h in households if against.get(h.household_no) == {UNDER_REVIEW}]


# By what somebody is known stays as it is, whatever a file says: that has doors of its own.
OF_IDENTITY = {"姓名": "name", "民族": "ethnicity"}


def unlike(member: RosterMember, number: str, stands: Any) -> list[Finding]:
    """Where a file calls somebody otherwise than the register."""
    return [
        Finding(member.row, number, heading, "word", "called_otherwise", rejects=False)
        for heading, name in OF_IDENTITY.items()
        if member.values[name] != getattr(stands, name)
    ]


def said_of_whole(household: RosterHousehold, ground: Ground) -> dict[str, Any]:
    """What a file says of a household, and what its rows say of it together."""
    insured = all(m.values["medical_insured"] for m in household.members)
    together = of_whole(dropped_out=school_dropout(household, ground), insured=insured)
    return household.values | {"other_causes": {"codes": list(household.values["other_causes"])}} | together


def kept_from(registered_on: date, listed_on: date, newest_on: date | None) -> str | None:
    """Why a file says nothing of a household that the register has; None where it may."""
    if newest_on is not None and newest_on > listed_on:
        return "newer_file_stands"
    return "registry.households.before_registration" if listed_on < registered_on else None


def accepted(households: Sequence[RosterHousehold], findings: Sequence[Finding]) -> list[RosterHousehold]:
    """Those that nothing speaks against."""
    rejected = {f.household_no for f in findings if f.rejects}
    return [h for h in households if h.household_no not in rejected]


def report(findings: Sequence[Finding]) -> list[Finding]:
    """In the order of the rows, cut where nobody reads on."""
    found = sorted(findings, key=lambda f: f.row)
    if len(found) > MOST_FINDINGS:
        return [*found[:MOST_FINDINGS], Finding(0, "", "", "sheet", "more_findings", rejects=False)]
    return found
