"""Usefulness: means, ranks, tests, equivalence, single classifiers and single sets."""

import pandas as pd

from benchmarks.report.markdown import picture, table
from benchmarks.report.names import (
    ADDS_NO_ROWS,
    MAIN_METRICS,
    METRICS,
    REFERENCE,
    by_title,
    in_words,
    p_text,
    title,
)
from benchmarks.report.statistics import (
    LOWER_IS_BETTER,
    by_set,
    by_table,
    cells_of,
    equivalence,
    mean_ranks,
    paired_tests,
    signed_rank,
    split_by_coverage,
)
from gansampler._wording import counted
from gansampler.comparison._statistics import holm

LEVEL = 0.05
MARGIN, CLASSIFIER_MARGIN = 0.005, 0.01
EQUAL_TO = ("none", "class_weight")
"""Methods with which the ranking is tested for equivalence."""
BESIDE = ("gan", "none", "class_weight", "smote", "smoothed_bootstrap_valid")
"""Methods in the tables of single classifiers."""
GAINS_OVER = ("smote", "none")
"""Methods that are compared with set by set."""


class Utility:
    """The results that compare.

    Parameters
    ----------
    results : DataFrame
        Failures filled with the scores of no resampling.

    Attributes
    ----------
    results : DataFrame
    methods : list of str
        Those that have every fold of the reference.
    partial : list of str
        Those that have some.
    cells : DataFrame
        Index (dataset, classifier), columns (metric, method); of ``methods``.
    """

    def __init__(self, results):
        self.results = results
        self.methods, self.partial = split_by_coverage(results, REFERENCE)
        self.cells = cells_of(results, self.methods, METRICS)

    @property
    def samplers(self):
        """The methods that add rows."""
        return [method for method in self.methods if method not in ADDS_NO_ROWS]

    @property
    def rivals(self):
        """The methods other than the reference, in the order of ``METHODS``."""
        return by_title(set(self.methods) - {REFERENCE})


def means_section(utility):
    """What was run, the means and the ranks.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    among_all = mean_ranks(utility.cells, utility.methods)
    among_samplers = mean_ranks(utility.cells, utility.samplers)
    parts = [
        what_was_run(utility),
        "Means over data sets and classifiers. Failed folds have the scores of no "
        "resampling.",
        _means_table(utility),
        f"Mean ranks among all {len(utility.methods)} methods, 1 is best:",
        _ranks_table(among_all),
        f"Mean ranks among the {len(utility.samplers)} over-samplers:",
        _ranks_table(among_samplers),
        picture(
            "ranks.svg",
            "Mean ranks of all methods in average precision, ROC AUC, G-mean",
        ),
    ]
    if utility.partial:
        parts += [
            "Methods that have not run on all of these data sets, each compared on the "
            "sets that it has. Gains are those of GANOversampler over it, with "
            "Wilcoxon's p by data set, not corrected:",
            _partial_table(utility),
        ]
    return "\n\n".join(parts)


def what_was_run(utility):
    """Tell the size of the comparison and the versions."""
    results = utility.results[utility.results["method"] == REFERENCE]
    others = utility.results["dataset"].nunique() - results["dataset"].nunique()
    index = utility.cells.index
    classifiers = index.get_level_values("classifier").unique()
    text = (
        f"{counted(len(index), 'cell')} (pairs of a data set and a classifier) that "
        f"all {len(utility.methods)} methods finished: "
        f"{counted(index.get_level_values('dataset').nunique(), 'data set')} with "
        f"{counted(len(classifiers), 'classifier')}, each with "
        f"{counted(int(results['folds'].iloc[0]), 'fold')} and "
        f"{_seeds(results.groupby('dataset')['seed'].nunique())}."
    )
    if others:
        text += f" {counted(others, 'data set')} without `gan` left out."
    return f"{text} Versions: {results['versions'].iloc[-1]}."


def _seeds(per_set):
    """Say how many seeds the data sets have, which some may have more of."""
    fewest = counted(int(per_set.min()), "seed")
    more = per_set[per_set > per_set.min()]
    if more.empty:
        return fewest
    return f"{fewest}, {more.max()} on the {len(more)} smallest data sets"


def verdicts(utility):
    """Compare with every rival in every metric, data set by data set.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    verdicts : DataFrame
        Columns metric, rival, gain, p (Holm's), and verdict: ``better``, ``worse``,
        ``equal`` (no difference shown, and within the margin) or ``open``.
    """
    values = by_set(utility.cells)
    tests = _tests(values)
    rows = []
    for test in tests:
        sign = -1 if test["metric"] in LOWER_IS_BETTER else 1
        pair = sign * values[test["metric"]]
        gains = pair[REFERENCE] - pair[test["rival"]]
        verdict = direction(gains, test["p"])
        if verdict == "open" and equivalence(gains, MARGIN).p_different < LEVEL:
            verdict = "equal"
        rows.append({**test, "verdict": verdict})
    return pd.DataFrame(rows)


def direction(gains, p):
    """Tell whether gains are better or worse than nothing.

    Parameters
    ----------
    gains : Series of float
    p : float
        Of a test, corrected.

    Returns
    -------
    verdict : str
        ``open`` where p is not below 0.05, or where mean and median of the gains
        disagree, since the test is of ranks and the page shows means.
    """
    mean, median = gains.mean(), gains.median()
    if p >= LEVEL or mean * median <= 0:
        return "open"
    return "better" if mean > 0 else "worse"


def summary_section(utility):
    """Where GANOversampler wins, ties and loses, in sentences and as a table.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    found = verdicts(utility)
    lines = []
    for metric, name in METRICS.items():
        part = found[found["metric"] == metric]
        lines.append(f"- **{name}**: " + "; ".join(_sentence(part)) + ".")
    rows = []
    for rival in utility.rivals:
        part = found[found["rival"] == rival].set_index("metric")
        rows.append(
            {"against": title(rival)}
            | {
                name: f"{part.loc[metric, 'verdict']} {part.loc[metric, 'gain']:+.3f}"
                for metric, name in METRICS.items()
            }
        )
    return "\n\n".join(
        [
            f"GANOversampler against {counted(len(rows), 'method')}, each metric by "
            f"itself, on {counted(len(by_set(utility.cells)), 'data set')}:",
            "\n".join(lines),
            *_against_thresholds(by_set(utility.cells)),
            "The same as a table, with the mean gain (positive is better, in the Brier "
            "score too):",
            table(rows),
        ]
    )


def tests_section(utility):
    """Wilcoxon's tests against each method, by cell, by data set and by table.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    parts = []
    cells, sets = utility.cells, by_set(utility.cells)
    tables = by_table(utility.cells)
    for metric in MAIN_METRICS:
        rows = [
            {
                "against": title(by_cell["rival"]),
                "gain": f"{by_cell['gain']:+.4f}",
                "cells won/tied/lost": by_cell["won/tied/lost"],
                "p by cell": p_text(by_cell["p"]),
                "sets won/tied/lost": in_set["won/tied/lost"],
                "p by set": p_text(in_set["p"]),
                "tables won/tied/lost": in_table["won/tied/lost"],
                "p by table": p_text(in_table["p"]),
            }
            for by_cell, in_set, in_table in zip(
                _tests(cells, [metric]),
                _tests(sets, [metric]),
                _tests(tables, [metric]),
                strict=True,
            )
        ]
        parts += [f"**{METRICS[metric][0].upper()}{METRICS[metric][1:]}**", table(rows)]
    return "\n\n".join(parts)


def equivalence_section(utility):
    """Is the ranking as good as without resampling? Over all, and by classifier.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    values = utility.cells["average_precision"]
    rows = []
    for rival in EQUAL_TO:
        if rival not in utility.methods:
            continue
        gains = values[REFERENCE] - values[rival]
        overall = gains.groupby(level="dataset").mean()
        rows.append(_equivalence_row("all", rival, overall, MARGIN))
        rows += [
            _equivalence_row(classifier, rival, part, CLASSIFIER_MARGIN)
            for classifier, part in gains.groupby(level="classifier")
        ]
    return table(rows)


def classifiers_section(utility):
    """Means of some methods for each classifier, and the gains over the others.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    methods = [method for method in BESIDE if method in utility.methods]
    parts = ["Means, with the best of each row in bold:"]
    for metric in MAIN_METRICS:
        means = utility.cells[metric][methods].groupby(level="classifier").mean()
        rows = []
        for classifier, values in means.iterrows():
            texts = {method: f"{value:.3f}" for method, value in values.items()}
            best = max(texts.values())
            cells = {
                title(method): f"**{text}**" if text == best else text
                for method, text in texts.items()
            }
            rows.append({METRICS[metric]: classifier} | cells)
        parts.append(table(rows))
    parts.append(
        "Mean gains of GANOversampler, with Wilcoxon's p by data set after Holm's "
        "correction over the cells of a table:"
    )
    return "\n\n".join([*parts, *(_gains_table(utility, m) for m in MAIN_METRICS)])


def gains_by_set(utility):
    """Gains in average precision of each data set, smallest minority first.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    gains : DataFrame
        Index (dataset, classifier), a column for each rival of ``GAINS_OVER``.
    n_minority : Series
        Mean minority rows of a training fold; its order is that of the sets.
    """
    values = utility.cells["average_precision"]
    rivals = [rival for rival in GAINS_OVER if rival in utility.methods]
    gains = pd.DataFrame({rival: values[REFERENCE] - values[rival] for rival in rivals})
    counts = utility.results.groupby("dataset")["n_minority"].mean()
    counts = counts[gains.index.get_level_values("dataset").unique()]
    order = sorted(counts.index, key=lambda name: (counts[name], name))
    return gains, counts[order]


def sets_section(utility):
    """The gains of each data set as a picture, and how many are positive.

    Parameters
    ----------
    utility : Utility

    Returns
    -------
    text : str
    """
    gains, counts = gains_by_set(utility)
    means = gains.groupby(level="dataset").mean().loc[counts.index]
    half = len(counts) // 2
    sentences = []
    for rival in means:
        few, many = means[rival].iloc[:half], means[rival].iloc[half:]
        sentences.append(
            f"Against {title(rival)} the mean gain in average precision is "
            f"{few.mean():+.4f} on the {half} sets with the fewest minority rows "
            f"({(few > 0).sum()} won) and {many.mean():+.4f} on the other {len(many)} "
            f"({(many > 0).sum()} won); single sets range from "
            f"{means[rival].min():+.3f} ({means[rival].idxmin()}) to "
            f"{means[rival].max():+.3f} ({means[rival].idxmax()})."
        )
    return "\n\n".join(
        [
            " ".join(sentences),
            picture("gains.svg", "Gain in average precision of each data set"),
        ]
    )


def _against_thresholds(sets):
    """Ask whether tuning a threshold would have done instead of resampling."""
    if "none" not in sets["g_mean"]:
        return []
    tuned = sets["g_mean_tuned"]["none"]
    sentences = [
        f"No resampling with a tuned threshold reaches a G-mean of {tuned.mean():.3f}."
    ]
    for metric, words in [
        ("g_mean", "at the threshold 0.5"),
        ("g_mean_tuned", "with its threshold tuned too"),
    ]:
        gains = sets[metric][REFERENCE] - tuned
        sentences.append(
            f"GANOversampler reaches {sets[metric][REFERENCE].mean():.3f} {words} "
            f"({gains.mean():+.3f}, p {p_text(signed_rank(gains))}, "
            f"{(gains > 0).sum()} of {len(gains)} sets won)."
        )
    return [" ".join(sentences)]


def _gains_table(utility, metric):
    """Verdicts on each classifier with each of some methods."""
    values = utility.cells[metric]
    tests = []
    for rival in [method for method in BESIDE if method in utility.methods]:
        if rival == REFERENCE:
            continue
        for classifier, gains in (values[REFERENCE] - values[rival]).groupby(
            level="classifier"
        ):
            tests.append((classifier, rival, gains, signed_rank(gains)))
    found = pd.DataFrame(tests, columns=["classifier", "rival", "gains", "p"])
    found["p"] = holm(found["p"])
    rows = []
    for classifier, part in found.groupby("classifier"):
        row = {f"{METRICS[metric]}, gain": classifier}
        for test in part.itertuples():
            verdict = direction(test.gains, test.p)
            against = f"against {title(test.rival)}"
            row[against] = f"{verdict} {test.gains.mean():+.3f} ({p_text(test.p)})"
        rows.append(row)
    return table(rows)


def _means_table(utility):
    """Means of all methods, failures and seconds."""
    n_failed, seconds = _failures_and_seconds(utility)
    means = utility.cells.mean().unstack(0)
    order = means["average_precision"].sort_values(ascending=False).index
    return table(
        [
            {"": _bold(method)}
            | {
                name: f"{means.loc[method, metric]:.3f}"
                for metric, name in METRICS.items()
            }
            | {
                "failed folds": n_failed[method],
                "seconds": f"{seconds[method]:.2f}",
            }
            for method in order
        ]
    )


def _failures_and_seconds(utility):
    """Failed folds and mean seconds of each method on the sets of the reference."""
    results = utility.results
    compared = utility.cells.index.get_level_values("dataset")
    results = results[results["dataset"].isin(compared)]
    fold = ["method", "dataset", "seed", "fold"]
    failed = results["error"].notna().groupby([results[name] for name in fold]).any()
    seconds = results.drop_duplicates(fold).groupby("method")["sampler_seconds"].mean()
    return failed.groupby(level="method").sum(), seconds


def _ranks_table(ranks):
    ordered = ranks.sort_values("average_precision")
    return table(
        [
            {"": _bold(method)}
            | {name: f"{values[metric]:.2f}" for metric, name in METRICS.items()}
            for method, values in ordered.iterrows()
        ]
    )


def _partial_table(utility):
    n_failed, seconds = _failures_and_seconds(utility)
    rows = []
    for method in by_title(utility.partial):
        pair = by_set(cells_of(utility.results, [method, REFERENCE], METRICS))
        if len(pair) < 2:
            continue
        tests = {test["metric"]: test for test in _tests(pair)}
        rows.append(
            {"against": title(method), "data sets": len(pair)}
            | {
                name: f"{tests[metric]['gain']:+.3f} ({p_text(tests[metric]['p'])})"
                for metric, name in METRICS.items()
            }
            | {
                "failed folds": n_failed[method],
                "seconds": f"{seconds[method]:.2f}",
            }
        )
    return table(rows)


def _tests(cells, metrics=None):
    """Compare the reference with each rival, in the order of ``METHODS``.

    The p of each test is Holm's.
    """
    metrics = list(metrics or METRICS)
    found = paired_tests(cells[metrics], REFERENCE)
    rows = found.drop(columns="p").rename(columns={"p_holm": "p"}).to_dict("records")
    return [
        row
        for metric in metrics
        for rival in by_title({row["rival"] for row in rows})
        for row in rows
        if (row["metric"], row["rival"]) == (metric, rival)
    ]


def _sentence(part):
    """Clauses on one metric."""
    clauses = {
        "better": "better than",
        "worse": "worse than",
        "equal": f"equal within {MARGIN} to",
        "open": "no significant difference from",
    }
    sentence = []
    for verdict, words in clauses.items():
        chosen = part.loc[part["verdict"] == verdict, "rival"]
        if len(chosen) == len(part) > 1:
            sentence.append(f"{words} all of them")
        elif len(chosen):
            sentence.append(f"{words} {in_words(map(title, chosen))}")
    return sentence


def _equivalence_row(classifier, rival, gains, margin):
    outcome = equivalence(gains, margin)
    if outcome.p_different < LEVEL:
        verdict = "equal"
    elif outcome.low > 0:
        verdict = "better"
    elif outcome.high < 0:
        verdict = "worse"
    else:
        verdict = "not worse" if outcome.p_worse < LEVEL else "open"
    return {
        "against": title(rival),
        "classifier": classifier,
        "margin": margin,
        "gain": f"{outcome.gain:+.4f}",
        "90 % interval": f"{outcome.low:+.4f} to {outcome.high:+.4f}",
        "p (not worse)": p_text(outcome.p_worse),
        "p (equal)": p_text(outcome.p_different),
        "verdict": verdict,
    }


def _bold(method):
    return f"**{title(method)}**" if method == REFERENCE else title(method)
