"""Seconds and memory."""

from benchmarks.report.markdown import table
from benchmarks.report.names import title
from gansampler._wording import counted

RIVAL, OWN = "ctgan", "gansampler"


def cost_section(runs):
    """Compare one fit with CTGAN's.

    Parameters
    ----------
    runs : DataFrame
        From ``cost_against_ctgan.csv``.

    Returns
    -------
    text : str
    """
    columns = ["cpu_seconds", "wall_seconds", "peak_growth_mb"]
    groups = runs.groupby("method")[columns]
    median, least, most = groups.median(), groups.min(), groups.max()
    rows = [
        {
            "": title(method),
            "CPU seconds": _range(median, least, most, method, "cpu_seconds", 1),
            "wall seconds": _range(median, least, most, method, "wall_seconds", 1),
            "memory (MB)": _range(median, least, most, method, "peak_growth_mb", 0),
        }
        for method in (OWN, RIVAL)
    ]
    ratio = median.loc[RIVAL] / median.loc[OWN]
    return (
        f"Median (range) of {counted(int(groups.size().min()), 'run')}, each with one "
        f"thread:\n\n{table(rows)}\n\nCTGAN took {ratio['cpu_seconds']:.1f} times the "
        f"CPU seconds and {ratio['peak_growth_mb']:.1f} times the memory."
    )


def _range(median, least, most, method, column, digits):
    values = [frame.loc[method, column] for frame in (median, least, most)]
    middle, low, high = (f"{value:.{digits}f}" for value in values)
    return f"{middle} ({low} to {high})"
