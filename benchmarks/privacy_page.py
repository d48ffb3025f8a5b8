"""Write the tables of ``docs/user_guide/privacy.md`` from ``results/privacy.csv``.

Run it from the root of a checkout after the benchmark::

    python -m benchmarks.privacy_page          # rewrites what is between the markers
    python -m benchmarks.privacy_page --check  # fails if the page is out of date
"""

from pathlib import Path

from benchmarks.report.markdown import table
from benchmarks.report.names import METHODS, by_title
from benchmarks.report.pages import write_or_check
from benchmarks.results_file import read_results
from gansampler._wording import counted

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "privacy.csv"
PAGE = ROOT / "docs" / "user_guide" / "privacy.md"
TITLES = METHODS | {
    "smote": "SMOTE, SMOTENC",
    "gan": "`GANOversampler()`",
    "gan_law": "`copy_rejection=0, border_rejection=0`",
    "gan_no_copy_rejection": "`copy_rejection=0`",
    "gan_no_border_rejection": "`border_rejection=0`",
    "gan_more_copy_rejection": "`copy_rejection=0.9`",
    "gan_normal": '`latent_distribution="normal"`',
    "gan_normal_more_copy_rejection": (
        '`latent_distribution="normal", copy_rejection=0.9`'
    ),
}
FIGURES = {
    "nearest_auc": "nearest row",
    "nearest_whitened_auc": "nearest, whitened",
    "density_ratio_auc": "density ratio",
    "nearest_row_ratio": "nearest-row ratio",
    "duplicate_share": "duplicates",
    "near_duplicate_share": "near duplicates",
}
ATTACKS = ["nearest_auc", "nearest_whitened_auc", "density_ratio_auc"]


def sections(results):
    """The generated parts of the page.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    texts : dict of str to str
    """
    results = results[results["error"].isna()]
    balanced = results[results["amount"] == "balance"]
    return {
        "churn": _by_method(balanced[balanced["dataset"] == "churn"]),
        "page_blocks": _by_method(balanced[balanced["dataset"] != "churn"]),
        "amounts": _by_amount(results),
    }


def means(results):
    """Mean figures of each method over splits, each class counting the same.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    means : DataFrame
        One row for each method, with the numbers of classes and of splits.
    """
    by_class = results.groupby(["method", "dataset"])[list(FIGURES)].mean()
    found = by_class.groupby(level="method").mean()
    found["classes"] = by_class.groupby(level="method").size()
    found["splits"] = results.groupby("method").size()
    return found


def _by_method(results):
    found = means(results)
    order = [name for name in TITLES if name in found.index]
    order += [name for name in by_title(found.index) if name not in TITLES]
    most = found["classes"].max()
    return table(
        [
            {"": TITLES.get(method, method), "splits": f"{found['splits'][method]:.0f}"}
            | {name: f"{found[key][method]:.3f}" for key, name in FIGURES.items()}
            for method in order
            if found["classes"][method] == most
        ]
    )


def _by_amount(results):
    """The strongest attack, by the number of synthetic rows."""
    rows = []
    for name, part in results.groupby("dataset", sort=False):
        for _, made in part.groupby("amount", sort=False):
            strongest = means(made)[ATTACKS].max(axis=1)
            n_rows = made["n_synthetic"].mean()
            cells = {
                title: f"{strongest[method]:.3f}" if method in strongest else "-"
                for method, title in (
                    ("smote", TITLES["smote"]),
                    ("gan", TITLES["gan"]),
                    ("gan_normal", TITLES["gan_normal"]),
                )
            }
            label = f"{name}, {counted(int(made['n_members'].mean()), 'member')}"
            rows.append({"": label, "synthetic rows": f"{n_rows:,.0f}"} | cells)
    return table(rows)


def main(arguments=None):
    """Rewrite the tables of the page, or check them."""
    found = sections(read_results(RESULTS))
    write_or_check(PAGE, found, "benchmarks.privacy_page", arguments)


if __name__ == "__main__":
    main()
