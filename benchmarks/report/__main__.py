"""Write ``docs/benchmarks/index.md`` and its pictures from the CSV files.

Only what stands between a pair of markers is generated; the prose around it is
written by hand. Run it from the root of a checkout after a benchmark::

    python -m benchmarks.report          # rewrites sections and pictures
    python -m benchmarks.report --check  # fails if the page is out of date

A section whose CSV file does not exist yet says so. Other results give a page
elsewhere: ``--results DIR --out DIR``.
"""

import shutil
from pathlib import Path

from benchmarks.report import cost, dose, fidelity, levels, plots, utility, variants
from benchmarks.report.pages import page_parser, update
from benchmarks.report.statistics import fill_failures, load_results, mean_ranks
from benchmarks.results_file import read_results

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks" / "index.md"
UTILITY_SECTIONS = {
    "summary": utility.summary_section,
    "means": utility.means_section,
    "tests": utility.tests_section,
    "equivalence": utility.equivalence_section,
    "classifiers": utility.classifiers_section,
    "sets": utility.sets_section,
}


def build(results):
    """Compute all sections and what the pictures show.

    Parameters
    ----------
    results : Path
        Folder of the CSV files.

    Returns
    -------
    sections : dict of str to str
    pictures : dict of str to (callable, tuple)
        File name to the function that draws it and what it draws.
    """
    sections, pictures = {}, {}
    found = _read(results, "utility*.csv")
    if found is None:
        sections |= dict.fromkeys(UTILITY_SECTIONS, _missing("utility.csv"))
    else:
        compared = utility.Utility(found)
        sections |= {name: write(compared) for name, write in UTILITY_SECTIONS.items()}
        ranks = mean_ranks(compared.cells, compared.methods)
        pictures["ranks.svg"] = (plots.draw_ranks, (ranks,))
        pictures["gains.svg"] = (plots.draw_gains, utility.gains_by_set(compared))
    borrowed = _read(results, "rare_levels.csv")
    if borrowed is None or found is None:
        sections["levels"] = _missing("rare_levels.csv")
    else:
        sections["levels"] = levels.levels_section(borrowed, found)
    for name, file, write in [
        ("dose", "dose.csv", dose.dose_section),
        ("ablations", "ablations.csv", variants.ablations_section),
        ("seeds", "seed_spread.csv", variants.seeds_section),
        ("fidelity", "fidelity.csv", fidelity.fidelity_section),
        ("cost", "cost_against_ctgan.csv", cost.cost_section),
    ]:
        found = _read(results, file)
        sections[name] = _missing(file) if found is None else write(found)
        if found is not None and name == "dose":
            pictures["dose.svg"] = (plots.draw_dose, (_dose_curves(found),))
        if found is not None and name == "fidelity":
            means = fidelity.fidelity_means(found)[0]
            pictures["fidelity.svg"] = (plots.draw_fidelity, (means,))
    return sections, pictures


def main(arguments=None):
    """Write the page and the pictures, or check them."""
    parser = page_parser(PAGE, "benchmarks.report")
    add = parser.add_argument
    add("--results", type=Path, default=RESULTS, help="folder of the CSV files")
    add("--out", type=Path, default=PAGE.parent, help="folder of page and pictures")
    options = parser.parse_args(arguments)
    sections, pictures = build(options.results)
    page = options.out / PAGE.name
    if not (page.exists() or options.check):
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PAGE, page)
    update(page, sections, "benchmarks.report", pictures=pictures, check=options.check)


def _read(results, pattern):
    """Read the CSV files of a pattern; None where there are none."""
    paths = sorted(results.glob(pattern))
    if not paths:
        return None
    found = read_results(paths[0])
    if "classifier" not in found or "error" not in found:
        return found
    return fill_failures(load_results(paths))


def _missing(file):
    return f"*Not measured yet: there is no `benchmarks/results/{file}`.*"


def _dose_curves(results):
    """The cohorts of tables, in words, and their curves."""
    scores = dose.scores_by_size(results)
    return [
        (f"{len(tables)} tables", dose.curves(scores, tables, largest))
        for largest, tables in dose.cohorts(scores).items()
    ]


if __name__ == "__main__":
    main()
