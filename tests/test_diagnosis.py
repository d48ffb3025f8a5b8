"""Verdicts on trainings: each failure is named, with its figure and its remedy."""

import math
import warnings
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from benchmarks import diagnosis_page
from benchmarks.results_file import read_results
from gansampler import GANOversampler, judging, synthesis
from gansampler.diagnosis import Evidence, Verdict, diagnose, worst, worst_first
from gansampler.evidence import share_among_others, worst_columns
from gansampler.exceptions import TrainingQualityWarning
from gansampler.report import BADGES, STYLE, ClassReport, Report

HEALTHY = Evidence(
    n_rows=50,
    n_iter=500,
    few_valued=False,
    generator_coverage=0.97,
    spread=1.02,
    certainty=0.01,
    ranking=0.6,
    gradient=0.5,
    memory=0.01,
    divergence=0.0,
    nearest_row_ratio=0.8,
    copies=0.0,
    repeats=0.0,
    gaps=(("age", 0.1, -0.1), ("plan", 0.05, -0.15)),
    rise=0.0,
    among_others=0.3,
    real_among_others=0.4,
)

PARAMETERS = {
    "loss": "minimax",
    "latent_distribution": "normal",
    "discriminator_steps": 5,
    "learning_rate": 0.1,
    "gradient_penalty": 0,
    "max_iter": 500,
    "border_rejection": 0.2,
    "copy_rejection": 0.0,
}

FAILURES = {
    "mode_collapse": (
        {"spread": 0.2},
        "poor",
        "The generator's rows, before the choice among them, reach 97 % of the class's "
        "and lie 0.20 times as far apart as real ones.",
        "Lower learning_rate (now 0.1), or set latent_distribution='neighbors', or "
        "raise gradient_penalty (now 0).",
    ),
    "scattered_rows": (
        {"spread": 1234.5},
        "poor",
        "The generator's rows lie 1.23e+03 times as far apart as real ones: the "
        "training has blown up.",
        "Lower learning_rate (now 0.1), or set latent_distribution='neighbors', or "
        "raise gradient_penalty (now 0).",
    ),
    "discriminator_wins": (
        {"certainty": 0.95, "gradient": 0.001},
        "poor",
        "The discriminator gives real rows 0.95 more than generated ones; the "
        "generator's gradient is at 0.001 times its start.",
        "Set loss='non_saturating', or lower discriminator_steps (now 5), or raise "
        "gradient_penalty (now 0).",
    ),
    "discriminator_memorises": (
        {"memory": 0.3},
        "poor",
        "On the rows that it has learned from the discriminator sees 0.30 nats more of "
        "a difference than a classifier sees on withheld rows.",
        "Raise gradient_penalty (now 0), or lower discriminator_steps (now 5).",
    ),
    "fidelity": (
        {"divergence": 0.2},
        "warn",
        "A small classifier tells the generator's rows from withheld rows of the class "
        "by 0.20 nats beyond chance (0 is best, 0.69 worst).",
        "Raise max_iter (now 500), or set latent_distribution='neighbors'.",
    ),
    "copying": (
        {"copies": 0.8, "nearest_row_ratio": 0.0},
        "poor",
        "80 % of the synthetic rows repeat a row of the class; they are 0.00 times as "
        "far from the class's rows as these are from each other.",
        "Raise copy_rejection (now 0.0).",
    ),
    "columns": (
        {"gaps": (("age", 0.5, 0.35), ("plan", 0.4, 0.2), ("x", 0.1, -0.1))},
        "poor",
        "The distributions of these columns are not the class's (gap, 0 is best and 1 "
        "worst): 'age' (0.50), 'plan' (0.40).",
        "Raise max_iter (now 500).",
    ),
    "late_divergence": (
        {"rise": 0.5},
        "warn",
        "The training grew worse towards its end: the last generator's energy distance "
        "is 0.50 mean distances above that of the best, which was kept.",
        "Lower learning_rate (now 0.1), or lower max_iter.",
    ),
    "majority": (
        {"among_others": 0.9},
        "poor",
        "90 % of the synthetic rows lie among other classes, and 40 % of the real "
        "ones.",
        "Raise border_rejection (now 0.2).",
    ),
}


def test_the_worst_comes_first_and_equals_keep_their_order():
    verdicts = [
        Verdict(name, status, "", "")
        for name, status in zip("abcd", ("ok", "warn", "poor", "warn"), strict=True)
    ]
    found = worst_first([None, *verdicts])
    assert [verdict.name for verdict in found] == ["c", "b", "d", "a"]
    assert worst(verdict.status for verdict in verdicts) == "poor"
    assert worst(["ok", "warn"]) == "warn"
    assert worst([]) == "ok"


def test_a_healthy_training_is_well_in_every_respect():
    verdicts = diagnose(HEALTHY, PARAMETERS)
    assert [verdict.name for verdict in verdicts] == list(FAILURES)
    assert {verdict.status for verdict in verdicts} == {"ok"}
    assert {verdict.remedy for verdict in verdicts} == {""}


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_is_named_and_no_other(name):
    changed, status, message, remedy = FAILURES[name]
    verdicts = diagnose(replace(HEALTHY, **changed), PARAMETERS)
    assert verdicts[0] == Verdict(name, status, message, remedy)
    assert {verdict.status for verdict in verdicts[1:]} == {"ok"}


@pytest.mark.parametrize(
    ("beyond", "border_rejection", "max_iter", "remedy"),
    [
        (0.2, 0.2, 500, "Lower border_rejection (now 0.2)."),
        (0.35, 0.9, 500, "Lower border_rejection (now 0.9)."),
        (0.35, 0.2, 500, "Raise max_iter (now 500)."),
        (0.35, 0.0, 500, "Raise max_iter (now 500)."),
        (0.2, 0.2, 50, "Raise max_iter (now 50), or lower border_rejection (now 0.2)."),
        (0.35, 0.2, 50, "Raise max_iter (now 50)."),
    ],
)
def test_rows_that_are_dropped_explain_gaps_up_to_their_share(
    beyond, border_rejection, max_iter, remedy
):
    off = replace(HEALTHY, gaps=(("age", 0.5, beyond),))
    parameters = {"border_rejection": border_rejection, "max_iter": max_iter}
    verdict = diagnose(off, PARAMETERS | parameters)[0]
    assert (verdict.name, verdict.remedy) == ("columns", remedy)


def test_a_short_training_at_the_usual_rate_is_told_to_go_on():
    short = PARAMETERS | {"learning_rate": 0.001, "max_iter": 50}
    verdict = diagnose(replace(HEALTHY, spread=0.5), short)[0]
    assert (verdict.name, verdict.remedy) == (
        "mode_collapse",
        "Raise max_iter (now 50), or set latent_distribution='neighbors'.",
    )
    fast = short | {"learning_rate": 0.05}
    verdict = diagnose(replace(HEALTHY, spread=0.5), fast)[0]
    assert verdict.remedy.startswith("Lower learning_rate (now 0.05)")


@pytest.mark.parametrize(("loss", "weight"), [("minimax", 3.0), ("wasserstein", 10.0)])
def test_a_remedy_says_from_where_to_raise_what_the_game_decides(loss, weight):
    sampler = GANOversampler(loss=loss, max_iter=1, random_state=0)
    sampler.fit_resample(*few_and_many())
    parameters = judging.parameters_of(sampler.generators_["few"])
    lost = replace(HEALTHY, certainty=0.95)
    assert f"raise gradient_penalty (now {weight})" in (
        diagnose(lost, parameters)[0].remedy.lower()
    )


@pytest.mark.parametrize(
    ("optimizer", "rate"), [("adam", 0.0001), ("sgd", 0.001), ("sgd", 0.05)]
)
def test_a_training_that_is_too_slow_is_not_told_to_be_slower(optimizer, rate):
    slow = PARAMETERS | {"optimizer": optimizer, "learning_rate": rate}
    close, far = (
        diagnose(replace(HEALTHY, **figures), slow)[0]
        for figures in ({"spread": 0.1}, {"divergence": 0.6})
    )
    assert (close.name, close.remedy) == (
        "mode_collapse",
        f"Raise learning_rate (now {rate}), or raise max_iter (now 500).",
    )
    assert (far.name, far.remedy) == (
        "fidelity",
        f"Raise learning_rate (now {rate}), or raise max_iter (now 500), or set "
        "latent_distribution='neighbors'.",
    )


@pytest.mark.parametrize(
    ("optimizer", "penalty", "remedy"),
    [
        ("sgd", 3.0, "Lower gradient_penalty (now 3.0)"),
        ("sgd", 1.0, "Raise learning_rate (now 0.0005)"),
        ("adam", 3.0, "Raise learning_rate (now 0.0005)"),
    ],
)
def test_slow_sgd_is_told_to_lower_a_heavy_penalty_first(optimizer, penalty, remedy):
    """At a larger rate it would diverge."""
    slow = PARAMETERS | {
        "optimizer": optimizer,
        "learning_rate": 0.0005,
        "gradient_penalty": penalty,
    }
    for figures in ({"spread": 0.1}, {"divergence": 0.6}):
        verdict = diagnose(replace(HEALTHY, **figures), slow)[0]
        assert verdict.remedy.startswith(f"{remedy}, or raise max_iter (now 500)")


def test_identifiers_are_named_where_there_are_some():
    verdicts = diagnose(replace(HEALTHY, identifiers=("account",)), PARAMETERS)
    assert verdicts[0] == Verdict(
        "identifiers",
        "warn",
        "No two of the rows that were looked at agree in these columns of text, as if "
        "they were identifiers: 'account'. Synthetic rows repeat them and learn "
        "nothing else.",
        "Drop them before resampling.",
    )
    assert {verdict.status for verdict in verdicts[1:]} == {"ok"}


def test_identifiers_that_are_numbers_are_named_apart_from_texts():
    evidence = replace(HEALTHY, numbered=("customer",))
    numbers = (
        "No two of the rows that were looked at agree in these columns of whole "
        "numbers, as if they were identifiers: 'customer'. Synthetic rows invent them, "
        "or have those of rows of other classes."
    )
    verdicts = diagnose(evidence, PARAMETERS)
    assert verdicts[0] == Verdict(
        "identifiers", "warn", numbers, "Drop them before resampling."
    )
    both = diagnose(replace(evidence, identifiers=("account",)), PARAMETERS)[0]
    assert both.message.endswith(f" and learn nothing else. {numbers}")


def test_codes_and_dates_among_the_numbers_are_named_with_what_converts_them():
    evidence = replace(HEALTHY, coded=(("zip", "codes"), ("opened", "dates")))
    verdicts = diagnose(evidence, PARAMETERS)
    assert verdicts[0] == Verdict(
        "stored_as_numbers",
        "warn",
        "These columns of whole numbers look like codes or dates: 'zip' (codes), "
        "'opened' (dates). Synthetic rows have numbers between them, which no row of "
        "the table has.",
        "If they are such, convert them before resampling: "
        "X['zip'].astype('category'), "
        "pd.to_datetime(X['opened'].astype('Int64').astype('str'), format='%Y%m%d', "
        "errors='coerce').",
    )
    assert {verdict.status for verdict in verdicts[1:]} == {"ok"}


def test_numbers_and_dates_among_the_texts_are_named_with_what_converts_them():
    evidence = replace(
        HEALTHY, meant_as=(("TotalCharges", "numbers"), ("opened", "dates"))
    )
    verdicts = diagnose(evidence, PARAMETERS)
    assert verdicts[0] == Verdict(
        "stored_as_text",
        "warn",
        "These columns are text although nearly all of their cells look like numbers "
        "or dates: 'TotalCharges' (numbers), 'opened' (dates). Synthetic rows only "
        "have the cells that the class shows.",
        "Convert them before resampling: pd.to_numeric(X['TotalCharges'], "
        "errors='coerce'), pd.to_datetime(X['opened'], errors='coerce'). Cells that "
        "pandas cannot read become missing.",
    )
    assert {verdict.status for verdict in verdicts[1:]} == {"ok"}


def test_levels_that_the_class_may_have_too_are_named_unless_they_are_borrowed():
    evidence = replace(HEALTHY, unseen_levels=(("region", 0.8), ("country", 0.35)))
    verdicts = diagnose(evidence, PARAMETERS)
    assert verdicts[0] == Verdict(
        "rare_levels",
        "warn",
        "Further rows of the class would have levels that none of its rows shows so "
        "far: 'region' (80 %), 'country' (35 %). Synthetic rows only have those that "
        "it shows, and a classifier may take these for signs of the class.",
        "Set rare_levels='table', or drop the columns before resampling.",
    )
    assert {verdict.status for verdict in verdicts[1:]} == {"ok"}
    borrowed = diagnose(evidence, PARAMETERS | {"rare_levels": "table"})
    assert [verdict.name for verdict in borrowed] == list(FAILURES)


def test_rows_that_lie_about_anywhere_are_not_called_a_collapse():
    blown_up = replace(HEALTHY, generator_coverage=0.0, spread=20.0)
    names = [verdict.name for verdict in diagnose(blown_up, PARAMETERS)]
    assert sorted(names) == sorted(set(FAILURES) - {"mode_collapse"})
    lost = replace(HEALTHY, generator_coverage=0.01)
    names = [v.name for v in diagnose(lost, PARAMETERS) if v.status == "poor"]
    assert names == ["mode_collapse"]


def test_a_spread_that_may_be_chance_is_no_failure():
    for spread in (0.5, 2.0):
        certain = replace(HEALTHY, spread=spread, spread_error=0.24)
        doubtful = replace(HEALTHY, spread=spread, spread_error=0.51)
        found = [
            [v.name for v in diagnose(evidence, PARAMETERS) if v.status == "poor"]
            for evidence in (certain, doubtful)
        ]
        failure = "mode_collapse" if spread < 1 else "scattered_rows"
        assert found == [[failure], []]


def test_what_could_not_be_measured_is_not_judged():
    nan = math.nan
    unknown = replace(
        HEALTHY, memory=nan, divergence=nan, gaps=(), rise=nan, among_others=nan
    )
    names = [verdict.name for verdict in diagnose(unknown, PARAMETERS)]
    assert names == [
        "mode_collapse",
        "scattered_rows",
        "discriminator_wins",
        "copying",
    ]
    assert diagnose(replace(HEALTHY, n_rows=9, spread=0.0), PARAMETERS) == ()


def test_games_without_probabilities_are_judged_by_ranks():
    lost = replace(HEALTHY, certainty=math.nan, ranking=0.99, gradient=math.nan)
    verdict = diagnose(lost, {"gradient_penalty": None})[0]
    assert verdict.message == (
        "The discriminator ranks real above generated rows in 99 % of pairs."
    )
    assert verdict.remedy == "Raise gradient_penalty."


def test_a_discriminator_that_rightly_sees_a_difference_does_not_memorise():
    verdicts = diagnose(replace(HEALTHY, memory=0.3, divergence=0.5), PARAMETERS)
    status = {verdict.name: verdict.status for verdict in verdicts}
    assert status["discriminator_memorises"] == "ok"
    assert status["fidelity"] == "poor"


def test_repeated_rows_of_categories_alone_are_worth_a_look_only():
    copied = replace(HEALTHY, copies=0.8, few_valued=True)
    assert diagnose(copied, PARAMETERS)[0].status == "warn"


def test_a_row_is_not_judged_by_the_row_it_was_made_from():
    # Single rows of the class in the midst of others: copies of them lie there too.
    rng = np.random.default_rng(0)
    own = rng.uniform(-10, 10, size=(20, 2))
    others = rng.uniform(-10, 10, size=(2000, 2))
    assert share_among_others(own + 1e-9, own, others, seed=0) > 0.9
    assert share_among_others(own, own, others, seed=0) > 0.9
    # The class apart from the others.
    assert share_among_others(own, own, others + 100, seed=0) == 0
    assert math.isnan(share_among_others(own, own[:1], others, seed=0))


def test_equal_distributions_lie_among_others_by_the_chances_of_three_alike():
    # A row of equal dense neighbours: real rows are nearer to others in 1 of 2 cases.
    # A synthetic one is judged by the half that lost to the other half already, so
    # that it is nearer to others in P(O < B | A < B) = (1/3) / (1/2) of the cases.
    rng = np.random.default_rng(1)
    own, rows, others = rng.normal(size=(3, 1500, 2))
    assert share_among_others(own, own, others, seed=0) == pytest.approx(
        1 / 2, abs=0.05
    )
    assert share_among_others(rows, own, others, seed=0) == pytest.approx(
        2 / 3, abs=0.05
    )


def test_worst_columns_are_named_with_what_chance_does_not_explain():
    rng = np.random.default_rng(2)
    real = pd.DataFrame(rng.normal(size=(400, 4)), columns=list("abcd"))
    synthetic = pd.DataFrame(rng.normal(size=(400, 4)), columns=list("abcd"))
    synthetic["c"] += 5
    first, *rest = worst_columns(real, synthetic, seed=0)
    assert first[0] == "c"
    assert first[1] > 0.95
    assert first[1] - first[2] == pytest.approx(1.36 * math.sqrt(2 / 400))
    assert len(rest) == 2
    assert max(beyond for _, _, beyond in rest) < 0.05


def test_chance_explains_the_gap_of_many_levels():
    rng = np.random.default_rng(3)
    levels = pd.DataFrame({"state": rng.integers(300, size=1000).astype(str)})
    real, synthetic = levels.iloc[:500], levels.iloc[500:]
    ((name, gap, beyond),) = worst_columns(real, synthetic, seed=0)
    assert name == "state"
    assert gap > 0.3
    assert beyond < 0.05
    # A column of few levels that differs comes before it.
    real = real.assign(plan="basic")
    synthetic = synthetic.assign(plan=["basic"] * 300 + ["pro"] * 200)
    assert [gap[0] for gap in worst_columns(real, synthetic, seed=0)] == [
        "plan",
        "state",
    ]


@pytest.mark.parametrize(("last", "found"), [("A59", ("account",)), ("A0", ())])
def test_identifiers_are_looked_for_in_all_rows_of_a_large_class(
    monkeypatch, last, found
):
    """The report's figures are of a part of them, which may show no repeat."""
    monkeypatch.setattr(judging, "N_REPORT_ROWS", 20)
    accounts = [f"A{i}" for i in range(150)]
    accounts[59] = last
    towns = [f"T{i}" for i in [*range(30), *range(30, 45), *range(30, 120)]]
    towns = [*towns, *towns[:15]]
    X = pd.DataFrame({"x": np.arange(150.0), "town": towns, "account": accounts})
    sampler = GANOversampler(max_iter=1, random_state=0)
    sampler.fit_resample(X, np.repeat(["few", "many"], [60, 90]))
    evidence = sampler.report_["few"].evidence
    assert evidence.identifiers == found
    # What identifies has no rare levels besides; the column with most comes first.
    assert [name for name, _ in evidence.unseen_levels] == (
        ["town"] if found else ["account", "town"]
    )


def test_numbers_as_text_are_neither_identifiers_nor_rare_levels():
    charges = pd.Series([" ", *(f"{20 + 37.35 * i:.2f}" for i in range(149))])
    days = pd.date_range("2024-01-01", periods=120).strftime("%Y-%m-%d")
    X = pd.DataFrame(
        {
            "charges": charges,
            "opened": [*days, *days[:30]],
            "zip": [f"{501 + 97 * i:05d}" for i in range(150)],
        }
    )
    sampler = GANOversampler(max_iter=1, random_state=0)
    y = np.repeat(["few", "many"], [60, 90])
    sampler.fit_resample(X, y)
    evidence = sampler.report_["few"].evidence
    assert evidence.meant_as == (("charges", "numbers"), ("opened", "dates"))
    assert (evidence.identifiers, evidence.unseen_levels) == (("zip",), ())
    # What the remedy says is enough.
    X["charges"] = pd.to_numeric(X["charges"], errors="coerce")
    X["opened"] = pd.to_datetime(X["opened"], errors="coerce")
    sampler.fit_resample(X, y)
    assert sampler.report_["few"].evidence.meant_as == ()


@pytest.mark.parametrize("n", [100, 300])
def test_columns_of_few_values_are_no_failure(n):
    """Rows of them repeat by chance, and the generator's raw rows lie between them."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "visits": rng.poisson(1, 4 * n),
            "grade": rng.integers(1, 6, 4 * n),
            "fee": rng.gamma(2, 1, 4 * n) * (rng.random(4 * n) < 0.05),
        }
    )
    y = np.repeat(["few", "many"], [n, 3 * n])
    for columns in (["visits"], ["visits", "grade"], ["fee"]):
        sampler = GANOversampler(max_iter=100, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sampler.fit_resample(X[columns], y)
        assert sampler.report_["few"].evidence.generator_coverage > 0.9
        verdicts = {v.name: v for v in sampler.report_["few"].verdicts}
        assert verdicts["copying"].status == "ok"
        assert " of its own do; " in verdicts["copying"].message


def test_repeats_beyond_those_of_the_class_are_copies():
    repeating = replace(HEALTHY, copies=0.9, repeats=0.5)
    assert diagnose(repeating, PARAMETERS)[0].status == "ok"
    verdict = diagnose(replace(repeating, repeats=0.3), PARAMETERS)[0]
    assert (verdict.name, verdict.status) == ("copying", "poor")
    assert verdict.message.startswith(
        "90 % of the synthetic rows repeat a row of the class, and 30 % of its own do; "
    )


def test_copies_of_a_large_class_are_told_from_new_rows(monkeypatch):
    """The report looks at a part of its rows, which few copies repeat."""
    monkeypatch.setattr(judging, "N_REPORT_ROWS", 30)
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 3)))

    def copy_them(generator, n_rows, seed):
        chosen = np.random.default_rng(seed).integers(len(rows), size=n_rows)
        return generator.encoder.to_values(rows.iloc[chosen])

    monkeypatch.setattr(synthesis.ClassGenerator, "draw_values", copy_them)
    X = pd.concat([rows, rows + 0.5], ignore_index=True)
    sampler = GANOversampler({"few": 310}, max_iter=1, random_state=0)
    sampler.fit_resample(X, np.repeat(["few", "many"], 300))
    evidence = sampler.report_["few"].evidence
    assert evidence.copies == 1
    assert sampler.report_["few"].nearest_row_ratio < 1e-3


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (np.str_("yes"), "'yes'"),
        (np.int64(1), "1"),
        (np.bool_(True), "True"),
        (np.datetime64("2020-01-01", "ns"), "Timestamp('2020-01-01 00:00:00')"),
    ],
)
def test_labels_are_shown_as_python_writes_them(label, shown):
    report = Report({label: ClassReport(20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4)})
    assert str(report).splitlines()[1].startswith(f"{shown}  ")
    assert f"<td>{escape(shown)}</td>" in report._repr_html_()


# --- of whole trainings ------------------------------------------------------------


def few_and_many(n_rows=60):
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(n_rows + 40, 3)), columns=["a", "b", "c"])
    return X, np.where(np.arange(len(X)) < 40, "few", "many")


# The generator blows up.
BROKEN = {
    "latent_distribution": "normal",
    "loss": "minimax",
    "gradient_penalty": 0,
    "learning_rate": 0.5,
    "hidden_layer_sizes": (32,),
    "random_state": 0,
}


def test_a_broken_training_warns_and_says_what_to_change():
    with pytest.warns(TrainingQualityWarning) as caught:
        GANOversampler(max_iter=60, **BROKEN).fit_resample(*few_and_many())
    message = str(caught[0].message)
    assert message.startswith(
        "The training on class 'few' went wrong. The generator's rows "
    )
    assert "Lower learning_rate (now 0.5), or set latent_distribution=" in message


def test_a_trial_of_few_updates_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler = GANOversampler(max_iter=5, **BROKEN)
        sampler.fit_resample(*few_and_many())
    assert sampler.report_["few"].status == "poor"


def test_the_report_of_a_sampler_has_theory_and_verdicts(quick):
    sampler = quick()
    sampler.fit_resample(*few_and_many())
    report = sampler.report_["few"]
    assert {verdict.name for verdict in report.verdicts} == set(FAILURES)
    assert report.theory.loss == "non_saturating"
    assert report.theory.value == sampler.history_["few"]["value"].iloc[-1]
    assert str(report).splitlines()[0] == "40 rows, 20 added"


def test_the_verdicts_of_a_report_follow_from_its_evidence(quick):
    sampler = quick(gradient_penalty=3, latent_distribution="normal")
    sampler.fit_resample(*few_and_many())
    report = sampler.report_["few"]
    assert diagnose(report.evidence, sampler.get_params()) == report.verdicts
    assert report.evidence.n_rows == report.n_rows


def test_a_class_too_small_to_judge_has_no_verdicts(quick):
    X, y = few_and_many()
    sampler = quick()
    sampler.fit_resample(X.iloc[35:], y[35:])
    report = sampler.report_["few"]
    assert (report.verdicts, report.status) == ((), "ok")
    assert math.isnan(report.theory.js_divergence)


@pytest.mark.parametrize(
    ("rows", "trained"),
    [([0, 0, 1], True), ([0, 1], False), ([0, 0, 0], False)],
)
def test_figures_are_nan_where_no_gan_was_trained(quick, rows, trained):
    """Two different rows among three are enough."""
    X = pd.DataFrame({"x": [*range(10), *rows]}, dtype=float)
    sampler = quick()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler.fit_resample(X, np.arange(len(X)) >= 10)
    report = sampler.report_[True]
    figures = report.energy_distance, report.coverage, report.nearest_row_ratio
    assert (report.n_iter > 0) == (report.evidence is not None) == trained
    assert list(map(math.isnan, figures)) == [not trained] * 3


# --- the report as text and as HTML ------------------------------------------------


def two_classes():
    poor = Verdict("copying", "poor", "90 % are copies.", "Raise copy_rejection.")
    well = Verdict("fidelity", "ok", "All well.", "")
    figures = (20, 80, 500, 400, 0.3)
    return Report(
        {
            "<b>": ClassReport(*figures, 2.5, 0.01, 0.9, 0.1, None, (poor, well)),
            7: ClassReport(*figures, 12.5, 0.01, 1.0, 0.95, None, (well,)),
        }
    )


def test_report_as_text():
    assert repr(two_classes()) == (
        "class  rows  added  updates  coverage  newness  seconds  verdict\n"
        "'<b>'    20     80      500      0.90     0.10      2.5     POOR\n"
        "7        20     80      500      1.00     0.95     12.5       ok\n"
        "'<b>': copying: POOR: 90 % are copies. Raise copy_rejection."
    )
    assert repr(Report()) == "Report of no classes"


def test_report_as_html_is_well_formed_and_escaped():
    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.texts = [], []

        def handle_starttag(self, tag, attrs):
            assert tag not in ("script", "link", "img")  # nothing from elsewhere
            self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

        def handle_data(self, data):
            self.texts.append(data)

    html = two_classes()._repr_html_()
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert "&#x27;&lt;b&gt;&#x27;" in html
    assert ", copying: 90 % are copies. " in checker.texts
    assert "Raise copy_rejection." in checker.texts
    assert html.count("<tr>") == 3


def test_badges_are_readable_on_any_page():
    def luminance(colour):
        """Relative luminance (WCAG 2.2) of a colour such as #ffffff."""
        shares = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(shares > 0.04045, ((shares + 0.055) / 1.055) ** 2.4, 0)
        return linear @ [0.2126, 0.7152, 0.0722]

    for ground in BADGES.values():
        assert 1.05 / (luminance(ground) + 0.05) > 4.5  # white text
    assert "color:#000" not in STYLE


def test_report_is_a_dict_still():
    report = two_classes()
    assert dict(report) == report
    assert report[7].findings == ()


# --- the published rates -----------------------------------------------------------


def test_the_page_is_that_of_the_results():
    diagnosis_page.main(["--check"])


def test_the_page_says_of_the_tiny_class_what_the_results_say():
    results = read_results(diagnosis_page.OUT)
    name = "tiny_class_without_penalty"
    provoked = results[results["method"] == name]
    (control,) = results[results["method"] == f"control:{name}"].to_dict("records")
    low, high = provoked.min(numeric_only=True), provoked.max(numeric_only=True)
    page = diagnosis_page.PAGE.read_text().replace("\n", " ")
    for said in (
        f"its discriminator loses {control['withheld']:.2f} of ROC area on withheld "
        f"rows, those without a penalty lose {provoked['withheld'].median():.2f} in "
        f"the median ({low['withheld']:.2f} to {high['withheld']:.2f} over the seeds)",
        f"above generated ones in {control['ranking']:.2f} of the pairs, and those "
        f"without a penalty do so in {provoked['ranking'].median():.2f} in the median",
        f"it gives them {control['certainty']:.3f} more in the mean. Without a penalty "
        f"the gap is {low['certainty']:.2f} to {high['certainty']:.2f}.",
        f"{control['memory']:.3f} with the defaults, {low['memory']:.2f} to "
        f"{high['memory']:.2f} without a penalty",
    ):
        assert said in page
