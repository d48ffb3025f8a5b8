"""How near synthetic rows are to held-out ones, and how new."""

import pandas as pd

from benchmarks.fidelity import METRICS, REAL
from benchmarks.report.markdown import picture, table
from benchmarks.report.names import REFERENCE, title
from benchmarks.summarise_fidelity import complete_sets, mean_table
from gansampler._wording import counted

FOLD = ["dataset", "seed", "fold"]
ENOUGH = 0.9
"""Share of the reference's folds that a method must have to stand beside it."""
BY_SET = {
    "energy_distance": (-1, "lower energy distance"),
    "coverage": (1, "higher coverage"),
    "nearest_row_ratio": (1, "higher nearest-row ratio"),
}
"""Metrics that are counted by data set: 1 where more is better, and what is counted."""
COLUMNS = {
    "energy": "energy distance",
    "coverage": "coverage",
    "coverage / real": "coverage / real",
    "two-sample AUC": "two-sample AUC",
    "marginal gap": "marginal gap",
    "correlation gap": "correlation gap",
    "nearest-row ratio (median)": "nearest-row ratio",
    "authenticity": "authenticity",
    "duplicates": "duplicates",
}


def comparable_methods(results):
    """List the methods that finished nearly all folds of the reference.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    methods, others : list of str
    """
    finished = results.dropna(subset=METRICS)
    folds = {
        method: set(part[FOLD].itertuples(index=False, name=None))
        for method, part in finished.groupby("method", sort=False)
    }
    needed = folds[REFERENCE]
    shares = {method: len(found & needed) for method, found in folds.items()}
    methods = [m for m, n in shares.items() if n >= ENOUGH * len(needed)]
    return methods, [m for m in shares if m not in methods]


def fidelity_means(results):
    """Means of the comparable methods.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    means : DataFrame
        From ``summarise_fidelity.mean_table``, the nearest method first.
    n_sets, n_dropped : int
        Data sets behind the means, and folds left out.
    """
    methods, _ = comparable_methods(results)
    sets, n_dropped = complete_sets(results[results["method"].isin(methods)])
    return mean_table(sets), len(sets), n_dropped


def fidelity_section(results):
    """The picture and the table.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    text : str
    """
    means, n_sets, n_dropped = fidelity_means(results)
    others = comparable_methods(results)[1]
    failed = results[results["error"].notna()].groupby("method").size()
    notes = [f"{counted(n_sets, 'data set')}, {counted(n_dropped, 'fold')} left out."]
    notes += [
        f"{title(method)} failed on {counted(int(count), 'fold')}."
        for method, count in failed.items()
    ]
    notes += [f"{title(method)} has too few folds to compare." for method in others]
    return "\n\n".join(
        [
            " ".join(notes),
            picture("fidelity.svg", "Energy distance against nearest-row ratio"),
            table(_rows(means)),
            _position(means),
            f"On how many data sets {title(REFERENCE)} is better than each other "
            "method:",
            table(_by_set(results)),
        ]
    )


def _rows(means):
    known = {column: name for column, name in COLUMNS.items() if column in means}
    return [
        {"": title(method)}
        | {name: f"{values[column]:.3f}" for column, name in known.items()}
        for method, values in means.iterrows()
    ]


def _by_set(results):
    """On how many sets the reference is nearer, covers more, and is newer."""
    sets = results.groupby(["dataset", "method"])[METRICS].mean().unstack("method")
    rows = []
    for method in comparable_methods(results)[0]:
        if method in (REFERENCE, REAL):
            continue
        row = {"": title(method)}
        for metric, (sign, name) in BY_SET.items():
            pair = sets[metric][[REFERENCE, method]].dropna()
            gains = sign * (pair[REFERENCE] - pair[method])
            better, equal = int((gains > 0).sum()), int((gains == 0).sum())
            shown = f"{better} of {len(gains)}"
            row[name] = f"{shown}, {equal} equal" if equal else shown
        rows.append(row)
    return rows


def _position(means):
    """Place the reference among the methods, in a sentence."""
    samplers = means.drop(index=REAL, errors="ignore")
    energy = samplers["energy"].rank()[REFERENCE]
    newness = samplers["nearest-row ratio (median)"].rank(ascending=False)[REFERENCE]
    beaten = _dominating(samplers)
    dominance = (
        "no method is both nearer and newer"
        if not beaten
        else f"both nearer and newer are: {', '.join(map(title, beaten))}"
    )
    return (
        f"Of {len(samplers)} methods, GANOversampler ranks number {energy:.0f} in "
        f"nearness (energy distance) and {newness:.0f} in newness (nearest-row ratio); "
        f"{dominance}."
    )


def _dominating(means):
    """Methods that are better than the reference in both."""
    own = means.loc[REFERENCE]
    nearer = means["energy"] < own["energy"]
    ratio = means["nearest-row ratio (median)"]
    newer = ratio > own["nearest-row ratio (median)"]
    return list(means.index[nearer & newer & pd.notna(ratio)])
