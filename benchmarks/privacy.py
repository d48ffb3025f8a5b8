"""Measure how far synthetic rows betray the rows that they were learned from.

The rows of a minority class are split at random: half are members, which the method
learns from together with all other classes; the rest it never sees. An attacker who
holds the synthetic rows, and a quarter of the class as a reference, guesses which of
the remaining rows are members. Run it from the root of a checkout::

    python -m benchmarks.privacy --methods ros smote gan --seeds 10
    python -m benchmarks.privacy_page

One CSV row for each (dataset, method, seed, amount); what is there already is skipped,
so that a broken run goes on where it stopped.
"""

import argparse
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.methods import METHODS, gan
from benchmarks.models import to_plain_types
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import cpu_seconds, package_versions, select
from gansampler import datasets
from gansampler.comparison._running import one_line
from gansampler.quality import common_space, duplicate_share, nearest_row_ratio
from gansampler.quality._near import SAME

MIN_ROWS = 20
"""Smallest class that is attacked: a quarter of fewer rows decides nothing."""

NEAR_SHARE = 0.05
"""Share of unseen rows that count as near duplicates, which sets the distance."""

KEY = ["dataset", "method", "seed"]
FIGURES = [
    "nearest_auc",
    "nearest_whitened_auc",
    "density_ratio_auc",
    "nearest_row_ratio",
    "duplicate_share",
    "unseen_duplicate_share",
    "near_duplicate_share",
]
COLUMNS = [
    *KEY,
    "amount",
    *FIGURES,
    "sampler_seconds",
    "n_members",
    "n_unseen",
    "n_reference",
    "n_synthetic",
    "versions",
    "error",
]
VARIANTS = {
    "gan_no_copy_rejection": partial(gan, copy_rejection=0.0),
    "gan_no_border_rejection": partial(gan, border_rejection=0.0),
    "gan_more_copy_rejection": partial(gan, copy_rejection=0.9),
    "gan_normal": partial(gan, latent_distribution="normal"),
    "gan_normal_more_copy_rejection": partial(
        gan, latent_distribution="normal", copy_rejection=0.9
    ),
}
"""The sampler with one part changed; in ``gan_law`` both rejections are off."""
ATTACKED = METHODS | VARIANTS


@dataclass(frozen=True)
class Task:
    """One split of one class, and the method that learns from its members.

    Attributes
    ----------
    dataset : str
        One of :func:`data_set_names`.
    method : str
        A key of ``ATTACKED``.
    seed : int
        Of the split and of the method.
    """

    dataset: str
    method: str
    seed: int


@dataclass(frozen=True)
class Split:
    """A table with the members of a class, and rows of that class that it lacks.

    Attributes
    ----------
    X : DataFrame
        All other classes and the members.
    y : ndarray of {0, 1}
        1 for members.
    unseen, reference : DataFrame
        Rows of the class: those that the attacker has to tell from members, and those
        that the attacker knows.
    """

    X: object
    y: np.ndarray
    unseen: object
    reference: object

    @property
    def members(self):
        """The rows of the class that the method learns from."""
        return self.X[self.y == 1]


def data_set_names():
    """List the classes that are attacked: ``table`` or ``table/class``.

    Returns
    -------
    names : list of str
    """
    _, y = datasets.load_page_blocks()
    counts = y.value_counts()
    minorities = counts[(counts < counts.max()) & (counts >= MIN_ROWS)].index
    return ["churn", *(f"page_blocks/{name}" for name in minorities)]


def split_class(name, seed):
    """Split a class into members, unseen rows and the attacker's reference.

    Parameters
    ----------
    name : str
    seed : int

    Returns
    -------
    split : Split
        Half of the rows are members, and the rest is halved.
    """
    table, _, label = name.partition("/")
    X, y = getattr(datasets, f"load_{table}")()
    X = X.reset_index(drop=True)
    y = (np.asarray(y) == (label or "yes")).astype(int)
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(y))
    half, rest = len(rows) // 2, len(rows) - len(rows) // 2
    held_out = rows[half:]
    kept = np.setdiff1d(np.arange(len(y)), held_out)
    return Split(
        X.iloc[kept].reset_index(drop=True),
        y[kept],
        to_plain_types(X.iloc[held_out[: rest // 2]]),
        to_plain_types(X.iloc[held_out[rest // 2 :]]),
    )


def run_task(task):
    """Let a method learn from the members, and attack its rows.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One for as many synthetic rows as there are members, one for all that balance
        adds; one row without figures where the method failed.
    """
    split = split_class(task.dataset, task.seed)
    row = {
        "dataset": task.dataset,
        "method": task.method,
        "seed": task.seed,
        "n_members": len(split.members),
        "n_unseen": len(split.unseen),
        "n_reference": len(split.reference),
        "versions": package_versions(),
    }
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = cpu_seconds()
        try:
            resampled, _ = ATTACKED[task.method](split.X, split.y, task.seed)
        except Exception as error:
            return [row | {"error": one_line(error)}]
        row["sampler_seconds"] = round(cpu_seconds() - start, 4)
        synthetic = to_plain_types(resampled.iloc[len(split.X) :])
        synthetic = synthetic.sample(frac=1.0, random_state=task.seed)
        return [
            row
            | {"amount": amount, "n_synthetic": len(made)}
            | {name: round(value, 6) for name, value in figures(split, made).items()}
            for amount, made in (
                ("members", synthetic.iloc[: len(split.members)]),
                ("balance", synthetic),
            )
        ]


def figures(split, synthetic):
    """Attack synthetic rows, and count how many repeat a member.

    Parameters
    ----------
    split : Split
    synthetic : DataFrame
        In plain types.

    Returns
    -------
    values : dict of str to float
        The entries of ``FIGURES``.
    """
    members = to_plain_types(split.members)
    made, inside, outside, known = common_space(
        synthetic, members, split.unseen, split.reference
    )
    attacks = {
        "nearest_auc": lambda rows: nearest_score(rows, made),
        "nearest_whitened_auc": whitened_score(made, known),
        "density_ratio_auc": lambda rows: density_ratio_score(rows, made, known),
    }
    unseen = distances(np.vstack([outside, known]), inside)
    near = np.quantile(unseen, NEAR_SHARE)
    return {
        name: membership_auc(attack(inside), attack(outside))
        for name, attack in attacks.items()
    } | {
        "nearest_row_ratio": nearest_row_ratio(
            inside, made, np.vstack([outside, known])
        ),
        "duplicate_share": duplicate_share(members, synthetic),
        "unseen_duplicate_share": duplicate_share(members, split.unseen),
        "near_duplicate_share": float((distances(made, inside) <= near).mean()),
    }


def membership_auc(members, unseen):
    """Area under the ROC curve of scores that shall be higher for members.

    Parameters
    ----------
    members, unseen : ndarray of shape (n_rows,)

    Returns
    -------
    auc : float
        0.5 where the attacker can only guess; below, members look *less* familiar than
        unseen rows, which tells them apart just as well.

    Examples
    --------
    >>> membership_auc([2.0, 3.0], [1.0, 2.5])
    0.75
    """
    scores = np.concatenate([members, unseen])
    truth = np.arange(len(scores)) < len(members)
    return float(roc_auc_score(truth, scores))


def distances(rows, to):
    """Distance of each row to the nearest of others.

    Examples
    --------
    >>> distances([[0.0], [3.0]], [[1.0], [7.0]]).tolist()
    [1.0, 2.0]
    """
    return NearestNeighbors(n_neighbors=1).fit(to).kneighbors(rows)[0][:, 0]


def nearest_score(rows, synthetic):
    """Nearness to the nearest synthetic row.

    The attack of Chen et al., "GAN-Leaks: a taxonomy of membership inference attacks
    against generative models", CCS 2020, on a model whose output alone is known.
    """
    return -distances(rows, synthetic)


def whitened_score(synthetic, reference):
    """The attack of ``nearest_score`` in coordinates without correlation.

    Returns a function of rows. The sampler's own rejection of near copies measures
    in such coordinates.
    """
    known = np.vstack([synthetic, reference])
    values, vectors = np.linalg.eigh(np.cov(known, rowvar=False))
    to = vectors / np.sqrt(np.maximum(values, 1e-3))
    return lambda rows: nearest_score(rows @ to, synthetic @ to)


def density_ratio_score(rows, synthetic, reference):
    """Log ratio of the densities of synthetic and of real rows.

    The attack of van Breugel, Sun, Qian and van der Schaar, "Membership inference
    attacks against synthetic data through overfitting detection", AISTATS 2023
    (DOMIAS), with the nearest-neighbour estimates of both densities, up to a factor
    and a constant, which do not change the order of rows.
    """
    made, real = distances(rows, synthetic), distances(rows, reference)
    return np.log(real + SAME) - np.log(made + SAME)


def main(arguments=None):
    """Run the benchmark from the command line."""
    options = _parse(arguments)
    done = keys_done(read_results(options.out), KEY)
    methods = select(options.methods, list(ATTACKED), "method")
    names = select(options.datasets, data_set_names(), "data set")
    tasks = [
        Task(name, method, seed)
        for seed in range(options.seeds)
        for name in names
        for method in methods
        if (name, method, seed) not in done
    ]
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.privacy", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add(
        "--methods",
        nargs="+",
        default=["ros", "smoothed_bootstrap", "smote", "gan", "gan_law", *VARIANTS],
    )
    add("--datasets", nargs="+", default=["*"])
    add("--seeds", type=int, default=10, help="number of splits")
    add("--jobs", type=int, default=1)
    add("--out", default="benchmarks/results/privacy.csv")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
