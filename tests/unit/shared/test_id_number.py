from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.id_number import (
    CHECK_DIGITS,
    birth_on,
    check_digit,
    is_valid,
    lengthened,
    masked,
    normalise,
    sex,
)

VECTOR = "11010519491231002X"


@st.composite
def numbers(draw: st.DrawFn) -> str:
    area = draw(st.integers(100000, 999999))
    birth = draw(st.dates(date(1900, 1, 1), date(2017, 12, 31)))
    first17 = f"{area}{birth:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first17 + check_digit(first17)


def test_the_standards_own_vector() -> None:
    assert check_digit(VECTOR[:17]) == "X"
    assert is_valid(VECTOR)
    assert birth_on(VECTOR) == date(1949, 12, 31)
    assert sex(VECTOR) == "female"
    assert sex("14099919800101001X") == "male"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("11010519491231002x", VECTOR),
        (" 110105 19491231 002x\u3000", VECTOR),
        (VECTOR, VECTOR),
    ],
)
def test_normalise_takes_what_people_write(written: str, stored: str) -> None:
    assert normalise(written) == stored
    assert is_valid(normalise(written))


@pytest.mark.parametrize(
    "number",
    [
        "",
        VECTOR[:17],
        VECTOR + "0",
        VECTOR.lower(),
        "X1010519491231002X",
        "110105194912310021",
        "１１０１０５１９４９１２３１００２X",
        "１1010519491231002X",
    ],
)
def test_what_is_no_number(number: str) -> None:
    assert not is_valid(number)


def test_an_old_number_is_lengthened_by_its_century_and_check_digit() -> None:
    assert lengthened("110105491231002") == VECTOR
    assert lengthened("140999700101001") == "14099919700101001" + check_digit("14099919700101001")


@pytest.mark.parametrize(
    "number", ["", "11010549123100", "1101054912310021", "11010549123100X", "１１０１０５４９１２３１００２"]
)
def test_what_is_no_old_number(number: str) -> None:
    with pytest.raises(ValueError, match="identity number"):
        lengthened(number)


@pytest.mark.parametrize("birth", ["19490231", "19491301", "00000101", "19000229"])
def test_a_birth_outside_the_calendar_fails_despite_its_check_digit(birth: str) -> None:
    first17 = f"110105{birth}002"
    assert not is_valid(first17 + check_digit(first17))


@pytest.mark.parametrize("first17", ["", "1101051949123100", "1101051949123100²", VECTOR])
def test_check_digit_wants_seventeen_digits(first17: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        check_digit(first17)


@given(numbers())
def test_the_check_digit_is_iso_7064_mod_11_2(number: str) -> None:
    total = 0
    for character in number:
        total = total * 2 + (10 if character == "X" else int(character))
    assert total % 11 == 1


@given(numbers(), st.integers(0, 17), st.sampled_from(CHECK_DIGITS))
def test_any_change_of_one_character_is_caught(number: str, place: int, put: str) -> None:
    changed = number[:place] + put + number[place + 1 :]
    assert is_valid(changed) == (changed == number)


def test_what_is_shown_beside_a_birthday_says_no_order_and_no_check_digit() -> None:
    assert masked("140999197001010017") == "1409991970********"
