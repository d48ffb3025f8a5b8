"""What the theory of the game says a training should reach, and how near it came.

In the game of Goodfellow et al. 2014 the best discriminator against a fixed generator
is ``D*(x) = p_data(x) / (p_data(x) + p_g(x))`` (proposition 1), at which the value
function is ``V = -log 4 + 2 JS(p_data, p_g)`` (theorem 1). Where the generator has
learned the distribution of the data, D is 1/2 everywhere and V is -log 4.

The discriminator of a training is not the best one: it is kept smooth, sees blurred
rows, and has seen the very rows that it judges. So the divergence is measured by a
probe, a small classifier that judges only rows that it has not learned from, and the
same figure for real rows against real rows says what chance gives.

All figures are in nats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist, pdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from gansampler.quality._space import as_matrices

__all__ = [
    "EQUILIBRIA",
    "Equilibrium",
    "TheoryReadout",
    "divergence_of_value",
    "jensen_shannon_divergence",
    "optimal_discriminator",
    "theory_readout",
]

LOG_2, LOG_4 = math.log(2), math.log(4)

N_FOLDS = 5
N_LANDMARKS = 60
"""Rows whose neighbourhoods are features of the probe."""

PROBE_STRENGTH = 0.02
"""Inverse weight of the probe's ridge penalty (``C`` of ``LogisticRegression``)."""

MIN_PROBE_ROWS = 10
"""Rows on either side that the probe needs."""

LAST_SHARE = 0.1
"""Part of the updates, at the end, over which a history is averaged."""


@dataclass(frozen=True)
class Equilibrium:
    """Figures of a game where generated rows follow the distribution of the data.

    Penalties, which are 0 there or small, are left out. NaN where the equilibrium does
    not settle a figure.

    Parameters
    ----------
    discriminator_loss, generator_loss : float
        What the players pay.
    value : float
        The value function V(D, G).
    probability : float
        The sigmoid of the discriminator's output, on any row.
    caveat : str
        Why V and D do not read as in the game of 2014; empty where they do.

    Examples
    --------
    >>> from gansampler.theory import EQUILIBRIA
    >>> round(EQUILIBRIA["non_saturating"].value, 3)  # -log 4
    -1.386
    """

    discriminator_loss: float
    generator_loss: float
    value: float
    probability: float
    caveat: str


EQUILIBRIA: dict[str, Equilibrium] = {
    "minimax": Equilibrium(LOG_4, -LOG_4, -LOG_4, 0.5, ""),
    "non_saturating": Equilibrium(LOG_4, LOG_2, -LOG_4, 0.5, ""),
    "wasserstein": Equilibrium(
        0.0,
        math.nan,
        math.nan,
        math.nan,
        "The Wasserstein game's critic gives scores, not probabilities: neither V nor "
        "D = 1/2 says anything of it.",
    ),
    "hinge": Equilibrium(
        2.0,
        math.nan,
        math.nan,
        math.nan,
        "The hinge game's discriminator gives margins, not probabilities: at the "
        "equilibrium any one output between -1 and 1 is as good as another.",
    ),
    "least_squares": Equilibrium(
        0.25,
        0.125,
        math.nan,
        math.nan,
        "The least squares game's discriminator gives p_data / (p_data + p_g) as its "
        "output itself, not as the output's sigmoid, from which V and D are recorded.",
    ),
    "relativistic": Equilibrium(
        LOG_2,
        LOG_2,
        math.nan,
        math.nan,
        "The relativistic game compares outputs in pairs, so that their level is free: "
        "neither V nor D = 1/2 says anything of it.",
    ),
}
"""By the name of the loss, as in ``GAMES``."""


def optimal_discriminator(p_data: Any, p_g: Any) -> np.ndarray:
    """The best answer to a fixed generator (Goodfellow et al. 2014, proposition 1).

    Parameters
    ----------
    p_data, p_g : array-like
        Densities of real and of generated rows at the same points.

    Returns
    -------
    ndarray
        ``p_data / (p_data + p_g)``; NaN where both are 0.

    Examples
    --------
    >>> from gansampler.theory import optimal_discriminator
    >>> optimal_discriminator([3, 1], [1, 1]).tolist()
    [0.75, 0.5]
    """
    real, fake = np.asarray(p_data, dtype=float), np.asarray(p_g, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(real / (real + fake))


def divergence_of_value(value: float) -> float:
    """(V + log 4) / 2, which is JS(p_data, p_g) if D is the best one.

    Goodfellow et al. 2014, theorem 1. For any other D it is a lower bound.

    Parameters
    ----------
    value : float
        The value function, in nats.

    Returns
    -------
    float
        In nats, at most log 2. Below 0 where D is worse than a constant 1/2.

    Examples
    --------
    >>> import math
    >>> from gansampler.theory import divergence_of_value
    >>> divergence_of_value(-math.log(4))
    0.0
    """
    return (value + LOG_4) / 2


def jensen_shannon_divergence(
    real: Any, synthetic: Any, *, random_state: int = 0
) -> float:
    """Jensen-Shannon divergence of two distributions, estimated from a sample of each.

    A probe learns to tell the samples apart, and (V + log 4) / 2 is taken of its
    outputs on rows that it has not learned from. With many rows that is a lower bound,
    the nearer the more there are. Few rows bias it upwards, above 0 for equal
    distributions: what chance gives is the same figure of two halves of a real sample,
    as is ``js_floor`` of ``TheoryReadout``.

    Parameters
    ----------
    real, synthetic : DataFrame or ndarray of shape (n_rows, n_columns)
        The samples, of at least 10 rows each. Frames are brought into their
        ``common_space``; arrays are taken as they are, and scaled here.
    random_state : int, default=0
        Seed of the folds and of the probe's landmarks.

    Returns
    -------
    float
        In nats: 0 for equal distributions, log 2 for distributions that share no
        values.

    Raises
    ------
    IncomparableSamplesError
        If the samples have too few rows or different columns.

    See Also
    --------
    gansampler.quality.classifier_two_sample_test : How well rows can be ranked.

    Notes
    -----
    The probe is a ridge logistic regression on the coordinates, their squares and the
    nearness to 60 of the rows (Gaussian kernels of half the median distance), learned
    on four fifths of the rows and applied to the last. Both samples weigh the same,
    whatever their sizes. Its log-odds are multiplied by the factor between 0 and 1
    that makes V largest (temperature scaling: Guo et al. 2017, section 4.2), which
    undoes the over-confidence of a probe that had few rows to learn from, and keeps
    the estimate from falling below 0. The factor is chosen on the rows that are judged,
    which is where the bias of few rows comes from.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.theory import jensen_shannon_divergence
    >>> rng = np.random.default_rng(0)
    >>> real, synthetic = rng.normal(size=(2, 500, 1))
    >>> round(jensen_shannon_divergence(real, synthetic), 2)
    0.0
    >>> round(jensen_shannon_divergence(real, synthetic + 9), 2)  # log 2
    0.69
    """
    a, b = as_matrices(
        {"real": real, "synthetic": synthetic}, (MIN_PROBE_ROWS, MIN_PROBE_ROWS)
    )
    return divergence_of_value(scaled_value(*probe_logits(a, b, random_state)))


def probe_logits(
    real: np.ndarray, synthetic: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds that rows are real, by a probe that did not learn from them.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n_rows, n_columns)
    seed : int

    Returns
    -------
    real_logits, synthetic_logits : ndarray of shape (n_rows,)
        At equal weight of both samples.
    """
    rng = np.random.default_rng(seed)
    is_real = np.repeat([1, 0], [len(real), len(synthetic)])
    features = _probe_features(np.vstack([real, synthetic]).astype(float), rng)
    logits = np.zeros(len(features))
    if features.shape[1] == 0:  # all rows are equal
        return logits[: len(real)], logits[len(real) :]
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    model = LogisticRegression(C=PROBE_STRENGTH, class_weight="balanced", max_iter=1000)
    with threadpool_limits(limits=1):
        for train, test in folds.split(features, is_real):
            model.fit(features[train], is_real[train])
            logits[test] = model.decision_function(features[test])
    return logits[: len(real)], logits[len(real) :]


def ranking(real_logits: np.ndarray, synthetic_logits: np.ndarray) -> float:
    """Chance that a real row has the larger log-odds of a pair: the ROC area.

    Parameters
    ----------
    real_logits, synthetic_logits : ndarray of shape (n_rows,)

    Returns
    -------
    float
        1/2 for logits that tell nothing, 1 where each real row is above all others.
    """
    is_real = np.repeat([1, 0], [len(real_logits), len(synthetic_logits)])
    return float(
        roc_auc_score(is_real, np.concatenate([real_logits, synthetic_logits]))
    )


def scaled_value(real_logits: np.ndarray, synthetic_logits: np.ndarray) -> float:
    """The largest V that logits reach, times a factor between 0 and 1."""

    def loss(factor: float) -> float:
        real = np.logaddexp(0, -factor * real_logits).mean()
        return float(real + np.logaddexp(0, factor * synthetic_logits).mean())

    found = minimize_scalar(loss, bounds=(0, 1), method="bounded")
    return max(-float(found.fun), -loss(1.0), -LOG_4)


def _probe_features(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scaled = _standardised(rows)
    # The square of a cell of two values tells nothing new.
    numeric = [len(np.unique(column)) > 2 for column in scaled.T]
    parts = [scaled, scaled[:, numeric] ** 2]
    landmarks = rng.choice(scaled, min(N_LANDMARKS, len(scaled)), replace=False)
    width = np.median(pdist(landmarks)) / 2
    if width > 0:
        parts.append(np.exp(-cdist(scaled, landmarks, "sqeuclidean") / width**2 / 2))
    return _standardised(np.hstack(parts))


def _standardised(rows: np.ndarray) -> np.ndarray:
    scale = rows.std(axis=0)
    # A column of one value may seem to vary by its rounding.
    varies = scale > 1e-13 * np.abs(rows).max(axis=0, initial=0)
    return np.asarray((rows - rows.mean(axis=0))[:, varies] / scale[varies])


@dataclass(frozen=True)
class TheoryReadout:
    """How near a training came to what the theory expects of it.

    Parameters
    ----------
    loss : str
        The game.
    value : float
        V(D, G) over the last tenth of the updates, on the rows with added noise that
        the discriminator saw; -log 4 at the equilibrium. NaN, as the next two, where
        ``caveat`` says that it has no such meaning.
    real_probability, fake_probability : float
        Mean of D over the same updates; 1/2 at the equilibrium. A discriminator that
        is too weak, or penalised too much, says 1/2 as well.
    js_divergence : float
        Of the generator's rows and those of the class, in nats, by a probe on rows
        that it had not learned from: between 0 and log 2. It can be read in every
        game. NaN, as the next, for fewer than 10 rows.
    js_floor : float
        The same between the two halves of the class, that is by chance; NaN for
        fewer than 20 rows.
    caveat : str
        Why V and D cannot be read in this game; empty where they can.

    Examples
    --------
    >>> import math
    >>> from gansampler.theory import TheoryReadout
    >>> print(TheoryReadout("minimax", -1.2, 0.6, 0.4, math.nan, math.nan, ""))
    V = -1.200 (-log 4 = -1.386 at the equilibrium)
    D = 0.60 on real and 0.40 on generated rows (1/2 at the equilibrium)
    """

    loss: str
    value: float
    real_probability: float
    fake_probability: float
    js_divergence: float
    js_floor: float
    caveat: str

    def __str__(self) -> str:
        """The read-outs beside what the theory expects."""
        lines = []
        if self.caveat:
            lines.append(self.caveat)
        elif math.isfinite(self.value):
            lines.append(
                f"V = {self.value:.3f} (-log 4 = {-LOG_4:.3f} at the equilibrium)"
            )
            lines.append(
                f"D = {self.real_probability:.2f} on real and "
                f"{self.fake_probability:.2f} on generated rows "
                "(1/2 at the equilibrium)"
            )
        if math.isfinite(self.js_divergence):
            floor = (
                f"{self.js_floor:.3f}" if math.isfinite(self.js_floor) else "unknown"
            )
            lines.append(
                f"JS = {self.js_divergence:.3f} (0 at the equilibrium, log 2 = "
                f"{LOG_2:.3f} at most; {floor} between halves of the class)"
            )
        return "\n".join(lines) or "Nothing was trained."


def theory_readout(
    history: pd.DataFrame,
    loss: str,
    real: np.ndarray,
    generated: np.ndarray,
    *,
    random_state: int = 0,
) -> TheoryReadout:
    """Compare a training with what the theory expects.

    Parameters
    ----------
    history : DataFrame
        Of one class, as in ``history_``.
    loss : str
        Name of the game.
    real : ndarray of shape (n_rows, n_columns)
        Rows of the class, encoded.
    generated : ndarray of shape (n_generated, n_columns)
        The generator's own rows, encoded in the same way, before any are dropped.
    random_state : int, default=0
        Seed of the probe.

    Returns
    -------
    TheoryReadout
        The figures and what they are worth.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from gansampler.theory import theory_readout
    >>> columns = ["value", "real_probability", "fake_probability"]
    >>> history = pd.DataFrame([[-1.3, 0.52, 0.48]] * 100, columns=columns)
    >>> rng = np.random.default_rng(0)
    >>> real, generated = rng.normal(size=(2, 300, 2))
    >>> print(theory_readout(history, "minimax", real, generated))
    V = -1.300 (-log 4 = -1.386 at the equilibrium)
    D = 0.52 on real and 0.48 on generated rows (1/2 at the equilibrium)
    JS = 0.000 (0 at the equilibrium, log 2 = 0.693 at most; 0.000 between halves of \
the class)
    """
    caveat = EQUILIBRIA[loss].caveat
    read = dict.fromkeys(("value", "real_probability", "fake_probability"), math.nan)
    if not caveat and len(history):
        n_last = max(1, round(LAST_SHARE * len(history)))
        read = {name: float(history[name].iloc[-n_last:].mean()) for name in read}
    return TheoryReadout(
        loss=loss,
        **read,
        js_divergence=_divergence_or_nan(real, generated, random_state),
        js_floor=divergence_by_chance(real, random_state),
        caveat=caveat,
    )


def divergence_by_chance(real: np.ndarray, seed: int) -> float:
    """The estimate between two random halves of a sample; NaN for fewer than 20 rows.

    Parameters
    ----------
    real : ndarray of shape (n_rows, n_columns)
    seed : int
    """
    shuffled = np.random.default_rng(seed).permutation(real)
    first, second = np.array_split(shuffled, 2)
    return _divergence_or_nan(first, second, seed)


def _divergence_or_nan(a: np.ndarray, b: np.ndarray, seed: int) -> float:
    if min(len(a), len(b)) < MIN_PROBE_ROWS or a.shape[1] == 0:
        return math.nan
    return jensen_shannon_divergence(a, b, random_state=seed)
