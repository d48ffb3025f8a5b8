"""What columns of text were meant to be, of which codes are not."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gansampler.looks import MANY, meant_as

AMOUNTS = [f"{20 + 37.35 * i:.2f}" for i in range(40)]
DAYS = [f"2024-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 21)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (AMOUNTS, "numbers"),
        ([*AMOUNTS, " ", " ", "unknown"], "numbers"),
        ([f"{amount} €" for amount in AMOUNTS], "numbers"),
        ([f"{n:,}" for n in range(0, 40_000, 900)], "numbers"),
        ([str(n - 20) for n in range(40)], "numbers"),
        (DAYS, "dates"),
        ([*(f"{day} 12:30:00" for day in DAYS), ""], "dates"),
        ([day.replace("-", "") for day in DAYS], "dates"),
        # Codes: of digits alone, with zeros in front, with letters, very long.
        ([str(501 + 97 * i) for i in range(40)], ""),
        ([f"{501 + 97 * i}.0" for i in range(40)], ""),
        ([f"{9501 + 97 * i:05d}" for i in range(40)], ""),
        ([*AMOUNTS, "0123"], ""),
        ([*AMOUNTS, *(f"V{i}" for i in range(3))], ""),
        ([f"{10**16 + i}.5" for i in range(40)], ""),
        ([f"C{i}" for i in range(40)], ""),
        # Few texts are names, whatever they look like.
        (AMOUNTS[: MANY - 1], ""),
        (AMOUNTS[:MANY] * 5, ""),
        ([], ""),
    ],
)
def test_numbers_and_dates_are_told_from_codes(cells, kind):
    assert meant_as(Counter(cells)) == kind


@given(st.sets(st.integers(0, 99_999), min_size=40))
def test_codes_of_digits_are_never_numbers(codes):
    assert meant_as(Counter(map(str, codes))) != "numbers"
    assert meant_as(Counter(f"{code:05d}" for code in codes)) != "numbers"
