"""Measure whether the page of ``gansampler report`` tells good rows from bad ones.

The rows of the class are cut into two halves. One is what the page sees as real. In
place of synthetic rows it sees

- ``real``: the other half, new rows of the same distribution, against which nothing
  speaks;
- ``gan``: rows of ``GANOversampler()``, trained on the half that the page sees;
- ``smote``: of SMOTE, in the kind that the columns allow, on the same half;
- the other half, spoilt in one way, which one of the verdicts should name.

One CSV row for each (dataset, method, seed) with the status of each verdict. What is
there already is skipped. Run it from the root of a checkout::

    python -m benchmarks.report_verdicts --jobs 2
"""

import argparse
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.data import development_set_names, load_development_set
from benchmarks.methods import METHODS
from benchmarks.models import to_plain_types
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import by_size, package_versions
from gansampler.comparison._running import one_line
from gansampler.diagnosis import MIN_JUDGED_ROWS
from gansampler.htmlreport import JudgedRows, judge_class
from gansampler.quality import common_space

OUT = Path(__file__).parent / "results" / "report_verdicts.csv"
KEY = ["dataset", "method", "seed"]
VERDICTS = (
    "copies",
    "told apart",
    "coverage",
    "columns",
    "dependence",
    "other classes",
)
COLUMNS = [*KEY, "n_rows", *VERDICTS, "versions", "error"]


@dataclass(frozen=True)
class Halves:
    """Rows of one data set.

    Attributes
    ----------
    real, unseen : DataFrame
        The halves of the class.
    others : DataFrame
        Rows of the other class.
    rng : numpy.random.Generator
    """

    real: pd.DataFrame
    unseen: pd.DataFrame
    others: pd.DataFrame
    rng: np.random.Generator


def resampled_by(method):
    """Rows that a method of the benchmarks adds to the half that the page sees."""

    def make(halves):
        X = pd.concat([halves.others, halves.real], ignore_index=True)
        y = np.repeat([0, 1], [len(halves.others), len(halves.real)])
        seed = int(halves.rng.integers(1000))
        made = METHODS[method](X, y, seed)[0].iloc[len(X) :]
        n_rows = min(len(halves.unseen), len(made))
        return made.sample(n_rows, random_state=seed)

    return make


def copied(halves):
    """Rows of the half that the page sees."""
    return halves.real.sample(len(halves.unseen), replace=True, random_state=halves.rng)


def in_one_place(halves):
    """The tenth of the rows that is nearest to one of them, repeated."""
    (rows,) = common_space(halves.unseen)
    centre = rows[halves.rng.integers(len(rows))]
    nearest = np.linalg.norm(rows - centre, axis=1).argsort(kind="stable")
    nearest = nearest[: max(2, len(rows) // 10)]
    return halves.unseen.iloc[halves.rng.choice(nearest, len(rows))]


def moved(halves):
    """The first number that varies, higher by its standard deviation."""
    numbers = halves.real.select_dtypes("number")
    name = next((n for n in numbers if numbers[n].std() > 0), None)
    if name is None:
        raise ValueError("No column of numbers varies.")
    step = halves.real[name].std()
    if pd.api.types.is_integer_dtype(halves.unseen[name]):
        step = max(1, round(step))
    return halves.unseen.assign(**{name: halves.unseen[name] + step})


def shuffled(halves):
    """Each column by itself in random order: right columns, and no dependence."""
    columns = {
        name: cells.sample(frac=1, random_state=halves.rng).to_numpy()
        for name, cells in halves.unseen.items()
    }
    return pd.DataFrame(columns).astype(halves.unseen.dtypes)


def of_other_class(halves):
    """Rows of the other class."""
    return halves.others.sample(len(halves.unseen), random_state=halves.rng)


GOOD = {
    "real": lambda halves: halves.unseen,
    "gan": resampled_by("gan"),
    "smote": resampled_by("smote"),
}
SPOILT = {
    "copied": (copied, "copies"),
    "in_one_place": (in_one_place, "coverage"),
    "moved": (moved, "columns"),
    "shuffled": (shuffled, "dependence"),
    "of_other_class": (of_other_class, "other classes"),
}
"""How rows are spoilt, and the verdict that should name it."""


@dataclass(frozen=True)
class Task:
    """One data set, cut in two by a seed, and what stands for synthetic rows."""

    dataset: str
    method: str
    seed: int


def halves_of(task):
    """Cut the class of a data set in two.

    Parameters
    ----------
    task : Task

    Returns
    -------
    halves : Halves
    """
    data = load_development_set(task.dataset)
    rng = np.random.default_rng([task.seed, 77])
    own = rng.permutation(np.flatnonzero(data.y == 1))
    first, second = (np.sort(part) for part in np.array_split(own, 2))
    real, unseen, others = (
        data.X.iloc[rows].reset_index(drop=True)
        for rows in (first, second, np.flatnonzero(data.y == 0))
    )
    return Halves(real, unseen, others, rng)


def run_task(task):
    """Judge once.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row.
    """
    row = {key: getattr(task, key) for key in KEY} | {"versions": package_versions()}
    halves = halves_of(task)
    make = GOOD.get(task.method) or SPOILT[task.method][0]
    row["n_rows"] = len(halves.real)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        try:
            synthetic = make(halves).reset_index(drop=True)
        except Exception as error:
            return [row | {"error": one_line(error)}]
        real, others = halves.real, halves.others
        if task.method == "smote":  # returns dates as numbers
            real, synthetic, others = map(to_plain_types, (real, synthetic, others))
        judgement = judge_class(
            JudgedRows(
                label=None,
                real=real,
                synthetic=synthetic,
                others=others,
                n_real=len(real),
                n_synthetic=len(synthetic),
            ),
            random_state=task.seed,
        )
    return [row | {verdict.name: verdict.status for verdict in judgement.verdicts}]


def main(arguments=None):
    """Run the benchmark; what is in the file already is skipped."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report_verdicts",
        description=__doc__.partition("\n")[0],
    )
    add = parser.add_argument
    add("--seeds", type=int, default=1)
    add("--jobs", type=int, default=1)
    add("--out", default=OUT)
    options = parser.parse_args(arguments)
    done = keys_done(read_results(options.out), KEY)
    tasks = [
        Task(name, method, seed)
        for name in by_size(development_set_names())
        if load_development_set(name).n_minority >= 2 * MIN_JUDGED_ROWS
        for method in [*GOOD, *SPOILT]
        for seed in range(options.seeds)
        if (name, method, seed) not in done
    ]
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


if __name__ == "__main__":
    main()
