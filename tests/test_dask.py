"""``fit_resample`` on Dask: the rows of a table in memory, wherever they are made."""

import contextlib
import math
import os
import signal
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster, get_worker
from distributed.utils import get_mp_context
from imblearn.utils import check_sampling_strategy

from gansampler import GANOversampler
from gansampler._dask import _drawing, _training
from gansampler._dask._survey import CountedLabels
from gansampler.exceptions import (
    DeviceUnavailableError,
    InvalidTableError,
    SmallClassWarning,
)
from gansampler.synthesis import ClassGenerator
from tests.fuzz import quick_measures


@pytest.fixture(autouse=True)
def _fast(request):
    """Fewer rows to calibrate on, save on workers, which would not know of it."""
    if "client" in request.fixturenames:
        yield
    else:
        with quick_measures():
            yield


@pytest.fixture(autouse=True)
def _as_given():
    """Columns keep their dtypes on the way to Dask, and threads do the work."""
    settings = {"dataframe.convert-string": False, "scheduler": "threads"}
    with dask.config.set(settings):
        yield


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Two workers in processes of their own, which leave nothing behind."""
    settings = {
        # A busy machine takes its time to start another worker for a lost one, and the
        # cluster would give it up.
        "distributed.deploy.lost-worker-timeout": "1 day",
        # Workers are forked from a process that has imported all that they need.
        "distributed.worker.multiprocessing-method": "forkserver",
    }
    with dask.config.set(settings):
        get_mp_context().set_forkserver_preload(
            ["distributed", "gansampler._dask", "gansampler.oversampler"]
        )
        with (
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                memory_limit=None,
                dashboard_address=":0",
                local_directory=tmp_path_factory.mktemp("workers"),
            ) as workers,
            Client(workers) as client,
        ):
            yield client


@contextlib.contextmanager
def on(client):
    with client.as_current(), dask.config.set(scheduler="distributed"):
        yield


def as_it_is(value):
    return value


def in_partitions(X, y, n):
    return (dd.from_pandas(part, npartitions=n, sort=False) for part in (X, y))


@pytest.fixture
def table(mixed_table):
    """A table of most types of columns, three classes and one-hot columns."""
    X, y = mixed_table
    X = X.assign(**{f"is_{level}": X["plan"] == level for level in ("basic", "plus")})
    y = y.mask(np.arange(len(y)) % 4 == 3, "perhaps")
    return X.reset_index(drop=True), y.reset_index(drop=True)


def assert_same(resampled, expected):
    found = dask.compute(*resampled)
    pd.testing.assert_frame_equal(found[0], expected[0], check_exact=True)
    pd.testing.assert_series_equal(found[1], expected[1])


@pytest.mark.parametrize("n_partitions", [1, 3, 8])
def test_rows_are_those_of_a_table_in_memory(quick, table, n_partitions):
    expected = quick().fit_resample(*table)
    resampled = quick().fit_resample(*in_partitions(*table, n_partitions))
    assert_same(resampled, expected)


def test_what_a_sampler_knows_is_that_of_a_table_in_memory(quick, table):
    expected, sampler = quick(), quick()
    expected.fit_resample(*table)
    sampler.fit_resample(*in_partitions(*table, 5))
    assert sampler.sampling_strategy_ == expected.sampling_strategy_
    assert sampler.n_features_in_ == expected.n_features_in_
    assert list(sampler.feature_names_in_) == list(expected.feature_names_in_)
    assert sampler.n_iter_ == expected.n_iter_
    assert sampler.device_ == expected.device_
    for label, report in expected.report_.items():
        found = vars(sampler.report_[label]) | {"seconds": report.seconds}
        assert found == vars(report)
        pd.testing.assert_frame_equal(
            sampler.history_[label].drop(columns="seconds"),
            expected.history_[label].drop(columns="seconds"),
        )
        pd.testing.assert_frame_equal(
            sampler.sample(9, label), expected.sample(9, label)
        )


def test_a_trained_sampler_is_saved_and_opened(quick, table, tmp_path):
    sampler = quick()
    sampler.fit_resample(*in_partitions(*table, 2))
    sampler.save(tmp_path / "model")
    opened = GANOversampler.load(tmp_path / "model")
    pd.testing.assert_frame_equal(opened.sample(9, "yes"), sampler.sample(9, "yes"))


def test_what_was_trained_on_a_gpu_is_drawn_from_on_any_worker(
    quick, table, monkeypatch
):
    on_cpu = []
    monkeypatch.setattr(ClassGenerator, "to_cpu", lambda self: on_cpu.append(self))
    sampler = quick()
    sampler.fit_resample(*in_partitions(*table, 3))
    assert set(on_cpu) == set(sampler.generators_.values())


def test_dtypes_and_divisions_are_known_before_anything_is_generated(quick, table):
    X, y = quick().fit_resample(*in_partitions(*table, 4))
    assert X.dtypes.equals(table[0].dtypes)
    assert y.dtype == table[1].dtype
    assert y.name == "churned"
    assert X.divisions[-1] == len(y) - 1
    assert X.divisions == y.divisions
    for part in X.partitions:
        assert part.compute().dtypes.equals(X.dtypes)


def test_strings_as_dask_converts_them(quick, table):
    with dask.config.set({"dataframe.convert-string": True}):
        X, y = quick().fit_resample(*in_partitions(*table, 3))
        assert X["plan"].dtype == y.dtype == "string[pyarrow]"
        found = dask.compute(X, y)
    assert found[0].dtypes.equals(X.dtypes)
    expected = quick().fit_resample(*table)
    pd.testing.assert_frame_equal(found[0].astype(expected[0].dtypes), expected[0])
    assert found[1].tolist() == expected[1].tolist()


def as_objects(X, y):
    """Cells and labels that are objects, which Dask cannot know before it reads."""
    X = X[["score"]].assign(
        day=[date(2024, 1, 1 + i % 9) for i in range(len(X))],
        price=[Decimal(i % 7) / 4 for i in range(len(X))],
        flag=pd.Series(X["count"] % 2 == 0, dtype=object),
    )
    return X, y.map({"no": 0, "yes": 1, "perhaps": 2})


def in_place(part, whole):
    return whole.loc[part.index]


def types_of(cells):
    return {type(cell) for cell in cells}


@pytest.mark.parametrize("convert", [False, True])
def test_objects_stay_objects(quick, table, convert):
    X, numbers = as_objects(*table)
    expected, labels = quick().fit_resample(X, numbers)
    y = numbers.astype(object)
    with dask.config.set({"dataframe.convert-string": convert}):
        places = dd.from_pandas(X["score"], npartitions=3)
        objects = (
            places.map_partitions(in_place, part, meta=part[:0]) for part in (X, y)
        )
        found = dask.compute(*quick().fit_resample(*objects))
    pd.testing.assert_frame_equal(found[0], expected)
    for name, cells in found[0].items():
        assert types_of(cells) == types_of(X[name])
    pd.testing.assert_series_equal(found[1], labels.astype(object))
    assert types_of(found[1]) == {int}


def from_files(X, y):
    """As files are read: the index starts anew in each."""
    whole = X.assign(churned=y)
    parts = [whole[start : start + 40].reset_index(drop=True) for start in (0, 40, 80)]
    return from_one_frame(dd.from_map(as_it_is, parts, meta=whole[:0]))


def of_days(X, y):
    days = pd.date_range("2024-01-01", periods=len(X))
    return from_one_frame(dd.from_pandas(X.assign(churned=y).set_axis(days), 3))


def of_days_apart(X, y):
    days = pd.date_range("2024-01-01", periods=len(X))
    return in_partitions(X.set_axis(days), y.set_axis(days), 3)


def from_one_frame(whole):
    return whole.drop(columns="churned"), whole["churned"]


@pytest.mark.parametrize("read", [from_files, of_days, of_days_apart])
def test_the_results_are_columns_of_one_frame(quick, table, read):
    """Found by their index, labels would go to other rows, or to none."""
    X, y = quick().fit_resample(*read(*table))
    assert y.name == "churned"
    rows, labels = dask.compute(X, y)
    joined, chosen = X.assign(churned=y), X[y == "yes"]
    for collection in (joined, chosen):
        steps = collection.optimize(fuse=False).expr.walk()
        assert not [step for step in steps if "Shuffle" in type(step).__name__]
    of_class = (labels == "yes").to_numpy()
    pd.testing.assert_frame_equal(chosen.compute(), rows[of_class])
    rows["churned"] = labels.array
    pd.testing.assert_frame_equal(joined.compute(), rows)


def test_labels_have_the_index_of_the_rows(quick, table):
    X, y = of_days(*table)
    X, y = quick().fit_resample(X, y.reset_index(drop=True))
    rows, labels = dask.compute(X, y)
    assert rows.index.equals(labels.index)
    assert labels.tolist() == quick().fit_resample(*table)[1].tolist()


def test_names_of_columns_stay_what_they_are(quick, table):
    for names in (
        *(range(2), ["label", "label_"], pd.Index(["a", "b"], name="field")),
        *([True, False], [0.5, 1.5], pd.to_datetime(["2020-01-01", "2020-01-02"])),
        pd.CategoricalIndex(["a", "b"]),
    ):
        X = table[0][["score", "count"]].set_axis(names, axis=1)
        found = quick().fit_resample(*in_partitions(X, table[1], 3))
        assert_same(found, quick().fit_resample(X, table[1]))


def test_labels_alone_are_known_without_a_draw(quick, table, monkeypatch):
    monkeypatch.setattr(ClassGenerator, "sample", None)
    _, labels = quick().fit_resample(*in_partitions(*table, 3))
    assert labels.value_counts().compute().tolist() == [67, 67, 67]


def test_the_result_turns_into_arrays_and_bags(quick, table):
    X, _ = quick().fit_resample(*in_partitions(table[0][["score"]], table[1], 3))
    rows = X.compute()
    np.testing.assert_array_equal(X.values.compute(), rows)
    array = X.to_dask_array(lengths=True)
    assert array.shape == rows.shape
    np.testing.assert_array_equal(array.compute(), rows)
    assert X.to_bag().compute() == list(rows.itertuples(index=False, name=None))


def test_original_partitions_stay_what_they_are(quick, table):
    """What stands before the synthetic partitions are the tasks of the input."""
    X, y = in_partitions(*table, 4)
    resampled, _ = quick().fit_resample(X, y)
    for number in range(X.npartitions):
        found, given = resampled.partitions[number], X.partitions[number]
        pd.testing.assert_frame_equal(found.compute(), given.compute())
    # One column of the result reads one column of the input.
    (source,) = (
        resampled[["score"]]
        .optimize(fuse=False)
        .find_operations(type(X.optimize(fuse=False).expr))
    )
    assert source.columns == ["score"]


def test_a_large_draw_comes_in_partitions_of_fixed_size(quick, table, monkeypatch):
    monkeypatch.setattr(_drawing, "MAX_ROWS", 40)
    wanted = {"yes": 130, "perhaps": 60}
    X, y = quick(sampling_strategy=wanted).fit_resample(*in_partitions(*table, 3))
    lengths = X.map_partitions(len).compute().tolist()
    n_added = sum(wanted.values()) - table[1].isin(list(wanted)).sum()
    assert sum(lengths[3:]) == n_added
    assert [n for n in lengths[3:] if n != 40] == [30, 27]
    assert y.compute().value_counts().to_dict()["yes"] == 130
    synthetic = X.compute().iloc[len(table[0]) :]
    assert not synthetic.duplicated().any()
    # Any one of them can be made without the others.
    pd.testing.assert_frame_equal(
        X.partitions[5].compute(), X.compute().iloc[sum(lengths[:5]) :][:40]
    )


def test_partitions_of_wide_tables_have_fewer_rows():
    generators = {"a": SimpleNamespace(resampling_seed=0)}
    for n_columns, n_rows in [(3, 100_000), (1_000, 10_000), (10**8, 1)]:
        part, *_ = _drawing.layout({"a": n_rows + 1}, generators, n_columns)
        assert part.n_rows == n_rows


def test_no_two_partitions_are_drawn_from_one_seed():
    """Rows of two classes would be alike, line by line."""
    generators = {k: SimpleNamespace(resampling_seed=i) for i, k in enumerate("abc")}
    parts = _drawing.layout(dict.fromkeys(generators, 500_000), generators, 3)
    assert len({part.seed for part in parts}) == len(parts) == 15


def test_rows_do_not_depend_on_how_the_table_is_cut(quick, table, monkeypatch):
    """Not even where classes are too large to be gathered."""
    monkeypatch.setattr(_training, "MAX_CLASS_ROWS", 20)
    monkeypatch.setattr(_training, "N_OTHERS", 40)
    sampler = quick()
    expected = dask.compute(*sampler.fit_resample(*in_partitions(*table, 1)))
    assert {k: r.n_rows for k, r in sampler.report_.items()} == {
        k: (table[1] == k).sum() for k in sampler.report_
    }
    for n_partitions in (2, 7):
        resampled = quick().fit_resample(*in_partitions(*table, n_partitions))
        assert_same(resampled, expected)


def test_the_rows_gathered_of_a_large_class_are_uniform():
    n_rows = np.array([30, 0, 50, 20])
    shares = np.zeros(100)
    for seed in range(2000):
        parts = _training.positions_by_partition(n_rows, 10, seed)
        starts = np.cumsum(n_rows) - n_rows
        chosen = np.concatenate([p + s for p, s in zip(parts, starts, strict=True)])
        assert len(set(chosen)) == 10
        shares[chosen] += 1 / 2000
    # Five standard deviations of a share of 0.1.
    assert np.abs(shares - 0.1).max() < 5 * np.sqrt(0.1 * 0.9 / 2000)


def test_empty_partitions_do_no_harm(quick, table):
    X, y = table
    X, y = in_partitions(X, y, 4)
    one, other = X["count"] >= 0, X["count"] < 0
    X, y = (dd.concat([part[other], part[one]]) for part in (X, y))
    found = quick().fit_resample(X, y)[0].compute().reset_index(drop=True)
    expected = quick().fit_resample(*table)[0]
    pd.testing.assert_frame_equal(found, expected)


def test_flags_among_objects_outlive_an_empty_partition(quick, table):
    X, y = table
    X = X.assign(**X[["is_basic", "is_plus"]].astype(object))
    parts = [slice(0, 0), slice(0, 60), slice(60, 60), slice(60, None)]
    found = (
        quick()
        .fit_resample(
            *(dd.from_map(as_it_is, [part[one] for one in parts]) for part in (X, y))
        )[0]
        .compute()
    )
    assert not (found["is_basic"] & found["is_plus"]).any()
    expected = quick().fit_resample(X, y)[0]
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(10, 130, name="row"),
        pd.Index(np.arange(120)[::-1], dtype="int32"),
        pd.date_range("2024-01-01", periods=120, name="day"),
        pd.Index([f"customer {i}" for i in range(120)]),
    ],
)
def test_labels_of_the_index_go_on_or_are_missing(quick, table, index):
    X, y = (part.set_axis(index) for part in table)
    found, labels = quick().fit_resample(*in_partitions(X, y, 3))
    assert found._meta.index.dtype == index.dtype
    found, labels = dask.compute(found, labels)
    assert found.index.dtype == index.dtype
    assert found.index.name == index.name
    assert found.index.equals(labels.index)
    added = found.index[120:]
    if pd.api.types.is_integer_dtype(index.dtype):
        assert added.tolist() == list(
            range(index.max() + 1, index.max() + 1 + len(added))
        )
    else:
        assert added.isna().all()
    pd.testing.assert_frame_equal(found.iloc[:120], X, check_freq=False)


def test_labels_go_on_beyond_a_small_dtype(quick, table):
    index = pd.Index(np.arange(120), dtype="int8")
    X, y = (part.set_axis(index) for part in table)
    found = quick().fit_resample(*in_partitions(X, y, 3))[0].compute()
    assert len(found) > 140
    assert found.index.tolist() == list(range(len(found)))


HASHED = 2**63 + 2**62 + np.arange(120, dtype="uint64")[::-1] ** 3


@pytest.mark.parametrize("dtype", ["uint64", "UInt64"])
def test_keys_beyond_the_signed_integers_go_on(quick, table, dtype):
    X, y = (part.set_axis(pd.Index(HASHED, dtype=dtype)) for part in table)
    found = quick().fit_resample(*in_partitions(X, y, 3))[0].compute()
    assert found.index.dtype == dtype
    assert found.index[:120].tolist() == HASHED.tolist()
    first = int(HASHED.max()) + 1
    assert found.index[120:].tolist() == list(range(first, first + len(found) - 120))


def test_an_index_may_be_missing_in_a_partition(quick, table):
    index = pd.Index([*range(80), *[pd.NA] * 40], dtype="Int64")
    X, y = (part.set_axis(index) for part in table)
    found = quick().fit_resample(*in_partitions(X, y, 3))[0].compute()
    assert found.index.dtype == "Int64"
    assert found.index[120:].tolist() == list(range(80, 80 + len(found) - 120))


def test_labels_of_booleans_are_missing(quick, table):
    index = pd.Index([False, True] * 60)
    X, y = (part.set_axis(index) for part in table)
    found = quick().fit_resample(*in_partitions(X, y, 3))[0].compute()
    assert found.index[:120].tolist() == index.tolist()
    assert len(found) > 120
    assert found.index[120:].isna().all()


@pytest.mark.parametrize(("dtype", "bits"), [("int64", 63), ("UInt64", 64)])
def test_an_index_without_room_is_refused_before_the_training(
    quick, table, dtype, bits
):
    last = 2**bits - 68
    labels = [last - 119 + i for i in range(120)]
    X, y = (part.set_axis(pd.Index(labels, dtype=dtype)) for part in table)
    X, y = in_partitions(X, y, 3)
    kept = quick(sampling_strategy={"yes": 60, "perhaps": 60}).fit_resample(X, y)
    assert kept[0].index.max().compute() == 2**bits - 1
    sampler = quick(sampling_strategy={"yes": 61, "perhaps": 60})
    with pytest.raises(InvalidTableError) as refusal:
        sampler.fit_resample(X, y)
    assert str(refusal.value) == (
        f"The largest label in the index of X is {last}, and the 68 synthetic rows "
        f"get the integers that follow, which {dtype.lower()} cannot hold. Give X "
        "another index, as reset_index(drop=True) does."
    )
    assert not hasattr(sampler, "generators_")


def test_a_filtered_table_keeps_its_divisions(quick, table):
    """Dask does not know that the rows at the end of the last division are gone."""
    X, y = (part[:-5] for part in table)
    expected = quick().fit_resample(X, y)
    dX, dy = in_partitions(*table, 3)
    kept = dX.index.to_series() < len(X)
    found = quick().fit_resample(dX[kept], dy[kept])
    assert found[0].known_divisions
    assert found[0].divisions == found[1].divisions
    added = found[0].compute().iloc[len(X) :]
    assert added.index[0] == len(table[0])
    pd.testing.assert_frame_equal(
        added.reset_index(drop=True), expected[0][len(X) :].reset_index(drop=True)
    )


# --- labels and strategies -----------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        ["a", "b", "c"],
        [0, 1, 2],
        [False, True, True],
        pd.Categorical(list("cba"), categories=list("cab")),
        pd.array([3, 1, 2], dtype="Int64"),
    ],
)
def test_labels_of_any_type(quick, table, labels):
    codes = table[1].map({"no": 0, "yes": 1, "perhaps": 2})
    y = pd.Series(labels)[codes].reset_index(drop=True)
    expected = quick().fit_resample(table[0], y)
    assert_same(quick().fit_resample(*in_partitions(table[0], y, 3)), expected)


@pytest.mark.parametrize(
    "strategy",
    ["auto", "all", "minority", "not minority", "not majority", {"b": 9}, 0.7, 1.0],
)
def test_counts_decide_on_rows_as_labels_do(strategy):
    y = np.repeat(["a", "b"] if isinstance(strategy, float) else list("abc"), 7)
    y = np.append(y[3:], ["a"] * 20)
    counted = CountedLabels.of(*np.unique(y, return_counts=True))
    given = "over-sampling"
    assert check_sampling_strategy(strategy, counted, given) == (
        check_sampling_strategy(strategy, y, given)
    )


def test_many_classes_are_no_mistake(quick, table):
    """scikit-learn warns of labels of which most are distinct."""
    y = pd.Series(np.arange(len(table[1])) % 30)
    X, y = in_partitions(table[0], y, 3)
    assert len(quick().fit(X, y).sampling_strategy_) == 29


def test_a_function_gets_the_labels(quick, table):
    def strategy(y):
        return {"yes": 7 + int((y == "yes").sum().compute())}

    X, y = in_partitions(*table, 3)
    sampler = quick(sampling_strategy=strategy).fit(X, y)
    assert sampler.sampling_strategy_ == {"yes": 7}
    assert not hasattr(sampler, "generators_")


def test_parts_of_rows_are_refused(quick, table):
    sampler = quick(sampling_strategy={"yes": math.nan})
    with pytest.raises(ValueError, match=r"asks for nan new rows of class 'yes'\."):
        sampler.fit_resample(*in_partitions(*table, 2))


def test_a_balanced_table_comes_back(quick, table):
    X, y = in_partitions(*table, 3)
    sampler = quick(sampling_strategy={})
    resampled = sampler.fit_resample(X, y)
    assert resampled[0] is X
    assert resampled[1] is y
    assert sampler.generators_ == {}


def test_parameters_that_nothing_takes_are_refused(quick, table):
    with pytest.raises(TypeError, match="weights"):
        quick().fit_resample(*in_partitions(*table, 2), weights=1)


def test_small_classes_warn_as_ever(quick, table):
    X, y = table
    y = y.mask(y.index == 5, "once")
    with pytest.warns(SmallClassWarning, match=r"^Class 'once' has too little"):
        quick().fit_resample(*in_partitions(X, y, 3))


def test_a_callback_ends_the_training(table):
    sampler = GANOversampler(
        random_state=0, callback=lambda label, iteration, figures: iteration == 2
    )
    sampler.fit_resample(*in_partitions(*table, 3))
    assert sampler.n_iter_ == {"perhaps": 2, "yes": 2}


# --- refusals ------------------------------------------------------------------------


def refusals():
    def arrays(X, y):
        return X.to_dask_array(lengths=True), y

    def half(X, y):
        return X, y.compute()

    def cut(X, y):
        return X, y.repartition(npartitions=2)

    def shifted(X, y):
        return X, dd.concat([y.partitions[[1]], y.partitions[[0]], y.partitions[[2]]])

    def told_wrong(X, y):
        wrong = X._meta.astype({"count": float})
        return X.map_partitions(as_it_is, meta=wrong, enforce_metadata=False), y

    def labels_told_wrong(X, y):
        return X, y.map_partitions(as_it_is, meta=("y", int), enforce_metadata=False)

    def turned(X, y):
        wrong = X._meta.iloc[:, ::-1]
        return X.map_partitions(as_it_is, meta=wrong, enforce_metadata=False), y

    def unknown(X, y):
        return X.assign(plan=X["plan"].astype("category")), y

    def unlabelled(X, y):
        return X, y.mask(y == "yes")

    def measured(X, y):
        return X, X["score"]

    def infinite(X, y):
        return X.assign(score=X["score"].mask(X["count"] > 3, np.inf)), y

    def without_rows(X, y):
        return X[X["count"] < 0], y[X["count"] < 0]

    return [
        (arrays, r"Got dask Array and dask Series\. Turn arrays into frames"),
        (half, r"Got dask DataFrame and pandas Series\."),
        (cut, r"^X has 3 partitions and y has 2\. Take both from one dask DataFrame"),
        (shifted, r"^Partition \d of X has \d0 rows and that of y has \d0 labels\."),
        (told_wrong, r"^Column 'count' is int64 in partition \d, and Dask was told "),
        (labels_told_wrong, r"^y is (object|str) in partition \d, and Dask was told "),
        (
            turned,
            r"^Partition \d of X has the columns \['amount', 'count', .*\], and Dask",
        ),
        (unknown, r"^Column 'plan' is categorical and Dask does not know its categ"),
        (unlabelled, r"^y contains 23 missing labels\. Drop these rows"),
        (measured, r"^Unknown label type: continuous\. y must hold classes"),
        (infinite, r"^Column 'score' contains infinity\. Replace"),
        (without_rows, r"^X has 0 rows and 11 columns\. Pass a table with at least"),
    ]


@pytest.mark.parametrize(
    ("change", "message"), refusals(), ids=[c.__name__ for c, _ in refusals()]
)
def test_refusals_say_what_to_do_and_leave_the_sampler(quick, table, change, message):
    X, y = (
        dd.from_map(as_it_is, [part[:50], part[50:90], part[90:]]) for part in table
    )
    sampler = quick()
    before = dict(vars(sampler))
    for method in (sampler.fit, sampler.fit_resample):
        with pytest.raises(InvalidTableError, match=message):
            method(*change(X, y))
        assert vars(sampler) == before


# --- processes -----------------------------------------------------------------------


def test_processes_make_the_rows_of_threads(quick, table, client, monkeypatch):
    monkeypatch.setattr(_drawing, "MAX_ROWS", 20)
    expected = dask.compute(*quick().fit_resample(*in_partitions(*table, 4)))
    with on(client):
        resampled = quick().fit_resample(*in_partitions(*table, 4))
        assert_same(resampled, expected)


class Trainees:
    """A callback that leaves the names of the workers it runs on."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, label, iteration, figures):
        (self.folder / str(get_worker().name)).touch()


async def set_gpus(dask_worker, n):
    await dask_worker.set_resources(GPU=n)


def test_trainings_run_where_there_is_a_gpu(quick, table, client, tmp_path):
    """By what the workers say of themselves: that is enough to send them the tasks."""
    address = client.submit(lambda: get_worker().address, pure=False).result()
    name = client.submit(lambda: str(get_worker().name), workers=[address]).result()
    with on(client):
        client.run(set_gpus, n=1, workers=[address])
        callback = Trainees(tmp_path)
        for seed in range(3):
            sampler = quick(callback=callback, random_state=seed)
            sampler.fit_resample(*in_partitions(*table, 4))
        client.run(set_gpus, n=0, workers=[address])
    assert [path.name for path in tmp_path.iterdir()] == [name]


class Interrupted:
    """A callback that kills the worker it runs on, the first time."""

    def __init__(self, path):
        self.path = path

    def __call__(self, label, iteration, figures):
        die_once(self.path)


def die_once(path):
    with contextlib.suppress(FileExistsError):
        path.touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)


def die_on_the_last(rows, path, partition_info=None):
    if partition_info["number"] == 5:
        die_once(path)
    return rows


def test_killed_workers_change_nothing(quick, table, client, tmp_path):
    expected = quick().fit_resample(*table)
    with on(client):
        callback = Interrupted(tmp_path / "in training")
        X, y = in_partitions(*table, 4)
        resampled, labels = quick(callback=callback).fit_resample(X, y)
        assert callback.path.exists()
        # All that was trained is lost.
        for process in client.run(os.getpid).values():
            os.kill(process, signal.SIGKILL)
        path = tmp_path / "in generation"
        after = resampled.map_partitions(die_on_the_last, path, meta=resampled._meta)
        assert_same((after, labels), expected)
        assert path.exists()


def test_errors_of_workers_are_those_of_a_table_in_memory(quick, table, client):
    with on(client):
        X, y = in_partitions(*table, 2)
        with pytest.raises(DeviceUnavailableError, match=r"^device='cuda:99' is not"):
            quick(device="cuda:99").fit_resample(X, y)
