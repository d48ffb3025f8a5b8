"""Numbers that follow from others: found, honoured, and never made up."""

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.encoding import arithmetic
from gansampler.encoding.arithmetic import find_formulas
from gansampler.encoding.numeric import NumericColumn
from gansampler.table import TableEncoder
from gansampler.tabular import Table
from tests.test_dependencies import generated


def found(table, n_own=None):
    """Targets with operation and sources, by name, as found in a data frame."""
    n_own = n_own or len(table)
    columns = [
        NumericColumn(summary, "table").fit(table.iloc[:n_own, position])
        for position, summary in enumerate(Table(table).summary)
    ]
    values = [
        column.to_values(table.iloc[:, position])
        for position, column in enumerate(columns)
    ]
    formulas = find_formulas(
        columns,
        [cells[:n_own] for cells in values],
        [cells[n_own:] for cells in values],
        np.random.default_rng(0),
    )
    return {
        table.columns[formula.target]: (
            formula.operation,
            *(table.columns[source] for source in formula.sources),
        )
        for formula in formulas
    }


def orders(n_rows, seed=0):
    """Totals, taxes, charges and durations, each with numbers that it follows from."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"price": rng.gamma(2, 30, n_rows).round(2)})
    rows["quantity"] = rng.integers(1, 9, n_rows)
    rows["total"] = (rows["price"] * rows["quantity"]).round(2)
    rows["tax"] = rng.gamma(2, 9, n_rows).round(2)
    rows["due"] = (rows["total"] + rows["tax"]).round(2)
    rows["minutes"] = rng.gamma(3, 30, n_rows).round(1)
    rows["charge"] = (0.17 * rows["minutes"]).round(2)
    rows["start"] = rng.integers(0, 5000, n_rows)
    rows["end"] = rows["start"] + rng.integers(5, 500, n_rows)
    rows["duration"] = rows["end"] - rows["start"]
    rows["fahrenheit"] = rng.normal(60, 15, n_rows).round().astype("int64")
    rows["celsius"] = ((rows["fahrenheit"] - 32) / 1.8).round(1)
    return rows


def contradictions(rows):
    """Rows that break a formula of ``orders``, but for totals at the end of a range."""
    off = {
        "total": (rows["price"] * rows["quantity"] - rows["total"], 0.00501),
        "due": (rows["total"] + rows["tax"] - rows["due"], 1e-6),
        "charge": (0.17 * rows["minutes"] - rows["charge"], 0.00501),
        "duration": (rows["end"] - rows["start"] - rows["duration"], 0),
        "celsius": ((rows["fahrenheit"] - 32) / 1.8 - rows["celsius"], 0.0501),
    }
    return {name: int((gap.abs() > most).sum()) for name, (gap, most) in off.items()}


# --- what is found -------------------------------------------------------------------


def test_products_sums_and_lines_are_found():
    assert found(orders(200)) == {
        "total": ("product", "price", "quantity"),
        "due": ("sum", "total", "tax"),
        "charge": ("line", "minutes"),
        "end": ("sum", "start", "duration"),
        "celsius": ("line", "fahrenheit"),
    }


@pytest.mark.parametrize(
    "dtype", ["float32", "Float64", "Float32", "object", "float64"]
)
def test_numbers_of_any_type_follow(dtype):
    rows = orders(200)[["price", "quantity", "total"]].astype({"total": dtype})
    assert found(rows) == {"total": ("product", "price", "quantity")}
    rows = rows.astype({"price": dtype})
    assert found(rows) == {"total": ("product", "price", "quantity")}


def test_numbers_that_are_not_rounded_follow():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 200))
    assert found(pd.DataFrame({"x": x, "y": y, "z": x * y}))["z"][0] == "product"
    assert len(found(pd.DataFrame({"x": x, "y": y, "z": x - y}))) == 1
    assert found(pd.DataFrame({"x": x, "z": x / 7 + 0.1})) == {"z": ("line", "x")}
    assert found(pd.DataFrame({"x": x, "copy": x})) == {"copy": ("line", "x")}


def test_whole_numbers_follow_from_finer_ones():
    days = np.random.default_rng(0).integers(0, 30_000, 200)
    age = pd.DataFrame({"days": days, "years": days // 365})
    assert found(age) == {"years": ("line", "days")}


def test_one_exception_is_enough_in_any_class():
    for row in (3, 150):
        rows = orders(200)
        rows.loc[row, ["total", "charge", "end"]] += 1
        assert found(rows, n_own=100) == {"celsius": ("line", "fahrenheit")}


def test_missing_cells_are_no_exceptions():
    rows = orders(400)
    rng = np.random.default_rng(0)
    gaps = rows.drop(columns=["quantity", "start", "end"]).columns
    rows[gaps] = rows[gaps].mask(rng.random((400, len(gaps))) < 0.3)
    assert found(rows) == found(orders(400))


def test_columns_that_different_rows_show():
    rows = orders(400).drop(columns=["total", "quantity", "due"])
    rows.loc[:199, ["minutes", "charge"]] = np.nan
    whole = rows[["start", "end", "duration"]].astype(float)
    rows[whole.columns] = whole.where(rows.index.to_series() < 200, axis=0)
    assert len(found(rows, n_own=400)) == 3


def test_a_formula_takes_enough_rows_to_be_seen():
    assert found(orders(25)) == {}
    rows = orders(200)[["price", "quantity", "total"]]
    rare = rows.assign(quantity=np.where(np.arange(200) < 10, 2, 1))
    rare["total"] = rare["price"] * rare["quantity"]
    assert found(rare) == {}


@pytest.mark.parametrize("seed", range(40))
def test_columns_that_have_nothing_to_do_with_each_other(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.choice([30, 45, 100]))
    makers = [
        lambda: rng.integers(0, 4, n),
        lambda: rng.integers(0, 12, n),
        lambda: rng.integers(0, 40, n),
        lambda: rng.poisson(1, n),
        lambda: rng.normal(size=n).round(1),
        lambda: rng.gamma(2, 30, n).round(2),
    ]
    table = pd.DataFrame({j: makers[rng.integers(6)]() for j in range(30)})
    assert found(table) == {}


def test_two_numbers_beside_each_other_are_not_halves():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 400, 200)
    assert found(pd.DataFrame({"x": x, "z": 2 * x + rng.integers(0, 2, 200)})) == {}
    assert found(pd.DataFrame({"x": x, "z": (x + rng.integers(0, 2, 200)) // 2})) == {}
    assert found(pd.DataFrame({"x": x, "z": (x + 1) // 2})) == {"z": ("line", "x")}


def test_frequent_numbers_never_follow():
    rows = orders(300)
    discount = np.where(np.arange(300) % 3, 0.0, rows["tax"])
    rows = rows[["price"]].assign(discount=discount)
    rows["paid"] = (rows["price"] + rows["discount"]).round(2)
    assert found(rows) == {"paid": ("sum", "price", "discount")}
    assert found(rows.assign(paid=rows["paid"].where(discount > 0, 50.0))) == {}


def test_times_and_large_integers_are_left_out():
    rng = np.random.default_rng(0)
    start = rng.integers(0, 2**61, 200)
    hours = pd.Series(rng.integers(0, 9000, 200))
    since = pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, "h")
    table = pd.DataFrame({"start": start, "end": start + hours, "hours": hours})
    assert found(table.assign(since=since)) == {}


def test_a_sum_of_numbers_in_cents_keeps_its_cents():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"net": rng.gamma(2, 30, 200).round(2)})
    rows["gross"] = np.ceil(rows["net"] * 1.3 + rng.gamma(2, 30, 200))
    rows["tax"] = (rows["gross"] - rows["net"]).round(2)
    assert found(rows) == {"tax": ("difference", "gross", "net")}


def test_many_columns_that_are_equal_follow_from_one():
    x = np.random.default_rng(0).normal(size=200)
    formulas = found(pd.DataFrame({f"x{j}": x for j in range(40)}))
    assert len(formulas) == 39
    assert {source for _, source in formulas.values()} == {"x0"}


def test_a_large_class_is_compared_in_part(monkeypatch):
    monkeypatch.setattr(arithmetic, "MAX_ROWS", 150)
    assert len(found(orders(400), n_own=300)) == 5


# --- what is generated ---------------------------------------------------------------


@pytest.mark.parametrize("n_own", [60, 400])
def test_generated_rows_keep_formulas(n_own):
    table = orders(n_own + 500)
    encoder = TableEncoder(None).fit(
        table[:n_own], Table(table).summary, others=table[n_own:], lend=False
    )
    made, _ = generated(encoder)
    assert set(contradictions(made).values()) == {0}
    assert (made.dtypes == table.dtypes).all()


def test_generated_numbers_stay_in_the_range_and_in_the_steps_of_the_class():
    table = orders(500)
    for value_range, shown in (("table", table), ("class", table[:90])):
        encoder = TableEncoder(value_range).fit(
            table[:90], Table(table).summary, others=table[90:], lend=False
        )
        made, _ = generated(encoder)
        assert (made.min() >= shown.min()).all()
        assert (made.max() <= shown.max()).all()
        assert (made == made.round(2)).all(axis=None)
        inside = (made < shown.max()).all(axis=1) & (made > shown.min()).all(axis=1)
        assert set(contradictions(made[inside]).values()) == {0}


def test_missing_cells_stay_missing_and_rows_without_a_source_keep_their_number():
    rows = orders(300)[["minutes", "charge"]]
    rows.loc[::3, "minutes"] = np.nan
    rows.loc[1::3, "charge"] = np.nan
    encoder = TableEncoder().fit(rows)
    assert len(encoder.formulas_) == 1
    made, matrix = generated(encoder)
    shown = {tuple(row) for row in rows.isna().to_numpy()}
    assert {tuple(row) for row in made.isna().to_numpy()} == shown
    charges = made["charge"][made["minutes"].isna()]
    encoder.formulas_ = []
    before = encoder.inverse_transform(matrix)
    pd.testing.assert_series_equal(before["charge"][charges.index], charges)


@pytest.mark.parametrize(
    "round_half", [np.round, lambda x: np.floor(x + 0.5), lambda x: np.trunc(x + 0.5)]
)
def test_real_rows_come_back_as_they_are(round_half):
    x = np.random.default_rng(0).integers(0, 900, 300)
    rows = pd.DataFrame({"x": x, "half": round_half(x / 2)})
    encoder = TableEncoder().fit(rows)
    assert len(encoder.formulas_) == 1
    pd.testing.assert_frame_equal(
        encoder.inverse_transform(encoder.transform(rows)), rows
    )


def test_numbers_beyond_floats_raise_no_warning():
    rng = np.random.default_rng(0)
    own = pd.DataFrame(rng.normal(1e80, 1e79, (60, 3)))
    own[3] = own[0] * 2
    others = pd.DataFrame(np.full((5, 4), 1e308))
    encoder = TableEncoder(None).fit(
        own, Table(pd.concat([own, others])).summary, others=others
    )
    assert np.isfinite(generated(encoder)[0]).all(axis=None)


def test_a_sampler_and_its_file_keep_formulas(tmp_path):
    X, y = orders(500), np.repeat([0, 1], [400, 100])
    sampler = GANOversampler(max_iter=20, value_range=None, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    assert set(contradictions(X_resampled).values()) == {0}
    drawn = sampler.sample(300, 1)
    assert set(contradictions(drawn).values()) == {0}
    sampler.save(tmp_path / "model.gansampler")
    again = GANOversampler.load(tmp_path / "model.gansampler").sample(300, 1)
    pd.testing.assert_frame_equal(again, drawn)


@pytest.mark.parametrize("beside", ["float64", "float32"])
def test_small_differences_of_large_numbers_are_no_rounding_errors(beside):
    """Seconds since 1970, a request of less than a second apart."""
    rng = np.random.default_rng(0)
    start = 1.7e9 + rng.uniform(0, 86400, 900)
    rows = pd.DataFrame({"start": start, "end": start + rng.gamma(4, 0.2, 900)})
    rows["size"] = rng.normal(size=900).astype(beside)
    rows["heavy"] = np.exp(rng.normal(5, 5, 900))
    rows["total"] = rows["heavy"] + rng.uniform(0, 3, 900)
    assert found(rows) == {}


def test_few_lines_are_tried_over_each_of_many_alike_columns(monkeypatch):
    original, tried = arithmetic.fit_line, []

    def fit_line(*points):
        tried.append(points)
        return original(*points)

    monkeypatch.setattr(arithmetic, "fit_line", fit_line)
    rng = np.random.default_rng(0)
    quantity = rng.normal(50, 12, 300)
    gains = {str(i): np.round(quantity * (1 + i / 50), 4) for i in range(80)}
    found(pd.DataFrame(gains))
    assert len(tried) <= 80 * arithmetic.MAX_SOURCES
    tried.clear()
    noisy = {str(i): np.round(quantity + rng.normal(0, 0.25, 300)) for i in range(80)}
    assert found(pd.DataFrame(noisy)) == {}
