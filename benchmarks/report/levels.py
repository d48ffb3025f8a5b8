"""Columns of many levels: what it brings to borrow levels from other classes."""

import pandas as pd

from benchmarks.report.markdown import table
from benchmarks.report.names import METRICS, REFERENCE, p_text, title
from benchmarks.report.statistics import by_set, cells_of, signed_rank
from gansampler._wording import counted

BORROWED = "gan_rare_levels"
BESIDE = ("none", "class_weight", "smote", "gan", BORROWED)
SHOWN = ("average_precision", "roc_auc")
RIVALS = ("none", "class_weight", "smoothed_bootstrap", "smote")


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
    parts.append(_by_classifier(both, means["average_precision"]))
    return "\n\n".join([*parts, _over_all_sets(with_borrowed(utility, borrowed))])


def with_borrowed(utility, borrowed):
    """Add the sampler that borrows levels to the results of all sets.

    Parameters
    ----------
    utility : DataFrame
    borrowed : DataFrame
        Results with ``rare_levels="table"`` on the sets that have such columns.

    Returns
    -------
    results : DataFrame
        ``utility`` with the further method ``BORROWED``. On other sets its rows are
        those of the default, for there is nothing to borrow.
    """
    default = utility[utility["method"] == REFERENCE]
    same = default[~default["dataset"].isin(borrowed["dataset"].unique())]
    return pd.concat([utility, borrowed, same.assign(method=BORROWED)])


def _by_classifier(results, means):
    """Average precision with each classifier on the set that gains most."""
    name = (means[BORROWED] - means[REFERENCE]).idxmax()
    part = results[results["dataset"] == name]
    scores = part.groupby(["classifier", "method"])["average_precision"].mean()
    rows = [
        {f"classifier, average precision on {name}": classifier.replace("_", " ")}
        | {title(method): f"{found[method]:.3f}" for method in BESIDE}
        for classifier, found in scores.unstack().iterrows()
    ]
    return table(rows)


def _over_all_sets(results):
    rivals = [rival for rival in RIVALS if (results["method"] == rival).any()]
    sets = by_set(cells_of(results, [*rivals, REFERENCE, BORROWED], SHOWN))
    rows = [
        {"mean difference": f"{METRICS[metric]}, from {title(rival)}"}
        | {
            title(method): _gain(sets[metric][method] - sets[metric][rival])
            for method in (REFERENCE, BORROWED)
        }
        for metric in SHOWN
        for rival in rivals
    ]
    return (
        f"Over all {len(sets)} sets, with Wilcoxon's p by data set, not corrected:\n\n"
        f"{table(rows)}"
    )


def _gain(gains):
    return f"{gains.mean():+.4f} ({p_text(signed_rank(gains))})"
