"""What ``gansampler demo`` shows: two real tables, three ways to treat them.

Every figure comes from rows that neither the sampler, nor the encoder, nor the
classifier has seen. For each fold an imbalanced-learn pipeline prepares and resamples
the training rows once; then both classifiers learn from the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from imblearn import FunctionSampler
from imblearn.over_sampling import SMOTENC
from imblearn.pipeline import Pipeline
from scipy.stats import ks_2samp
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from gansampler import GANOversampler
from gansampler.datasets import load_churn, load_fraud

SCORES = ("average precision", "ROC AUC", "balanced accuracy", "F1")
CLASSIFIERS = "logistic regression and histogram gradient boosting"

NO_RESAMPLING = "none"

MAX_ROWS = 6_000
"""Of a larger table only so many rows are used: all of the rare class, and a random
part of the other."""

MIN_RARE_SHARE = 0.1
"""A shortened table keeps all rare rows, but has no more of them than this share of its
rows, or than the share of the whole table if that is larger."""

MAX_LEVELS = 20
"""Categories of a column that the classifiers tell apart, the rare ones as one."""

DAY = pd.Timedelta(days=1)

N_MARGINALS = 3
MAX_BARS = 12
"""Categorical columns with more levels are not drawn."""

REAL_COLOR, SYNTHETIC_COLOR = "#3b6ea5", "#e0812f"


class Effort(NamedTuple):
    """How much work a demonstration does.

    Attributes
    ----------
    n_rows : int
        Rows used of each table.
    n_folds : int
        Folds of the cross-validation.
    sampler_options : dict
        Arguments of ``GANOversampler``.
    n_trees : int
        Rounds of gradient boosting.
    """

    n_rows: int
    n_folds: int
    sampler_options: dict[str, Any]
    n_trees: int


FULL = Effort(MAX_ROWS, 3, {}, 100)
QUICK = Effort(600, 2, {"max_iter": 10}, 5)


class Table(NamedTuple):
    """A table with two classes.

    Attributes
    ----------
    name : str
    X : DataFrame of shape (n_rows, n_columns)
    y : Series of shape (n_rows,)
    rare : object
        Label of the smaller class, which the scores are about.
    n_dropped : int
        Rows that were left out.
    """

    name: str
    X: pd.DataFrame
    y: pd.Series
    rare: Any
    n_dropped: int


@dataclass(frozen=True)
class Evaluation:
    """What cross-validation showed of one method on one table.

    Attributes
    ----------
    table, method : str
    scores : ndarray of shape (n_folds, n_scores)
        Means over the classifiers, in the order of ``SCORES``.
    seconds : float
        Mean wall time of resampling the training rows of a fold.
    synthetic : DataFrame
        Rows that were added in the last fold.
    real : DataFrame
        Rows of the rare class in that fold's training rows.
    """

    table: str
    method: str
    scores: npt.NDArray[np.float64]
    seconds: float
    synthetic: pd.DataFrame
    real: pd.DataFrame


def run_demo(
    *,
    quick: bool = False,
    random_state: int = 0,
    picture: Path = Path("gansampler-demo.png"),
) -> None:
    """Compare no resampling, SMOTENC and GANOversampler, and draw synthetic rows.

    Parameters
    ----------
    quick : bool, default=False
        Whether to use few rows and hardly any training.
    random_state : int, default=0
        Seed of the folds, samplers and classifiers.
    picture : Path
        File to draw to; nothing is drawn where matplotlib is not installed.

    Raises
    ------
    FileNotFoundError
        If the folder of ``picture`` does not exist.
    """
    if not picture.resolve().parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {picture}: the folder {picture.parent} is not there"
        )
    effort = QUICK if quick else FULL
    rng = np.random.RandomState(random_state)
    tables = [
        shortened("churn", *load_churn(), effort.n_rows, rng),
        shortened("fraud", *load_fraud(), effort.n_rows, rng),
    ]
    print(
        f"Stratified {effort.n_folds}-fold cross-validation; scores are means over the "
        f"folds and over\n{CLASSIFIERS}. Seconds are those of\nresampling one fold."
    )
    # Boosting on more threads than there are idle cores mostly waits.
    with threadpool_limits(limits=1):
        results = [evaluations(table, effort, random_state) for table in tables]
    print(f"\n{fill(verdict([shown for result in results for shown in result]), 80)}")
    _draw(picture, tables, [result[-1] for result in results])


def shortened(
    name: str,
    X: pd.DataFrame,
    y: pd.Series,
    n_rows: int,
    rng: np.random.RandomState,
) -> Table:
    """Leave out random rows of a table until ``n_rows`` are left.

    See ``MIN_RARE_SHARE`` for the rows of the rare class.
    """
    sizes = y.value_counts()
    rare = sizes.index[-1]
    is_rare = (y == rare).to_numpy()
    share = max(sizes.iloc[-1] / len(y), MIN_RARE_SHARE)
    n_rare = min(int(sizes.iloc[-1]), round(share * n_rows))
    kept = np.concatenate(
        [
            rng.permutation(np.flatnonzero(is_rare))[:n_rare],
            rng.permutation(np.flatnonzero(~is_rare))[: n_rows - n_rare],
        ]
    )
    kept.sort()
    return Table(
        name=name,
        X=X.iloc[kept].reset_index(drop=True),
        y=y.iloc[kept].reset_index(drop=True),
        rare=rare,
        n_dropped=len(y) - len(kept),
    )


def evaluations(table: Table, effort: Effort, random_state: int) -> list[Evaluation]:
    """Evaluate all methods on a table and print each as soon as it is known."""
    print(f"\n{description(table)}\n{_row('', [*SCORES, 'seconds'])}", flush=True)
    results = []
    for name, treatment in methods(effort, random_state).items():
        result = evaluation(table, name, treatment, effort, random_state)
        figures = [f"{score:.3f}" for score in result.scores.mean(axis=0)]
        print(_row(name, [*figures, f"{result.seconds:.1f}"]), flush=True)
        results.append(result)
    return results


def _row(name: str, cells: Sequence[str]) -> str:
    widths = [max(len(head), len("0.000")) for head in (*SCORES, "seconds")]
    return f"{name:<14}" + "".join(
        f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def description(table: Table) -> str:
    """Say what a table is, and what was left out of it."""
    n_rare = int((table.y == table.rare).sum())
    text = (
        f"{table.name}: {len(table.y):,} rows, {table.X.shape[1]} columns, "
        f"{n_rare / len(table.y):.1%} of class {table.y.name} = {table.rare}"
    )
    if table.n_dropped:
        text += (
            f"\n({table.n_dropped:,} rows were left out at random to be quick; "
            "the whole table scores differently)"
        )
    return text


def methods(effort: Effort, random_state: int) -> dict[str, Pipeline]:
    """Methods that are compared, each of them preparing columns and then resampling.

    The last one is that of this package; it takes the columns as they are.
    """
    steps = {
        NO_RESAMPLING: ("passthrough", FunctionSampler(validate=False)),
        "SMOTENC": (
            completed_columns(),
            SMOTENC(categorical_features="auto", random_state=random_state),
        ),
        "GANOversampler": (
            "passthrough",
            GANOversampler(random_state=random_state, **effort.sampler_options),
        ),
    }
    return {
        name: Pipeline([("prepare", prepare), ("resample", sampler)])
        for name, (prepare, sampler) in steps.items()
    }


NUMBERS = make_column_selector(dtype_include="number")
TIMES = make_column_selector(dtype_include=["datetime", "datetimetz"])


def categories(X: pd.DataFrame) -> list[Any]:
    """Columns that are neither numbers nor times."""
    others = {*NUMBERS(X), *TIMES(X)}
    return [column for column in X if column not in others]


def days_since_1970(X: pd.DataFrame) -> pd.DataFrame:
    """Turn times into numbers."""
    return pd.DataFrame(
        {
            name: (column - pd.Timestamp(0, tz=column.dt.tz)) / DAY
            for name, column in X.items()
        }
    )


def times_to_numbers() -> FunctionTransformer:
    """Make a transformer of times that keeps the columns' names."""
    return FunctionTransformer(days_since_1970, feature_names_out="one-to-one")


def as_categories(X: pd.DataFrame) -> pd.DataFrame:
    """Give columns the dtype by which SMOTENC knows them, and missing cells a level."""
    return X.astype(object).where(X.notna(), "missing").astype(str).astype("category")


def completed_columns() -> ColumnTransformer:
    """Columns as SMOTENC demands them: complete, and all numbers or categories."""
    return ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), NUMBERS),
            ("times", make_pipeline(times_to_numbers(), SimpleImputer()), TIMES),
            (
                "categories",
                FunctionTransformer(as_categories, feature_names_out="one-to-one"),
                categories,
            ),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


def encoded_columns() -> ColumnTransformer:
    """Columns as the classifiers need them: complete, standardised, one-hot."""
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            (
                "times",
                make_pipeline(times_to_numbers(), SimpleImputer(), StandardScaler()),
                TIMES,
            ),
            (
                "categories",
                make_pipeline(
                    FunctionTransformer(as_categories, feature_names_out="one-to-one"),
                    OneHotEncoder(
                        max_categories=MAX_LEVELS,
                        handle_unknown="infrequent_if_exist",
                        sparse_output=False,
                    ),
                ),
                categories,
            ),
        ]
    )


def classifiers(effort: Effort, random_state: int) -> list[Any]:
    """Make one linear and one tree-based classifier."""
    return [
        LogisticRegression(max_iter=1_000),
        HistGradientBoostingClassifier(
            max_iter=effort.n_trees, random_state=random_state
        ),
    ]


def evaluation(
    table: Table, name: str, treatment: Pipeline, effort: Effort, random_state: int
) -> Evaluation:
    """Cross-validate one method on one table."""
    folds = StratifiedKFold(effort.n_folds, shuffle=True, random_state=random_state)
    scores, seconds = [], []
    for train, test in folds.split(table.X, table.y):
        X_train, y_train = table.X.iloc[train], table.y.iloc[train]
        start = perf_counter()
        X_more, y_more = treatment.fit_resample(X_train, y_train)
        seconds.append(perf_counter() - start)
        # The test rows are prepared, by what the training rows taught; not resampled.
        X_test = treatment[:-1].transform(table.X.iloc[test])
        encoder = encoded_columns().fit(X_more)
        learned, unseen = encoder.transform(X_more), encoder.transform(X_test)
        is_rare = (table.y.iloc[test] == table.rare).to_numpy()
        scores.append(
            [
                _scores(model.fit(learned, y_more == table.rare), unseen, is_rare)
                for model in classifiers(effort, random_state)
            ]
        )
    return Evaluation(
        table=table.name,
        method=name,
        scores=np.mean(scores, axis=1),
        seconds=float(np.mean(seconds)),
        synthetic=X_more.iloc[len(train) :],
        real=X_train[(y_train == table.rare).to_numpy()],
    )


def _scores(
    classifier: Any, X: npt.NDArray[np.float64], is_rare: npt.NDArray[np.bool_]
) -> list[float]:
    """Figures of a fitted classifier on unseen rows, in the order of ``SCORES``."""
    probability = classifier.predict_proba(X)[:, 1]
    predicted = classifier.predict(X)
    return [
        average_precision_score(is_rare, probability),
        roc_auc_score(is_rare, probability),
        balanced_accuracy_score(is_rare, predicted),
        f1_score(is_rare, predicted),
    ]


def verdict(results: Sequence[Evaluation]) -> str:
    """Say in one sentence who was ahead how often, and which gaps mean anything.

    A figure's noise is the standard deviation between folds of a method's distance to
    the mean of all methods on the same fold; the sentence names the median of all.
    """
    names = list(dict.fromkeys(result.method for result in results))
    tables = list(dict.fromkeys(result.table for result in results))
    by_key = {(result.table, result.method): result.scores for result in results}
    # Axes: table, method, fold, score.
    scores = np.array([[by_key[table, name] for name in names] for table in tables])
    means = scores.mean(axis=2)
    wins = (means == means.max(axis=1, keepdims=True)).sum(axis=(0, 2))
    noise = np.median((scores - scores.mean(axis=1, keepdims=True)).std(axis=2, ddof=1))
    counts = ", ".join(
        f"{'no resampling' if name == NO_RESAMPLING else name} in {count}"
        for name, count in sorted(
            zip(names, wins, strict=True), key=lambda pair: -pair[1]
        )
    )
    return (
        f"Of these {means[:, 0].size} figures the best is that of {counts}; gaps of "
        f"about {max(noise, 0.001):.3f} or less are within the noise between folds."
    )


def _draw(
    picture: Path, tables: Sequence[Table], results: Sequence[Evaluation]
) -> None:
    """Draw to a file, or say what is missing for that."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print(
            "No picture was drawn, because matplotlib is not installed: "
            'pip install "gansampler[plot]"'
        )
        return
    # Not through pyplot, which would open windows and touch its global state.
    figure = Figure(figsize=(15, 4 * len(tables)), layout="constrained")
    axes = figure.subplots(len(tables), 1 + N_MARGINALS, squeeze=False)
    for row, table, result in zip(axes, tables, results, strict=True):
        synthetic = result.synthetic.sample(
            min(len(result.real), len(result.synthetic)), random_state=0
        )
        draw_components(row[0], result.real, synthetic)
        row[0].set_title(f"{table.name}: {table.y.name} = {table.rare}")
        common = table.X[(table.y != table.rare).to_numpy()]
        chosen = telling_columns(result.real, common, N_MARGINALS)
        for axis, column in zip(row[1:], chosen, strict=False):
            draw_marginal(axis, result.real[column], result.synthetic[column])
        for axis in row[1 + len(chosen) :]:
            axis.set_axis_off()
    figure.savefig(picture, dpi=120)
    print(f"Real and synthetic rows of the rare class are drawn in {picture}.")


def draw_components(axis: Any, real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
    """Draw rows in the first two principal components of the real ones."""
    projection = make_pipeline(encoded_columns(), PCA(2)).fit(real)
    for rows, color, label, marker in (
        (real, REAL_COLOR, "real", "o"),
        (synthetic, SYNTHETIC_COLOR, "synthetic", "x"),
    ):
        points = projection.transform(rows)
        axis.scatter(
            *points.T, s=12, alpha=0.5, color=color, label=label, marker=marker
        )
    axis.set_xlabel("first principal component")
    axis.set_ylabel("second principal component")
    axis.legend()


def telling_columns(
    rare: pd.DataFrame, common: pd.DataFrame, n_columns: int
) -> list[Any]:
    """Columns in which the classes differ most, of those that can be drawn."""
    distances = {
        column: distance
        for column in rare
        if (distance := class_distance(rare[column], common[column])) is not None
    }
    return sorted(distances, key=lambda column: -distances[column])[:n_columns]


def class_distance(rare: pd.Series, common: pd.Series) -> float | None:
    """Largest gap between the distributions of a column in two classes, from 0 to 1.

    The Kolmogorov-Smirnov statistic of numbers and times, and the total variation
    distance of categories; None where there are too many of these to draw.
    """
    if _is_scale(rare):
        return float(ks_2samp(_as_numbers(rare), _as_numbers(common)).statistic)
    shares = pd.concat(
        [_shares(rare), _shares(common)], axis=1, keys=["rare", "common"]
    ).fillna(0)
    if len(shares) > MAX_BARS:
        return None
    return float((shares["rare"] - shares["common"]).abs().sum() / 2)


def draw_marginal(axis: Any, real: pd.Series, synthetic: pd.Series) -> None:
    """Draw the distribution of one column in real and in synthetic rows."""
    if _is_scale(real):
        values = [_as_numbers(real), _as_numbers(synthetic)]
        edges = np.histogram_bin_edges(np.concatenate(values), bins=25)
        axis.hist(values, bins=edges, density=True, color=[REAL_COLOR, SYNTHETIC_COLOR])
        if _is_time(real):
            axis.xaxis_date()
            axis.tick_params(axis="x", rotation=20)
        axis.set_ylabel("density")
    else:
        shares = pd.concat(
            [_shares(real), _shares(synthetic)], axis=1, keys=["real", "synthetic"]
        ).fillna(0)
        positions = np.arange(len(shares))
        axis.barh(positions - 0.2, shares["real"], 0.4, color=REAL_COLOR)
        axis.barh(positions + 0.2, shares["synthetic"], 0.4, color=SYNTHETIC_COLOR)
        axis.set_yticks(positions, shares.index)
        axis.invert_yaxis()
        axis.set_xlabel("share of rows")
    axis.set_title(str(real.name))


def _is_scale(column: pd.Series) -> bool:
    """Tell numbers and times from categories."""
    return _is_time(column) or (
        pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    )


def _is_time(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def _as_numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Cells that are there as numbers; times in days, as matplotlib counts them."""
    present = column.dropna().to_frame()
    numbers = days_since_1970(present) if _is_time(column) else present
    return numbers.to_numpy(dtype=np.float64).ravel()


def _shares(column: pd.Series) -> pd.Series:
    return column.astype(str).value_counts(normalize=True)
