"""Errors and warnings of the package, with one base each."""

from __future__ import annotations

from sklearn.exceptions import NotFittedError

__all__ = [
    "DeviceMemoryError",
    "DeviceUnavailableError",
    "GANSamplerError",
    "GANSamplerWarning",
    "IncomparableSamplesError",
    "InvalidTableError",
    "ModelFileError",
    "NotTrainedError",
    "SmallClassWarning",
    "TrainingDivergedError",
    "TrainingQualityWarning",
]


class GANSamplerError(Exception):
    """Base of the errors that only this package raises.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> from gansampler.exceptions import GANSamplerError
    >>> try:
    ...     GANOversampler().sample(5, class_label=1)
    ... except GANSamplerError as error:
    ...     print(error)
    This GANOversampler has no generators yet. Call fit_resample first.
    """


class InvalidTableError(GANSamplerError, ValueError):
    """A table or its labels cannot be resampled as they are.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> GANOversampler().fit_resample([[1.0], [2.0]], ["yes", None])
    Traceback (most recent call last):
    gansampler.exceptions.InvalidTableError: y contains 1 missing label. Drop these rows
    or label them: each row needs a class.
    """


class IncomparableSamplesError(GANSamplerError, ValueError):
    """Real and synthetic rows cannot be compared as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.quality import coverage
    >>> coverage(np.zeros((9, 2)), np.zeros((9, 3)))
    Traceback (most recent call last):
    gansampler.exceptions.IncomparableSamplesError: real has 2 columns and synthetic has
    3. Pass samples with the same columns.
    """


class DeviceUnavailableError(GANSamplerError, ValueError):
    """The device that was asked for is not there.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> sampler = GANOversampler(device="cuda:99")
    >>> sampler.fit_resample([[1.0], [2.0], [3.0]], [0, 0, 1])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gansampler.exceptions.DeviceUnavailableError: device='cuda:99' is not available
    here; there is cpu... Choose one of these, or 'auto'.
    """


class DeviceMemoryError(GANSamplerError, MemoryError):
    """The memory of a GPU does not suffice for a training.

    Examples
    --------
    >>> from gansampler.exceptions import DeviceMemoryError
    >>> issubclass(DeviceMemoryError, MemoryError)
    True
    """


class TrainingDivergedError(GANSamplerError, ValueError):
    """A loss, a gradient or an output became infinite or not a number in training.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> from gansampler.datasets import load_page_blocks
    >>> X, y = load_page_blocks()
    >>> sampler = GANOversampler(learning_rate=1e30, random_state=0)
    >>> sampler.fit_resample(X, y)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gansampler.exceptions.TrainingDivergedError: Training on class 'graphic' diverged:
    the ...'s loss is nan at iteration 1. Lower learning_rate; with
    optimizer='sgd', lower gradient_penalty first.
    """


class NotTrainedError(GANSamplerError, NotFittedError):
    """Rows were asked for before ``fit_resample`` had trained a generator.

    What catches scikit-learn's ``NotFittedError`` catches it, too.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> GANOversampler().sample(5, class_label=1)
    Traceback (most recent call last):
    gansampler.exceptions.NotTrainedError: This GANOversampler has no generators yet.
    Call fit_resample first.
    """


class ModelFileError(GANSamplerError, ValueError):
    """A sampler cannot be saved, or a file cannot be loaded as one.

    Examples
    --------
    >>> from gansampler import GANOversampler
    >>> GANOversampler(callback=print).save("model.gansampler")
    Traceback (most recent call last):
    gansampler.exceptions.ModelFileError: The parameter callback holds a function, and a
    model file holds no code. Call set_params(callback=...) with another value first.
    """


class GANSamplerWarning(UserWarning):
    """Base of the warnings of this package.

    Examples
    --------
    >>> import warnings
    >>> from gansampler.exceptions import GANSamplerWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", GANSamplerWarning)
    """


class SmallClassWarning(GANSamplerWarning):
    """A class has too few rows for a GAN; something simpler was done instead.

    Examples
    --------
    >>> import warnings
    >>> from gansampler import GANOversampler
    >>> from gansampler.exceptions import SmallClassWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", SmallClassWarning)
    ...     GANOversampler().fit_resample([[1.0], [2.0], [3.0]], [0, 0, 1])
    Traceback (most recent call last):
    gansampler.exceptions.SmallClassWarning: Class 1 has too little to train a GAN on
    (its only row): its synthetic rows are copies of it. Collect more rows of it, or
    leave it out through sampling_strategy.
    """


class TrainingQualityWarning(GANSamplerWarning):
    """A training went wrong, and the message names the parameter that may mend it.

    Examples
    --------
    >>> import warnings
    >>> from gansampler.exceptions import TrainingQualityWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", TrainingQualityWarning)  # stop a pipeline
    """
