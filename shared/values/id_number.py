"""Citizen identity numbers by GB 11643: six digits of area, eight of birth, three of order, one check.

A number names the place of first registration, so the area is never compared with where somebody lives.
"""

import re
from datetime import date
from typing import Literal

from shared.values.characters import half_width

LENGTH = 18
OLD_LENGTH = 15  # until 1999: two digits of the year of birth, and no check
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"  # indexed by the weighted sum modulo 11
DIGITS = frozenset("0123456789")  # str.isdigit also takes superscripts and other scripts

# Kind and degree of a disability, behind the ID number in a certificate [known].
_CERTIFICATE_TAIL = re.compile(r"[1-7][1-4]")

Sex = Literal["male", "female"]


def normalise(number: str) -> str:
    """The number as it is stored: no white space of any kind, nothing full-width, X in upper case."""
    return half_width("".join(number.split())).upper()


def check_digit(first17: str) -> str:
    """The 18th character for the first 17 digits.

    Raises:
        ValueError: not exactly 17 ASCII digits.
    """
    if len(first17) != LENGTH - 1 or not DIGITS.issuperset(first17):
        raise ValueError("an identity number begins with 17 digits")
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def lengthened(number: str) -> str:
    """The 18 characters of a number of 15 digits: whoever was given one was born in the twentieth century (GB 11643).

    Raises:
        ValueError: not exactly 15 ASCII digits.
    """
    if len(number) != OLD_LENGTH:
        raise ValueError("an old identity number has 15 digits")
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_digit(first17)


def birth_on(number: str) -> date:
    """The date of birth that a number of 18 characters states.

    Raises:
        ValueError: the digits name no date of the calendar.
    """
    text = number[6:14]
    if len(text) != 8 or not DIGITS.issuperset(text):
        raise ValueError("an identity number states its birth in eight digits")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def sex(number: str) -> Sex:
    """The sex that the order number's last digit states: odd for men."""
    return "male" if int(number[16]) % 2 else "female"


def masked(number: str) -> str:
    """As it is shown: area and year of birth. Beside a birthday, order and check digits would say the rest."""
    return number[:10] + "*" * (len(number) - 10)


def is_valid(number: str) -> bool:
    """Whether a normalised number has 18 characters, a real date of birth and the right check digit.

    Every change of a single character is caught: the weights and 11 have no common divisor.
    """
    if len(number) != LENGTH or not DIGITS.issuperset(number[:-1]):
        return False
    try:
        birth_on(number)
    except ValueError:
        return False
    return number[-1] == check_digit(number[:-1])


def is_certificate_tail(text: str) -> bool:
    """Whether this is what a disability certificate has behind the ID number."""
    return bool(_CERTIFICATE_TAIL.fullmatch(text))


def is_number_or_certificate(number: str) -> bool:
    """Whether a normalised number is an ID number, or a disability certificate, which begins with one."""
    tail = number[LENGTH:]
    return is_valid(number[:LENGTH]) and (not tail or is_certificate_tail(tail))
