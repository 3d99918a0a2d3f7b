"""Which number a household gets."""

from services.registry.numbers.rules import next_numbers


def test_a_villages_numbers_go_on_after_the_last() -> None:
    assert next_numbers(["1", "2", "1"], {"1": "10041"}) == ["10042", "20001", "10043"]
