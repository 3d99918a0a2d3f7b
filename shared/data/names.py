"""What a parameter's name says of its type: the house's own naming rule, read by the machine.

A name that is not here says nothing, and fails at import; the few odd ones are told where they stand.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_INSTANT = DateTime(timezone=True)
_WORDS: dict[Any, str] = {
    Uuid: "id after",
    Text: """
        action area bank by code consumer course division entity_code inputs_hash key kind level name owner parent payer
        pinyin policy_version prefix procedure reason result_hash role route secret seed serial sha256 state status step
        subject tier topic type unit url value waits_for body_hash
    """,
    Integer: "cohort count draw_no largest limit members partition people seconds units year",
    BigInteger: "at epoch expected from_position lock next_offset position sequence",
    Date: "before business_date day on since until",
    Boolean: "confirmed differing met open overdue released upheld shared",
    JSONB: "answer common detail headers inputs problem result",
    LargeBinary: "file_sealed read_sealed secret_sealed",
    _INSTANT: "now lease_until",
    ARRAY(Uuid): "ids households exits decisions applications buildings cadres plots scores",
    ARRAY(Text): """
        banks categories codes contents divisions errors items keys kinds numbers outcomes pairs payers purposes reasons
        references serials sources states statuses subjects topics types
    """,
    ARRAY(Date): "dates days",
    ARRAY(Integer): "counts flats partitions ranks years",
    ARRAY(BigInteger): "amounts epochs positions quantities sequences sums",
    ARRAY(JSONB): "details whys",
    ARRAY(LargeBinary): "digests",
}
_NAMED = {name: kind for kind, names in _WORDS.items() for name in names.split()}
_ENDINGS: tuple[tuple[str, Any], ...] = (
    ("_ids", ARRAY(Uuid)), ("_id", Uuid), ("_on", Date), ("_by", Text), ("_at", _INSTANT), ("_fen", BigInteger),
    ("_ppm", BigInteger), ("_x100", Integer), ("_year", Integer), ("_days", Integer), ("_no", Text), ("_code", Text),
    ("_hash", Text), ("_subject", Text),
)  # fmt: skip


def type_named(name: str) -> Any:
    """The SQL type of a parameter.

    Raises:
        LookupError: the name says none.
    """
    if name in _NAMED:
        return _NAMED[name]
    for ending, kind in _ENDINGS:
        if name.endswith(ending):
            return kind
    raise LookupError(f"the name of :{name} says no type: tell it, or name it by the house's rule")
