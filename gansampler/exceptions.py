"""Errors and warnings of the package, with one base each."""

from __future__ import annotations


class GANSamplerError(Exception):
    """Base of the errors that only this package raises."""


class InvalidTableError(GANSamplerError, ValueError):
    """A table or its labels cannot be resampled as they are."""


class IncomparableSamplesError(GANSamplerError, ValueError):
    """Real and synthetic rows cannot be compared as they are."""


class DeviceUnavailableError(GANSamplerError, ValueError):
    """The device that was asked for is not there."""


class TrainingDivergedError(GANSamplerError, ValueError):
    """A loss became infinite or not a number during training."""


class NotTrainedError(GANSamplerError, ValueError, AttributeError):
    """Rows were asked for before ``fit_resample`` had trained a generator."""


class ModelFileError(GANSamplerError, ValueError):
    """A sampler cannot be saved, or a file cannot be loaded as one."""


class GANSamplerWarning(UserWarning):
    """Base of the warnings of this package."""


class SmallClassWarning(GANSamplerWarning):
    """A class has too few rows for a GAN; something simpler was done instead."""
