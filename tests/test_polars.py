"""Polars frames go in and come out, as pandas frames do."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.pipeline import make_pipeline
from polars.testing import assert_frame_equal, assert_series_equal
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from gansampler import (
    GANOversampler,
    PriorCorrectedClassifier,
    compare_oversamplers,
    quality,
)
from gansampler.datasets import load_churn
from gansampler.exceptions import InvalidTableError
from gansampler.plots import QualityDisplay

N_ROWS, N_MINORITY = 120, 25
NUMBERS = [i * 7 % 5 for i in range(N_ROWS)]
DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(N_ROWS)]
TIMES = pl.Series([datetime.datetime(2024, 1, 1, i % 24, i % 60) for i in range(120)])


def gaps(values, missing=None):
    return [missing if i % 4 == 0 else value for i, value in enumerate(values)]


# Older releases of Polars have one set of categories for all.
OWN = pl.Categorical
if hasattr(pl, "Categories"):
    OWN = pl.Categorical(pl.Categories("towns"))
COLUMNS = {
    "float": pl.Series([i / 7 for i in range(N_ROWS)]),
    "single": pl.Series([i / 7 for i in range(N_ROWS)], dtype=pl.Float32),
    "integer": pl.Series(NUMBERS),
    "byte": pl.Series(NUMBERS, dtype=pl.UInt8),
    "float with nulls": pl.Series(gaps(map(float, NUMBERS))),
    "float with NaN": pl.Series(gaps(map(float, NUMBERS), float("nan"))),
    "integer with nulls": pl.Series(gaps(NUMBERS)),
    "flag": pl.Series([n > 2 for n in NUMBERS]),
    "flag with nulls": pl.Series(gaps(n > 2 for n in NUMBERS)),
    "text": pl.Series(list("abc") * 40),
    "text with nulls": pl.Series(gaps("abc" * 40)),
    "category": pl.Series(list("abc") * 40, dtype=pl.Categorical),
    "category with nulls": pl.Series(gaps("abc" * 40), dtype=pl.Categorical),
    "category of its own": pl.Series(list("abc") * 40, dtype=OWN),
    "category of nothing": pl.Series([None] * N_ROWS, dtype=pl.Categorical),
    "enumeration": pl.Series(list("abc") * 40, dtype=pl.Enum(["c", "a", "d", "b"])),
    "day": pl.Series(DAYS),
    "time": TIMES,
    "time in ms": TIMES.cast(pl.Datetime("ms")),
    "time with zone": TIMES.dt.replace_time_zone("Europe/Vienna"),
    "span": pl.Series([datetime.timedelta(minutes=i) for i in range(N_ROWS)]),
    "time of day": pl.Series([datetime.time(i % 24, 3) for i in range(N_ROWS)]),
    "decimal": pl.Series([n / 4 for n in NUMBERS]).cast(pl.Decimal(10, 2)),
    "nothing": pl.Series([None] * N_ROWS),
    "bytes": pl.Series([b"x", b"y"] * 60),
}
LABELS = np.repeat(["no", "yes"], [N_ROWS - N_MINORITY, N_MINORITY])


def missing_cells(column):
    """Cells that are null or NaN."""
    n_nan = column.is_nan().sum() if column.dtype in (pl.Float32, pl.Float64) else 0
    return column.null_count() + n_nan


@pytest.fixture
def churn():
    """The head of the churn table, in pandas and in Polars."""
    X, y = load_churn()
    X, y = X[:600], y[:600]
    return X, y, pl.from_pandas(X), pl.from_pandas(y)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_type_of_column_comes_back(quick, name):
    X = pl.DataFrame({"other": COLUMNS["float"], name: COLUMNS[name]})
    before = X.clone()
    sampler = quick()
    X_resampled, _ = sampler.fit_resample(X, LABELS)
    assert X_resampled.schema == X.schema
    assert_frame_equal(X, before)
    assert_frame_equal(X_resampled.head(N_ROWS), X)
    more = sampler.sample(40, "yes")
    assert more.schema == X.schema
    # What stands for missing cells is what stands for them in the table.
    cells = pl.concat([X_resampled[name].tail(70), more[name]])
    assert (missing_cells(cells) > 0) == (missing_cells(X[name]) > 0)
    assert (cells.null_count() > 0) == (X[name].null_count() > 0)


def test_the_rows_are_those_that_pandas_gets(quick, churn):
    X, y, polars_X, polars_y = churn
    expected, labels = quick().fit_resample(X, y)
    X_resampled, y_resampled = quick().fit_resample(polars_X, polars_y)
    assert_frame_equal(X_resampled, pl.from_pandas(expected).cast(polars_X.schema))
    assert_series_equal(y_resampled, pl.from_pandas(labels))


@pytest.mark.parametrize(
    "y",
    [
        pl.Series("y", LABELS),
        pl.Series("y", LABELS, dtype=pl.Categorical),
        pl.Series("y", LABELS, dtype=pl.Enum(["yes", "no"])),
        pl.Series("y", LABELS == "yes"),
        pl.Series("y", (LABELS == "yes").astype(np.int8)),
    ],
    ids=lambda y: str(y.dtype),
)
def test_labels_keep_their_type_and_name(quick, y):
    X = COLUMNS["float"].to_frame()
    _, y_resampled = quick().fit_resample(X, y)
    assert_series_equal(y_resampled.head(N_ROWS), y)
    added = y_resampled.tail(len(y_resampled) - N_ROWS)
    assert added.to_list() == [y[-1]] * (N_ROWS - 2 * N_MINORITY)


def test_a_frame_of_labels_comes_back_as_one(quick):
    X, y = COLUMNS["float"].to_frame(), pl.DataFrame({"y": LABELS})
    _, y_resampled = quick().fit_resample(X, y)
    assert y_resampled.schema == y.schema
    assert y_resampled["y"].value_counts()["count"].to_list() == [95, 95]


def test_table_and_labels_may_come_from_two_libraries(quick):
    X = COLUMNS["float"].to_frame()
    X_resampled, y_resampled = quick().fit_resample(X, pd.Series(LABELS))
    assert isinstance(X_resampled, pl.DataFrame)
    assert isinstance(y_resampled, pd.Series)
    X_resampled, y_resampled = quick().fit_resample(
        X.to_pandas(), pl.Series("y", LABELS)
    )
    assert isinstance(X_resampled, pd.DataFrame)
    assert isinstance(y_resampled, pl.Series)


def test_fit_and_names(quick):
    X = pl.DataFrame({"a": COLUMNS["float"], "b": COLUMNS["text"]})
    sampler = quick().fit(X, pl.Series(LABELS))
    assert sampler.feature_names_in_.tolist() == ["a", "b"]
    assert dict(sampler.sampling_strategy_) == {"yes": 70}


def test_the_types_last_in_a_model_file(quick, tmp_path):
    names = ["enumeration", "float with NaN", "day"]
    X = pl.DataFrame({name: COLUMNS[name] for name in names})
    sampler = quick()
    sampler.fit_resample(X, LABELS)
    sampler.save(tmp_path / "model.gansampler")
    loaded = GANOversampler.load(tmp_path / "model.gansampler")
    assert_frame_equal(loaded.sample(30, "yes"), sampler.sample(30, "yes"))


def test_the_next_table_may_be_of_another_kind(quick):
    X = pl.DataFrame({"a": COLUMNS["float"], "b": COLUMNS["integer"]})
    sampler = quick()
    sampler.fit_resample(X, LABELS)
    sampler.fit_resample(X.to_pandas(), LABELS)
    assert isinstance(sampler.sample(3, "yes"), pd.DataFrame)
    sampler.fit_resample(X.to_numpy(), LABELS)
    assert isinstance(sampler.sample(3, "yes"), np.ndarray)
    sampler.fit_resample(X.to_numpy().tolist(), LABELS)
    assert isinstance(sampler.sample(3, "yes"), list)
    sampler.fit_resample(X, LABELS)
    assert isinstance(sampler.sample(3, "yes"), pl.DataFrame)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            pl.DataFrame.lazy,
            r"^X is a LazyFrame, which has no rows yet. Pass X.collect\(\).$",
        ),
        (
            lambda X: X["a"],
            r"^X is a Series. Pass a table: X.to_frame\(\) has one column.$",
        ),
        (
            lambda X: X.with_columns(b=pl.lit(pl.Series([[1, 2]] * N_ROWS))),
            "^Column 'b' contains a cell of type list, which is neither a number nor a "
            "category. Drop the column, or turn its cells into strings or numbers.$",
        ),
        (
            lambda X: X.with_columns(b=pl.Series([object()] * N_ROWS, dtype=pl.Object)),
            "^Column 'b' has the Polars type Object.*, which cannot be read here. Cast "
            "it to another one, or drop it.$",
        ),
        (
            lambda X: X.head(7),
            "^X has 7 rows and y has 120 labels. Pass one label for each row.$",
        ),
    ],
    ids=["lazy", "series", "lists", "objects", "too short"],
)
def test_what_cannot_be_resampled_is_refused(quick, change, message):
    sampler = quick()
    with pytest.raises(InvalidTableError, match=message):
        sampler.fit_resample(change(COLUMNS["float"].to_frame("a")), LABELS)
    assert not hasattr(sampler, "generators_")


def test_lazy_labels_are_refused(quick):
    X = COLUMNS["float"].to_frame()
    with pytest.raises(
        InvalidTableError, match=r"^y is a LazyFrame, which has no rows"
    ):
        quick().fit_resample(X, pl.LazyFrame({"y": LABELS}))


def test_missing_labels_are_refused(quick):
    y = pl.Series([None, *LABELS[1:]])
    with pytest.raises(InvalidTableError, match=r"^y contains 1 missing label\. "):
        quick().fit_resample(COLUMNS["float"].to_frame(), y)


def test_pipelines_score_as_with_pandas(quick, churn):
    X, y, polars_X, polars_y = churn
    numbers = X.select_dtypes("number").columns.tolist()
    encode = make_column_transformer(
        (StandardScaler(), numbers),
        (OneHotEncoder(handle_unknown="ignore"), X.columns.drop(numbers).tolist()),
    )
    classify = make_pipeline(encode, LogisticRegression())
    model = make_pipeline(quick(), *(step for _, step in classify.steps))
    scores = [
        cross_val_score(model, *table, cv=2, scoring="roc_auc")
        for table in ((X, y), (polars_X, polars_y))
    ]
    assert scores[0].tolist() == scores[1].tolist()
    corrected = [
        PriorCorrectedClassifier(classify, quick()).fit(*table).predict_proba(table[0])
        for table in ((X, y), (polars_X, polars_y))
    ]
    np.testing.assert_array_equal(*corrected)


def test_comparisons_are_those_of_pandas(churn):
    results = [
        compare_oversamplers(
            *table,
            samplers=["random over-sampling", "SMOTENC"],
            classifiers="logistic regression",
            cv=2,
            random_state=0,
            verbose=0,
        ).results_.drop(columns=["sampler_seconds", "classifier_seconds"])
        for table in (churn[:2], churn[2:])
    ]
    pd.testing.assert_frame_equal(*results)


def test_quality_is_that_of_pandas(churn):
    X, _, polars_X, _ = churn
    for measure in (
        quality.energy_distance,
        quality.nearest_row_ratio,
        quality.correlation_gap,
    ):
        expected = measure(X[:300], X[300:])
        assert measure(polars_X[:300], polars_X[300:]) == pytest.approx(expected)
    gaps = quality.marginal_gaps(polars_X[:300], polars_X[300:])
    pd.testing.assert_series_equal(gaps, quality.marginal_gaps(X[:300], X[300:]))
    pairs = quality.correlation_gaps(polars_X[:300], polars_X[300:])
    assert pairs.columns.tolist() == X.columns.tolist()
    with pytest.raises(InvalidTableError, match=r"Pass real\.collect\(\)\.$"):
        quality.energy_distance(polars_X.lazy(), polars_X)


def test_displays_take_what_the_sampler_took(quick, churn):
    X, y, polars_X, polars_y = churn
    sampler = quick()
    sampler.fit_resample(X, y)
    expected = QualityDisplay.from_estimator(sampler, X, y)
    display = QualityDisplay.from_estimator(sampler, polars_X, polars_y)
    pd.testing.assert_frame_equal(display.figures, expected.figures)


@pytest.mark.skipif(not hasattr(pl, "Int128"), reason="older releases of Polars")
def test_labels_of_a_type_that_arrow_does_not_know_are_refused(quick):
    y = pl.Series("y", [0, 1] * 60).cast(pl.Int128)
    with pytest.raises(InvalidTableError) as error:
        quick().fit_resample(pl.DataFrame({"x": NUMBERS}), y)
    assert str(error.value) == (
        "y has the Polars type Int128, which cannot be read here. Cast it to another "
        "one."
    )


def test_pipelines_of_a_comparison_fit_the_frame_that_was_compared(churn):
    _, y, X, _ = churn
    comparison = compare_oversamplers(
        X,
        y,
        samplers=["random over-sampling", GANOversampler(max_iter=3)],
        classifiers="logistic regression",
        cv=2,
        random_state=0,
        verbose=0,
    )
    for sampler in comparison.results_["sampler"].unique():
        if sampler != "tuned threshold":
            pipeline = comparison.pipeline(sampler, "logistic regression")
            assert len(pipeline.fit(X, y).predict(X)) == len(X)
