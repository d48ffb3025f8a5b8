"""Write the tables of ``docs/command_line.md`` from ``results/report_verdicts.csv``.

Run it from the root of a checkout after ``python -m benchmarks.report_verdicts``::

    python -m benchmarks.report_verdicts_page          # rewrites the tables
    python -m benchmarks.report_verdicts_page --check  # fails if they are old
"""

from benchmarks.report.markdown import table
from benchmarks.report.names import percent
from benchmarks.report.pages import write_or_check
from benchmarks.report_verdicts import GOOD, OUT, SPOILT, VERDICTS
from benchmarks.results_file import read_results
from gansampler.diagnosis import POOR, WARN

PAGE = OUT.parents[2] / "docs" / "command_line.md"
METHOD_NAMES = {
    "real": "new real rows",
    "gan": "`GANOversampler()`",
    "smote": "SMOTE",
    "copied": "real rows copied",
    "in_one_place": "a tenth of new real rows, repeated",
    "moved": "new real rows, one column moved",
    "shuffled": "new real rows, each column shuffled",
    "of_other_class": "rows of the other class",
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
    return {
        "good": verdict_table(results, GOOD),
        "spoilt": verdict_table(results, SPOILT),
    }


def verdict_table(results, methods):
    """How often each verdict is not "ok", in percent, "POOR" in brackets.

    Parameters
    ----------
    results : DataFrame
    methods : iterable of str

    Returns
    -------
    text : str
    """
    rows = []
    for method in methods:
        part = results[(results["method"] == method) & results["error"].isna()]
        expected = SPOILT[method][1] if method in SPOILT else None
        row = {"": METHOD_NAMES[method], "sets": str(part["dataset"].nunique())}
        for verdict in VERDICTS:
            known = part[verdict].dropna()
            suspected, poor = known.isin([WARN, POOR]).mean(), (known == POOR).mean()
            cell = f"{percent(suspected)} ({percent(poor)})"
            row[verdict] = f"**{cell}**" if verdict == expected else cell
        at_all = part[list(VERDICTS)].isin([WARN, POOR]).any(axis=1).mean()
        rows.append(row | {"any": percent(at_all)})
    return table(rows)


def main(arguments=None):
    """Rewrite the tables of the page, or check them."""
    found = sections(read_results(OUT))
    write_or_check(PAGE, found, "benchmarks.report_verdicts_page", arguments)


if __name__ == "__main__":
    main()
