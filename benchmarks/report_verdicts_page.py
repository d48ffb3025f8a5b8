"""Write the tables of ``docs/command_line.md`` from ``results/report_verdicts.csv``.

Run it from the root of a checkout after ``python -m benchmarks.report_verdicts``::

    python -m benchmarks.report_verdicts_page          # rewrites the tables
    python -m benchmarks.report_verdicts_page --check  # fails if they are old
"""

import argparse
import sys

from benchmarks.report.markdown import fill, table
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
            cell = (
                f"{known.isin([WARN, POOR]).mean():.0%} ({(known == POOR).mean():.0%})"
            )
            row[verdict] = f"**{cell}**" if verdict == expected else cell
        at_all = part[list(VERDICTS)].isin([WARN, POOR]).any(axis=1).mean()
        rows.append(
            {k: v.replace("%", " %") for k, v in row.items()}
            | {"any": f"{at_all:.0%}".replace("%", " %")}
        )
    return table(rows)


def write_page(results, *, check):
    """Fill the tables of the page, or make sure that they are filled.

    Parameters
    ----------
    results : DataFrame
    check : bool
        Whether to change nothing.
    """
    page = PAGE.read_text()
    filled = fill(
        page,
        {
            "good": verdict_table(results, GOOD),
            "spoilt": verdict_table(results, SPOILT),
        },
    )
    if check and filled != page:
        sys.exit("docs/command_line.md: run python -m benchmarks.report_verdicts_page")
    if not check:
        PAGE.write_text(filled)


def main(arguments=None):
    """Write or check the page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report_verdicts_page",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    write_page(read_results(OUT), check=parser.parse_args(arguments).check)


if __name__ == "__main__":
    main()
