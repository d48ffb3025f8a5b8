"""``fit_resample`` on Dask's data frames: each step runs where the rows are.

Two passes over the partitions. The first looks at all rows and leaves class counts and
column summaries, which merge (``_survey.py``). The second picks the rows to learn from,
by their positions in the whole table, so that it does not matter how that is cut; then
a task for each class trains on a worker (``_training.py``). Generation waits for
whoever needs the rows (``_drawing.py``).

All tasks are pure, with their seeds among the arguments: one that is lost with its
worker runs again elsewhere with the same result.
"""

from gansampler._dask._resampling import fit, fit_resample

__all__ = ["fit", "fit_resample"]
