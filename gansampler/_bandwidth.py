"""How widely rows, and the numbers of one column, are smoothed."""

from __future__ import annotations

SMOOTHING = 0.7
"""Bandwidths in units of Silverman's rule, which is made for one bell and blurs the
edges of other distributions."""


def silverman_bandwidth(n_rows: int, n_columns: int) -> float:
    """Bandwidth of a Gaussian kernel in units of the standard deviation.

    Silverman 1986, equation 4.14: (4 / ((d + 2) n))^(1 / (d + 4)).
    """
    return float((4 / ((n_columns + 2) * n_rows)) ** (1 / (n_columns + 4)))
