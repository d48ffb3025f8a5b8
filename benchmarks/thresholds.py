"""Metrics of hard labels at a threshold, and the threshold that maximises each."""

import numpy as np

TUNABLE = ("balanced_accuracy", "g_mean", "f1", "mcc")


def label_metrics(y, probability, threshold):
    """Score the labels that a threshold gives.

    Parameters
    ----------
    y : ndarray of {0, 1}
        Both labels must occur.
    probability : ndarray of float
    threshold : float
        Rows with a higher probability are predicted to be 1.

    Returns
    -------
    metrics : dict of str to float
        The entries of ``TUNABLE``.
    """
    predicted = probability > threshold
    hits = np.sum(predicted & (y == 1))
    alarms = np.sum(predicted & (y == 0))
    return {
        metric: float(value)
        for metric, value in _metrics(hits, alarms, np.sum(y == 1), len(y)).items()
    }


def best_threshold(y, probability):
    """Find the threshold that maximises each metric.

    All thresholds that tell rows apart are tried: those midway between neighbouring
    probabilities, one below all and one above all. Of equally good ones the highest is
    taken.

    Parameters
    ----------
    y : ndarray of {0, 1}
        Both labels must occur.
    probability : ndarray of float

    Returns
    -------
    thresholds : dict of str to float
        A threshold for each entry of ``TUNABLE``.
    """
    order = np.argsort(-probability, kind="stable")
    ordered, labels = probability[order], y[order]
    last_of_ties = np.append(ordered[1:] < ordered[:-1], True)
    ends = np.flatnonzero(last_of_ties)
    hits = np.append(0, np.cumsum(labels)[ends])
    predicted = np.append(0, ends + 1)
    metrics = _metrics(hits, predicted - hits, labels.sum(), len(labels))
    values = ordered[ends]
    # The highest value itself lets no row pass: the comparison is strict.
    thresholds = np.concatenate([values[:1], (values[:-1] + values[1:]) / 2, [-np.inf]])
    return {
        metric: float(thresholds[np.argmax(value)]) for metric, value in metrics.items()
    }


def _metrics(hits, alarms, n_positive, n):
    """The metrics from the number of true and of false alarms, for arrays of them."""
    n_negative = n - n_positive
    sensitivity = hits / n_positive
    specificity = 1 - alarms / n_negative
    predicted = hits + alarms
    # sqrt before multiplying: the product of four counts would overflow.
    scale = np.sqrt(predicted * 1.0 * (n - predicted)) * np.sqrt(
        n_positive * 1.0 * n_negative
    )
    covariance = hits * 1.0 * n - predicted * 1.0 * n_positive
    return {
        "balanced_accuracy": (sensitivity + specificity) / 2,
        "g_mean": np.sqrt(sensitivity * specificity),
        "f1": 2 * hits / (predicted + n_positive),
        "mcc": covariance / np.where(scale > 0, scale, 1.0) * (scale > 0),
    }
