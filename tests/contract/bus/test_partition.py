"""A key goes to the partition that Kafka's own partitioner would choose."""

import pytest

from shared.bus.partition import murmur2, partition_of
from shared.bus.topics import TOPICS

# From org.apache.kafka.common.utils.UtilsTest, as signed 32-bit integers.
VECTORS = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("key", "expected"), VECTORS.items())
def test_murmur2_is_javas(key: str, expected: int) -> None:
    value = murmur2(key.encode())
    assert (value - 2**32 if value >= 2**31 else value) == expected


@pytest.mark.parametrize(("key", "expected"), VECTORS.items())
def test_the_sign_bit_is_cut_before_the_modulus(key: str, expected: int) -> None:
    assert partition_of(key, 12) == (expected & 0x7FFFFFFF) % 12


def test_partitions_are_fixed_for_good() -> None:
    """A changed number would move keys to other partitions and break their order."""
    assert {t.name: t.partitions for t in TOPICS.values()}.items() >= {
        "registry.household": 12, "registry.village": 3, "finance.loan": 12, "county.exits": 3,
    }.items()  # fmt: skip
