"""Which generated rows are kept: not the nearest to the class's, nor deep in others.

The generator knows its own class only. Where the classes overlap, most rows of the
overlap belong to the majority, and synthetic rows there do more harm than good; and a
generator of a small class leans on the few rows that it has seen. So more rows are
generated than needed, and those are thrown away that lie nearest to a row of the class,
and those that lie nearest to the other classes. Other classes choose among rows; they
never take part in the training.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.neighbors import NearestNeighbors

from gansampler._thinning import some_positions
from gansampler.neighbors import TIE, Neighborhood, Products
from gansampler.quality._near import SAME

MAX_OWN, MAX_OTHERS = 10_000, 1_000
"""Rows of the class and of the others that are searched; beyond, a random part. Of the
class all are searched from which the generator starts, which it could copy. More of the
others cost time and are not shown to choose better (``docs/benchmarks``)."""

TIED = 0.01
"""Share of generated rows that five rows of other classes equal, from which on rows are
counted: distances of 0 tell nothing of how dense a class is."""

NEWNESS = 0.75
"""How far the median of the rows that are kept has to be from its nearest real row, as
a multiple of the same distance between real rows. At 1 the gaps between real rows fill
up, their own places stay empty, and classifiers do no better (``docs/benchmarks``)."""


MIN_REGION = 64
"""Generated rows to each region of the class, on average, on which limits are set."""


@dataclass(frozen=True)
class RowSelection:
    """What a generated row has to be to be kept.

    Attributes
    ----------
    own : ndarray of shape (n_own, n_columns)
        Encoded rows of the class, at least two.
    others : ndarray of shape (n_others, n_columns)
        Encoded rows of all other classes, at least one.
    radii : ndarray of shape (n_own,)
        Distance to each row of the class within which rows are too near to it.
    copy_share : float
        Share of the copies that is kept all the same, at random.
    min_ratio : float
        Least ``log_density_ratio``, or ``Neighborhood.log_count_ratio``.
    by_counts : bool
        Whether it is the latter, since many rows are equal.
    acceptance : float
        Share of generated rows that are kept, as measured.
    """

    own: np.ndarray
    others: np.ndarray
    radii: np.ndarray
    copy_share: float
    min_ratio: float
    by_counts: bool
    acceptance: float

    @classmethod
    def fit(
        cls,
        own: np.ndarray,
        others: np.ndarray,
        generated: np.ndarray,
        *,
        copy_rejection: float,
        border_rejection: float,
        repeats: float,
        rng: np.random.Generator,
    ) -> RowSelection:
        """Set the thresholds by a sample of generated rows.

        Parameters
        ----------
        own, others : ndarray of shape (n_own, n_columns) and (n_others, n_columns)
            Encoded rows of the class and of all other classes.
        generated : ndarray of shape (n_rows, n_columns)
            Encoded rows from the generator.
        copy_rejection : float
            Largest share that may be rejected for being near a row of the class.
        border_rejection : float
            Share of the rest that is rejected for being near other classes.
        repeats : float
            Share of the rest that may be copies, as rows of few values are by chance.
        rng : Generator
            Chooses among copies.
        """
        around = Neighborhood(own, others)
        to_own = around.to_own(generated)
        nearest = to_own[:, 0]
        most = int(copy_rejection * len(nearest))
        copies = nearest < SAME
        copy_share = share_of_copies(copies.sum(), len(copies), repeats, most)
        lucky = copies & drawn(len(copies), copy_share, rng)
        most -= int((copies & ~lucky).sum())
        between = around.between_own()
        radii = usual_radii(between)
        nearness, nearest_own = around.nearness(generated, radii)
        factors = copy_factors(
            nearness[~copies],
            nearest_own[~copies],
            nearest[~copies],
            regions_of(own, max(1, len(generated) // MIN_REGION), rng),
            NEWNESS * np.median(between[:, 0]),
            most,
        )
        radii = np.maximum(factors * (1 - TIE) * radii, SAME)
        new = np.where(copies, lucky, around.nearness(generated, radii)[0] >= 1)
        if not new.any():  # by bad luck, where nearly all copies may be rejected
            new[0] = True
        if not border_rejection:
            share = float(new.mean())
            return cls(own, others, radii, copy_share, -np.inf, False, share)
        to_others = around.to_others(generated[new])
        by_counts = float((to_others < SAME).mean()) >= TIED
        if by_counts:
            ratios = around.log_count_ratio(generated[new])
        else:
            ratios = log_density_ratio(to_others, usual_distance(to_own[new]))
        min_ratio = float(np.quantile(ratios, border_rejection, method="lower"))
        share = float((ratios >= min_ratio).sum() / len(generated))
        return cls(own, others, radii, copy_share, min_ratio, by_counts, share)


class Chooser:
    """A selection made ready for many calls.

    What that takes is not kept with the selection: it would double what is saved of a
    sampler.

    Parameters
    ----------
    selection : RowSelection
    """

    def __init__(self, selection: RowSelection) -> None:
        self.selection = selection
        self.around = Neighborhood(selection.own, selection.others)
        self.own = Products(selection.own, selection.radii)
        self.others = Products(selection.others)

    def __call__(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Which encoded rows are kept.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_columns)
        rng : Generator
            Chooses among copies.

        Returns
        -------
        ndarray of bool of shape (n_rows,)
        """
        lucky = drawn(len(rows), self.selection.copy_share, rng)
        if self.selection.by_counts:
            return self._choose_exactly(rows, lucky)
        # Products of matrices decide; where their rounding could matter, distances do.
        around = self.around
        squares = np.einsum("ij,ij->i", rows, rows)
        outside, closest = self.own.nearest(rows, around.k_own)
        kept: np.ndarray = outside >= 0
        error = self.own.error(squares, self.own.inside.max())
        doubtful = (np.abs(outside) <= error) | (lucky & ~kept)
        # The others are many: they are only searched where it matters.
        (left,) = np.nonzero(kept & ~doubtful)
        if self.selection.min_ratio > -np.inf:
            # A row is kept if its fifth other lies beyond a limit, which is rounded.
            lower, upper = self._limits(closest[left], squares[left])
            k = around.k_others
            crowded = self.others.count(rows[left], upper) >= k
            left = left[crowded]
            kept[left] = False
            unsure = self.others.count(rows[left], lower[crowded]) < k
            doubtful[left[unsure]] = True
        if doubtful.any():
            kept[doubtful] = self._choose_exactly(rows[doubtful], lucky[doubtful])
        return kept

    def _limits(
        self, closest: np.ndarray, squares: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Squared distance of the fifth other from which a row is kept, as bounds."""
        error = self.own.error(squares[:, None], closest)
        bounds = []
        for sign in (-1, 1):
            distances = np.sqrt(np.maximum(closest + sign * error, 0))
            usual = usual_distance(distances)
            radius = np.exp(self.selection.min_ratio) * usual - SAME
            limit = np.maximum(radius, 0) ** 2
            bounds.append(limit + sign * self.others.error(squares, limit))
        return bounds[0], bounds[1]

    def _choose_exactly(self, rows: np.ndarray, lucky: np.ndarray) -> np.ndarray:
        around, selection = self.around, self.selection
        # Rows of few values repeat each other often.
        rows, which = np.unique(rows, axis=0, return_inverse=True)
        which = which.ravel()  # of two dimensions in NumPy 2.0
        to_own = around.to_own(rows)
        copies = to_own[:, 0] < SAME
        nearness, _ = around.nearness(rows, selection.radii)
        kept: np.ndarray = copies | (nearness >= 1)
        if kept.any() and selection.min_ratio > -np.inf:
            if selection.by_counts:
                ratios = around.log_count_ratio(rows[kept])
            else:
                usual = usual_distance(to_own[kept])
                ratios = log_density_ratio(around.to_others(rows[kept]), usual)
            kept[kept] = ratios >= selection.min_ratio
        return kept[which] & (lucky | ~copies[which])


def share_of_copies(n_copies: int, n_rows: int, repeats: float, most: int) -> float:
    """Share of copies to keep, so that those left are as many as rows repeat.

    Parameters
    ----------
    n_copies, n_rows : int
        Generated rows that equal a real one, and all of them.
    repeats : float
        Share of the rows to be kept that may be copies.
    most : int
        How many copies may be rejected.

    Returns
    -------
    float

    Examples
    --------
    >>> from gansampler.selection import share_of_copies
    >>> share_of_copies(400, 1000, repeats=0.25, most=600)
    0.5
    >>> share_of_copies(800, 1000, repeats=0, most=600)
    0.25
    """
    if not most or repeats == 1:
        return 1.0
    if not n_copies:
        return float(repeats > 0)
    due = repeats / (1 - repeats) * (n_rows - n_copies)
    return 1 - min(max(n_copies - due, 0), most) / n_copies


def usual_radii(between: np.ndarray) -> np.ndarray:
    """How far rows of a class usually lie from each other, around each of them.

    Parameters
    ----------
    between : ndarray of shape (n_own, n_neighbors)
        Distances of each row to its nearest others.

    Returns
    -------
    ndarray of shape (n_own,)
        Distance to the nearest other row that differs. Where cells are missing or
        zero, or levels frequent, rows lie nearer to each other: one radius for all
        would reject most of these. Of a row that lies farther from others than the
        median row does, the geometric mean with the median's: its own distance would
        thin out the tails, the median would fatten them.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.selection import usual_radii
    >>> usual_radii(np.array([[0.5, 1.0], [0.0, 2.0], [8.0, 9.5]])).tolist()
    [0.5, 2.0, 4.0]
    """
    differing = np.where(between >= SAME, between, np.inf).min(axis=1)
    found = np.isfinite(differing)
    usual = np.median(differing[found]) if found.any() else SAME
    radii: np.ndarray = np.where(found, differing, usual)
    return np.sqrt(radii * np.minimum(radii, usual))


def regions_of(
    rows: np.ndarray, n_regions: int, rng: np.random.Generator
) -> np.ndarray:
    """Regions of rows of a class: each to the nearest of some of them.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    n_regions : int
        At most; one for each row if these are fewer.
    rng : Generator
        Chooses the rows around which the regions lie.

    Returns
    -------
    ndarray of shape (n_rows,)
        From 0 on.
    """
    if len(rows) <= n_regions:
        return np.arange(len(rows))
    centres = rows[some_positions(len(rows), n_regions, rng)]
    nearest = NearestNeighbors(n_neighbors=1).fit(centres).kneighbors(rows)[1]
    regions: np.ndarray = nearest[:, 0]
    return regions


def copy_factors(
    nearness: np.ndarray,
    nearest: np.ndarray,
    distances: np.ndarray,
    regions: np.ndarray,
    usual: float,
    most: int,
) -> np.ndarray:
    """Nearness to each row of the class that rows have to have, to be new enough.

    The same share of rows is rejected in each region. With one limit for all, most
    would be where rows differ in few columns, as where cells are missing: the fewer
    these are, the likelier a new row is to lie near to a real one.

    Parameters
    ----------
    nearness, nearest : ndarray of shape (n_rows,)
        Of generated rows that are no copies, see ``Neighborhood.nearness``.
    distances : ndarray of shape (n_rows,)
        Their distances to the nearest real row.
    regions : ndarray of shape (n_own,)
        Where the rows of the class lie, from 0 on.
    usual : float
        Distance that the median of those kept has to reach.
    most : int
        How many rows may be rejected.

    Returns
    -------
    ndarray of shape (n_own,)

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.selection import copy_factors
    >>> nearness, nearest = (
    ...     np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    ...     np.array([0, 1, 0, 1, 0]),
    ... )
    >>> copy_factors(nearness, nearest, 10 * nearness, np.arange(2), 4.0, most=2)
    array([0.3, 0.4])
    >>> copy_factors(nearness, nearest, 10 * nearness, np.arange(2), 3.0, most=2)
    array([0., 0.])
    """
    region = regions[nearest]
    ranks = np.empty(len(nearness))
    for one in np.unique(region):
        inside = region == one
        ranks[inside] = (rankdata(nearness[inside]) - 0.5) / inside.sum()
    share = share_too_near(ranks, distances, usual, most)
    factors = np.zeros(regions.max() + 1)
    for one in np.unique(region[ranks < share]):
        inside = region == one
        beyond = nearness[inside & (ranks >= share)]
        factors[one] = beyond.min() if len(beyond) else nearness[inside].max() + SAME
    return factors[regions]


def share_too_near(
    ranks: np.ndarray, distances: np.ndarray, usual: float, most: int
) -> float:
    """Rank from which on rows are kept, so that they are new enough.

    Parameters
    ----------
    ranks : ndarray of shape (n_rows,)
        Of rows that are no copies, the nearest to real rows first.
    distances : ndarray of shape (n_rows,)
        Their distances to the nearest real row.
    usual : float
        Distance that the median of those kept has to reach.
    most : int
        How many rows may be rejected.

    Returns
    -------
    float
        0 where none needs to be rejected, or may be.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.selection import share_too_near
    >>> distances = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> share_too_near(distances / 10, distances, usual=4.0, most=2)
    0.3
    >>> share_too_near(distances / 10, distances, usual=3.0, most=2)
    0.0
    """
    order = np.argsort(ranks, kind="stable")
    ranks, distances = ranks[order], distances[order]
    # Rows of one rank are kept or rejected together.
    n_dropped = np.unique(ranks, return_index=True)[1]
    n_dropped = n_dropped[n_dropped <= most]
    if not len(n_dropped):
        return 0.0
    # The more are dropped, the farther are the rest, but for few exceptions.
    first = bisect.bisect_left(
        n_dropped[:-1], usual, key=lambda n: float(np.median(distances[n:]))
    )
    return float(ranks[n_dropped[first]]) if first else 0.0


def drawn(n_rows: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """A random share of rows, as a boolean array of shape (n_rows,)."""
    if share in (0, 1):
        return np.full(n_rows, bool(share))
    return rng.random(n_rows) < share


def share_repeated(rows: np.ndarray) -> float:
    """Share of rows that equal another of them."""
    _, counts = np.unique(rows, axis=0, return_counts=True)
    return float(counts[counts > 1].sum() / len(rows))


def log_density_ratio(to_others: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """How much denser the class is around rows than the other classes.

    Parameters
    ----------
    to_others, usual : ndarray of shape (n_rows,)
        From ``Neighborhood``.

    Returns
    -------
    ndarray of shape (n_rows,)
        Log ratio of the distance to the fifth nearest row of other classes and of the
        mean distance to the second to fifth of the class: up to a factor and a
        constant, the nearest-neighbour estimate of the log ratio of the densities of
        the class and of the rest (Wang, Kulkarni and Verdu, "Divergence estimation for
        multidimensional densities via k-nearest-neighbor distances", IEEE Transactions
        on Information Theory, 2009, section II). Low where others are dense. The mean
        is there for groups of fewer than five rows, whose fifth neighbour lies in
        another group; the nearest row tells more of how a row was made than of how
        dense the class is.
    """
    ratios: np.ndarray = np.log(to_others + SAME) - np.log(usual)
    return ratios


def usual_distance(distances: np.ndarray) -> np.ndarray:
    """Geometric mean of the distances to some neighbours but the nearest.

    Parameters
    ----------
    distances : ndarray of shape (n_rows, n_neighbors)
        The nearest first; if there is but one, it counts.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least ``SAME``.
    """
    first = min(1, distances.shape[1] - 1)
    mean: np.ndarray = np.exp(np.log(distances[:, first:] + SAME).mean(axis=1))
    return mean
