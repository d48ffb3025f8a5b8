"""What each part of GANOversampler is worth, and how much its seed matters."""

import json

from benchmarks.report.markdown import table
from benchmarks.report.names import (
    MAIN_METRICS,
    METRICS,
    p_text,
    title,
)
from benchmarks.report.statistics import (
    by_set,
    cells_of,
    paired_tests,
    split_by_coverage,
)
from gansampler._wording import counted

REFERENCE = "default"
NOT_VARIANTS = ("none", "smote")


def variant_gains(results):
    """Compare each variant with the reference.

    Parameters
    ----------
    results : DataFrame
        Failures filled; the variants are in the column ``method``.

    Returns
    -------
    gains : DataFrame
        A row for each variant and metric: ``gain`` over data sets and classifiers
        (negative where the reference is better), ``p`` by data set and ``p_holm``,
        corrected over the variants of the metric; the largest loss first.
    cells : DataFrame
        From ``complete_cells``.
    """
    methods = split_by_coverage(results, REFERENCE)[0]
    cells = cells_of(results, methods, MAIN_METRICS)
    tests = paired_tests(by_set(cells), REFERENCE).rename(columns={"rival": "variant"})
    tests["gain"] = [
        (cells[test.metric][test.variant] - cells[test.metric][REFERENCE]).mean()
        for test in tests.itertuples()
    ]
    return tests.sort_values("gain"), cells


def ablations_section(results):
    """A table of variants.

    Parameters
    ----------
    results : DataFrame
        Failures filled.

    Returns
    -------
    text : str
    """
    gains, cells = variant_gains(results)
    wide = gains.set_index(["variant", "metric"])
    order = list(gains.loc[gains["metric"] == MAIN_METRICS[0], "variant"])
    order.sort(key=lambda variant: variant in NOT_VARIANTS)
    params = results.drop_duplicates("method").set_index("method")["params"]
    rows = [
        {"variant": title(variant), "change": _code(params[variant])}
        | {
            METRICS[metric]: _gain(wide.loc[(variant, metric)])
            for metric in MAIN_METRICS
        }
        for variant in order
    ]
    n_sets = cells.index.get_level_values("dataset").nunique()
    return (
        f"{counted(len(cells), 'cell')} of {counted(n_sets, 'data set')}. Mean "
        "difference from the default over data sets and classifiers (negative: the "
        "default is better), with Wilcoxon's p by data set after Holm's correction "
        f"over the rows of the table:\n\n{table(rows)}"
    )


def spread_table(results):
    """Standard deviation of average precision over seeds.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    single, mean : DataFrame
        Index data set, columns method. ``single`` is the deviation of one score (a
        fold with a classifier), averaged over folds and classifiers; ``mean`` that of
        the score after averaging over folds and classifiers.
    """
    metric = "average_precision"
    keys = ["dataset", "method"]
    finished = results.dropna(subset=[metric])
    single = finished.groupby([*keys, "fold", "classifier"])[metric].std()
    by_seed = finished.groupby([*keys, "seed"])[metric].mean()
    return (
        single.groupby(level=keys).mean().unstack(),
        by_seed.groupby(level=keys).std().unstack(),
    )


def seeds_section(results):
    """A table of spreads, set by set.

    Parameters
    ----------
    results : DataFrame

    Returns
    -------
    text : str
    """
    single, mean = spread_table(results)
    methods = list(single)
    rows = [
        {"data set": name}
        | {f"{title(m)}, one score": f"{single.loc[name, m]:.4f}" for m in methods}
        | {f"{title(m)}, mean": f"{mean.loc[name, m]:.4f}" for m in methods}
        for name in single.index
    ]
    rows.append(
        {"data set": "all"}
        | {f"{title(m)}, one score": f"{single[m].mean():.4f}" for m in methods}
        | {f"{title(m)}, mean": f"{mean[m].mean():.4f}" for m in methods}
    )
    return (
        f"{counted(results['seed'].nunique(), 'seed')}, "
        f"{counted(results['fold'].nunique(), 'fold')}, "
        f"{counted(results['classifier'].nunique(), 'classifier')}. Standard deviation "
        "of average precision over the seeds: of one score (a fold with a classifier, "
        "averaged over these), and of the mean over folds and classifiers.\n\n"
        f"{table(rows)}"
    )


def _gain(test):
    return f"{test['gain']:+.4f} ({p_text(test['p_holm'])})"


def _code(params):
    if not isinstance(params, str):
        return ""
    changes = [f"{name}={value!r}" for name, value in json.loads(params).items()]
    return f"`{', '.join(changes)}`"
