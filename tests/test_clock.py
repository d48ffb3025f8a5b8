"""Times that follow the hours of the day or the days of the week."""

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.encoding.clock import ClockColumn
from gansampler.encoding.numeric import NumericColumn
from gansampler.table import TableEncoder
from gansampler.tabular import Table
from tests.test_table import calibrated, encoder_of, random_matrix


def nights(n, seed=0, unit="s"):
    """Around two in the morning, on working days, over a year."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 52, n) * 7 + rng.integers(0, 5, n)
    seconds = (rng.normal(2, 1.5, n) * 3600).astype(int) % 86_400
    times = pd.Timestamp("2023-01-02") + pd.to_timedelta(days * 86_400 + seconds, "s")
    return pd.Series(times).astype(f"datetime64[{unit}]")


def any_times(n, seed=1, unit="s"):
    """At any second of the same year."""
    seconds = np.random.default_rng(seed).integers(0, 365 * 86_400, n)
    times = pd.Timestamp("2023-01-01") + pd.to_timedelta(seconds, "s")
    return pd.Series(times).astype(f"datetime64[{unit}]")


def drawn_from(rows, table=None, n_rows=5000, **parameters):
    encoder = calibrated(encoder_of(rows, table, **parameters))
    return encoder, encoder.inverse_transform(random_matrix(encoder, n_rows))


def column_of(cells):
    encoder = encoder_of(pd.DataFrame({"t": cells}))
    return encoder.columns_[0]


@pytest.mark.parametrize("dtype", ["s", "ns", "us][pyarrow"])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo", "Europe/Paris"])
def test_hours_and_weekdays_are_those_of_the_class(dtype, zone):
    times = nights(400)
    if zone is not None:
        times = times.dt.tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
    unit, _, arrow = dtype.partition("]")
    times = times.dt.as_unit(unit)
    if arrow:
        times = times.astype(f"timestamp[{unit}{f', {zone}' if zone else ''}][pyarrow]")
    rows = pd.DataFrame({"t": times})
    encoder, drawn = drawn_from(rows)
    assert isinstance(encoder.columns_[0], ClockColumn)
    assert drawn["t"].dtype == rows["t"].dtype
    new, own = (pd.DatetimeIndex(frame["t"]) for frame in (drawn, rows))
    assert not (new.day_of_week > 4).any()
    for hour in (0, 2, 4, 12):
        share = (own.hour == hour).mean()
        assert (new.hour == hour).mean() == pytest.approx(share, abs=0.03)
    assert own.min() <= new.min() < new.max() <= own.max()
    assert np.bincount(new.month)[1:].min() > len(new) / 24


@pytest.mark.parametrize("value_range", ["table", "class", None])
def test_times_stay_in_range_and_come_in_the_steps_of_the_table(value_range):
    own = pd.DataFrame({"t": nights(200).dt.floor("5min")})
    table = pd.concat([own, pd.DataFrame({"t": any_times(500).dt.floor("5min")})])
    _, drawn = drawn_from(own, table, value_range=value_range)
    assert (drawn["t"] == drawn["t"].dt.floor("5min")).all()
    bounds = own["t"] if value_range == "class" else table["t"]
    assert bounds.min() <= drawn["t"].min()
    assert drawn["t"].max() <= bounds.max()


def test_working_days_stay_working_days():
    days = pd.DataFrame({"t": nights(150).dt.floor("D")})
    encoder, drawn = drawn_from(days)
    assert isinstance(encoder.columns_[0], ClockColumn)
    assert (drawn["t"] == drawn["t"].dt.normalize()).all()
    assert not (drawn["t"].dt.day_of_week > 4).any()
    assert drawn["t"].nunique() > 200


def test_a_time_that_stands_for_something_comes_back_as_it_is():
    times = nights(300)
    never = pd.Timestamp("2100-12-31 23:59:59")
    times[::10] = never
    encoder, drawn = drawn_from(pd.DataFrame({"t": times}))
    new = drawn["t"]
    assert (new == never).mean() == pytest.approx(0.1, abs=0.02)
    assert new[new != never].max() < pd.Timestamp("2024-06-01")
    assert not (new[new != never].dt.day_of_week > 4).any()
    # Seen as it is, too: the generator's last numbers do not matter.
    matrix = random_matrix(encoder, 500)
    settled, n_numeric = encoder.settle(matrix), encoder.n_numeric_
    at_never = (encoder.inverse_transform(matrix)["t"] == never).to_numpy()
    assert not settled[at_never, :n_numeric].any()
    assert settled[~at_never, :n_numeric].any(axis=1).all()


def test_ends_of_the_range_are_as_frequent_as_in_the_class():
    own = pd.DataFrame({"t": nights(200).dt.floor("D")})
    _, drawn = drawn_from(own, value_range="class", n_rows=20_000)
    for end in (own["t"].min(), own["t"].max()):
        share = (own["t"] == end).mean()
        assert (drawn["t"] == end).mean() == pytest.approx(share, abs=0.005)
    ends = pd.Series(pd.to_datetime(["2022-12-30", "2024-01-05"])).astype("M8[s]")
    table = pd.concat([own, pd.DataFrame({"t": ends})])
    assert not drawn_from(own, table, n_rows=20_000)[1]["t"].isin(ends).any()


def test_rows_decode_to_themselves_and_missing_times_stay_missing():
    rows = pd.DataFrame({"t": nights(80), "x": np.arange(80.0)})
    rows.loc[::9, "t"] = pd.NaT
    rows.loc[1::9, "t"] = pd.Timestamp("2023-07-07 07:07:07")
    encoder = encoder_of(rows)
    assert isinstance(encoder.columns_[0], ClockColumn)
    decoded = encoder.inverse_transform(encoder.transform(rows))
    assert (decoded["t"] - rows["t"]).abs().max() <= pd.Timedelta(1, "s")
    assert decoded["t"].isna().equals(rows["t"].isna())
    # Times of other classes as well, beyond the range too.
    assert np.isfinite(encoder.transform(rows.assign(t=any_times(80)))).all()


def test_more_moments_and_weekdays_than_have_cells_of_their_own():
    times = nights(60)
    for moment in range(6):
        times[moment * 4 : moment * 4 + 4] = pd.Timestamp(2023, 3, 3 + moment, 12)
    encoder, drawn = drawn_from(pd.DataFrame({"t": times, "x": np.arange(60.0)}))
    assert encoder.columns_[0].weekday.has_rare
    assert (drawn["t"].dt.hour == 12).mean() == pytest.approx(24 / 60, abs=0.05)


@pytest.mark.parametrize(
    ("cells", "in_parts"),
    [
        (nights(60), True),
        (nights(60).dt.floor("D"), True),
        (any_times(300), False),
        (any_times(300).dt.floor("D"), False),
        (nights(300) - pd.Timestamp("2023-01-01"), False),
        (pd.Series(pd.date_range("2023-01-01", periods=60, freq="36h")), False),
        (pd.Series(pd.date_range("2023-01-01 12:00", periods=60, freq="7D")), False),
        (pd.Series(pd.date_range("2023-01-01", periods=60, freq="min")), False),
        (nights(20).sample(400, replace=True, ignore_index=True), False),
    ],
    ids=[
        "nights",
        "working days",
        "any time",
        "any day",
        "time spans",
        "steps that do not divide a day",
        "steps longer than a day",
        "one night",
        "few values",
    ],
)
def test_which_times_are_learned_in_parts(cells, in_parts):
    kind = ClockColumn if in_parts else NumericColumn
    assert type(column_of(cells)) is kind


def test_one_busy_week_is_no_habit():
    rng = np.random.default_rng(0)
    seconds = np.r_[rng.integers(0, 2 * 86_400, 380), rng.integers(0, 365 * 86_400, 20)]
    times = pd.Timestamp("2023-06-03") + pd.to_timedelta(seconds, "s")
    assert isinstance(column_of(pd.Series(times)), NumericColumn)


def test_a_night_is_not_torn_at_midnight():
    rng = np.random.default_rng(0)
    minutes = rng.integers(0, 300, 200) * 1440 + rng.normal(0, 60, 200).astype(int)
    times = pd.Timestamp("2023-01-01") + pd.to_timedelta(minutes, "min")
    column = column_of(pd.Series(times))
    assert column.cut == 12 * 60
    evening, morning = pd.Series(
        pd.to_datetime(["2023-05-05 23:59", "2023-05-06 00:01"])
    ).pipe(lambda cells: column.encode_numeric(column.to_values(cells))[:, -1])
    assert morning - evening == pytest.approx(2 / 60, rel=0.2)


def test_hours_keep_what_hangs_on_them():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"t": pd.concat([any_times(500), nights(150)], ignore_index=True)})
    X["x"] = rng.normal(size=650)
    early = X["t"].dt.hour < 3
    X.loc[early, "x"] += 4
    y = np.repeat([0, 1], [500, 150])
    sampler = GANOversampler(random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    new, own = X_resampled[650:], X[500:]
    hours = new["t"].dt.hour
    assert (hours < 6).mean() == pytest.approx((own["t"].dt.hour < 6).mean(), abs=0.1)
    assert new["x"][hours < 2].mean() - new["x"][(hours > 3) & (hours < 9)].mean() > 2


def test_dates_far_from_each_other_in_nanoseconds():
    times = nights(100, unit="ns")
    times[0] = pd.Timestamp.min.ceil("D")
    times[1] = pd.Timestamp.max.floor("D")
    table = Table(pd.DataFrame({"t": times})).summary
    rows = pd.DataFrame({"t": times[2:].reset_index(drop=True)})
    encoder = calibrated(TableEncoder().fit(rows, table))
    drawn = encoder.inverse_transform(random_matrix(encoder, 500))["t"]
    assert isinstance(encoder.columns_[0], ClockColumn)
    assert (drawn.dt.hour.isin([21, 22, 23, *range(9)])).mean() > 0.97
    assert not (drawn.dt.day_of_week > 4).any()
