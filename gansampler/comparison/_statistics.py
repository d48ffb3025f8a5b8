"""Whether differences between methods that were cross-validated mean anything."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

ALPHA = 0.05
"""Differences with a lower p-value are called significant."""


class PairedTest(NamedTuple):
    """A mean difference and what is known of it.

    Attributes
    ----------
    difference : float
        Mean of the differences.
    standard_error : float
        Its corrected standard error.
    low, high : float
        Ends of its 95 % confidence interval.
    t : float
        The statistic.
    p_value : float
        Two-sided.
    """

    difference: float
    standard_error: float
    low: float
    high: float
    t: float
    p_value: float


def corrected_t_test(differences: npt.ArrayLike, test_share: float) -> PairedTest:
    """Corrected resampled t-test of paired differences from cross-validation.

    Training sets of a cross-validation overlap, so that the variance of its scores
    between folds says too little about that of their mean. Nadeau and Bengio [1]_
    replace the factor 1/J by 1/J + n_test/n_train for J folds, repeats included [2]_;
    the statistic has J - 1 degrees of freedom.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        Difference of two methods' scores in each fold of each repeat.
    test_share : float
        Test rows by training rows, for example 1/4 with five folds.

    Returns
    -------
    PairedTest
        All but the difference NaN with fewer than two folds.

    References
    ----------
    .. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine
       Learning 52, 2003.
    .. [2] R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance
       tests for comparing learning algorithms", PAKDD 2004.
    """
    values = np.asarray(differences, dtype=np.float64)
    n = len(values)
    if n < 2:
        mean = float(values[0]) if n else np.nan
        return PairedTest(mean, *[np.nan] * 5)
    mean = float(values.mean())
    error = corrected_standard_error(values, test_share)
    if error == 0:
        # Equal in all folds, or apart by the same in all.
        t = 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    else:
        t = mean / error
    p_value = float(2 * stats.t.sf(abs(t), n - 1))
    margin = error * float(stats.t.ppf(1 - ALPHA / 2, n - 1))
    return PairedTest(mean, error, mean - margin, mean + margin, t, p_value)


def corrected_standard_error(
    values: npt.NDArray[np.float64], test_share: float
) -> float:
    """Standard error of a mean over folds, as ``corrected_t_test`` has it."""
    n = len(values)
    if n < 2:
        return np.nan
    # Equal values may differ from their mean in the last bit.
    variance = 0.0 if np.ptp(values) == 0 else float(np.var(values, ddof=1))
    return float(np.sqrt((1 / n + test_share) * variance))


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjust p-values for their number by Holm's step-down method.

    Those that are NaN stay so and do not count.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)

    Returns
    -------
    ndarray of shape (n_tests,)

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1)
    return adjusted
