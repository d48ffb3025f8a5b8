"""Write the tables of ``docs/user_guide/diagnosis.md`` from ``results/diagnosis.csv``.

Run it from the root of a checkout after ``python -m benchmarks.diagnosis``::

    python -m benchmarks.diagnosis_page          # rewrites the tables
    python -m benchmarks.diagnosis_page --check  # fails if the page is out of date
"""

import math

import pandas as pd

from benchmarks.diagnosis import (
    EVIDENCE,
    FAILURES,
    OUT,
    closeness,
    distance_lost,
    largest_gap,
    missed_rows,
    more_among_others,
    more_copies,
    ranking_lost,
    ranking_of_withheld,
    scatter,
)
from benchmarks.report.markdown import table
from benchmarks.report.pages import write_or_check
from benchmarks.results_file import read_results
from gansampler.diagnosis import MIN_UPDATES, OK, POOR, WARN, Evidence, diagnose

PAGE = OUT.parents[2] / "docs" / "user_guide" / "diagnosis.md"
WITHHELD = {
    closeness: "distance of two withheld rows, in units of two generated ones",
    scatter: "distance of two generated rows, in units of two withheld ones",
    missed_rows: "share of withheld rows not reached",
    ranking_of_withheld: "ROC area of D on withheld rows",
    ranking_lost: "ROC area of D lost on withheld rows",
    more_copies: "share of rows repeated, beyond withheld rows'",
    largest_gap: "largest gap of a column to withheld rows",
    distance_lost: "energy distance to withheld rows, last less kept",
    more_among_others: "share among others by withheld rows, beyond real rows'",
}
FIGURES = {
    "mode_collapse": ("coverage", "spread"),
    "scattered_rows": ("spread",),
    "discriminator_wins": ("certainty",),
    "discriminator_memorises": ("memory",),
    "fidelity": ("divergence",),
    "copying": ("copies", "nearest_row_ratio"),
    "columns": ("gap_beyond_chance",),
    "late_divergence": ("rise",),
    "majority": ("excess",),
}


def sections(results):
    """The generated parts of the page.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    texts : dict of str to str
    """
    judged = with_verdicts(results)
    return {
        "detection": detection_table(judged),
        "matrix": matrix_table(judged),
        "healthy": healthy_table(judged),
    }


def with_verdicts(results):
    """Judge each training by its figures.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    judged : DataFrame
        With a column for each verdict, and ``warned``: whether the sampler warns.
    """
    judged = []
    for row in results.to_dict("records"):
        gaps = (("the worst", math.nan, row["gap_beyond_chance"]),)
        figures = {name: row[column] for name, column in EVIDENCE.items()}
        evidence = Evidence(gaps=gaps, **figures)
        found = {v.name: v.status for v in diagnose(evidence, {})}
        poor = POOR in found.values() and row["n_iter"] >= MIN_UPDATES
        judged.append(row | dict.fromkeys(FIGURES, OK) | found | {"warned": poor})
    return pd.DataFrame(judged)


def detection_table(results):
    """How often each provoked failure is named, and that it is one.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    text : str
    """
    rows = []
    for name, failure in FAILURES.items():
        provoked = results[results["method"] == name]
        control = results[results["method"] == f"control:{name}"]
        changed = ", ".join(f"`{k}={v!r}`" for k, v in failure.settings.items())
        kept = f", {failure.n_rows} rows" if failure.n_rows else ""
        rows.append(
            {
                "provoked by": f"{name.replace('_', ' ')}: {failure.dataset}{kept}, "
                f"{changed}",
                "verdict": _words(failure.verdict),
                "named": _share(provoked[failure.verdict].isin([WARN, POOR])),
                "warned": _share(provoked["warned"]),
                "measured on withheld rows": WITHHELD[failure.withheld],
                "median there": f"{provoked['withheld'].median():.2f}",
                "with defaults": f"{control['withheld'].median():.2f}",
            }
        )
    return table(rows)


def matrix_table(results):
    """Which verdicts each failure brings about.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    text : str
    """
    methods = [*FAILURES, "healthy"]
    rows = []
    for method in methods:
        part = results[results["method"] == method]
        rows.append(
            {"": method.replace("_", " ")}
            | {
                _words(verdict): f"{part[verdict].isin([WARN, POOR]).mean():.0%}"
                for verdict in FIGURES
            }
        )
    return table(rows)


def healthy_table(results):
    """What default trainings show, and how often they are suspected.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    text : str
    """
    healthy = results[results["method"] == "healthy"]
    healthy = healthy.assign(
        excess=healthy["among_others"] - healthy["real_among_others"]
    )
    rows = []
    for verdict in FIGURES:
        seen = ", ".join(
            f"{name.replace('_', ' ')} {healthy[name].min():.2f} to "
            f"{healthy[name].max():.2f}"
            for name in FIGURES[verdict]
        )
        sets = healthy.loc[healthy[verdict].isin([WARN, POOR]), "dataset"]
        rows.append(
            {
                "verdict": _words(verdict),
                "figures seen": seen,
                "look": _share(healthy[verdict] == WARN),
                "poor": _share(healthy[verdict] == POOR),
                "where": ", ".join(sorted(sets)) or "nowhere",
            }
        )
    warned = _share(healthy["warned"])
    return f"{warned} default trainings warned.\n\n{table(rows)}"


def _words(name):
    return name.replace("_", " ")


def _share(flags):
    """How many, of how many."""
    return f"{int(flags.sum())} of {len(flags)}"


def main(arguments=None):
    """Rewrite the tables of the page, or check them."""
    found = sections(read_results(OUT))
    write_or_check(PAGE, found, "benchmarks.diagnosis_page", arguments)


if __name__ == "__main__":
    main()
