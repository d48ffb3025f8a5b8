"""Where the numbers of a column can lie: in cents, on quarters, in five hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DECIMALS = 12
"""Decimals that are looked for; a column with more of them is taken as continuous."""

SUM_ERROR = 4
"""Machine epsilons by which a number, as a sum of others, may miss its decimals."""

SPARE_DIGITS = 2**7
"""Factor below the most digits from which on a number may be such a sum: nearer to them
any float would be one."""

MIN_NUMBERS = 10
"""Distinct numbers from which their greatest common divisor is taken as their step: of
fewer, one in several hundred columns would share a longer one by chance."""

MAX_UNITS = 2**53
"""Units of the last decimal up to which floats are exact, and show a step."""


def is_single(dtype: Any) -> bool:
    """Whether numbers of a type are floats of single precision."""
    return str(dtype).lower() in ("float32", "float[pyarrow]")


def count_decimals(numbers: np.ndarray, dtype: Any) -> int | None:
    """Decimals with which all numbers are written, None if they are continuous.

    Sums of such numbers count as well: 0.1 + 0.2 has one decimal.

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        The numbers, none missing.
    dtype : dtype
        Of the column: a number of type float32 has few digits of its own.

    Returns
    -------
    int or None
    """
    single = is_single(dtype)
    half = str(dtype).lower() in ("float16", "halffloat[pyarrow]")
    if single or half:
        numbers = numbers.astype(np.float32 if single else np.float16)
    most_digits = 2**24 if single else 2**11 if half else 2**51
    sizes = np.abs(numbers.astype(np.float64))
    # In half precision too few numbers lie between to tell sums from others.
    epsilon = 0.0 if half else float(np.finfo(numbers.dtype).eps)
    errors = SUM_ERROR * epsilon * sizes
    for decimals in range(MAX_DECIMALS + 1):
        digits = sizes * 10.0**decimals
        # Beyond, every float is a multiple of the last decimal, and shows nothing.
        telling = digits <= most_digits
        if decimals and not telling.any():
            return None
        exact = numbers[telling].astype(np.float64)
        rounded = np.round(exact, decimals).astype(numbers.dtype)
        may_be_sum = digits <= most_digits / SPARE_DIGITS
        allowed = np.where(may_be_sum, errors, 0.0)[telling]
        if (np.abs(rounded - exact) <= allowed).all():
            return decimals
    return None


@dataclass(frozen=True)
class Grid:
    """The numbers ``(origin + k * step) / 10**decimals`` for whole k.

    Attributes
    ----------
    decimals : int
        Decimals of all of them.
    origin, step : int
        In units of the last decimal: prices that end in .99 have the origin 99 and
        the step 100.
    """

    decimals: int
    origin: int = 0
    step: int = 1

    @classmethod
    def of(cls, numbers: np.ndarray, decimals: int | None) -> Grid | None:
        """The widest grid that holds all numbers, if they are enough to show one.

        Parameters
        ----------
        numbers : ndarray of shape (n,)
            Distinct numbers with these decimals at most, but for rounding errors.
        decimals : int or None
            None if they are continuous.

        Returns
        -------
        Grid or None
            With a step of one unit of the last decimal where fewer than
            ``MIN_NUMBERS`` are given, or one that floats do not tell from the next.
            None where numbers are continuous.
        """
        if decimals is None:
            return None
        units = np.rint(numbers * 10.0**decimals)
        if len(units) < MIN_NUMBERS or np.abs(units).max() > MAX_UNITS:
            return cls(decimals)
        whole = units.astype(np.int64)
        step = int(np.gcd.reduce(whole - whole[0]))
        return cls(decimals, int(whole[0]) % step, step) if step > 1 else cls(decimals)

    @property
    def spacing(self) -> float:
        """How far a number is from the next."""
        return float(self.step * 10.0**-self.decimals)

    def nearest(self, numbers: np.ndarray) -> np.ndarray:
        """The number of the grid that is nearest to each, as decimals are read."""
        if self.step == 1:
            return np.round(numbers, self.decimals)
        units_per_one = 10.0**self.decimals
        steps = np.rint((numbers * units_per_one - self.origin) / self.step)
        # Whole numbers, divided once: 3 / 10 is 0.3, but 3 * 0.1 is not.
        nearest: np.ndarray = (steps * self.step + self.origin) / units_per_one
        return nearest
