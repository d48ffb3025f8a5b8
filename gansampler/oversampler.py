"""``GANOversampler``: the estimator. It validates, loops over classes, stacks rows."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import Substitution, check_target_type
from joblib import Parallel, delayed
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval

from gansampler import _polars, validation
from gansampler._device import resolve_device
from gansampler._seeds import draw_seed
from gansampler._thinning import thinned
from gansampler._threads import single_thread
from gansampler._warning import warn_caller
from gansampler._wording import plain_label
from gansampler.exceptions import (
    ModelFileError,
    NotTrainedError,
    SmallClassWarning,
    TrainingQualityWarning,
)
from gansampler.gan import TrainingSettings
from gansampler.gan.settings import check_widths
from gansampler.judging import describe_failures, describe_fallback
from gansampler.onehot import OneHotGroups
from gansampler.persistence import (
    read_model,
    refusing_what_is_not_ours,
    write_model,
)
from gansampler.report import Report
from gansampler.summary import ColumnSummary
from gansampler.synthesis import N_OTHERS, RowSettings
from gansampler.tabular import Container, Table
from gansampler.trainer import Callback, ClassRows, TrainedClass, Trainer, Watcher

TRAINED = ("generators_", "history_", "n_iter_", "report_", "device_", "_container")
"""Attributes that ``fit_resample`` leaves and that ``fit`` on other data ends."""


@Substitution(sampling_strategy=BaseOverSampler._sampling_strategy_docstring)
class GANOversampler(BaseOverSampler):
    """Over-sample each minority class with rows from a GAN trained on it.

    For each class that needs rows, an unconditional generative adversarial network
    [1]_ is trained on the rows of that class alone, and its generator draws new rows
    until the classes are balanced. Tables may mix numbers, times, booleans, strings
    and categories, and have missing values; the result has the columns and dtypes of
    the input, the original rows first.

    Parameters
    ----------
    {sampling_strategy}

    loss : {{'non_saturating', 'minimax', 'wasserstein', 'hinge', 'least_squares', \
'relativistic'}}, default='non_saturating'
        The game of generator and discriminator: the zero-sum game of [1]_
        ('minimax') or its variant that does not saturate, the Wasserstein game with
        gradient penalty [2]_, or the hinge [3]_, least squares [4]_ or relativistic
        [5]_ losses.

    latent_distribution : {{'auto', 'neighbors', 'normal', 'uniform'}}, default='auto'
        What the generator starts from: normal or uniform noise, or normal noise
        together with a random point between a row of the class and one of its five
        nearest neighbours, which the generator then corrects. 'auto' is 'normal' for
        classes of fewer than 100 rows with at most 32 numeric columns, and 'neighbors'
        for others.

    latent_dim : int, default=16
        Length of the noise vector.

    hidden_layer_sizes : tuple of int, default=(128, 128)
        Widths of the hidden layers of both networks.

    discriminator_steps : int, default=1
        Updates of the discriminator for each update of the generator.

    updates : {{'alternating', 'simultaneous'}}, default='alternating'
        Whether the generator is updated against the discriminator's new weights, or
        both gradients are computed before either network is updated.

    optimizer : {{'adam', 'sgd'}}, default='adam'
        Optimiser of both networks. SGD has momentum 0.5 and needs a larger
        ``learning_rate``, about 0.1, and on tables of few columns a smaller
        ``gradient_penalty``, about 0.3, since it diverges there under a heavy one.
        For 'wasserstein' take a ``learning_rate`` of 0.02 and a ``gradient_penalty``
        of 0.3 on any table.

    learning_rate : float, default=0.001
        Constant for the first half of the training, then falling towards 2 % of it.

    gradient_penalty : float or None, default=None
        Weight of the penalty on the discriminator's gradients: the zero-centred
        penalties on real and on generated rows (R1 and R2 of [6]_), or the
        one-centred penalty of [2]_ for ``loss='wasserstein'``. None is 3 for the
        game of [1]_ in both forms, 10 for the Wasserstein game and 1 for others; 0
        switches it off.

    max_iter : int, default=500
        Updates of the generator.

    batch_size : int or None, default=None
        Rows per update, drawn with replacement. None is the number of rows of the
        class, but at least 32 and at most 128.

    checkpoint : {{'best', 'last'}}, default='best'
        Whether to keep, of five generators from the second half of the training, the
        one whose rows are nearest to those of the class in energy distance, or to
        keep the last.

    rejection_rate : float, default=0.0
        Share of the generated rows that is dropped: those that the discriminator finds
        least real. Below 1.

    border_rejection : float, default=0.2
        Share of the generated rows that is dropped because rows of other classes are
        dense around them, relative to rows of their own class: the rows that are left
        harm a classifier less where the classes overlap. The other classes only help
        to select generated rows; the GAN never sees them. 0 keeps the class's own
        distribution. Below 1.

    copy_rejection : float, default=0.6
        Largest share of the generated rows that may be dropped because they lie too
        near to a row of the class: as many as it takes for the rest to lie, in the
        median, three quarters as far from the nearest row of the class as its rows lie
        from each other. Copies are dropped first; where every column has few distinct
        values, so that rows repeat by chance, copies stay as frequent as repeated rows
        are in the class. 0 switches it off. Below 1.

    value_range : {{'table', 'class'}} or None, default='table'
        Range in which the numbers of a column are generated: that of all rows of the
        table, that of the rows of the class, or no limit but that of the dtype.
        Times, and columns of an integer dtype with integers of 2**53 or more, stay in
        the range of the table even with None.

    rare_levels : {{'class', 'table'}}, default='class'
        Where the rare levels of a categorical column with many levels come from (those
        that fewer than five rows of the class show, or that are not among its 64 most
        frequent). 'class' takes them from rows of the class only, so that a classifier
        may take these levels for signs of the class. 'table' takes part of them from
        similar rows of other classes: as many as, by the estimate of Good and Turing
        [7]_, would be levels that the class has not shown so far. A column has many
        levels if the class shows more than ten, or with 'table' if all classes
        together do.

    device : str or torch.device, default='auto'
        Where to train: 'auto' is a CUDA device if there is one, and the CPU otherwise.

    n_jobs : int or None, default=None
        Number of classes that are trained at a time, each in a process of its own.
        None is 1 unless in a ``joblib.parallel_config`` context; -1 is one for each
        processor. The rows do not depend on it. It pays off where many classes need
        rows, since processes take seconds to start. With a callback or a progress bar,
        classes are trained in this process, one after the other.

    verbose : int, default=0
        0 is silent, 1 shows a progress bar for each class, 2 adds the losses.

    callback : callable or None, default=None
        Called after each update as ``callback(class_label, iteration, figures)``
        with the losses and further figures of the update in a dict. Training of the
        class ends when it returns True.

    random_state : int, RandomState instance or None, default=None
        Source of all randomness. An int gives the same rows on the same machine,
        device and library versions, whatever the number of threads or jobs.

    Attributes
    ----------
    sampling_strategy_ : dict
        Number of rows to generate for each class.

    generators_ : dict
        What was trained, by class; see ``sample``.

    history_ : dict
        For each class a DataFrame with one row per update of the generator and the
        columns ``iteration`` (from 1), ``discriminator_loss`` and ``generator_loss``
        (without the gradient penalty), ``value`` (the value function V, in nats),
        ``real_probability`` and ``fake_probability`` (what the discriminator gives real
        and generated rows on average), ``discriminator_gradient_norm`` and
        ``generator_gradient_norm`` (penalty included, as it was followed),
        ``learning_rate``, ``selection_distance`` (energy distance to the class where
        the update was a candidate for the checkpoint, NaN elsewhere) and ``seconds``
        since the start of the training.

    n_iter_ : dict
        Number of updates made for each class.

    report_ : dict
        For each class a ``ClassReport`` with counts, seconds, figures of quality, what
        the theory expects (``theory``), a diagnosis in plain words (``verdicts``) and
        the figures that it depends on (``evidence``). It is printed as a table.

    device_ : str
        The device that was trained on.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where all are strings.

    Warns
    -----
    SmallClassWarning
        If a class has fewer than three rows, or only equal ones: instead of a GAN,
        mixtures or copies of its rows are used.
    TrainingQualityWarning
        If a training of at least 50 updates went wrong, for example by mode collapse;
        the message names the parameter to change.

    See Also
    --------
    imblearn.over_sampling.SMOTE : Interpolates between neighbouring rows.
    imblearn.over_sampling.RandomOverSampler : Repeats rows.

    Notes
    -----
    Each class is learned on its own, so any number of classes is supported.
    ``fit`` only validates; training happens in ``fit_resample``.

    Both take a dask DataFrame and a dask Series of labels in partitions of the same
    lengths. Training then runs on the workers, within ``fit_resample``, and the rows
    are drawn when the dask DataFrame that it returns is computed.

    Polars frames come back as Polars frames with the same schema.

    A trained sampler contains rows of the table; take care with whom it is shared.

    References
    ----------
    .. [1] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
    .. [2] I. Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017.
    .. [3] J. H. Lim and J. C. Ye, "Geometric GAN", arXiv:1705.02894, 2017.
    .. [4] X. Mao et al., "Least squares generative adversarial networks", ICCV 2017.
    .. [5] A. Jolicoeur-Martineau, "The relativistic discriminator", ICLR 2019.
    .. [6] L. Mescheder et al., "Which training methods for GANs do actually
       converge?", ICML 2018.
    .. [7] I. J. Good, "The population frequencies of species and the estimation of
       population parameters", Biometrika, 1953, equation 9.

    Examples
    --------
    >>> from collections import Counter
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import GANOversampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> sorted(Counter(y.tolist()).items())
    [(0, 269), (1, 31)]
    >>> sampler = GANOversampler(max_iter=150, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sorted(Counter(y_resampled.tolist()).items())
    [(0, 269), (1, 269)]
    >>> sampler.sample(5, class_label=1).shape
    (5, 20)
    """

    sampling_strategy_: dict[Hashable, int]
    _container: Container

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseOverSampler._parameter_constraints,
        # imbalanced-learn accepts other mappings too, and then does nothing.
        "sampling_strategy": [
            kind if kind is not Mapping else dict
            for kind in BaseOverSampler._parameter_constraints["sampling_strategy"]
        ],
        **TrainingSettings._parameter_constraints,
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        **RowSettings._parameter_constraints,
        "device": [str, torch.device],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
        "callback": [callable, None],
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        loss: str = "non_saturating",
        latent_distribution: str = "auto",
        latent_dim: int = 16,
        hidden_layer_sizes: tuple[int, ...] = (128, 128),
        discriminator_steps: int = 1,
        updates: str = "alternating",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        gradient_penalty: float | None = None,
        max_iter: int = 500,
        batch_size: int | None = None,
        checkpoint: str = "best",
        rejection_rate: float = 0.0,
        border_rejection: float = 0.2,
        copy_rejection: float = 0.6,
        value_range: str | None = "table",
        rare_levels: str = "class",
        device: str | torch.device = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
        callback: Callback | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.loss = loss
        self.latent_distribution = latent_distribution
        self.latent_dim = latent_dim
        self.hidden_layer_sizes = hidden_layer_sizes
        self.discriminator_steps = discriminator_steps
        self.updates = updates
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.gradient_penalty = gradient_penalty
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.checkpoint = checkpoint
        self.rejection_rate = rejection_rate
        self.border_rejection = border_rejection
        self.copy_rejection = copy_rejection
        self.value_range = value_range
        self.rare_levels = rare_levels
        self.device = device
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback
        self.random_state = random_state

    def fit(self, X: Any, y: Any, **params: Any) -> GANOversampler:
        """Check the input and set ``sampling_strategy_``; nothing is trained.

        Use ``fit_resample`` to get rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix, dask DataFrame} of shape \
(n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,)
            The class of each row.
        **params : dict
            Passed on to imbalanced-learn.

        Returns
        -------
        GANOversampler
            The sampler itself.

        Examples
        --------
        >>> from gansampler import GANOversampler
        >>> from gansampler.datasets import load_churn
        >>> sampler = GANOversampler(0.5).fit(*load_churn())
        >>> sampler.sampling_strategy_
        {'yes': 1439}
        """
        with validation.all_or_nothing(self):
            if validation.is_dask(X) or validation.is_dask(y):
                from gansampler import _dask  # Dask is heavy, and an extra

                _dask.fit(self, X, y, **params)
            else:
                X, y = _polars.table_as_pandas(X), _polars.labels_as_pandas(y)
                validation.check_labels(X, y)
                super().fit(X, y, **params)
                self.sampling_strategy_ = validation.whole_counts(
                    self.sampling_strategy_
                )
            for name in TRAINED:
                self.__dict__.pop(name, None)
        return self

    def fit_resample(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """Train a GAN on each class that needs rows, and balance the table.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix, dask DataFrame} of shape \
(n_samples, n_features)
            The table. It is not altered.
        y : array-like of shape (n_samples,)
            The class of each row.
        **params : dict
            Passed on to imbalanced-learn.

        Returns
        -------
        X_resampled : {array-like, dataframe, sparse matrix, dask DataFrame} of shape \
(n_samples_new, n_features)
            The rows of ``X`` in their order, then the synthetic rows.
        y_resampled : array-like of shape (n_samples_new,)
            The class of each row.

        Raises
        ------
        InvalidTableError
            If ``X`` or ``y`` cannot be resampled as they are; the message says why.
        DeviceUnavailableError
            If ``device`` is not there.
        DeviceMemoryError
            If the memory of a GPU does not suffice for the training.
        TrainingDivergedError
            If a loss becomes infinite or not a number.

        Examples
        --------
        >>> from gansampler import GANOversampler
        >>> from gansampler.datasets import load_churn
        >>> X, y = load_churn()
        >>> sampler = GANOversampler(0.2, max_iter=20, random_state=0)
        >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
        >>> y_resampled.value_counts().to_dict()
        {'no': 4293, 'yes': 858}
        >>> X_resampled[: len(X)].equals(X)
        True
        """
        resampled: tuple[Any, Any]
        with validation.all_or_nothing(self):
            if validation.is_dask(X) or validation.is_dask(y):
                from gansampler import _dask  # Dask is heavy, and an extra

                resampled = _dask.fit_resample(self, X, y, **params)
            else:
                resampled = self._fit_resample_here(X, y, **params)
        return resampled

    def _fit_resample_here(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """Resample what is in the memory of this process."""
        table, labels = _polars.table_as_pandas(X), _polars.labels_as_pandas(y)
        validation.check_labels(table, labels)
        X_resampled, y_resampled = super().fit_resample(table, labels, **params)
        self._container = self._container.given_as(X)
        return _polars.below(X, X_resampled), _polars.below(y, y_resampled)

    def sample(
        self,
        n_samples: int,
        class_label: Hashable,
        *,
        random_state: int | np.random.RandomState | None = None,
    ) -> Any:
        """Draw more rows of a class after ``fit_resample``.

        Parameters
        ----------
        n_samples : int
            Number of rows, at least 1.
        class_label : hashable
            One of the classes that needed rows.
        random_state : int, RandomState instance or None, default=None
            Source of randomness. With None, the same call gives the same rows each
            time, which are not those of ``fit_resample``.

        Returns
        -------
        {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            In the container and dtypes of the table that was resampled.

        Raises
        ------
        NotTrainedError
            Before ``fit_resample``.
        ValueError
            If the class is not one of those trained, or ``n_samples`` is below 1.

        Examples
        --------
        >>> from gansampler import GANOversampler
        >>> from gansampler.datasets import load_page_blocks
        >>> X, y = load_page_blocks()
        >>> sampler = GANOversampler({"graphic": 100}, max_iter=20, random_state=0)
        >>> _ = sampler.fit_resample(X, y)
        >>> sampler.sample(3, "graphic").shape
        (3, 10)
        """
        if not hasattr(self, "generators_"):
            raise NotTrainedError(
                "This GANOversampler has no generators yet. Call fit_resample first."
            )
        if not isinstance(n_samples, Integral) or n_samples < 1:
            raise ValueError(
                f"n_samples must be a whole number of at least 1. Got {n_samples!r}."
            )
        known = isinstance(class_label, Hashable) and class_label in self.generators_
        if not known:
            trained = ", ".join(repr(plain_label(label)) for label in self.generators_)
            raise ValueError(
                f"Class {class_label!r} has no generator: only classes that needed "
                f"rows are trained. Choose one of: {trained or 'none'}."
            )
        generator = self.generators_[class_label]
        validation.check_memory(
            int(n_samples), len(generator.summary), fewer="by n_samples"
        )
        seed = generator.later_seed
        if random_state is not None:
            # With the class's own: rows of two classes would be alike, line by line.
            seeds = [seed, draw_seed(check_random_state(random_state))]
            seed = int(np.random.SeedSequence(seeds).generate_state(1)[0])
        with single_thread():
            return self._container.wrap(generator.sample(int(n_samples), seed))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the sampler to one file of data, in which nothing is executable.

        Unlike a pickle, such a file is safe to open whoever wrote it.

        Parameters
        ----------
        path : path-like
            Where to, for example ``"churn.gansampler"``. A file that is there is
            replaced; at any moment there is a whole file or none.

        Raises
        ------
        ModelFileError
            If the sampler holds what no such file can: functions, such as a
            ``callback``, and cells or labels of unknown types; or if the file cannot
            be written.

        See Also
        --------
        GANOversampler.load : Opens the file again.

        Notes
        -----
        The file holds rows of the table, as the sampler does. It is a zip archive of
        JSON and arrays with a checksum over all of it.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from sklearn.datasets import make_classification
        >>> from gansampler import GANOversampler
        >>> X, y = make_classification(n_samples=60, weights=[0.8], random_state=0)
        >>> sampler = GANOversampler(max_iter=5, random_state=0)
        >>> _ = sampler.fit_resample(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "model.gansampler"
        ...     sampler.save(path)
        ...     loaded = GANOversampler.load(path)
        >>> (loaded.sample(3, 1) == sampler.sample(3, 1)).all()
        np.True_
        """
        parameters = self.get_params(deep=False)
        for name, value in parameters.items():
            if callable(value):
                raise ModelFileError(
                    f"The parameter {name} holds a function, and a model file holds no "
                    f"code. Call set_params({name}=...) with another value first."
                )
        fitted = {k: v for k, v in vars(self).items() if k not in parameters}
        write_model(path, {"parameters": parameters, "fitted": fitted})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GANOversampler:
        """Open a file that ``save`` wrote.

        Parameters
        ----------
        path : path-like
            The file.

        Returns
        -------
        GANOversampler
            Draws the rows that the saved one would draw, also on a machine without
            the GPU it was trained on.

        Raises
        ------
        ModelFileError
            If the file cannot be read, was not written by ``save``, is damaged or was
            altered, or has the format of another version.

        See Also
        --------
        GANOversampler.save : Writes the file.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from gansampler import GANOversampler
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "model.gansampler"
        ...     GANOversampler(0.5, random_state=0).save(path)
        ...     GANOversampler.load(path)
        GANOversampler(random_state=0, sampling_strategy=0.5)
        """
        with refusing_what_is_not_ours(path):
            state = read_model(path)
            sampler = cls(**state["parameters"])
            sampler.__dict__.update(state["fitted"])
        return sampler

    def _validate_params(self) -> None:
        super()._validate_params()
        check_widths(self.hidden_layer_sizes, type(self).__name__)

    def _check_X_y(self, X: Any, y: Any) -> tuple[Table, np.ndarray, bool]:
        y = validation.dense_labels(y)
        y, binarize_y = check_target_type(y, indicate_one_vs_all=True)
        table = Table(validation.check_table(self, X, y))
        # Refuses, in fit as well, what no column may hold.
        _ = table.summary
        return table, y, binarize_y

    def _fit_resample(self, table: Table, y: np.ndarray) -> tuple[Any, np.ndarray]:
        self.sampling_strategy_ = validation.whole_counts(self.sampling_strategy_)
        device = resolve_device(self.device)
        n_new = sum(self.sampling_strategy_.values())
        validation.check_memory(len(y) + n_new, table.n_columns)
        seeds = self._draw_seeds(validation.distinct_labels(y))
        trainer = self._trainer(table.summary, OneHotGroups.find(table), device)

        labels = [label for label, n in self.sampling_strategy_.items() if n > 0]
        # Watchers see trainings in this process only, and for one class another
        # process would only cost its start.
        alone = bool(trainer.watcher) or len(labels) == 1
        made = Parallel(1 if alone else self.n_jobs)(
            delayed(trainer.train_and_draw)(
                ClassRows(
                    label,
                    seeds[label],
                    own=table.rows(y == label),
                    others=table.rows(_some_others(y, label, seeds[label])),
                ),
                self.sampling_strategy_[label],
            )
            for label in labels
        )
        trained = {label: made[i][0] for i, label in enumerate(labels)}
        self._remember(trained, str(device), Container.of(table.X))
        new_rows = [rows for _, rows in made]
        new_labels = [
            np.full(len(rows), label, dtype=y.dtype)
            for label, rows in zip(labels, new_rows, strict=True)
        ]
        return table.append(new_rows), np.concatenate([y, *new_labels])

    def _draw_seeds(self, labels: np.ndarray) -> dict[Hashable, int]:
        """A seed for each class, whether it needs rows or not.

        Which classes are resampled then does not change the rows of another.
        """
        rng = check_random_state(self.random_state)
        return {label: draw_seed(rng) for label in labels}

    def _trainer(
        self,
        summary: Sequence[ColumnSummary],
        groups: OneHotGroups,
        device: str | torch.device,
    ) -> Trainer:
        """What trains the classes of a table, by the parameters."""
        return Trainer(
            self._training_settings(),
            self._row_settings(),
            summary,
            groups,
            device,
            Watcher(self.verbose, self.callback),
        )

    def _remember(
        self,
        trained: dict[Hashable, TrainedClass],
        device: str,
        container: Container,
    ) -> None:
        """Keep what was trained, and warn of what did not go well."""
        for label, made in trained.items():
            self._warn(plain_label(label), made)
        self.generators_ = {k: made.generator for k, made in trained.items()}
        self.report_ = Report()
        for label, made in trained.items():
            n_synthetic = self.sampling_strategy_[label]
            self.report_[label] = replace(made.report, n_synthetic=n_synthetic)
        self.history_ = {k: g.history for k, g in self.generators_.items()}
        self.n_iter_ = {k: r.n_iter for k, r in self.report_.items()}
        self.device_ = device
        self._container = container

    def _training_settings(self) -> TrainingSettings:
        return TrainingSettings(
            loss=self.loss,
            latent_distribution=self.latent_distribution,
            latent_dim=int(self.latent_dim),
            hidden_layer_sizes=tuple(int(width) for width in self.hidden_layer_sizes),
            discriminator_steps=int(self.discriminator_steps),
            updates=self.updates,
            optimizer=self.optimizer,
            learning_rate=float(self.learning_rate),
            gradient_penalty=self.gradient_penalty,
            max_iter=int(self.max_iter),
            batch_size=self.batch_size,
            checkpoint=self.checkpoint,
        )

    def _row_settings(self) -> RowSettings:
        return RowSettings(
            value_range=self.value_range,
            rare_levels=self.rare_levels,
            rejection_rate=float(self.rejection_rate),
            border_rejection=float(self.border_rejection),
            copy_rejection=float(self.copy_rejection),
        )

    @staticmethod
    def _warn(label: Hashable, trained: TrainedClass) -> None:
        fallback = describe_fallback(label, trained.generator, trained.report)
        if fallback is not None:
            warn_caller(fallback, SmallClassWarning)
        failures = describe_failures(label, trained.report)
        if failures is not None:
            warn_caller(failures, TrainingQualityWarning)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags


def _some_others(y: np.ndarray, label: Any, seed: int) -> np.ndarray:
    """Positions of rows of other classes, at most as many as are of use."""
    rng = np.random.default_rng(seed)
    return thinned(np.flatnonzero(y != label), N_OTHERS, rng)
