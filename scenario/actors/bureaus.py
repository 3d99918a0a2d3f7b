"""Bureaus of the county that answer for their trade: each a department, known by its unit."""

from scenario.api import Who

FINANCE, HUMAN_RESOURCES, FORESTRY = (
    Who(f"bureau-{unit}", "department", "140927", unit=unit) for unit in ("finance", "human_resources", "forestry")
)
