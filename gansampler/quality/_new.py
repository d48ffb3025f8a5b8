"""How new synthetic rows are: whether they copy the rows that a generator learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gansampler.quality._near import beyond_nearest, nearest_rows, neighbourhood_radii
from gansampler.quality._space import as_points, join_columns


def nearest_row_ratio(real: Any, synthetic: Any, held_out: Any = None) -> float:
    """How new synthetic rows are: relative distance to the nearest real row.

    Time grows with the square of the number of rows: of larger tables pass samples of
    a few thousand rows. Copies of real rows that are left out then go unseen.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The rows that the generator learned from, at least two, and its own. Frames
        are brought into their ``common_space``; arrays are taken as they are.
    held_out : DataFrame or ndarray of shape (n_rows, n_columns), default=None
        Real rows that the generator never saw, to compare with. If None, each real
        row is compared with the other ones.

    Returns
    -------
    float
        Median distance of a synthetic row to its nearest real row, divided by the
        median distance of a held-out row to its nearest real row (or of a real row to
        its nearest other one): 0 for copies, about 1 for new rows of the same
        distribution. Where most held-out rows equal a real row, the ratio is infinite,
        or 1 if most synthetic rows do as well.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import nearest_row_ratio
    >>> real = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> nearest_row_ratio(real, real + 0.25)
    0.25
    >>> nearest_row_ratio(real, real + 0.25, held_out=real + 0.5)
    0.5
    """
    samples = {"real": real, "synthetic": synthetic}
    if held_out is None:
        a, b = as_points(samples, (2, 1))
        usual = neighbourhood_radii(a, 1)
    else:
        a, b, other = as_points(samples | {"held_out": held_out}, (1, 1, 1))
        usual = nearest_rows(other, a)
    return ratio_of_medians(nearest_rows(b, a), usual)


def ratio_of_medians(distances: np.ndarray, usual: np.ndarray) -> float:
    """How far rows lie off, relative to what is usual: 1 where neither does.

    Parameters
    ----------
    distances : ndarray of shape (n_rows,)
    usual : ndarray of shape (n_usual,)
    """
    median, usual_median = float(np.median(distances)), float(np.median(usual))
    if usual_median == 0:
        return 1.0 if median == 0 else np.inf
    return median / usual_median


def authenticity(real: Any, synthetic: Any) -> float:
    """Share of synthetic rows that are no closer to a real row than real rows are.

    A synthetic row is authentic if it lies farther from its nearest real row than
    that real row lies from its own nearest other one; of real rows that are equally
    near, each has to be that far from another. Rows that repeat a real row never are.

    Time grows with the square of the number of rows: of larger tables pass samples of
    a few thousand rows. Copies of real rows that are left out then go unseen.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The rows that the generator learned from, at least two, and its own. Frames
        are brought into their ``common_space``; arrays are taken as they are.

    Returns
    -------
    float
        Between 0, for copies, and 1, for rows far from all real ones. What new rows
        of the same distribution reach hangs on the columns: compare with held-out real
        rows, as ``authenticity(real, held_out)``. In one continuous column it is 1/3,
        in two 0.38, and in many more than 1/2, since most rows lie at the edge of
        their distribution there: among a thousand normal rows about 0.6 in ten columns
        and 0.8 in thirty.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    Notes
    -----
    The code published with the paper looks the distance among real rows up at the
    position of the synthetic row; here it is that of the nearest real row, as the
    paper defines it.

    References
    ----------
    Alaa et al., "How faithful is your synthetic data? Sample-level metrics for
    evaluating and auditing generative models", ICML 2022, on authenticity. The share
    among rows of one distribution is, far from its edge, the chance that two nearest
    neighbours are not mutual ones: Cox, "Reflexive nearest neighbours", Biometrics,
    1981.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import authenticity
    >>> real = np.array([[0.0], [1.0], [10.0], [12.0]])
    >>> authenticity(real, np.array([[0.1], [13.5], [6.0], [12.0]]))
    0.25
    """
    a, b = as_points({"real": real, "synthetic": synthetic}, (2, 1))
    return float(beyond_nearest(b, a, neighbourhood_radii(a, 1)).mean())


def duplicate_share(real: Any, synthetic: Any) -> float:
    """Share of synthetic rows that equal a real row in every cell.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The rows that the generator learned from and its own. Missing cells equal each
        other; whole numbers equal floats of the same value.

    Returns
    -------
    float
        Between 0 and 1. Where the columns take few values, new rows of the same
        distribution repeat real ones by chance: compare with the share among held-out
        rows.

    Raises
    ------
    IncomparableSamplesError
        If the samples have no rows or different columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.quality import duplicate_share
    >>> real = pd.DataFrame({"age": [20, None], "plan": ["basic", "pro"]})
    >>> synthetic = pd.DataFrame({"age": [None, 20], "plan": ["pro", "pro"]})
    >>> duplicate_share(real, synthetic)
    0.5
    """
    columns = join_columns({"real": real, "synthetic": synthetic}, (1, 1))
    n_real = len(columns[0].parts[0])
    codes = np.column_stack(
        [
            pd.factorize(np.concatenate(column.parts), use_na_sentinel=False)[0]
            for column in columns
        ]
    )
    known = {row.tobytes() for row in codes[:n_real]}
    copies = [row.tobytes() in known for row in codes[n_real:]]
    return float(np.mean(copies))
