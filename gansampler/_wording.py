"""Numbers in sentences for people."""

from __future__ import annotations


def counted(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> from gansampler._wording import counted
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent(share: float) -> str:
    """A share in per cent, never rounded to nothing or to all.

    Examples
    --------
    >>> from gansampler._wording import percent
    >>> percent(0.123), percent(0.001), percent(0.999), percent(1)
    ('12 %', '<1 %', '>99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
