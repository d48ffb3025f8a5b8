"""Columns of many levels: what it brings to borrow levels from other classes."""

import pandas as pd

from benchmarks.report.markdown import table
from benchmarks.report.names import METRICS, counted, title

BORROWED = "gan_rare_levels"
BESIDE = ("none", "class_weight", "smote", "gan", BORROWED)
SHOWN = ("average_precision", "roc_auc")


def levels_section(borrowed, utility):
    """Tables of the sets that were measured with borrowed levels.

    Parameters
    ----------
    borrowed : DataFrame
        Results with ``rare_levels="table"``.
    utility : DataFrame
        Results of other methods on the same folds of the same sets, and more.

    Returns
    -------
    text : str
    """
    both = pd.concat([borrowed, utility[utility["method"].isin(BESIDE)]])
    both = both[both["dataset"].isin(borrowed["dataset"].unique())]
    means = both.groupby(["dataset", "method"])[list(SHOWN)].mean().unstack()
    n_classifiers, n_folds = (both[name].nunique() for name in ("classifier", "fold"))
    parts = [
        f"Mean over {counted(n_classifiers, 'classifier')} and "
        f"{counted(n_folds, 'fold')}."
    ]
    for metric in SHOWN:
        rows = [
            {f"data set, {METRICS[metric]}": name}
            | {title(method): f"{scores[method]:.3f}" for method in BESIDE}
            for name, scores in means[metric].iterrows()
        ]
        parts.append(table(rows))
    return "\n\n".join(parts)
