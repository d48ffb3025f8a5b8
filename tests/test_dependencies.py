"""Columns that others determine: found, honoured, and never made up."""

import numpy as np
import pandas as pd
import pytest

from gansampler import GANOversampler
from gansampler.encoding import dependencies, discovery
from gansampler.encoding.clock import ClockColumn
from gansampler.encoding.discovery import find_dependencies
from gansampler.table import TableEncoder

CITIES = ["N0", "N1", "S0", "S1", "E0", "E1", "W0", "W1"]


def found(*columns, n_own=None):
    """Pairs of positions of which the first determines the second."""
    codes = np.column_stack(columns)
    by_target = find_dependencies(
        codes,
        np.hstack([codes, codes < 0]),
        codes.max(axis=0) + 1,
        n_own or len(codes),
        np.random.default_rng(0),
    )
    return {(source, target) for target, by in by_target.items() for source in by}


def people(n_rows, seed=0):
    """Cities name their region; a car has a value; no card, a limit of -999."""
    rng = np.random.default_rng(seed)
    city = rng.choice(CITIES, n_rows, p=[0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05])
    car = rng.random(n_rows) < 0.6
    card = rng.choice(["none", "standard", "gold"], n_rows, p=[0.4, 0.4, 0.2])
    rows = pd.DataFrame({"region": [name[0] for name in city], "city": city})
    rows["car"] = car.astype(int)
    rows["car_value"] = np.where(car, np.exp(rng.normal(9, 0.6, n_rows)), np.nan)
    rows["card"] = card
    limit = np.round(np.exp(rng.normal(7, 0.5, n_rows)))
    rows["limit"] = np.where(card == "none", -999, limit)
    rows["since"] = pd.array(rng.integers(0, 99, n_rows), dtype="Int64")
    rows.loc[card == "none", "since"] = pd.NA
    return rows.assign(age=rng.integers(18, 90, n_rows))


def contradictions(rows):
    """Rows that break a rule of ``people``."""
    return pd.DataFrame(
        {
            "city": rows["city"].str[0] != rows["region"],
            "car": rows["car_value"].isna() != (rows["car"] == 0),
            "limit": (rows["limit"] == -999) != (rows["card"] == "none"),
            "since": rows["since"].isna() != (rows["card"] == "none"),
        }
    ).sum()


def generated(encoder, n_rows=2000, seed=0):
    """Decoded rows whose cells have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    blocks = [rng.normal(size=(n_rows, encoder.n_numeric_))]
    start = 0
    for size in encoder.category_sizes_:
        rates = encoder.category_frequencies_[start : start + size]
        blocks.append(np.eye(size)[rng.choice(size, n_rows, p=rates / rates.sum())])
        start += size
    matrix = np.hstack(blocks, dtype=np.float32)
    encoder.calibrate(matrix)
    return encoder.inverse_transform(matrix), matrix


# --- what counts as determined -------------------------------------------------------


def test_a_column_of_levels_determines_another():
    city = np.arange(300) % 6
    assert found(city, city // 2) == {(0, 1)}
    assert found(city, 5 - city) == {(0, 1), (1, 0)}
    assert found(city, city // 2, city % 2) == {(0, 1), (0, 2)}


def tables(*columns):
    """What follows from each code, by pairs of positions."""
    codes = np.column_stack(columns)
    by_target = find_dependencies(
        codes, codes, codes.max(axis=0) + 1, len(codes), np.random.default_rng(0)
    )
    return {
        (source, target): table.tolist()
        for target, by_source in by_target.items()
        for source, table in by_source.items()
    }


def test_one_exception_is_enough():
    city = np.arange(300) % 6
    region = city // 2
    assert tables(city, region) == {(0, 1): [0, 0, 1, 1, 2, 2, -1]}
    region[17] = 0  # of city 5, which leaves a choice then
    assert tables(city, region) == {(0, 1): [0, 0, 1, 1, 2, -1, -1]}


def test_some_levels_alone_decide():
    """No internet, no security of it; who has it may take either."""
    internet, security = np.arange(300) % 3, np.arange(300) // 3 % 2
    security[internet == 2] = 2
    decided = [-1, -1, 2, -1]
    assert tables(internet, security) == {(0, 1): decided, (1, 0): decided}


def test_few_rows_of_a_level_are_no_evidence():
    internet, security = np.arange(300) % 3, np.arange(300) // 3 % 2
    security[internet == 2] = 2
    rows = np.r_[np.flatnonzero(internet < 2), np.flatnonzero(internet == 2)[:30]]
    assert tables(internet[rows], security[rows]) == {}


def test_missing_cells_are_no_exceptions():
    city = np.arange(300) % 6
    region = np.where(np.arange(300) % 7 == 0, -1, city // 2)
    assert found(city, region) == {(0, 1)}


def test_gaps_are_determined():
    flag = np.arange(300) % 2
    value = np.where(flag == 1, 0, -1)
    assert found(flag, value) == {(0, 3)}


@pytest.fixture
def looked_at(monkeypatch):
    """The columns of which one was compared with another on all rows."""
    original, sources = discovery.tabulate, []

    def tabulate(source, *args):
        sources.append(source)
        return original(source, *args)

    monkeypatch.setattr(discovery, "tabulate", tabulate)
    return sources


def test_few_rows_are_not_compared_one_by_one(looked_at):
    rng = np.random.default_rng(0)
    flags = [(rng.random(400) < 0.3).astype(int) for _ in range(30)]
    assert found(*flags, flags[0]) == {(0, 30), (30, 0)}
    assert len(looked_at) == 2


def test_comparing_few_rows_first_changes_nothing(monkeypatch):
    rows = people(600)
    columns = [pd.factorize(rows[name])[0] for name in rows]
    stages = found(*columns)
    monkeypatch.setattr(discovery, "STAGES", ())
    assert found(*columns) == stages != set()


def test_columns_with_gaps_in_common_are_not_compared_one_by_one(looked_at):
    """A section of a survey that some skip: what is missing there says it all."""
    rng = np.random.default_rng(0)
    skipped = rng.random(600) < 0.4
    answers = [np.where(skipped, -1, rng.integers(0, 5, 600)) for _ in range(20)]
    assert found(skipped.astype(int), *answers) == {(0, 22 + j) for j in range(20)}
    assert len(looked_at) == 20


def test_what_names_a_row_determines_nothing():
    key = np.arange(300)
    assert found(key, key % 3) == set()
    assert found(key // 4, key // 4 % 3) >= {(0, 1)}


def test_what_chance_may_leave_without_an_exception_is_no_rule():
    flag = np.zeros(300, dtype=int)
    flag[:10] = 1
    # Of 300 rows 10 pairs at random differ in 20.
    assert found(flag, flag) == set()
    flag[:20] = 1
    assert found(flag, flag) == {(0, 1), (1, 0)}


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_have_nothing_to_do_with_each_other(seed):
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, k, 600) for k in (2, 2, 3, 5, 20, 100)]
    columns += [np.where(rng.random(600) < 0.04, 1, 0) for _ in range(30)]
    assert found(*columns) == set()


# --- generated rows ------------------------------------------------------------------


@pytest.mark.parametrize("n_own", [40, 90, 300])
def test_generated_rows_contradict_no_rule(n_own):
    rows, others = people(n_own), people(1000, seed=1)
    encoder = TableEncoder().fit(rows, others=others, lend=False)
    made, _ = generated(encoder)
    assert contradictions(made).tolist() == [0, 0, 0, 0]
    patterns = set(map(tuple, rows.isna().to_numpy()))
    assert set(map(tuple, made.isna().to_numpy())) <= patterns
    assert set(made["city"]) == set(rows["city"])


def test_what_is_determined_comes_at_the_rates_of_what_determines_it():
    rows = people(300)
    made, _ = generated(TableEncoder().fit(rows, others=people(1000, 1), lend=False))
    for name in ("city", "region", "card", "car"):
        shares = made[name].value_counts(normalize=True)
        own = rows[name].value_counts(normalize=True)
        assert (shares - own).abs().max() < 0.03
    assert (made["limit"] == -999).mean() == (made["card"] == "none").mean()
    rest, own = (x["limit"][x["limit"] != -999] for x in (made, rows))
    assert rest.median() == pytest.approx(own.median(), rel=0.05)


def test_a_class_is_too_small_to_show_a_rule_alone():
    rows = people(30)
    made, _ = generated(TableEncoder().fit(rows))
    assert contradictions(made).all()


def test_a_rule_that_another_class_breaks_is_none():
    rows, others = people(90), people(1000, 1)
    others.loc[5, "region"] = "W" if others["region"][5] != "W" else "N"
    made, _ = generated(TableEncoder().fit(rows, others=others, lend=False))
    assert contradictions(made)["city"] > 0
    assert contradictions(made)[["car", "limit", "since"]].tolist() == [0, 0, 0]


def test_gaps_in_times_by_the_clock_are_determined():
    """Such a column has no codes."""
    rng = np.random.default_rng(0)
    called = rng.random(1000) < 0.7
    hours = rng.integers(0, 400, 1000) * 24 + rng.choice([8, 9, 10, 17], 1000)
    at = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(hours, unit="h"))
    table = pd.DataFrame({"called": called, "at": at.where(called)})
    rows = table[:200]
    encoder = TableEncoder().fit(rows, others=table[200:], lend=False)
    assert isinstance(encoder.columns_[1], ClockColumn)
    made, _ = generated(encoder)
    assert (made["at"].notna() == made["called"]).all()
    assert set(made["at"].dt.hour.dropna()) <= {8, 9, 10, 17}


@pytest.mark.parametrize("gap", ["city", "card"])
def test_what_determines_may_be_missing(gap):
    rows, others = people(120), people(1000, 1)
    for part, step in ((rows, 5), (others, 7)):
        part.loc[::step, gap] = None
    made, _ = generated(TableEncoder().fit(rows, others=others, lend=False))
    assert 0.1 < made[gap].isna().mean() < 0.3
    assert contradictions(made[made[gap].notna()]).tolist() == [0, 0, 0, 0]
    patterns = set(map(tuple, rows.isna().to_numpy()))
    assert set(map(tuple, made.isna().to_numpy())) <= patterns


def test_what_follows_is_missing_where_the_class_does_not_show_it():
    """Its rows from one town lack the region, which no other of its towns has."""
    town = np.arange(1000) % 8
    table = pd.DataFrame({"town": [f"T{k}" for k in town]})
    table["region"] = [f"R{k}" for k in town // 2]
    rows, others = table[:200].copy(), table[200:]
    rows.loc[town[:200] >= 6, "region"] = None
    made, _ = generated(TableEncoder().fit(rows, others=others, lend=False))
    assert made["region"].isna().mean() == pytest.approx(0.25, abs=0.03)
    last = made["town"].isin(["T6", "T7"])
    assert last.any()
    assert made["region"][last].isna().all()


def test_two_columns_that_determine_the_same_one_agree():
    rng = np.random.default_rng(0)
    phone = rng.random(1000) < 0.7
    table = pd.DataFrame(
        {
            "phone": np.where(phone, "yes", "no"),
            "lines": np.where(phone, rng.choice(["one", "many"], 1000), "no phone"),
            "calls": np.where(phone, rng.choice(["few", "lots"], 1000), "no phone"),
        }
    )
    encoder = TableEncoder().fit(table[:100], others=table[100:], lend=False)
    made, _ = generated(encoder)
    assert set(map(tuple, made.to_numpy())) <= set(map(tuple, table.to_numpy()))
    assert len(made.drop_duplicates()) == 5
    assert (made["phone"] == "yes").mean() == pytest.approx(0.7, abs=0.08)


def subscribers(n_rows, seed=0):
    """Without internet no service on it; singles have no income of a spouse."""
    rng = np.random.default_rng(seed)
    internet = rng.choice(["cable", "fibre", "no"], n_rows, p=[0.35, 0.45, 0.2])
    rows = pd.DataFrame({"internet": internet})
    for service in SERVICES:
        rows[service] = rng.choice(["yes", "no"], n_rows)
        rows.loc[internet == "no", service] = "no internet"
    rows["marital"] = rng.choice(["single", "married", "divorced"], n_rows)
    income = np.round(rng.lognormal(8, 0.4, n_rows))
    unknown = (rows["marital"] == "single") | (rng.random(n_rows) < 0.2)
    return rows.assign(income=np.where(unknown, np.nan, income))


SERVICES = ["security", "backup", "support", "films"]


@pytest.mark.parametrize("n_own", [40, 200])
def test_levels_that_leave_no_choice_are_followed(n_own):
    """Though other levels of their columns leave one."""
    rows, others = subscribers(n_own), subscribers(1000, seed=1)
    made, _ = generated(TableEncoder().fit(rows, others=others, lend=False))
    for service in SERVICES:
        assert ((made[service] == "no internet") == (made["internet"] == "no")).all()
        assert {"yes", "no"} <= set(made[service])
    assert made.loc[made["marital"] == "single", "income"].isna().all()
    for name in rows.columns.drop("income"):
        rates = rows[name].value_counts(normalize=True)
        assert (made[name].value_counts(normalize=True) - rates).abs().max() < 0.08
    with_internet = made.loc[made["internet"] != "no", SERVICES]
    assert len(with_internet.drop_duplicates()) == 2 ** len(SERVICES)


def test_levels_that_imply_each_other_are_tied_to_one_of_them():
    """Not each to each: there may be hundreds in a section of a survey."""
    rng = np.random.default_rng(0)
    skipped = rng.random(1000) < 0.3
    columns = {
        f"question {k}": np.where(skipped, "not asked", rng.choice(["yes", "no"], 1000))
        for k in range(30)
    }
    table = pd.DataFrame(columns)
    encoder = TableEncoder().fit(table[:200], others=table[200:], lend=False)
    assert len(encoder.rules_.dependencies.pairs) <= 4 * 29
    made, _ = generated(encoder)
    n_skipped = (made == "not asked").sum(axis=1)
    assert set(n_skipped) == {0, 30}
    assert n_skipped.eq(30).mean() == pytest.approx(skipped[:200].mean(), abs=0.05)


def triples(n_rows, n_triples=4, seed=0):
    """Two columns that determine a third, several times over, all with gaps."""
    rng = np.random.default_rng(seed)
    columns = {}
    for k in range(n_triples):
        third = rng.integers(0, 4, n_rows)
        for name in ("first", "second"):
            levels = 3 * third + rng.integers(0, 3, n_rows)
            columns[f"{name} {k}"] = [f"{level:02}" for level in levels]
        columns[f"third {k}"] = [f"{3 * level:02}" for level in third]
    rows = pd.DataFrame(columns)
    return rows.mask(rng.random(rows.shape) < 0.05)


def broken_triples(rows, n_triples=4):
    """How many cells contradict one that determines them."""
    thirds = rows.apply(lambda column: column.astype(float) // 3)
    return sum(
        int((thirds[[f"{name} {k}", f"third {k}"]].nunique(axis=1) > 1).sum())
        for k in range(n_triples)
        for name in ("first", "second")
    )


def test_only_columns_that_contradict_each_other_change():
    """Not all that have gaps, as a row of the class has them."""
    table = triples(1500)
    rows = table[:200]
    made, _ = generated(TableEncoder().fit(rows, others=table[200:], lend=False))
    assert broken_triples(made) == 0
    real = set(map(tuple, rows.fillna("").to_numpy()))
    copied = [row in real for row in map(tuple, made.fillna("").to_numpy())]
    assert np.mean(copied) < 0.02
    gaps = (made.isna().mean() - rows.isna().mean()).abs()
    assert gaps.max() < 0.02


@pytest.mark.parametrize("n_examples", [1, 5, 200])
def test_gaps_that_no_example_has_are_put_right_as_well(n_examples, monkeypatch):
    monkeypatch.setattr(dependencies, "MAX_EXAMPLES", n_examples)
    table = triples(1500)
    rows = table[:200]
    made, _ = generated(TableEncoder().fit(rows, others=table[200:], lend=False))
    assert broken_triples(made) == 0
    patterns = set(map(tuple, rows.isna().to_numpy()))
    assert set(map(tuple, made.isna().to_numpy())) <= patterns


@pytest.mark.parametrize("gap", [None, "degree", "years"])
@pytest.mark.parametrize("names", [["degree", "years"], ["years", "degree"]])
def test_of_a_level_and_a_number_that_say_the_same_the_number_is_learned(names, gap):
    """Its dependence on other numbers is learned better than that of levels."""
    rng = np.random.default_rng(0)
    years = np.clip(np.round(rng.normal(9, 2.5, 1000)), 3, 15)
    table = pd.DataFrame({"years": years, "degree": [f"{k:.0f} years" for k in years]})
    if gap:
        table.loc[7, gap] = None
    table = table[names].assign(pay=years + rng.normal(size=1000))
    encoder = TableEncoder().fit(table[:150], others=table[150:], lend=False)
    made, matrix = generated(encoder)
    both = made.dropna()
    assert (both["degree"].str.split().str[0].astype(float) == both["years"]).all()
    drawn = (matrix[:, : encoder.n_numeric_] @ encoder.inverse_rotation_)[:, 0]
    assert np.corrcoef(drawn[both.index], both["years"])[0, 1] > 0.95


def test_what_determines_comes_first_though_the_class_shows_no_more_of_it():
    rng = np.random.default_rng(0)
    town = rng.integers(0, 12, 1000)
    town[:150] = rng.choice([0, 4, 8], 150)
    table = pd.DataFrame({"region": town // 4, "town": [f"{k:02}" for k in town]})
    encoder = TableEncoder().fit(table[:150], others=table[150:], lend=False)
    assert encoder.rules_.dependencies.sources_of(0) == [1]


def test_rare_levels_come_from_rows_that_agree_in_what_they_determine():
    """So the region keeps its rates, though each city is rare."""
    rng = np.random.default_rng(0)
    town = rng.choice(200, 3000)
    table = pd.DataFrame({"town": [f"{k:03}" for k in town], "region": town % 4})
    table["region"] = [f"R{k}" for k in table["region"]]
    table["age"] = rng.normal(size=3000)
    rows = table[:100]
    encoder = TableEncoder().fit(rows, others=table[100:], lend=False)
    assert encoder.columns_[0].has_rare
    made, matrix = generated(encoder)
    assert (made["town"].astype(int) % 4 == made["region"].str[1].astype(int)).all()
    region = matrix[:, encoder.n_numeric_ + encoder.columns_[0].width :][:, :4]
    drawn = encoder.columns_[1].levels.take(region.argmax(axis=1))
    assert (made["region"].to_numpy() == drawn.to_numpy()).all()


def test_rare_levels_come_from_rows_that_agree_in_a_number():
    """It keeps its rates and its dependence on others, however many columns vary."""
    rng = np.random.default_rng(0)
    product = rng.choice(200, 3000)
    tier = product % 8 + 1
    table = pd.DataFrame({"product": [f"{k:03}" for k in product], "tier": tier})
    for k in range(10):
        table[f"noise {k}"] = rng.normal(size=3000)
    rows = table[:150]
    encoder = TableEncoder().fit(rows, others=table[150:], lend=False)
    assert encoder.columns_[0].has_rare
    made, matrix = generated(encoder)
    assert (made["product"].astype(int) % 8 + 1 == made["tier"]).all()
    drawn = (matrix[:, : encoder.n_numeric_] @ encoder.inverse_rotation_)[:, 0]
    assert np.corrcoef(drawn, made["tier"])[0, 1] > 0.9
    shares, own = (x["tier"].value_counts(normalize=True) for x in (made, rows))
    assert (shares - own).abs().max() < 0.03


def test_borrowed_levels_contradict_no_rule():
    rng = np.random.default_rng(0)
    town = rng.choice(200, 3000)
    table = pd.DataFrame({"town": [f"{k:03}" for k in town]})
    table["coast"] = (town % 3 == 0).astype(int)
    table["harbour"] = np.where(town % 3, np.nan, rng.normal(size=3000))
    rows = table[:60]
    encoder = TableEncoder().fit(rows, others=table[60:])
    made, _ = generated(encoder)
    assert not made["town"].isin(rows["town"]).all()
    assert ((made["town"].astype(int) % 3 == 0) == (made["coast"] == 1)).all()
    assert (made["harbour"].isna() == (made["coast"] == 0)).all()


def test_settled_rows_are_as_they_are_decoded():
    encoder = TableEncoder().fit(people(90), others=people(1000, 1), lend=False)
    _, matrix = generated(encoder, 500)
    settled = encoder.settle(matrix)
    decoded = encoder.encode(encoder.decode(matrix))
    one_hot = slice(encoder.n_numeric_, None)
    np.testing.assert_array_equal(settled[:, one_hot], decoded[:, one_hot])


def test_real_rows_come_back_as_they_are():
    rows = people(90)
    encoder = TableEncoder().fit(rows, others=people(1000, 1), lend=False)
    pd.testing.assert_frame_equal(
        encoder.inverse_transform(encoder.transform(rows)), rows, rtol=1e-5
    )


def test_a_sampler_and_its_file_honour_the_rules(tmp_path):
    X = pd.concat([people(600, 1), people(60)], ignore_index=True)
    y = np.repeat([0, 1], [600, 60])
    sampler = GANOversampler(max_iter=20, random_state=0)
    X_resampled, _ = sampler.fit_resample(X, y)
    assert contradictions(X_resampled).tolist() == [0, 0, 0, 0]
    drawn = sampler.sample(300, 1)
    assert contradictions(drawn).tolist() == [0, 0, 0, 0]
    sampler.save(tmp_path / "model.gansampler")
    again = GANOversampler.load(tmp_path / "model.gansampler").sample(300, 1)
    pd.testing.assert_frame_equal(again, drawn)
