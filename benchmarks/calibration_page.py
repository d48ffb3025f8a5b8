"""The tables of ``user_guide/calibration.md`` from ``results/calibration.csv``.

Only what stands between a pair of markers is generated. Run it from the root of a
checkout after the benchmark::

    python -m benchmarks.calibration_page          # rewrites the sections
    python -m benchmarks.calibration_page --check  # fails if they are out of date
"""

from pathlib import Path

from benchmarks.calibration import METRICS
from benchmarks.report.markdown import table
from benchmarks.report.names import in_words, percent
from benchmarks.report.pages import write_or_check
from benchmarks.results_file import read_results
from gansampler._wording import counted

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "calibration.csv"
PAGE = ROOT / "docs" / "user_guide" / "calibration.md"
BAR = 0.05
LOSSES = {"brier": "Brier score", "log_loss": "log loss"}
RANKINGS = {"roc_auc": "AUC", "average_precision": "AP"}
CLASSIFIERS = {
    "logistic_regression": "logistic regression",
    "k_neighbors": "k neighbours",
    "random_forest": "random forest",
    "hist_gradient_boosting": "gradient boosting",
}
VARIANTS = {
    ("gan", "corrected"): "`GANOversampler()`",
    ("gan_law_half", "corrected"): "all rows, to half",
    ("smote", "corrected"): "SMOTE",
    ("gan", "calibrated"): "`GANOversampler()`, calibrated",
    ("gan_law_half", "calibrated"): "all rows, to half, calibrated",
    ("none", "calibrated"): "no resampling, calibrated",
}
"""Methods, and versions of their probabilities, in the order of the columns."""


def sections(results):
    """The generated parts of the page.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    texts : dict of str to str
    """
    results = complete_folds(results)
    return {
        "summary": summary_section(results),
        **{loss: loss_section(results, loss) for loss in LOSSES},
        "ranking": ranking_section(results),
        "variants": variants_section(results),
    }


def complete_folds(results):
    """Keep the folds that all methods have on all tables, if a run was broken off."""
    cells = results.groupby("fold")[["dataset", "method"]].apply(
        lambda fold: len(fold.drop_duplicates())
    )
    wanted = results["dataset"].nunique() * results["method"].nunique()
    return results[results["fold"].isin(cells.index[cells == wanted])]


def means(results):
    """Average over folds.

    Returns
    -------
    means : DataFrame
        Index (dataset, classifier), columns (metric, method, probabilities).
    """
    keys = ["dataset", "classifier", "method", "probabilities"]
    found = results.groupby(keys, sort=False)[METRICS].mean()
    return found.unstack(["method", "probabilities"])


def changes(means, loss, version):
    """Relative change of a loss against no resampling, by data set and classifier."""
    baseline = means[loss, "none", "unresampled"]
    return means[loss][version] / baseline - 1


def summary_section(results):
    """Count the cells within the bar, and compare the rankings."""
    averaged = means(results)
    n_cells, n_folds = len(averaged), results["fold"].nunique()
    rows = []
    for version, name in {("gan", "uncorrected"): "not corrected", **VARIANTS}.items():
        both = [changes(averaged, loss, version) for loss in LOSSES]
        within = (both[0] <= BAR) & (both[1] <= BAR)
        row = {"": name}
        for change, loss in zip(both, LOSSES.values(), strict=True):
            row[f"{loss}: median"] = signed_percent(change.median())
            row[f"{loss}: worst"] = signed_percent(change.max())
        row["within 5 % in both"] = f"{int(within.sum())} of {n_cells}"
        rows.append(row)
    intro = (
        f"Change of the mean loss over {n_folds} of {results['folds'].iloc[0]} folds "
        "compared with the same classifier without resampling, for "
        f"{counted(results['dataset'].nunique(), 'table')} and "
        f"{counted(results['classifier'].nunique(), 'classifier')}; below zero is "
        "better:"
    )
    return f"{intro}\n\n{table(rows)}\n\n{ranking(results)}"


def ranking(results):
    """Say how far the correction changes ROC AUC."""
    kept = results[results["method"] == "gan"]
    auc = kept.pivot(
        index=["dataset", "classifier", "fold"],
        columns="probabilities",
        values="roc_auc",
    )
    gap = (auc["corrected"] - auc["uncorrected"]).abs()
    by_table = gap.groupby(level="dataset").max()
    equal = [name for name, value in by_table.items() if value == 0]
    sentences = [
        f"On {in_words(equal)} ROC AUC is the same before and after the correction, in "
        "every fold."
    ]
    for name, value in by_table.drop(equal).items():
        sentences.append(f"On {name} it differs by up to {value:.2g} in a fold.")
    return " ".join(sentences)


def loss_section(results, loss):
    """Write one loss of the default sampler, cell by cell."""
    averaged = means(results)
    rows = []
    for cell in averaged.index:
        found = averaged.loc[cell, loss]
        before, after = found["none", "unresampled"], found["gan"]
        rows.append(
            {
                "": title(cell),
                "unresampled": f"{before:.4f}",
                "balanced": f"{after['uncorrected']:.4f}",
                "corrected": f"{after['corrected']:.4f}",
                "change": signed_percent(after["corrected"] / before - 1),
                "calibrated": f"{after['calibrated']:.4f}",
            }
        )
    return table(rows)


def ranking_section(results):
    """Write ROC AUC and average precision before and after, cell by cell."""
    averaged = means(results)
    versions = {
        "unresampled": ("none", "unresampled"),
        "balanced": ("gan", "uncorrected"),
        "corrected": ("gan", "corrected"),
    }
    return table(
        [
            {"": title(cell)}
            | {
                f"{short}: {name}": f"{averaged.loc[cell, (metric, *version)]:.3f}"
                for metric, short in RANKINGS.items()
                for name, version in versions.items()
            }
            for cell in averaged.index
        ]
    )


def variants_section(results):
    """Write the changes of both losses for all samplers, cell by cell."""
    averaged = means(results)
    rows = []
    for cell in averaged.index:
        row = {"": title(cell)}
        for version, name in VARIANTS.items():
            both = (changes(averaged, loss, version)[cell] for loss in LOSSES)
            row[name] = " / ".join(map(signed_percent, both))
        rows.append(row)
    return table(rows)


def title(cell):
    """Name a table and a classifier."""
    return f"{cell[0]}, {CLASSIFIERS[cell[1]]}"


def signed_percent(change):
    """Write a change with its sign and one digit after the point."""
    return percent(change, "+.1%")


def main(arguments=None):
    """Rewrite the sections of the page, or check them."""
    found = sections(read_results(RESULTS))
    write_or_check(PAGE, found, "benchmarks.calibration_page", arguments)


if __name__ == "__main__":
    main()
