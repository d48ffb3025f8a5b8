"""The methods that are compared: from a training fold to a balanced one.

Every method is a function ``method(X, y, seed) -> (X_resampled, y_resampled)`` on a
frame of mixed types with missing values and labels 0 and 1. The rivals work on
tables of plain types (float64 numbers, so that nothing is truncated, and text), and
their synthetic rows are appended to the untouched training rows.
"""

from functools import partial

import numpy as np
import pandas as pd
from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    RandomOverSampler,
)

from benchmarks.coding import MISSING, TableCoding, filled_numbers
from benchmarks.copula import sample_gaussian_copula
from benchmarks.models import categorical_columns, to_plain_types
from benchmarks.rivals import ENVIRONMENT_OF, external
from gansampler import GANOversampler


def no_resampling(X, y, seed):
    """Leave the rows alone."""
    return X, y


def random_oversampling(X, y, seed):
    """Repeat minority rows."""
    rows = _repeated_rows(y, seed)
    return X.iloc[rows], y[rows]


def smoothed_bootstrap(X, y, seed, *, valid=False):
    """Repeat minority rows with Gaussian noise on the numbers.

    The noise is that of ``RandomOverSampler(shrinkage=1)``; categories and missing
    cells are those of the repeated row.

    Parameters
    ----------
    X : DataFrame
    y : ndarray of {0, 1}
    seed : int
    valid : bool, default=False
        Whether to clip to the class's range and to round whole-numbered columns.

    Returns
    -------
    X_resampled : DataFrame
    y_resampled : ndarray
    """
    plain = to_plain_types(X)
    numeric = _numeric_columns(X)
    if not numeric:
        return random_oversampling(X, y, seed)
    sampler = RandomOverSampler(shrinkage=1, random_state=seed)
    numbers, y_resampled = sampler.fit_resample(filled_numbers(plain[numeric]), y)
    source = sampler.sample_indices_[len(X) :]
    synthetic = plain.iloc[source].reset_index(drop=True)
    missing = synthetic[numeric].isna()
    noisy = numbers.iloc[len(X) :].reset_index(drop=True)
    if valid:
        noisy = _made_valid(noisy, plain.loc[y == 1, numeric])
    synthetic[numeric] = noisy.mask(missing)
    return pd.concat([plain, synthetic], ignore_index=True), y_resampled


def smote(X, y, seed):
    """SMOTE, SMOTENC or SMOTEN, as the columns demand."""
    categorical = categorical_columns(X)
    options = {"k_neighbors": _n_neighbors(y), "random_state": seed}
    if not categorical:
        sampler = SMOTE(**options)
    elif len(categorical) == X.shape[1]:
        sampler = SMOTEN(**options)
    else:
        sampler = SMOTENC(categorical_features=categorical, **options)
    return _resample_filled(sampler, X, y)


def one_hot_smote_variant(X, y, seed, *, sampler_class, neighbors_name):
    """A relative of SMOTE for numbers; categories go through one-hot columns."""
    coding = TableCoding(X)
    sampler = sampler_class(**{neighbors_name: _n_neighbors(y)}, random_state=seed)
    resampled, y_resampled = sampler.fit_resample(coding.one_hot(y), y)
    return coding.append(coding.from_one_hot(resampled[len(X) :])), y_resampled


def gaussian_copula(X, y, seed):
    """Rows of a Gaussian copula that is fitted to the minority."""
    coding = TableCoding(X)
    synthetic = sample_gaussian_copula(
        coding.codes()[y == 1],
        int((y == 0).sum() - (y == 1).sum()),
        seed,
        categorical=coding.categorical,
        whole=coding.whole,
    )
    y_resampled = np.concatenate([y, np.ones(len(synthetic), dtype=y.dtype)])
    return coding.append(coding.from_codes(synthetic)), y_resampled


def gan(X, y, seed, **params):
    """GANOversampler with its defaults but for ``params``."""
    return GANOversampler(random_state=seed, **params).fit_resample(X, y)


def on_standardised_numbers(X, y, seed, *, method):
    """Let a method that measures distances see numbers of mean 0 and deviation 1.

    As in Kovacs 2019, and as in a pipeline that scales first: in raw units a column
    of large numbers alone would decide who is whose neighbour.
    """
    plain = to_plain_types(X)
    numeric = _numeric_columns(X)
    mean, deviation = plain[numeric].mean(), plain[numeric].std().replace(0.0, 1.0)
    scaled = plain.copy()
    scaled[numeric] = (plain[numeric] - mean) / deviation
    resampled, y_resampled = method(scaled, y, seed)
    synthetic = resampled.iloc[len(X) :].copy()
    synthetic[numeric] = synthetic[numeric] * deviation + mean
    return pd.concat([plain, synthetic], ignore_index=True), y_resampled


MEASURES_DISTANCES = {
    "smote": smote,
    "borderline_smote": partial(
        one_hot_smote_variant,
        sampler_class=BorderlineSMOTE,
        neighbors_name="k_neighbors",
    ),
    "svm_smote": partial(
        one_hot_smote_variant, sampler_class=SVMSMOTE, neighbors_name="k_neighbors"
    ),
    "adasyn": partial(
        one_hot_smote_variant, sampler_class=ADASYN, neighbors_name="n_neighbors"
    ),
    **{
        name: partial(external, method=name)
        for name in ("geometric_smote", "polynom_fit_smote", "prowsyn")
    },
}

METHODS = {
    "none": no_resampling,
    "class_weight": no_resampling,
    "ros": random_oversampling,
    "smoothed_bootstrap": smoothed_bootstrap,
    "smoothed_bootstrap_valid": partial(smoothed_bootstrap, valid=True),
    **{
        name: partial(on_standardised_numbers, method=method)
        for name, method in MEASURES_DISTANCES.items()
    },
    "gaussian_copula": gaussian_copula,
    **{
        name: partial(external, method=name)
        for name in ENVIRONMENT_OF
        if name not in MEASURES_DISTANCES
    },
    "gan": gan,
    # The distribution of the class itself: all generated rows are kept.
    "gan_law": partial(gan, border_rejection=0.0, copy_rejection=0.0),
    # The start of large classes, for small ones too.
    "gan_neighbors": partial(gan, latent_distribution="neighbors"),
}
# No rows are added; the classifiers get balanced sample weights.
WEIGHTED = {"class_weight"}


def _repeated_rows(y, seed):
    """Positions of all rows followed by those of the repeated minority rows."""
    sampler = RandomOverSampler(random_state=seed)
    sampler.fit_resample(np.arange(len(y)).reshape(-1, 1), y)
    return sampler.sample_indices_


def _numeric_columns(X):
    categorical = categorical_columns(X)
    return [column for column in X.columns if column not in categorical]


def _n_neighbors(y):
    """The usual 5 neighbours, or as many as the minority has."""
    return min(5, int(y.sum()) - 1)


def _made_valid(numbers, class_numbers):
    """Clip to the class's range and round the columns that are whole-numbered."""
    clipped = numbers.clip(class_numbers.min(), class_numbers.max(), axis=1)
    known = class_numbers.fillna(0.0)
    whole = (known == known.round()).all()
    return clipped.where(~whole, clipped.round(), axis=1)


def _resample_filled(sampler, X, y):
    """Resample the table with its gaps filled; append only the synthetic rows."""
    coding = TableCoding(X)
    resampled, y_resampled = sampler.fit_resample(coding.filled, y)
    synthetic = resampled.iloc[len(X) :].reset_index(drop=True)
    categorical = list(synthetic.columns[coding.categorical])
    if categorical:
        text = synthetic[categorical].astype(object)
        synthetic[categorical] = text.mask(text == MISSING)
    return coding.append(synthetic), y_resampled
