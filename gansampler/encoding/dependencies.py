"""Functional dependencies: what columns and gaps that others determine have to be.

A city lies in one region, and a car's value is missing exactly where there is no car.
``discovery.py`` finds which columns determine others; here generated codes are derived
from others, checked, and put right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from gansampler._thinning import some_positions
from gansampler.encoding.discovery import Codes, decides, find_dependencies
from gansampler.encoding.lenders import nearest_by_chance

MAX_EXAMPLES = 2000
"""Rows of the class that contradictory rows are put right by, and missing patterns
among which one is looked for."""

BLOCK = 1024
"""Rows that are compared with these at once."""

Pair = tuple[int, int, np.ndarray]


class Dependencies:
    """What columns of a class determine, found in rows of all classes.

    X determines Y if all rows with one level of X have one level of Y: a functional
    dependency (E. F. Codd, "A relational model of data for large shared data banks",
    Communications of the ACM, 1970). Where only some levels of X leave no choice, Y
    follows from these: a conditional one (P. Bohannon et al., "Conditional functional
    dependencies for data cleaning", ICDE 2007). A missing cell is no level: the rows
    decide in which both are there. Y is a column, or says whether a cell of it is
    missing; then it has the position of the column and ``n_columns`` more.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_columns)
        Codes of the class's rows, then of rows of other classes, with the number of
        the column's codes in place of what the class does not know.
    missing : ndarray of shape (n_rows, n_columns), bool
        Which of their cells are missing.
    n_codes : sequence of int
        Codes of each column.
    numeric : sequence of bool
        Whether each column has numeric cells, from which others are learned better.
    patterns : ndarray of shape (n_patterns, n_columns), bool
        What is missing in each missing pattern of the class, the most frequent first.
    own_patterns : ndarray of shape (n_own,)
        Positions of the patterns of its rows.
    rng : numpy.random.Generator
        Chooses rows where there are very many.

    Attributes
    ----------
    order : list of int
        The columns, those that determine others first.
    sources : dict of int to list of tuple
        By determined Y: columns that determine it, and the code of Y for each of
        theirs, -1 where nothing follows from it.
    """

    def __init__(
        self,
        codes: np.ndarray,
        missing: np.ndarray,
        n_codes: Sequence[int],
        numeric: Sequence[bool],
        patterns: np.ndarray,
        own_patterns: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        n_own, self.n_columns = len(own_patterns), len(n_codes)
        self.n_codes = [*n_codes, *[2] * self.n_columns]
        self.patterns = patterns
        known = np.where(codes < n_codes, codes, -1)
        targets = np.hstack([codes, missing])
        gaps = np.asarray(missing[:n_own].any(axis=0))
        found = find_dependencies(known, targets, n_codes, n_own, rng)
        n_shown = [np.unique(column[column >= 0]).size for column in known[:n_own].T]
        self.order = self._order(found, n_shown, numeric, gaps)
        found = self._without_detours(found, gaps)
        self.sources = {
            target: self._to_derive_from(target, by_source, gaps)
            for target, by_source in found.items()
        }
        self.sources = {key: pairs for key, pairs in self.sources.items() if pairs}
        self.checked = self._to_check(found, gaps)
        self.groups = self._groups()
        rows = some_positions(n_own, MAX_EXAMPLES, rng)
        self.examples = {
            position: known[rows, position]
            for position in sorted(set().union(*self.groups))
        }
        if self.examples:
            self.examples[-1] = own_patterns[rows]

    @property
    def positions(self) -> list[int]:
        """The columns of which codes are needed: none where nothing is determined."""
        positions = {
            position
            for source, target, _ in self.pairs
            for position in (source, target)
            if position < self.n_columns
        }
        return sorted(positions)

    @property
    def pairs(self) -> list[Pair]:
        """What determines what, and how: by these all of it can be told."""
        derived = [
            (source, target, table)
            for target, sources in self.sources.items()
            for source, table in sources
        ]
        return [*derived, *self.checked]

    def sources_of(self, target: int) -> list[int]:
        """Columns that one is derived from."""
        return [source for source, _ in self.sources.get(target, [])]

    def _order(
        self,
        found: dict[int, Codes],
        n_shown: Sequence[int],
        numeric: Sequence[bool],
        gaps: np.ndarray,
    ) -> list[int]:
        """The columns, those that determine others first; of equals one of numbers."""
        columns = range(self.n_columns)
        by_target = [
            {
                source
                for source, table in found.get(target, {}).items()
                if decides(table)
            }
            for target in columns
        ]
        equals = [[k for k in by_target[j] if j in by_target[k]] for j in columns]
        most = [max(n_shown[k] for k in [j, *equals[j]]) for j in columns]
        n_determined = Counter(j for by_source in by_target for j in by_source)
        return sorted(
            columns,
            key=lambda j: (-most[j], -n_determined[j], not numeric[j], gaps[j]),
        )

    def _without_detours(
        self, found: dict[int, Codes], gaps: np.ndarray
    ) -> dict[int, Codes]:
        """What follows, without what follows by way of a third column.

        Where levels of many columns imply each other, as "not asked" does in a section
        of a survey, each is tied to that of the first column, not to all others.
        """
        stands_for: dict[tuple[int, int], tuple[int, int]] = {}
        for first in self.order:
            if gaps[first]:
                continue
            for target in range(self.n_columns):
                there = found.get(target, {}).get(first)
                back = found.get(first, {}).get(target)
                if there is None or back is None or decides(there) or decides(back):
                    continue
                for code in np.flatnonzero(there >= 0).tolist():
                    implied = int(there[code])
                    if implied < len(back) - 1 and back[implied] == code:
                        stands_for.setdefault((target, implied), (first, code))
        kept: dict[int, Codes] = {}
        for target, by_source in found.items():
            for source, table in by_source.items():
                left = table.copy()
                for code in np.flatnonzero(table >= 0).tolist():
                    by = stands_for.get((source, code))
                    detour = by == stands_for.get((target, int(table[code])))
                    if by and detour and by[0] not in (source, target):
                        left[code] = -1
                if (left >= 0).any():
                    kept.setdefault(target, {})[source] = left
        return kept

    def _to_derive_from(
        self, target: int, by_source: Codes, gaps: np.ndarray
    ) -> list[tuple[int, np.ndarray]]:
        """Columns to derive one from: a single one that always decides, or all."""
        rank = {position: number for number, position in enumerate(self.order)}
        last = rank.get(target, self.n_columns)
        partial = {s: gaps[s] or not decides(table) for s, table in by_source.items()}
        before = [s for s in by_source if rank[s] < last]
        before.sort(key=lambda source: (partial[source], rank[source]))
        if before and not partial[before[0]]:
            before = before[:1]
        return [(source, by_source[source]) for source in before]

    def _to_check(self, found: dict[int, Codes], gaps: np.ndarray) -> list[Pair]:
        """Pairs, without those that hold since both follow from a third column."""
        root = {position: position for position in range(self.n_columns)}
        for target, sources in self.sources.items():
            source, table = sources[0]
            known = table.max() < self.n_codes[target]
            if not gaps[source] and decides(table) and known:
                root[target] = source
        pairs = []
        for target, by_source in found.items():
            for source, table in by_source.items():
                holds = root[source] == root.get(target)
                if target >= self.n_columns and root.get(target) == source:
                    holds = False  # until a missing pattern is chosen that agrees
                if not holds:
                    pairs.append((source, target, table))
        return pairs

    def _groups(self) -> list[set[int]]:
        """Columns that have to be put right together."""
        groups: list[set[int]] = []
        for source, target, _ in self.pairs:
            joined = {source, target} if target < self.n_columns else {source}
            apart = [group for group in groups if not group & joined]
            touching = [group for group in groups if group & joined]
            groups = [*apart, joined.union(*touching)]
        to_check = {source for source, _, _ in self.checked}
        return [group for group in groups if group & to_check]

    def tied(self, position: int) -> set[int]:
        """Columns that one always decides, ``n_columns`` where it decides gaps.

        For ``n_columns`` the columns that decide gaps.
        """
        pairs = [
            (source, min(target, self.n_columns))
            for target, found in self.sources.items()
            for source, table in found
            if decides(table)
        ]
        if position == self.n_columns:
            return {source for source, target in pairs if target == position}
        return {target for source, target in pairs if source == position}

    def derive(self, target: int, codes: Codes, pattern: np.ndarray) -> np.ndarray:
        """Codes of what is determined, -1 where it is free.

        Parameters
        ----------
        target : int
            Position of a column, or that and ``n_columns`` for the gaps in it.
        codes : dict of int to ndarray of shape (n_rows,)
            Codes of the columns that determine it.
        pattern : ndarray of shape (n_rows,)
            Positions of the rows' missing patterns.
        """
        derived = np.full(len(pattern), -1)
        for source, table in self.sources.get(target, []):
            free = (derived < 0) & ~self._missing(source, pattern)
            derived[free] = table[codes[source][free]]
        derived[derived >= self.n_codes[target]] = -1
        return derived

    def choose_patterns(self, pattern: np.ndarray, codes: Codes) -> np.ndarray:
        """Missing patterns of the class that agree with codes, near to given ones.

        Parameters
        ----------
        pattern : ndarray of shape (n_rows,)
            Positions of missing patterns.
        codes : dict of int to ndarray of shape (n_rows,)
            Codes of the columns that determine gaps.

        Returns
        -------
        ndarray of shape (n_rows,)
            Positions of patterns. As few cells as possible are missing that were not,
            or the other way round; one that agrees in most there is where none does in
            all.
        """
        gaps = [target for target in self.sources if target >= self.n_columns]
        if not gaps:
            return pattern
        missing = self.patterns[pattern]
        required = np.full(missing.shape, -1, dtype=np.int8)
        for gap in gaps:
            required[:, gap - self.n_columns] = self.derive(gap, codes, pattern)
        wrong = (required >= 0) & (required != missing)
        (rows,) = np.nonzero(wrong.any(axis=1))
        if not len(rows):
            return pattern
        fixed = required[rows] >= 0
        wanted = np.where(fixed, required[rows] == 1, missing[rows])
        cases, which = np.unique(
            np.hstack([wanted, fixed]), axis=0, return_inverse=True
        )
        numbers, is_fixed = np.hsplit(cases.astype(np.float32), 2)
        weights = 1 + is_fixed * self.n_columns
        known = self.patterns[:MAX_EXAMPLES].astype(np.float32)
        # The sum of weights * (wanted - known)**2, without what a row has in common.
        distances = (weights - 2 * weights * numbers) @ known.T
        chosen = pattern.copy()
        chosen[rows] = distances.argmin(axis=1)[which.ravel()]
        return chosen

    def with_gaps(self, codes: Codes, pattern: np.ndarray) -> Codes:
        """Codes of all that takes part: -1 where missing, and of gaps that follow.

        Parameters
        ----------
        codes : dict of int to ndarray of shape (n_rows,)
            Codes of the columns that take part.
        pattern : ndarray of shape (n_rows,)
            Positions of the rows' missing patterns.
        """
        shown = {j: np.where(self._missing(j, pattern), -1, codes[j]) for j in codes}
        gaps = {target for _, target, _ in self.pairs if target >= self.n_columns}
        return shown | {
            gap: self._missing(gap - self.n_columns, pattern).astype(np.intp)
            for gap in gaps
        }

    def _contradicts(self, pair: Pair, codes: Codes, pattern: np.ndarray) -> np.ndarray:
        """In which rows a target does not follow from its source."""
        source, target, table = pair
        present = ~self._missing(source, pattern)
        follows = np.where(present, table[codes[source]], -1)
        if target < self.n_columns:
            present = ~self._missing(target, pattern)
            return present & (follows >= 0) & (follows != codes[target])
        is_missing = self._missing(target - self.n_columns, pattern)
        return (follows >= 0) & (follows != is_missing)

    def _missing(self, position: int, pattern: np.ndarray) -> np.ndarray:
        """In which rows a column is missing."""
        return self.patterns[:, position][pattern]

    def repair(
        self, codes: Codes, pattern: np.ndarray, chance: np.ndarray
    ) -> tuple[Codes, np.ndarray]:
        """Replace contradictory codes by those of the most similar rows of the class.

        Only those change that have to do with the contradiction, by a row of the class
        that has the same gaps. Where there is none, all change, and the gaps.

        Parameters
        ----------
        codes : dict of int to ndarray of shape (n_rows,)
            Codes of the columns that take part.
        pattern : ndarray of shape (n_rows,)
            Positions of the rows' missing patterns.
        chance : ndarray of shape (n_rows,)
            Numbers from 0 to 1, which choose among equally similar rows.

        Returns
        -------
        codes : dict of int to ndarray of shape (n_rows,)
            Those that have changed, -1 where the row keeps its own.
        pattern : ndarray of shape (n_rows,)
        """
        changed = {position: np.full(len(pattern), -1) for position in self.examples}
        unlike = np.zeros(len(pattern), dtype=bool)
        for group in self.groups:
            changing = self._involved(group, codes, pattern)
            (rows,) = np.nonzero(changing.any(axis=1))
            similar = self._most_similar(group, codes, pattern, rows, chance)
            unlike[rows[similar < 0]] = True
            rows, similar = rows[similar >= 0], similar[similar >= 0]
            changing = changing[rows]
            # What changes may contradict what does not, which changes as well then.
            while True:
                new = {
                    position: np.where(
                        cells, self.examples[position][similar], codes[position][rows]
                    )
                    for position, cells in zip(sorted(group), changing.T, strict=True)
                }
                wrong = self._involved(group, new, pattern[rows])
                if (wrong <= changing).all():
                    break
                changing |= wrong
            for position, cells in new.items():
                changed[position][rows] = cells
        if unlike.any():
            (rows,) = np.nonzero(unlike)
            everything = set().union(*self.groups)
            similar = self._most_similar(
                everything, codes, pattern, rows, chance, same_gaps=False
            )
            for position, examples in self.examples.items():
                changed[position][rows] = examples[similar]
        new_pattern = changed.pop(-1, np.full(len(pattern), -1))
        return changed, np.where(new_pattern < 0, pattern, new_pattern)

    def _involved(
        self, group: set[int], codes: Codes, pattern: np.ndarray
    ) -> np.ndarray:
        """Columns of a group that contradict each other.

        Returns
        -------
        ndarray of shape (n_rows, n_positions), bool
            By position in rising order.
        """
        columns = {position: k for k, position in enumerate(sorted(group))}
        involved = np.zeros((len(pattern), len(columns)), dtype=bool)
        for pair in self.pairs:
            if pair[0] in group:
                wrong = self._contradicts(pair, codes, pattern)
                involved[:, columns[pair[0]]] |= wrong
                if pair[1] < self.n_columns:
                    involved[:, columns[pair[1]]] |= wrong
        return involved

    def _most_similar(
        self,
        positions: set[int],
        codes: Codes,
        pattern: np.ndarray,
        rows: np.ndarray,
        chance: np.ndarray,
        *,
        same_gaps: bool = True,
    ) -> np.ndarray:
        """Examples that differ from rows in the fewest columns, -1 where none fits."""
        similar = np.empty(len(rows), dtype=np.intp)
        # The column from which most follows keeps its rates.
        first = next(position for position in self.order if position in positions)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            differ = np.zeros((len(block), len(self.examples[-1])))
            for position in positions:
                present = ~self._missing(position, pattern[block])
                own = np.where(present, codes[position][block], -1)
                differs = own[:, None] != self.examples[position]
                differ += len(positions) * differs if position == first else differs
            if same_gaps:
                differ[self._other_gaps(positions, pattern[block])] = np.inf
            similar[start : start + BLOCK] = nearest_by_chance(differ, chance[block])
        return similar

    def _other_gaps(self, positions: set[int], pattern: np.ndarray) -> np.ndarray:
        """Which examples lack what rows show, or have other gaps that are determined.

        Returns
        -------
        ndarray of shape (n_rows, n_examples), bool
        """
        determined = {
            target - self.n_columns
            for source, target, _ in self.pairs
            if source in positions and target >= self.n_columns
        }
        own, others = self.patterns[pattern], self.patterns[self.examples[-1]]
        other = np.zeros((len(own), len(others)), dtype=bool)
        for position in positions | determined:
            gaps, lacks = own[:, position, None], others[:, position]
            other |= gaps != lacks if position in determined else ~gaps & lacks
        return other
