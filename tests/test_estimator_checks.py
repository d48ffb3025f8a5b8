"""The checks of imbalanced-learn and scikit-learn: none is expected to fail."""

import pytest
from imblearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_param_validation,
)
from sklearn.utils.estimator_checks import (
    parametrize_with_checks as parametrize_with_sklearn_checks,
)

from gansampler import GANOversampler
from gansampler.gan import GAMES

# Two updates: the checks are about the contract, not about the rows.
QUICK = {"max_iter": 2, "random_state": 0}

CONFIGURATIONS = [
    GANOversampler(**QUICK),
    *(GANOversampler(loss=loss, **QUICK) for loss in GAMES if loss != "non_saturating"),
    GANOversampler(
        latent_distribution="uniform",
        updates="simultaneous",
        optimizer="sgd",
        discriminator_steps=2,
        **QUICK,
    ),
    GANOversampler(
        latent_distribution="normal",
        checkpoint="last",
        rejection_rate=0.2,
        value_range="class",
        gradient_penalty=0,
        batch_size=16,
        **QUICK,
    ),
    GANOversampler(border_rejection=0, copy_rejection=0, **QUICK),
    GANOversampler(value_range=None, hidden_layer_sizes=(8,), latent_dim=1, **QUICK),
]


@parametrize_with_checks(CONFIGURATIONS)
def test_imbalanced_learn_check(estimator, check):
    check(estimator)


@parametrize_with_sklearn_checks(CONFIGURATIONS)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "check", [check_param_validation, check_dataframe_column_names_consistency]
)
def test_check_that_no_suite_includes(check):
    check("GANOversampler", GANOversampler(**QUICK))
