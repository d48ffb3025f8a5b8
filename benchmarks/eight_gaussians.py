"""Measure mode coverage on the ring of eight Gaussians, beside a game that collapses.

The ring is that of Metz et al. 2017 ("Unrolled generative adversarial networks"):
radius 2, standard deviation 0.02; wider ones are measured too. As in Srivastava et al.
2017 ("VEEGAN") a row is of high quality if it lies within three standard deviations of
its nearest mode, and a mode is covered if it is nearest to such a row. Real rows reach
a share of 1 - exp(-4.5) = 0.989. Run it from the root of a checkout::

    python -m benchmarks.eight_gaussians --seeds 10
"""

import argparse
import time
import warnings
from dataclasses import dataclass

import numpy as np
from imblearn.over_sampling import SMOTE
from threadpoolctl import threadpool_limits

from benchmarks.report.markdown import frame_table
from benchmarks.results_file import keys_done, read_results
from benchmarks.running import run_into_file
from benchmarks.utility import package_versions
from gansampler import GANOversampler
from gansampler.gan import TrainingSettings, train_gan

DEVIATIONS = [0.02, 0.05, 0.1, 0.2]
N_ROWS = 1000
N_BACKGROUND = 4000
"""Rows of the majority, uniform on a square around the ring."""
N_JUDGED = 2500
ANGLES = 2 * np.pi * np.arange(8) / 8
MODES = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)

KEY = ["dataset", "method", "seed"]
MEASURES = ["modes", "high_quality", "smallest_share"]
COLUMNS = [*KEY, "deviation", *MEASURES, "cpu_seconds", "versions"]

VANILLA = {"latent_distribution": "normal", "gradient_penalty": 0.0}
"""The game of 2014: noise alone for the generator, and no penalty."""


@dataclass(frozen=True)
class Task:
    """One ring, one method, one seed of both."""

    deviation: float
    method: str
    seed: int

    @property
    def dataset(self):
        """Name of the ring."""
        return f"ring_{self.deviation:g}"


def ring(n_rows, deviation, rng):
    """Draw rows from the ring.

    Parameters
    ----------
    n_rows : int
    deviation : float
        Standard deviation of each mode.
    rng : numpy.random.Generator

    Returns
    -------
    rows : ndarray of shape (n_rows, 2)
    """
    noise = deviation * rng.normal(size=(n_rows, 2))
    return MODES[rng.integers(0, 8, n_rows)] + noise


def two_classes(deviation, seed):
    """Draw the table that is learned from.

    Parameters
    ----------
    deviation : float
        Standard deviation of each mode.
    seed : int

    Returns
    -------
    rows : ndarray of shape (1000, 2)
        Of the ring.
    background : ndarray of shape (4000, 2)
        Of the majority.
    """
    rng = np.random.default_rng([seed, 0])
    rows = ring(N_ROWS, deviation, rng)
    return rows, rng.uniform(-3, 3, size=(N_BACKGROUND, 2))


def judge(rows, deviation):
    """Count the modes covered and the rows near a mode.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, 2)
    deviation : float
        Standard deviation of each mode.

    Returns
    -------
    measures : dict
        ``modes`` covered, the share of rows of ``high_quality``, and the
        ``smallest_share`` of all rows that are of high quality and at one mode.
    """
    distances = np.linalg.norm(rows[:, None] - MODES, axis=2)
    good = distances.min(axis=1) < 3 * deviation
    counts = np.bincount(distances[good].argmin(axis=1), minlength=8)
    return {
        "modes": int((counts > 0).sum()),
        "high_quality": float(good.mean()),
        "smallest_share": float(counts.min() / len(rows)),
    }


def real(rows, background, deviation, seed):
    """New rows of the ring: the most that can be reached."""
    return ring(N_JUDGED, deviation, np.random.default_rng([seed, 1]))


def smote(rows, background, deviation, seed):
    """SMOTE with its defaults."""
    X, y = np.concatenate([background, rows]), _labels(background, rows)
    n_wanted = {1: len(rows) + N_JUDGED}
    return SMOTE(sampling_strategy=n_wanted, random_state=seed).fit_resample(X, y)[0][
        len(X) :
    ]


def oversampler(**parameters):
    """GANOversampler with some of its parameters changed."""

    def method(rows, background, deviation, seed):
        sampler = GANOversampler(random_state=seed, **parameters)
        X, y = np.concatenate([background, rows]), _labels(background, rows)
        sampler.fit_resample(X, y)
        return sampler.sample(N_JUDGED, 1)

    return method


def plain_gan(**settings):
    """The rows of ``train_gan`` as they are, neither calibrated nor chosen."""

    def method(rows, background, deviation, seed):
        centre, scale = rows.mean(axis=0), rows.std(axis=0)
        gan = train_gan(
            ((rows - centre) / scale).astype(np.float32),
            n_numeric=2,
            settings=TrainingSettings(**settings),
            seed=seed,
        )
        return centre + scale * gan.sample(N_JUDGED, seed)

    return method


METHODS = {
    "real": real,
    "smote": smote,
    "gan": oversampler(),
    "gan_law": oversampler(border_rejection=0.0, copy_rejection=0.0),
    "vanilla_minimax": plain_gan(loss="minimax", **VANILLA),
    "vanilla_non_saturating": plain_gan(**VANILLA),
}


def run_task(task):
    """Draw a ring, learn it and judge what is generated.

    Parameters
    ----------
    task : Task

    Returns
    -------
    rows : list of dict
        One row.
    """
    rows, background = two_classes(task.deviation, task.seed)
    start = time.process_time()
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        generated = METHODS[task.method](rows, background, task.deviation, task.seed)
    row = {key: getattr(task, key) for key in (*KEY, "deviation")}
    row["cpu_seconds"] = round(time.process_time() - start, 2)
    row["versions"] = package_versions()
    return [row | judge(generated, task.deviation)]


def summary(results):
    """Means over the seeds, and in how many of them the ring is learned.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    table : DataFrame
        One row for each ring and method. ``learned`` counts the seeds with all 8 modes
        and a share of high quality of at least 0.9.
    """
    learned = (results["modes"] == 8) & (results["high_quality"] >= 0.9)
    groups = results.assign(learned=learned).groupby(["dataset", "method"])
    table = groups[MEASURES].mean()
    table["fewest_modes"] = groups["modes"].min()
    table["learned"] = groups["learned"].sum()
    table["seeds"] = groups.size()
    return table


def _labels(background, rows):
    return np.repeat([0, 1], [len(background), len(rows)])


def main(arguments=None):
    """Measure what is not in the results yet, and print the summary."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.eight_gaussians",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", default="benchmarks/results/eight_gaussians.csv")
    options = parser.parse_args(arguments)
    done = keys_done(read_results(options.out), KEY)
    tasks = [
        task
        for seed in range(options.seeds)
        for deviation in DEVIATIONS
        for method in options.methods
        if ((task := Task(deviation, method, seed)).dataset, method, seed) not in done
    ]
    run_into_file(run_task, tasks, columns=COLUMNS, jobs=options.jobs, out=options.out)
    print(frame_table(summary(read_results(options.out)).reset_index()))


if __name__ == "__main__":
    main()
