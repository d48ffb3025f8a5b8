"""What the levels of columns of text say of them, and many made few."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gansampler.levels import count_levels
from gansampler.quality._levels import OTHER_LEVELS, few_levels
from gansampler.tabular import Table


def counted(rows, others, table=None):
    summary = (table or Table(pd.concat([rows, others]))).summary
    return {column.name: column for column in count_levels(rows, others, summary)}


def test_identifiers_are_columns_of_text_without_repeats():
    rows = pd.DataFrame(
        {
            "number": np.arange(30.0),
            "account": [f"A{i}" for i in range(30)],
            "some": [f"A{i}" if i else None for i in range(30)],
            "state": [f"A{i}" for i in [*range(29), 28]],
            "passport": [f"P{i}" for i in range(30)],
        }
    )
    table, none = Table(rows), rows[:0]

    def found(rows, others):
        columns = counted(rows, others, table).values()
        return [column.name for column in columns if column.identifies]

    assert found(rows, none) == ["account", "passport"]
    assert found(rows[:20], none) == ["account", "state", "passport"]
    assert found(rows[:19], none) == []
    # Another class has a level in common with the class, or one of its own twice.
    assert found(rows, rows[:1].assign(passport="P30")) == ["passport"]
    assert found(rows, rows[:1].assign(account="A30")) == ["account"]
    twice = pd.concat([rows[:1]] * 2).assign(account="A30", passport="P30")
    assert found(rows, twice) == []
    # Missing cells of other classes agree with nothing.
    assert found(rows, twice.assign(account=None)) == ["account"]


def test_levels_are_likely_to_be_missing_where_most_are_shown_once():
    regions = [f"R{i}" for i in range(40)]
    rows = pd.DataFrame(
        {
            "number": np.arange(40.0),
            "often": ["a", "b"] * 20,
            "region": regions[:30] + regions[20:30],  # 20 of 40 rows alone with theirs
            "state": regions[:20] * 2,
            "few": ["a"] * 26 + [f"b{i}" for i in range(4)] + [None] * 10,
        }
    )
    others = pd.concat([rows] * 2).assign(
        often="c", region=regions * 2, state="new", few="b9"
    )

    def unseen(rows, others):
        return {name: levels.unseen for name, levels in counted(rows, others).items()}

    few = {"often": 0, "state": 0, "few": 0}
    assert unseen(rows, others) == {**few, "region": 0.5}
    # Other classes show no further level, so none could be lent.
    assert unseen(rows, others.assign(region="R0")) == {**few, "region": 0}
    # Few levels in all: each is learned on its own.
    assert unseen(rows[24:34], others)["few"] == 0
    # Missing cells are no level: 4 of 30 rows are alone with theirs.
    more = others.assign(few=[f"c{i}" for i in range(80)])
    assert unseen(rows, more)["few"] == 4 / 30
    # A class that shows no cell of a column says nothing of its levels.
    assert unseen(rows.assign(region=None), others)["region"] == 0


@pytest.mark.parametrize("dtype", [object, "str", "category", "string[pyarrow]"])
def test_texts_are_told_from_numbers_that_are_stored_as_such(dtype):
    prices = [f"{20 + 37.35 * i:.2f}" for i in range(40)]
    rows = pd.DataFrame({"price": prices, "code": [f"V{i}" for i in range(40)]})
    found = counted(rows.astype(dtype), rows[:1].assign(price=" ").astype(dtype))
    assert (found["price"].meant_as, found["code"].meant_as) == ("numbers", "")


def test_numbers_beside_texts_are_numbers_and_categories_without_text_are_not():
    prices = [20 + 37.35 * i for i in range(40)]
    rows = pd.DataFrame({"price": pd.Series([*prices, "unknown"], dtype=object)})
    assert counted(rows, rows[:0])["price"].meant_as == "numbers"
    rows = pd.DataFrame({"price": pd.Categorical(prices)})
    assert counted(rows, rows[:0])["price"].meant_as == ""


@pytest.mark.parametrize(
    "dtype",
    [
        pd.CategoricalDtype([f"R{i}" for i in range(40)]),
        "string",
        pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
    ],
    ids=["category", "string", "Arrow dictionary"],
)
def test_levels_of_any_dtype_are_counted(dtype):
    regions = pd.Series([f"R{i}" for i in [*range(30), *range(20, 30)]], dtype=dtype)
    others = pd.Series([f"R{i}" for i in [*range(40), 0, 0]], dtype=dtype)
    table = Table(pd.DataFrame({"region": others}))
    frames = regions.to_frame("region"), others.to_frame("region")
    levels = counted(*frames, table)["region"]
    own, other = levels.own, levels.others
    assert (own.sum(), (own == 1).sum(), (own == 0).sum()) == (40, 20, 10)
    assert (other.sum(), other.max()) == (42, 3)
    assert (levels.n_rows, levels.unseen, levels.identifies) == (40, 0.5, False)


@pytest.mark.parametrize("dtype", [object, "category", "string"])
def test_of_many_levels_the_frequent_stay_and_the_others_are_one(dtype):
    often = [f"R{i}" for i in range(100) for _ in range(10 if i < 3 else i % 5 + 1)]
    own = pd.DataFrame({"region": pd.Series([*often, None], dtype=dtype), "x": 1.5})
    other = pd.DataFrame({"region": pd.Series(["R0", "new", None], dtype=dtype)})
    before = own.copy(), other.copy()
    few = few_levels([own, other.assign(x=1)])
    kept = {f"R{i}" for i in range(100) if i < 3 or i % 5 == 4}
    assert set(few[0]["region"].dropna()) == kept | {OTHER_LEVELS}
    assert few[0]["region"].isna().sum() == 1
    assert few[0]["x"].equals(own["x"])
    assert few[1]["region"].fillna("-").tolist() == ["R0", OTHER_LEVELS, "-"]
    pd.testing.assert_frame_equal(own, before[0])
    pd.testing.assert_frame_equal(other, before[1])


def test_frames_of_few_levels_are_left_as_they_are():
    frame = pd.DataFrame({"region": [f"R{i}" for i in range(64)], "x": np.arange(64.0)})
    assert few_levels([frame, frame])[1] is frame
