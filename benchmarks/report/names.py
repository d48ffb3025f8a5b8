"""What methods, metrics and classifiers are called on the page."""

REFERENCE = "gan"
METHODS = {
    "gan": "GANOversampler",
    "none": "no resampling",
    "class_weight": "class weights",
    "ros": "random over-sampling",
    "smoothed_bootstrap": "smoothed bootstrap",
    "smoothed_bootstrap_valid": "valid smoothed bootstrap",
    "smote": "SMOTE",
    "borderline_smote": "Borderline-SMOTE",
    "svm_smote": "SVM-SMOTE",
    "adasyn": "ADASYN",
    "geometric_smote": "G-SMOTE",
    "polynom_fit_smote": "polynom-fit SMOTE",
    "prowsyn": "ProWSyn",
    "gaussian_copula": "Gaussian copula",
    "ctgan": "CTGAN",
    "tvae": "TVAE",
    "gan_law": "GANOversampler, all rows",
    "gan_neighbors": "GANOversampler, from neighbours",
    "gan_rare_levels": 'GANOversampler, `rare_levels="table"`',
    "gansampler": "GANOversampler",
    "real": "real rows",
}
ADDS_NO_ROWS = ("none", "class_weight")
"""Methods that are no over-samplers."""

METRICS = {
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
    "g_mean": "G-mean at 0.5",
    "g_mean_tuned": "G-mean, tuned",
    "f1_tuned": "F1, tuned",
    "mcc_tuned": "MCC, tuned",
    "brier": "Brier",
}
MAIN_METRICS = ("average_precision", "roc_auc", "g_mean")
"""Metrics with tests of their own and a place in the pictures."""


def title(method):
    """Name a method for a reader; a method without a title keeps its name."""
    return METHODS.get(method, method)


def by_title(methods):
    """Sort methods in the order of ``METHODS``, those without a title last."""
    order = {method: i for i, method in enumerate(METHODS)}
    return sorted(methods, key=lambda method: (order.get(method, len(order)), method))


def in_words(names):
    """Join names as in a sentence.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    text : str

    Examples
    --------
    >>> in_words(["a", "b", "c"])
    'a, b and c'
    """
    *head, last = list(names)
    return f"{', '.join(head)} and {last}" if head else last


def percent(share, form=".0%"):
    """Write a share, or with a sign a change, in percent.

    Examples
    --------
    >>> percent(0.123), percent(0.0333, "+.1%")
    ('12 %', '+3.3 %')
    """
    return f"{share:{form}}".replace("%", " %")


def p_text(p):
    """Write a p value with two digits."""
    return f"{p:.2g}" if p >= 0.001 else "< 0.001"
