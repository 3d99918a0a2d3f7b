"""Every topic, its one writer, and its partitions, which never change: keys would move between them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """`retention_days` None keeps facts for good: a new reader begins at the first, and they are few (65,000 a year).

    A limit must not be below the time from which backups can be restored (mechanics 4).
    """

    name: str
    writer: str
    partitions: int
    retention_days: int | None = None


TOPICS = {
    t.name: t
    for t in (
        Topic("registry.household", "registry", 12),
        Topic("registry.village", "registry", 3),
        Topic("finance.loan", "finance", 12),
        Topic("finance.household", "finance", 12),
        Topic("relocation.household", "relocation", 12),
        Topic("industry.household", "industry", 12),
        Topic("industry.village", "industry", 3),
        Topic("industry.station", "industry", 3),
        Topic("assessment.household", "assessment", 12),
        Topic("assessment.subject", "assessment", 3),
        Topic("assessment.case", "assessment", 3),
        *(Topic(f"{name}.policy", name, 1) for name in ("registry", "finance", "relocation", "industry", "assessment")),
        Topic("county.exits", "gateway", 3),
        Topic("gateway.subject", "gateway", 1),
    )
}
PUBLIC = "county.exits"
WRITERS = sorted({t.writer for t in TOPICS.values()})
