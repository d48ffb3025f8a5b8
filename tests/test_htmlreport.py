"""The page of `gansampler report`: what it says, and that it is whole, safe, alone."""

import itertools
import json
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from benchmarks import report_verdicts_page
from gansampler import _thinning
from gansampler.cli import main
from gansampler.diagnosis import OK, POOR, WARN
from gansampler.htmlreport import (
    JudgedRows,
    _page,
    conclusion,
    judge_class,
    write_page,
)
from gansampler.htmlreport._differences import describe
from gansampler.htmlreport._page import MAX_COLUMNS
from gansampler.quality import _references
from gansampler.quality._space import join_columns
from gansampler.tablefiles import TableFileError, read_comparable

VOID = {"meta", "br", "img", "hr", "link", "input"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\"' onload='x'",
    "</td></svg>&amp;",
    "$x^2$ \\frac",
    "paid in \\$",
    "a\x01b\x9f",
    "naïve 列 ≠",
    "l" * 300,
]


class Page(HTMLParser):
    """A page taken apart; fails where elements are not closed in their order."""

    def __init__(self, content):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(content.decode())
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), (tag, attributes)
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        # SVG closes elements so; in HTML it would mean nothing.
        assert "svg" in self.open or tag == "svg", tag
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def check(content):
    """Check what every page has to keep to, and return it taken apart."""
    page = Page(content)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert content.startswith(b"<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.all("meta")
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    text = content.decode()
    assert "url(http" not in text
    assert "@import" not in text
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href"):
            # Only what is in the page itself.
            target = attributes.get(name) or "data:image/png;base64,"
            if not target.startswith("data:image/png;base64,"):
                assert target[0] == "#"
                assert target[1:] in ids
        for value in attributes.values():
            for target in re.findall(r"url\(#?([^)]+)\)", value or ""):
                assert target in ids
    for svg in page.all("svg"):
        assert svg["role"] == "img"
        assert svg["aria-label"].strip()
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(cell["scope"] in ("row", "col") for cell in page.all("th"))
    levels = [int(tag[1]) for tag in re.findall(r"<(h[1-6])", text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    return page


def rows_of(real, synthetic, others=None, label="yes"):
    return JudgedRows(label, real, synthetic, others, len(real), len(synthetic))


def page_of(*judgements):
    return check(write_page(judgements, title="T", facts=["F"]))


@pytest.fixture(scope="module")
def samples():
    """Two samples of one distribution, and one of another class."""
    rng = np.random.default_rng(0)

    def draw(n, shift=0.0):
        age = rng.integers(18, 90, n)
        return pd.DataFrame(
            {
                "age": age,
                "income": np.round(rng.normal(2000 + 10 * age + 900 * shift, 300), 2),
                "visits": rng.poisson(4 + 8 * shift, n).astype(float),
                "plan": rng.choice(["basic", "plus", "pro"], n),
                "since": pd.Timestamp("2024-01-01")
                + pd.to_timedelta(rng.integers(0, 500, n), unit="D"),
            }
        )

    return draw(150), draw(300), draw(400, shift=1.0)


def statuses(judgement):
    return {verdict.name: verdict.status for verdict in judgement.verdicts}


# --- what is said ---------------------------------------------------------------------


def test_rows_of_one_distribution_give_no_cause_for_complaint(samples):
    real, synthetic, others = samples
    judgement = judge_class(rows_of(real, synthetic, others))
    assert statuses(judgement) == dict.fromkeys(
        ["copies", "told apart", "coverage", "columns", "dependence", "other classes"],
        OK,
    )
    assert conclusion(judgement) == (OK, "No fault was found with these rows.")
    page = page_of(judgement)
    assert "No fault was found with these rows." in page.words
    assert "300 synthetic rows beside 150 real ones, 5 columns." in page.words
    assert all(name in page.words for name in real)


def test_copies_are_called_copies(plain, samples):
    real, _, others = samples
    copies = real.sample(300, replace=True, random_state=0).reset_index(drop=True)
    judgement = judge_class(rows_of(real, copies, others))
    assert judgement.verdicts[0].name == "copies"
    assert judgement.verdicts[0].message == (
        "100 % of the synthetic rows equal a real row in every cell; they lie 0.00 "
        "times as far from the nearest real row as real rows lie from each other."
    )
    assert conclusion(judgement) == (
        POOR,
        "Not to be used as they are, for copies of real rows.",
    )


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_copies_of_hardly_any_rows_have_another_remedy(plain, n_rows):
    real = pd.DataFrame({"x": np.arange(n_rows) + 0.5})
    copies = real.sample(50, replace=True, random_state=0)
    (verdict,) = judge_class(rows_of(real, copies)).verdicts
    assert verdict.remedy == (
        "Collect more real rows, or leave the class out: from fewer than 3 different "
        "rows nothing new can be learned."
        if n_rows < 3
        else "Raise copy_rejection, or start from noise with "
        "latent_distribution='normal'."
    )


def test_parameters_are_named_as_the_command_line_takes_them(plain, samples):
    real, synthetic, _ = samples
    assert (
        "The parameters named are those of GANOversampler in Python; the command line "
        "takes them as --set NAME=VALUE , and max_iter as --max-iter ."
    ) in page_of(judge_class(rows_of(real, synthetic))).words


def test_copies_of_rows_that_are_not_looked_at_closely_are_found(plain):
    rng = np.random.default_rng(0)
    real = pd.DataFrame(rng.normal(size=(20_000, 2)), columns=["a", "b"])
    judgement = judge_class(rows_of(real, real[-100:].reset_index(drop=True)))
    assert judgement.figures.loc["duplicate_share", "synthetic"] == 1
    assert statuses(judgement)["copies"] == POOR


def test_copies_are_scaled_up_where_a_part_of_the_rows_is_looked_at(plain, monkeypatch):
    monkeypatch.setattr(_thinning, "MAX_CELLS", 0)
    monkeypatch.setattr(_thinning, "MIN_CLASS_ROWS", 500)
    real = pd.DataFrame(np.random.default_rng(0).normal(size=(2000, 2))).add_prefix("x")
    judgement = judge_class(rows_of(real, real.iloc[::-1].reset_index(drop=True)))
    assert judgement.figures.loc["duplicate_share", "synthetic"] > 0.8
    assert statuses(judgement)["copies"] == POOR
    words = page_of(judgement).words
    assert "500 of the 2,000 real rows and 500 of the 2,000 synthetic rows" in words


def test_columns_that_are_off_are_named_with_the_way_they_are(samples):
    real, synthetic, others = samples
    off = synthetic.assign(
        age=synthetic["age"] + 60,
        plan=np.where(np.arange(300) < 30, "gold", "basic"),
        visits=synthetic["visits"] + 0.5,
    )
    judgement = judge_class(rows_of(real, off, others))
    assert judgement.columns.index[:2].tolist() == ["age", "plan"]
    assert judgement.columns["status"].to_dict() == {
        "age": POOR, "plan": POOR, "visits": WARN, "income": OK, "since": OK,
    }  # fmt: skip
    faults = {name: d.faults for name, d in judgement.differences.items()}
    assert faults["plan"] == (
        "10 % of the cells are levels that no real row has: 'gold'",
    )
    assert faults["visits"] == ("100 % of the cells have decimals, and no real one",)
    assert re.fullmatch(
        r"8\d % of the cells lie beyond the real range \(18 to 89\), as far as 149",
        faults["age"][0],
    )
    assert statuses(judgement)["told apart"] == POOR
    status, sentence = conclusion(judgement)
    assert status == POOR
    assert "single columns" in sentence
    assert faults["plan"][0] in page_of(judgement).words


@pytest.mark.parametrize("n_rows", [10, 30, 200])
def test_new_rows_of_the_same_distribution_hardly_ever_lie_beyond_the_range(n_rows):
    rng = np.random.default_rng(0)
    real, new = (pd.DataFrame(rng.standard_t(2, size=(n_rows, 400))) for _ in range(2))
    columns = join_columns({"real": real, "synthetic": new}, (1, 1))
    assert sum(bool(describe(column).faults) for column in columns) <= 1
    # Fifty times as wide.
    wide = join_columns({"real": real, "synthetic": 50 * new}, (1, 1))
    assert sum(bool(describe(column).faults) for column in wide) > 350


@pytest.mark.parametrize("n_rows", [10, 30, 100, 1000])
@pytest.mark.parametrize("zeros", [0.0, 0.9])
def test_many_rows_beside_few_of_heavy_tails_hardly_ever_lie_too_far_out(n_rows, zeros):
    rng = np.random.default_rng(0)
    real, new = (
        pd.DataFrame(
            rng.lognormal(5, 1.5, (n, 200)).round()
            * (rng.uniform(size=(n, 200)) >= zeros)
        )
        for n in (n_rows, 2000)
    )
    columns = join_columns({"real": real, "synthetic": new}, (1, 1))
    assert sum(bool(describe(column).faults) for column in columns) <= 3


NUMBERS, DATES = np.arange(60.0, 140), pd.date_range("2020-01-01", periods=80)


@pytest.mark.parametrize(
    ("cells", "wrong", "n_wrong", "said"),
    [
        (NUMBERS, 1e9, 80, "4 % (60 to 139) 1,000,000,000"),
        (NUMBERS, -1.0, 80, "4 % (60 to 139) -1"),
        (NUMBERS, 1e6, 1, "<1 % (60 to 139) 1,000,000"),
        (NUMBERS, 1e30, 1, "<1 % (60 to 139) 1e+30"),
        (np.full(80, 7.0), 8.0, 80, "4 % (7 to 7) 8"),
        (
            DATES,
            pd.Timestamp("1900-01-01"),
            80,
            "4 % (2020-01-01 to 2020-03-20) 1900-01-01",
        ),
    ],
)
def test_a_few_cells_far_out_are_a_fault(plain, cells, wrong, n_wrong, said):
    rng = np.random.default_rng(0)
    real, synthetic = (
        pd.DataFrame({"a": rng.normal(size=n), "x": rng.choice(cells, n)})
        for n in (600, 2000)
    )
    synthetic.loc[: n_wrong - 1, "x"] = wrong
    judgement = judge_class(rows_of(real, synthetic))
    share, span, farthest = re.fullmatch(r"(.* %) (\(.*\)) (.*)", said).groups()
    assert judgement.differences["x"].faults == (
        f"{share} of the cells lie beyond the real range {span}, as far as {farthest}",
    )
    assert judgement.columns["status"].to_dict() == {"x": WARN, "a": OK}
    assert conclusion(judgement)[0] == WARN


def test_rows_among_other_classes_and_rows_of_one_mode_are_seen(plain, samples):
    real, _, others = samples
    majority = judge_class(rows_of(real, others[200:].reset_index(drop=True), others))
    assert statuses(majority)["other classes"] == POOR
    rng = np.random.default_rng(0)
    one = real.iloc[[3]].sample(200, replace=True, random_state=0)
    one = one.assign(income=one["income"] + rng.normal(0, 1, 200).round(2))
    collapsed = judge_class(rows_of(real, one.reset_index(drop=True)))
    assert statuses(collapsed)["coverage"] == POOR


def test_lost_dependence_is_named(plain, samples):
    rng = np.random.default_rng(0)
    a = rng.normal(size=400)
    real = pd.DataFrame({"a": a, "b": a + rng.normal(0, 0.1, 400)})
    alone = real.assign(b=rng.permutation(real["b"])) + 1e-6
    judgement = judge_class(rows_of(real, alone))
    (verdict,) = (v for v in judgement.verdicts if v.name == "dependence")
    assert verdict.status == POOR
    assert re.search(r"differences: 'a' with 'b' \((0\.9|1\.0)", verdict.message)


def related(n_rows, rng):
    """Rows with rules between columns, and columns without."""
    numbers = {f"x{i}": rng.normal(100, 10, n_rows).round(1) for i in range(8)}
    has_car = rng.choice(["yes", "no"], n_rows)
    car = np.where(has_car == "no", "none", rng.choice(["vw", "kia"], n_rows))
    total = numbers["x0"] + numbers["x1"]
    return pd.DataFrame(numbers | {"has_car": has_car, "car": car, "total": total})


@pytest.mark.parametrize(
    ("column", "pair"),
    [("car", "'has_car' with 'car'"), ("total", "'x[01]' with 'total'")],
)
def test_one_broken_rule_among_many_pairs_is_named(plain, column, pair):
    rng = np.random.default_rng(0)
    real, synthetic = related(300, rng), related(500, rng)
    assert judge_class(rows_of(real, synthetic)).status == OK
    synthetic[column] = rng.permutation(synthetic[column])
    judgement = judge_class(rows_of(real, synthetic))
    (verdict,) = (v for v in judgement.verdicts if v.status != OK)
    assert (verdict.name, verdict.status) == ("dependence", POOR)
    assert re.fullmatch(
        r"Correlations differ by 0.1\d in the mean over pairs of columns, and by 0.10 "
        rf"between real rows. The largest differences: {pair} \(0\.\d\d\), .*; between "
        r"real rows at most 0.31.",
        verdict.message,
    )


@pytest.mark.parametrize("n_rows", [20, 60, 300])
def test_the_worst_pair_of_new_real_rows_is_hardly_ever_an_alarm(plain, n_rows):
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        real, new = related(n_rows, rng), related(300, rng)
        found.append(statuses(judge_class(rows_of(real, new)))["dependence"])
    assert found == [OK] * 8


def test_large_integers_are_written_to_the_last_digit():
    real = pd.DataFrame({"id": np.arange(101) * 8 + 2**60})
    (column,) = join_columns({"real": real, "synthetic": real}, (1, 1))
    middle = 2**60 + 400
    assert f"median {middle} → {middle}," in describe(column).facts


def test_dates_and_missing_cells_are_read_as_such(plain, samples):
    real, synthetic, _ = samples
    gappy = synthetic.assign(
        since=synthetic["since"] + pd.Timedelta(300, "D"),
        income=synthetic["income"].where(np.arange(300) % 2 == 0),
    )
    differences = judge_class(rows_of(real, gappy)).differences
    assert differences["since"].kind == "date"
    assert re.match(
        r"median 2024-\d\d-\d\d → 2025-\d\d-\d\d, middle half 2024",
        differences["since"].facts,
    )
    assert differences["income"].facts.endswith("missing 0 % → 50 %")


@pytest.mark.parametrize("n_real", [1, 2, 3, 9])
def test_few_real_rows_are_not_judged_but_for_copies(plain, samples, n_real):
    real, synthetic, others = samples
    judgement = judge_class(rows_of(real[:n_real], synthetic, others))
    assert list(statuses(judgement)) == ["copies"]
    assert conclusion(judgement)[1] == (
        f"No fault was found with these rows. There are only {n_real} real rows, too "
        "few to tell more."
    ).replace("are only 1 real rows", "is only 1 real row")
    page_of(judgement)


def test_one_row_and_one_column_and_nothing_in_it(plain):
    for cells in ([1.0], ["x"], [None]):
        frame = pd.DataFrame({"only": cells})
        page_of(judge_class(rows_of(frame, frame)))
    many = pd.DataFrame({"only": np.arange(50.0)})
    assert (
        "The column does not differ" in page_of(judge_class(rows_of(many, many))).words
    )


def test_identifiers_are_no_fault_of_the_rows_and_fit_into_memory(plain):
    rng = np.random.default_rng(0)
    frames = [
        pd.DataFrame(
            {f"id{i}": [f"{part}{x}" for x in rng.permutation(500)] for i in range(30)}
        ).assign(x=rng.normal(size=500))
        for part in "rr"
    ]
    judgement = judge_class(rows_of(*frames))
    assert set(judgement.columns["status"]) == {OK}


def numbered(rng, start, n_rows):
    """Rows with identifiers: texts, and whole numbers one after the other."""
    numbers = start + rng.permutation(n_rows)
    return pd.DataFrame(
        {
            "name": [f"customer {number}" for number in numbers],
            "row": numbers,
            "income": rng.integers(1000, 9000, n_rows),
            "paid": rng.permutation(10**6)[:n_rows],
            "x": rng.normal(size=n_rows),
        }
    )


def named_identifiers(*frames):
    for verdict in judge_class(rows_of(*frames)).verdicts:
        if verdict.name == "identifiers":
            assert verdict.status == WARN
            assert verdict.message.startswith(
                "No two real rows agree in these columns, as if they were identifiers, "
                "and synthetic rows repeat them or each other: "
            )
            return verdict.message.partition("other: ")[2]
    return None


def test_identifiers_that_synthetic_rows_repeat_are_named(plain):
    rng = np.random.default_rng(0)
    real, others = numbered(rng, 0, 40), numbered(rng, 40, 300)
    new = numbered(rng, 1000, 200)
    assert named_identifiers(real, new, others) is None
    drawn = new.assign(
        name=rng.choice(real["name"], 200), row=rng.integers(0, 340, 200)
    )
    assert named_identifiers(real, drawn, others) == "'name', 'row'."
    # Alone, 40 numbers below 340 need not be such that none comes twice.
    apart = real.assign(row=rng.permutation(340)[:40])
    assert named_identifiers(apart, drawn) == "'name'."
    assert named_identifiers(real, new.assign(name="new"), others) == "'name'."
    # Cells that other classes share identify no row.
    shared = others.assign(name="other")
    assert named_identifiers(real, drawn, shared) == "'row'."
    judgement = judge_class(rows_of(real, drawn, others))
    assert "columns that identify rows" in conclusion(judgement)[1]


def test_new_identifiers_are_no_fault(plain):
    rng = np.random.default_rng(0)
    judgement = judge_class(rows_of(numbered(rng, 0, 60), numbered(rng, 0, 300)))
    assert judgement.differences["name"].faults == ()


def test_of_many_columns_the_worst_are_shown_and_the_others_counted(plain):
    rng = np.random.default_rng(0)
    real, synthetic = (
        pd.DataFrame(rng.normal(size=(100, 60))).add_prefix("c") for _ in range(2)
    )
    synthetic["c59"] += 5
    page = page_of(judge_class(rows_of(real, synthetic)))
    assert f"{60 - MAX_COLUMNS} more columns not shown, none of them off;" in page.words
    table = page.words[page.words.index("Columns, the worst first") :]
    assert table.index("c59") < table.index("c1")


# --- what the page is -----------------------------------------------------------------


def test_names_and_levels_are_text_whatever_is_in_them(without_classifiers):
    rng = np.random.default_rng(0)
    frames = [
        pd.DataFrame({name: rng.choice(HOSTILE, 60) for name in HOSTILE})
        for _ in range(2)
    ]
    judgement = judge_class(rows_of(*frames, label="</h2><script>"))
    title = "<script>&</title>"
    content = write_page([judgement], title=title, facts=[title], remarks=[title])
    page = check(content)  # no script, every element closed
    assert b"<script" not in content.lower()
    assert "<script>alert(1)</script>" in page.words
    assert "Class </h2><script>" in page.words
    assert "a\ufffdb\ufffd" in page.words
    assert "paid in \\$" in page.words
    assert "\x01" not in content.decode()


def test_the_same_rows_make_the_same_page_whatever_the_style(
    samples, without_classifiers
):
    plt = pytest.importorskip("matplotlib.pyplot")
    real, synthetic, others = samples

    def write():
        judgement = judge_class(rows_of(real, synthetic, others))
        return write_page([judgement, judgement], title="T", facts=[])

    first = write()
    page = check(first)
    assert "Of 2 classes: 2 without fault." in page.words
    figures = plt.get_fignums()
    with plt.style.context("dark_background"):
        assert write() == first
    assert plt.get_fignums() == figures


def test_writing_in_pictures_takes_the_colour_of_the_page(samples, without_classifiers):
    real, synthetic, _ = samples
    content = write_page(
        [judge_class(rows_of(real, synthetic))], title="T", facts=[]
    ).decode()
    assert "currentColor" in content
    assert "#010203" not in content
    assert "prefers-color-scheme: dark" in content
    assert "@media print" in content


def test_the_colour_of_ink_is_a_name_where_it_is_written(without_classifiers):
    levels = pd.DataFrame({"c": ["#010203", "b"] * 30, "x": np.arange(60.0)})
    page = check(
        write_page([judge_class(rows_of(levels, levels[::-1]))], title="T", facts=[])
    )
    assert "currentColor" not in page.words
    assert "#010203" in page.words
    assert not [a for _, a in page.elements if "#010203" in a.get("style", "")]


# --- from files -----------------------------------------------------------------------


class NoPictures:
    """For all that is not about pictures: they take longest."""

    def __getattr__(self, name):
        return lambda *arguments: ""


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch):
    monkeypatch.setattr(_page, "MAX_MARGINALS", 2)


@pytest.fixture
def without_classifiers(monkeypatch):
    """Leave out the test that trains classifiers."""
    figure = _references.FIGURES["two_sample_auc"]
    cheap = figure._replace(metric=lambda real, synthetic: 0.5)
    monkeypatch.setitem(_references.FIGURES, "two_sample_auc", cheap)


@pytest.fixture
def plain(without_classifiers, monkeypatch):
    """Leave out all that takes long."""
    monkeypatch.setattr(_page, "Pictures", NoPictures)


@pytest.fixture
def folder(tmp_path, monkeypatch, samples):
    """The current folder, with real rows of two classes and synthetic ones of one."""
    monkeypatch.chdir(tmp_path)
    real, synthetic, others = samples
    whole = pd.concat(
        [real.assign(churn="yes"), others.assign(churn="no")], ignore_index=True
    )
    made = synthetic.assign(churn="yes")
    whole.to_csv("real.csv", index=False)
    made.to_csv("synthetic.csv", index=False)
    pd.concat([whole, made]).to_csv("both.csv", index=False)
    mark = [False] * len(whole) + [True] * len(made)
    pd.concat([whole, made]).assign(made=mark).to_csv("marked.csv", index=False)
    return tmp_path


def report(*more, real="real.csv", synthetic="synthetic.csv", output="page.html"):
    return ["report", real, synthetic, "-o", output, "--quiet", *more]


TARGET = ("--target", "churn")


def failure(capsys, folder, *arguments):
    """Run a command that fails, see that it writes nothing, return what it says."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    status = main(list(arguments))
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return err.removeprefix("gansampler: error: ").rstrip("\n")


def test_a_report_from_files(plain, folder, capsys):
    assert main(report(*TARGET)) == 0
    assert capsys.readouterr() == (
        "class 'yes': No fault was found with these rows.\nwrote page.html\n",
        "",
    )
    page = check((folder / "page.html").read_bytes())
    assert "synthetic.csv beside real.csv" in page.words
    assert (
        "Real: real.csv, 550 rows. Synthetic: synthetic.csv, 300 rows. 5 columns; the "
        "classes in 'churn'."
    ) in page.words


def test_a_progress_bar_unless_quiet(plain, folder, capsys):
    assert main([*report(*TARGET)[:5], *TARGET]) == 0
    assert "judging classes: 100%" in capsys.readouterr().err


def test_without_a_target_all_rows_are_one(plain, folder, capsys):
    assert main(report()) == 0
    assert capsys.readouterr().out.startswith("all rows: Not to be used as they are")
    page = check((folder / "page.html").read_bytes())
    assert "all rows compared as one, since no --target was given" in page.words
    assert "All rows" in page.words
    assert "6 columns" in page.words


def test_rows_of_the_real_file_are_left_out(plain, folder, capsys):
    """`balance` writes the original rows before the synthetic ones, or marks them."""
    pages = {}
    for name, more in (("both.csv", ()), ("marked.csv", ("--mark", "made"))):
        output = f"{name}.html"
        assert main(report(*TARGET, *more, synthetic=name, output=output)) == 0
        pages[name] = check((folder / output).read_bytes()).words
        assert "300 synthetic rows beside 150 real ones" in pages[name]
    note = "The first 550 rows of both.csv are those of real.csv and were left out. "
    assert note in pages["both.csv"]
    assert (
        pages["both.csv"].replace(note, "").replace("both", "marked")
        == (pages["marked.csv"])
    )


def test_parquet_says_what_csv_says(plain, folder, capsys):
    pytest.importorskip("pyarrow")
    words = []
    for name in ("real", "synthetic"):
        frame = pd.read_csv(f"{name}.csv", parse_dates=["since"])
        frame.to_parquet(f"{name}.parquet")
    for suffix in (("csv", "csv"), ("parquet", "parquet"), ("csv", "parquet")):
        files = {
            "real": f"real.{suffix[0]}",
            "synthetic": f"synthetic.{suffix[1]}",
        }
        assert main(report(*TARGET, "--force", **files)) == 0
        text = check((folder / "page.html").read_bytes()).words
        words.append(text.replace(".parquet", ".csv"))
    assert words[0] == words[1] == words[2]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            report(real="no.csv"),
            "cannot read no.csv: no such file or directory",
        ),
        (
            report("--target", "chrun"),
            "real.csv has no column 'chrun': did you mean 'churn'?",
        ),
        (
            report(*TARGET, synthetic="marked.csv"),
            "marked.csv has a column 'made' that real.csv lacks: if it marks the "
            "synthetic rows, say --mark made, or else remove it",
        ),
        (
            report(*TARGET, real="marked.csv"),
            "synthetic.csv lacks columns that marked.csv has: 'made'; both files need "
            "the same columns",
        ),
        (
            report(*TARGET, synthetic="more.csv"),
            "more.csv has columns that real.csv lacks: 'a', 'b'; both files need the "
            "same columns",
        ),
        (
            report(*TARGET, synthetic="real.csv"),
            "real.csv holds the rows of real.csv and no others: there are no synthetic "
            "rows to look at",
        ),
        (
            report("--mark", "mark", synthetic="marked.csv"),
            "marked.csv has no column 'mark': its columns are 'age', 'income', "
            "'visits', 'plan', 'since', 'churn', 'made'",
        ),
        (
            report("--mark", "plan", synthetic="marked.csv"),
            "column 'plan' of marked.csv holds 'plus' where a mark is true or false",
        ),
        (
            report(*TARGET, "--mark", "made", real="marked.csv", synthetic="all.csv"),
            "marked.csv has a column 'made', too, but only all.csv may mark its rows: "
            "remove the column from the real rows or give it another name",
        ),
        (
            report(*TARGET, "--mark", "made", synthetic="unmarked.csv"),
            "no row of unmarked.csv is marked in column 'made': there are no synthetic "
            "rows to look at",
        ),
        (
            report(*TARGET, synthetic="maybe.csv"),
            "no class of maybe.csv is one of real.csv: column 'churn' holds 'maybe' "
            "and 'no', 'yes'",
        ),
        (
            report(*TARGET, output="old.html"),
            "old.html exists already: choose another output, or allow with --force "
            "that it is replaced",
        ),
        (
            report(*TARGET, output="none/page.html"),
            "cannot write none/page.html: the folder none is not there; make it first",
        ),
        (
            ["balance", "real.csv", *TARGET, "-o", "out.csv", "--report", "old.html"],
            "old.html exists already: choose another output, or allow with --force "
            "that it is replaced",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    folder, capsys, arguments, expected
):
    made = pd.read_csv("synthetic.csv")
    made.assign(churn="maybe").to_csv("maybe.csv", index=False)
    made.assign(a=1, b=2).to_csv("more.csv", index=False)
    made.assign(made=False).to_csv("unmarked.csv", index=False)
    made.assign(made=True).to_csv("all.csv", index=False)
    (folder / "old.html").write_text("precious")
    assert failure(capsys, folder, *arguments) == expected


def test_a_type_that_differs_is_named(folder, capsys):
    frame = pd.read_csv("synthetic.csv")
    frame.assign(age="old").to_csv("synthetic.csv", index=False)
    pytest.importorskip("pyarrow")
    pd.read_csv("real.csv").to_parquet("real.parquet")
    expected = (
        "Column 'age' holds numbers in real and categories in synthetic. Give it one "
        "type in all samples."
    )
    arguments = report(*TARGET, real="real.parquet")
    assert failure(capsys, folder, *arguments) == expected


def test_a_page_must_be_called_one(folder, capsys):
    for arguments in (
        report(output="page.pdf"),
        ["balance", "real.csv", *TARGET, "-o", "o.csv", "--report", "page.pdf"],
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        said = capsys.readouterr().err.splitlines()[-1]
        assert said.endswith("'page.pdf' must end in .html or .htm")


def test_the_extra_is_named_before_any_work(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    expected = (
        "Pictures need matplotlib, which is not installed. Install it with: pip "
        "install matplotlib"
    )
    assert failure(capsys, folder, *report(real="no.csv")) == expected
    balance = ["balance", "no.csv", *TARGET, "-o", "out.csv", "--report", "p.html"]
    assert failure(capsys, folder, *balance) == expected


def test_classes_without_real_rows_are_mentioned(plain, folder, capsys):
    made = pd.read_csv("synthetic.csv")
    made.loc[:9, "churn"] = "maybe"
    made.to_csv("synthetic.csv", index=False)
    assert main(report(*TARGET)) == 0
    assert (
        "Class 'maybe' has no real rows: its 10 synthetic rows were not judged."
    ) in check((folder / "page.html").read_bytes()).words


def test_of_many_classes_those_with_most_rows_are_judged(plain, folder, capsys):
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"x": rng.normal(size=240), "churn": np.arange(240) % 24})
    real.to_csv("real.csv", index=False)
    made = pd.concat([real, real[real["churn"] < 20]]).assign(x=rng.normal(size=440))
    made.to_csv("synthetic.csv", index=False)
    assert main(report(*TARGET)) == 0
    out = capsys.readouterr().out
    assert out.count("class '") == 20
    assert (
        "The 20 classes with most synthetic rows were judged; 4 others with 40 were "
        "not."
    ) in check((folder / "page.html").read_bytes()).words


# --- reading two files in one way -----------------------------------------------------


def test_columns_are_typed_together(tmp_path):
    """Alone, day and month of the second file could change places."""
    real, synthetic = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text("d,n,y\n31.12.2024,1,1\n01.02.2024,2,0\n")
    synthetic.write_text("y,n,d\n1.0,1.5,03.04.2024\n1.0,2.5,04.05.2024\n")
    tables = read_comparable(real, synthetic, "y")
    assert list(tables.classes) == ["1", "0"]
    own = tables.classes["1"]
    assert (own.n_real, own.n_synthetic) == (1, 2)
    assert own.real.dtypes.equals(own.synthetic.dtypes)
    assert own.synthetic["d"].dt.month.tolist() == [4, 5]
    assert own.synthetic["n"].tolist() == [1.5, 2.5]
    assert tables.classes["0"].n_synthetic == 0


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["0", "1", "1"], [0.0, 1.0, 1.0]),
        (["0.0", "1.0", "1.0"], [0, 1, 1]),
        (["false", "TRUE", "true"], [False, True, True]),
        (["0", "1", "1"], [False, True, True]),
        (["a", '"b, c"', '"b, c"'], ["a", "b, c", "b, c"]),
    ],
)
@pytest.mark.parametrize("csv_first", [True, False])
def test_labels_and_truths_in_two_formats(tmp_path, texts, labels, csv_first):
    pytest.importorskip("pyarrow")
    real, synthetic = tmp_path / "a.csv", tmp_path / "b.parquet"
    truths = ["True", "", "FALSE"]
    lines = [f"{row},{x},{y}" for row, x, y in zip("123", truths, texts, strict=True)]
    real.write_text("\n".join(["n,x,y", *lines]) + "\n")
    frame = pd.DataFrame({"n": [4, 5, 6], "x": [True, False, True], "y": labels})
    frame.to_parquet(synthetic)
    files = (real, synthetic) if csv_first else (synthetic, real)
    classes = read_comparable(*files, "y").classes
    assert [(c.n_real, c.n_synthetic) for c in classes.values()] == [(2, 2), (1, 1)]
    largest, _ = classes.values()
    of_csv = (largest.real if csv_first else largest.synthetic)["x"]
    assert of_csv.tolist() == [pd.NA, False]
    assert of_csv.dtype == "boolean"


def test_large_classes_are_thinned_and_small_ones_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(_thinning, "MAX_CELLS", 200)
    monkeypatch.setattr(_thinning, "MIN_CLASS_ROWS", 10)
    frame = pd.DataFrame({"x": range(1000), "y": ["a"] * 990 + ["b"] * 10})
    frame.to_csv(tmp_path / "real.csv", index=False)
    frame.iloc[::-1].to_csv(tmp_path / "made.csv", index=False)
    classes = read_comparable(tmp_path / "real.csv", tmp_path / "made.csv", "y").classes
    assert len(classes["a"].real) == len(classes["a"].synthetic) == 50
    assert classes["a"].n_real == 990
    assert classes["b"].real["x"].tolist() == list(range(990, 1000))


def test_the_same_cells_may_be_written_otherwise(tmp_path):
    real, both = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text('n,t,y\n1.50,"x",no\n,y,yes\n')
    both.write_text("y,n,t\nno,1.5,x\nyes,,y\nyes,3,z\n")
    tables = read_comparable(real, both, "y")
    assert tables.n_left_out == 2
    assert tables.classes["yes"].synthetic["t"].tolist() == ["z"]
    with pytest.raises(TableFileError, match="and no others"):
        read_comparable(real, real, "y")


REWRITTEN = [
    (["NA", "3", "n/a", "4"], ["", "3.0", "", "4.0"]),
    (["true", "NA", "false", "true"], ["True", "", "False", "True"]),
    (["10/25/2020", "1/2/2020"], ["10/25/2020", "1/2/2020"]),
    (["10/25/2020", "01/02/2020"], ["2020-10-25", "2020-01-02"]),
    (["2020-03-19", ""], ["2020-03-19 00:00:00", ""]),
    (["2020-03-19T10:05Z", "NA"], ["2020-03-19 10:05:00+00:00", ""]),
    (["0.1", "1.50"], ["0.10000000000000002", "1.5"]),
]
"""Cells, and the same as another program writes them."""


@pytest.mark.parametrize(("cells", "others"), REWRITTEN)
@pytest.mark.parametrize("as_parquet", [False, True])
def test_rewritten_rows_of_the_real_file_are_left_out(
    tmp_path, cells, others, as_parquet
):
    real, both = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text("\n".join(["x,y", *(f"{cell},no" for cell in cells)]))
    both.write_text("\n".join(["x,y", *(f"{cell},no" for cell in others), "7,no"]))
    if as_parquet:
        pytest.importorskip("pyarrow")
        both = tmp_path / "b.parquet"
        original = pd.read_csv(tmp_path / "b.csv", nrows=len(cells))
        if others[0].startswith("2020"):
            original["x"] = pd.to_datetime(original["x"])
        pd.concat([original, original[:1]]).to_parquet(both)
    tables = read_comparable(real, both, "y")
    assert (tables.n_left_out, tables.n_kept_although_real) == (len(cells), 0)


def test_rows_that_are_nearly_those_of_the_real_file_are_mentioned(
    plain, folder, capsys
):
    frame = pd.read_csv("both.csv")
    frame.loc[:199, "age"] += 1
    frame.to_csv("both.csv", index=False)
    assert main(report(*TARGET, synthetic="both.csv")) == 0
    assert (
        "Of the first 550 rows of both.csv 350 are those of real.csv and the others "
        "are not, so all were judged as synthetic: if none is, remove them, or tell "
        "them from synthetic rows with --mark."
    ) in check((folder / "page.html").read_bytes()).words
    frame.loc[:274, "age"] = 0
    frame.to_csv("both.csv", index=False)
    tables = read_comparable(folder / "real.csv", folder / "both.csv")
    assert (tables.n_left_out, tables.n_kept_although_real) == (0, 0)


@pytest.mark.parametrize(("cells", "others"), REWRITTEN)
def test_what_is_written_otherwise_is_no_difference(tmp_path, cells, others):
    real, made = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text("\n".join(["x,y", *(f"{cell},no" for cell in cells)]))
    made.write_text("\n".join(["y,x", *(f"no,{cell}" for cell in others[::-1])]))
    (of_class,) = read_comparable(real, made, "y").classes.values()
    values = of_class.synthetic["x"][::-1].reset_index(drop=True)
    pd.testing.assert_series_equal(of_class.real["x"], values, check_dtype=False)


def test_classes_that_are_truths_may_be_written_otherwise(tmp_path):
    real, made = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text("x,y\n1,true\n2,FALSE\n")
    made.write_text("x,y\n3,True\n4,True\n5,False\n")
    classes = read_comparable(real, made, "y").classes
    sizes = {name: of_class[2:] for name, of_class in classes.items()}
    assert sizes == {"true": (1, 2), "FALSE": (1, 1)}


def test_codes_beside_numbers_of_parquet_are_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    real, made = tmp_path / "a.csv", tmp_path / "b.parquet"
    real.write_text("x,y\n" + "1.50,a\n1.5,a\n" * 10)
    pd.DataFrame({"x": [1.5, 2.5], "y": "a"}).to_parquet(made)
    (of_class,) = read_comparable(real, made, "y").classes.values()
    assert of_class.real["x"].tolist() == [1.5] * 20


def test_dates_beside_numbers_of_parquet_are_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    real, made = tmp_path / "a.csv", tmp_path / "b.parquet"
    months = [202001, 202003, 202004, 202007, 202012]
    real.write_text("x,y\n" + "".join(f"{month},a\n" for month in months))
    pd.DataFrame({"x": months[::-1], "y": "a"}).to_parquet(made)
    (of_class,) = read_comparable(real, made, "y").classes.values()
    assert of_class.real["x"].tolist() == of_class.synthetic["x"].tolist()[::-1]


@pytest.mark.parametrize("separators", [",;", ";,", "\t;", ",|"])
@pytest.mark.parametrize("given", [None, 0, 1])
def test_the_files_may_have_different_separators(tmp_path, separators, given):
    """Decimal commas go with some of them; dates are read by the light of the other."""
    frame = pd.DataFrame(
        {"x": [1.5, 1000.25, 1.125], "d": ["31/12/2020", "01/02/2020", "03/04/2020"]}
    ).assign(y=["a", "b", "b"])
    files = tmp_path / "real.csv", tmp_path / "made.csv"
    for path, part, sep in zip(files, (frame, frame[1:]), separators, strict=True):
        decimal = "," if sep == ";" else "."
        part.to_csv(path, index=False, sep=sep, decimal=decimal)
    sep = None if given is None else separators[given]
    if (sep or ",") == separators[0]:
        tables = read_comparable(*files, "y", separator=sep)
        pd.testing.assert_frame_equal(*tables.classes["b"][:2])
        assert tables.classes["b"].real["x"].tolist() == [1000.25, 1.125]
        assert tables.classes["b"].real["d"].dt.month.tolist() == [2, 4]
    else:
        with pytest.raises(TableFileError, match=r"real\.csv has only one column"):
            read_comparable(*files, "y", separator=sep)


@pytest.mark.parametrize("dtype", ["float64", "int64", "Int64"])
@pytest.mark.parametrize("csv_first", [True, False])
def test_a_first_column_of_numbers_in_two_formats(tmp_path, dtype, csv_first):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "b"]}).astype({"x": dtype})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.iloc[::-1].to_csv(tmp_path / "b.csv", index=False)
    files = (tmp_path / "a.parquet", tmp_path / "b.csv")
    tables = read_comparable(*(files[::-1] if csv_first else files), "y")
    assert tables.n_left_out == 0
    assert sorted(tables.classes["b"].real["x"]) == [2, 3]


def test_classes_with_fractions_may_be_written_otherwise(tmp_path):
    real, made = tmp_path / "a.csv", tmp_path / "b.csv"
    real.write_text("x,y\n" + "1,1.50\n2,2.50\n" * 10)
    made.write_text("x,y\n" + "3,2.5\n" * 10)
    classes = read_comparable(real, made, "y").classes
    sizes = {name: of_class[2:] for name, of_class in classes.items()}
    assert sizes == {"2.50": (10, 10), "1.50": (10, 0)}


# --- with balance ---------------------------------------------------------------------


def balance(*more, output="out.csv"):
    options = ["--quiet", "--random-state", "0", "--max-iter", "60"]
    return ["balance", "real.csv", *TARGET, "-o", output, *options, *more]


def test_balance_reports_rows_and_training(without_classifiers, folder, capsys):
    assert main(balance(output="plain.csv")) == 0
    plain = capsys.readouterr().out
    assert main(balance("--report", "page.html")) == 0
    out = capsys.readouterr().out
    assert (folder / "out.csv").read_bytes() == (folder / "plain.csv").read_bytes()
    assert out.startswith(plain.replace("plain.csv", "out.csv"))
    assert re.search(r"\nclass 'yes': .*\nwrote page.html\n$", out)
    page = check((folder / "page.html").read_bytes())
    assert "250 synthetic rows beside 150 real ones" in page.words
    assert "60 updates in" in page.words
    assert "mode collapse." in page.words
    assert "V = " in page.words
    labels = [svg["aria-label"] for svg in page.all("svg")]
    assert "Losses, update by update." in labels


def test_a_failing_page_does_not_cost_the_training(plain, folder, capsys, monkeypatch):
    from gansampler import htmlreport

    def fail(*arguments, **options):
        raise ValueError("no page today")

    monkeypatch.setattr(htmlreport, "write_page", fail)
    assert main(balance("--report", "page.html")) == 1
    out, err = capsys.readouterr()
    assert "wrote out.csv" in out
    assert err.splitlines()[-1] == "gansampler: error: no page today"
    assert (folder / "out.csv").exists()
    assert not (folder / "page.html").exists()


def test_balanced_tables_and_tiny_classes_need_no_training(plain, folder, capsys):
    frame = pd.read_csv("real.csv")
    frame[100:200].to_csv("real.csv", index=False)
    assert main(balance("--report", "page.html")) == 0
    assert capsys.readouterr().out.endswith("wrote no page.html: no rows were added\n")
    frame[148:].to_csv("real.csv", index=False)
    assert main(balance("--force", "--report", "page.html")) == 0
    page = check((folder / "page.html").read_bytes())
    assert "its rows were made without one" in page.words


def test_labels_of_any_type_have_their_report(plain, folder, capsys):
    frame = pd.read_csv("real.csv")
    sizes = json.dumps({"1": 160})
    frame.assign(churn=(frame["churn"] == "yes").astype(int)).to_csv(
        "real.csv", index=False
    )
    arguments = balance("--sampling-strategy", sizes, "--report", "page.html")
    assert main(arguments) == 0
    words = check((folder / "page.html").read_bytes()).words
    assert "10 synthetic rows beside 150 real ones" in words


def test_the_published_rates_are_those_of_the_results():
    report_verdicts_page.main(["--check"])
