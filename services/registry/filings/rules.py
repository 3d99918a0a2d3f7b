"""What departments' files are lists of, and how they write it.

Domain notes 4: a department attests its trade's facts alone and by file; 9.10: incomes are filled from their lists.
"""

from typing import Literal

# Of facts, or of incomes: a file is of one kind, which its headings tell.
Kind = Literal["facts", "incomes"]
# Sources of income, those that are none among them, so that who lists one learns why it is refused.
SOURCES = {
    "本地务工": "local_wage",
    "外出务工": "away_wage",
    "公益性岗位": "public_post",
    "种植": "crops",
    "养殖": "livestock",
    "林业": "forestry",
    "商贸": "trade",
    "土地流转": "land_rent",
    "分红": "dividend",
    "光伏收益": "power_station",
    "养老金": "pension",
    "低保金": "subsistence_allowance",
    "农业补贴": "farm_subsidy",
    "护理补贴": "care_allowance",
    "高龄津贴": "old_age_allowance",
    "孤儿基本生活费": "orphan_allowance",
    "残疾人生活补贴": "disabled_living_allowance",
    "寄宿生补助": "boarding_allowance",
    "学前资助": "preschool_aid",
    "高中助学金": "high_school_grant",
    "雨露计划": "vocational_grant",
    "大学生资助": "college_grant",
    "赡养费": "kin_support",
    "生产经营性支出": "business_cost",
    "贷款": "loan",
    "一次性救助": "one_off_relief",
    "建房补助": "house_grant",
    "报销款": "reimbursement",
    "礼金": "gift",
    "预期收入": "expected_income",
}
