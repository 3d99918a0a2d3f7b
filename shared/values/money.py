"""Money is integer fen, rates are integer parts per million; one rounding for the whole county."""


def half_up(numerator: int, denominator: int) -> int:
    """Round numerator/denominator to the nearest integer, ties away from zero, as SQL's numeric does.

    Python's `round` takes ties to even and `//` floors, so neither serves for money.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals, for people's eyes only: 60725 -> '607.25'."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"
