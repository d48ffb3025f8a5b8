"""The tables and the picture of ``benchmarks/speed.md`` from files in ``results/``.

Only what stands between a pair of markers is generated. Run it from the root of a
checkout after ``make bench-speed`` and ``make bench-cost``::

    python -m benchmarks.speed_page          # rewrites the sections
    python -m benchmarks.speed_page --check  # fails if they are out of date
"""

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.growth import exponents
from benchmarks.report import plots
from benchmarks.report.markdown import picture, table
from benchmarks.report.names import METRICS, percent, title
from benchmarks.report.pages import write_or_check
from benchmarks.training_operations import PYTHON

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks" / "speed.md"
PICTURE = "growth.svg"
CONTAINERS = {"array": "array", "frame": "data frame"}
UTILITY = ("average_precision", "roc_auc", "g_mean", "brier")
CHOICES = {"law": "all rows", "chosen": "chosen rows, the default"}


def training_section(runs):
    """Compare the training with the bare loop and with its products."""
    rows = []
    for name, runs_of in runs.groupby("table", sort=False):
        median = runs_of.median(numeric_only=True)
        rows.append(
            {
                "": name,
                "training (s)": f"{median['ours_seconds']:.2f}",
                "bare loop (s)": f"{median['bare_seconds']:.2f}",
                "products alone (s)": f"{median['products_seconds']:.2f}",
                "training / bare loop": f"{median['ours_to_bare']:.2f}",
                "bare loop / products": f"{median['bare_to_products']:.1f}",
                "recording / rest of training": percent(
                    median["recording_to_rest"], ".1%"
                ),
            }
        )
    return table(rows)


def operations_section(groups):
    """Say where the bare loop's time goes."""
    rows, sentences = [], []
    names = list(dict.fromkeys(groups["table"]))
    by_table = {name: part.set_index("group") for name, part in groups.groupby("table")}
    for group in by_table[names[0]].index:
        row = {"": group}
        for name in names:
            share, calls = by_table[name].loc[group, ["share", "calls_per_update"]]
            row[f"{name}: share"] = percent(share)
            row[f"{name}: calls"] = "" if group == PYTHON else f"{calls:.0f}"
        rows.append(row)
    for name in names:
        calls = by_table[name]["calls_per_update"].sum()
        tiny = by_table[name]["tiny_microseconds"].iloc[0]
        update = by_table[name]["plain_update_microseconds"].iloc[0]
        sentences.append(
            f"An update on {name} calls {calls:.0f} operations in "
            f"{update / 1000:.1f} ms; the addition of two single numbers alone takes "
            f"{tiny:.1f} microseconds."
        )
    return f"{table(rows)}\n\n{' '.join(sentences)}"


def sampling_section(draws):
    """Compare draws with their floors."""
    rows = []
    for choice, name in CHOICES.items():
        median = draws[draws["choice"] == choice].median(numeric_only=True)
        rows.append(
            {
                "": name,
                "CPU seconds": f"{median['cpu_seconds']:.1f}",
                "rows kept": percent(median["acceptance"]),
                "times bare passes": f"{median['times_floor']:.1f}",
                "times all that the choice needs": (
                    f"{median['times_floor_of_choice']:.1f}"
                ),
                "result (MB)": f"{median['output_mb']:.0f}",
                "peak growth (MB)": f"{median['peak_growth_mb']:.0f}",
            }
        )
    return f"{int(draws['rows'].iloc[0]):,} rows of churn:\n\n{table(rows)}"


def growth_section(results):
    """Give seconds by size, and exponents."""
    found = exponents(results)
    rows = []
    for name, part in results.groupby("series", sort=False):
        cells = [f"{_size(size)}: {s:.2f}" for size, s in _points(part)]
        exponent = f"{found[name]:.2f}"
        rows.append(
            {"": name, "size: CPU seconds": "; ".join(cells), "exponent": exponent}
        )
    shown = picture(PICTURE, "CPU seconds by size, one panel for each kind of size")
    return f"{shown}\n\n{table(rows)}"


def classes_section(runs):
    """Compare ways to train several classes."""
    rows = []
    for way, runs_of in runs.groupby("way", sort=False):
        median = runs_of.median(numeric_only=True)
        rows.append(
            {
                "": way,
                "wall seconds": f"{median['wall_seconds']:.1f}",
                "CPU seconds": f"{median['cpu_seconds']:.1f}",
                "load of the machine": f"{median['load']:.0f}",
            }
        )
    return table(rows)


def overhead_section(runs):
    """Compare with RandomOverSampler."""
    columns = ["cpu_seconds", "peak_growth_mb"]
    median = runs.groupby(["container", "method"])[columns].median()
    rows = []
    for container, name in CONTAINERS.items():
        own, random = (median.loc[container, m] for m in ("gansampler", "random"))
        ratio = own / random
        rows.append(
            {
                "": name,
                "GANOversampler (s)": f"{own['cpu_seconds']:.2f}",
                "RandomOverSampler (s)": f"{random['cpu_seconds']:.2f}",
                "time, ratio": f"{ratio['cpu_seconds']:.2f}",
                "peak memory, ratio": f"{ratio['peak_growth_mb']:.2f}",
            }
        )
    return table(rows)


def imports_section(runs):
    """Give the seconds of imports."""
    median = runs.median(numeric_only=True)
    return (
        f"`from gansampler import GANOversampler` takes {median['added_seconds']:.2f} "
        "CPU seconds after `import torch, sklearn, pandas, imblearn`, which take "
        f"{median['needed_seconds']:.1f} (medians of {len(runs)} fresh interpreters)."
    )


def rivals_section(runs):
    """Compare the seconds and scores of samplers on churn."""
    means = runs.groupby("method", sort=False)[list(UTILITY)].mean()
    once = runs.drop_duplicates(["method", "seed", "fold"])
    seconds = once.groupby("method")["sampler_seconds"].median()
    rows = [
        {"": title(method), "CPU seconds": f"{seconds[method]:.1f}"}
        | {METRICS[metric]: f"{means.loc[method, metric]:.3f}" for metric in UTILITY}
        for method in seconds.sort_values().index
    ]
    ratios = [
        f"{seconds[rival] / seconds['gan']:.1f} times for {title(rival)}"
        for rival in ("ctgan", "tvae")
    ]
    return (
        f"{table(rows)}\n\nCPU seconds compared with those of GANOversampler: "
        f"{' and '.join(ratios)}."
    )


def draw_growth(results):
    """Draw seconds by size on logarithmic axes, one panel for each series.

    Parameters
    ----------
    results : DataFrame
        With columns series, size and cpu_seconds.

    Returns
    -------
    figure : Figure
    """
    found = exponents(results)
    with mpl.rc_context(plots.STYLE):
        figure = Figure(figsize=(9, 2.6), layout="constrained")
        axes = figure.subplots(1, len(found), sharey=True)
        for ax, (name, part) in zip(
            axes, results.groupby("series", sort=False), strict=True
        ):
            sizes, seconds = part["size"], part["cpu_seconds"]
            ax.loglog(sizes, seconds, "o-", color=plots.COLOURS["gan"])
            # What linear growth from the last size would look like.
            line = seconds.iloc[-1] * sizes / sizes.iloc[-1]
            ax.loglog(sizes, line, "--", color=plots.GREY, linewidth=1)
            ends = sizes.iloc[[0, -1]]
            ax.set_xticks(ends, [_size(end) for end in ends])
            ax.minorticks_off()
            ax.set_title(f"{name}: {found[name]:.2f}")
            ax.set_ylim(0.01, 400)
        axes[0].set_ylabel("CPU seconds")
    return figure


def _size(number):
    """Write a size briefly.

    Examples
    --------
    >>> _size(50), _size(2_000), _size(10_000_000)
    ('50', '2,000', '10^7')
    """
    exponent = len(str(int(number))) - 1
    if exponent >= 4 and number == 10**exponent:
        return f"10^{exponent}"
    return f"{int(number):,}"


def _points(part):
    """Sizes and seconds of a series."""
    return zip(part["size"], part["cpu_seconds"], strict=True)


SECTIONS = {
    "training": (training_section, "training_floor.csv"),
    "operations": (operations_section, "training_operations.csv"),
    "sampling": (sampling_section, "sampling.csv"),
    "growth": (growth_section, "growth.csv"),
    "classes": (classes_section, "classes.csv"),
    "overhead": (overhead_section, "overhead.csv"),
    "imports": (imports_section, "import_time.csv"),
    "rivals": (rivals_section, "cost_utility.csv"),
}


def sections(results):
    """The generated parts of the page.

    Parameters
    ----------
    results : dict of str to DataFrame
        From the name of a file to what it holds.

    Returns
    -------
    texts : dict of str to str
    """
    return {name: write(results[file]) for name, (write, file) in SECTIONS.items()}


def main(arguments=None):
    """Rewrite the sections of the page and the picture, or check them."""
    results = {file: pd.read_csv(RESULTS / file) for _, file in SECTIONS.values()}
    write_or_check(
        PAGE,
        sections(results),
        "benchmarks.speed_page",
        arguments,
        pictures={PICTURE: (draw_growth, (results["growth.csv"],))},
    )


if __name__ == "__main__":
    main()
