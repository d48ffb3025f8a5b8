"""Rows of any types to one matrix that a GAN can learn, and back to valid rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.covariance import ledoit_wolf

from gansampler._thinning import some_positions
from gansampler.encoding.arithmetic import apply_formulas, find_formulas
from gansampler.encoding.categorical import MAX_DONORS, CategoricalColumn
from gansampler.encoding.clock import by_the_clock
from gansampler.encoding.columns import Blocks, Column, Values
from gansampler.encoding.lenders import Lenders, LendingColumn
from gansampler.encoding.numeric import NumericColumn
from gansampler.encoding.rules import Rules
from gansampler.summary import ColumnSummary, dense, is_missing
from gansampler.tabular import Table

__all__ = ["TableEncoder"]

MIN_EIGENVALUE = 1e-3
"""Floor of the covariance's eigenvalues before its inverse square root is taken."""


def decorrelation(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric matrices that take correlation out of standardised rows, and back.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        Standardised rows.

    Returns
    -------
    tuple of ndarray of shape (n_columns, n_columns)
        C^(-1/2) and C^(1/2) of the covariance C after Ledoit and Wolf (2004).
    """
    if not rows.shape[1]:
        return np.empty((0, 0)), np.empty((0, 0))
    covariance, _ = ledoit_wolf(rows, assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    roots = np.sqrt(np.maximum(values, MIN_EIGENVALUE))
    return (vectors / roots) @ vectors.T, (vectors * roots) @ vectors.T


class TableEncoder:
    """Rows of one class, of any types, to a float32 matrix and back.

    Numeric columns become one cell each, standardised and then decorrelated; times
    count as numbers, or where they follow the hours of the day or the days of the week
    as date, weekday and time of day. Categorical columns become one-hot cells. Which
    cells of a row are missing is one more categorical column, of whole patterns, so
    missing values come back in the combinations in which the class has them.

    A level gets a cell of its own if the class shows at most 10 levels of its column,
    or if at least 5 of its rows show it and it is among the 64 most frequent. The
    remaining, rare levels share one cell. Where a generated row has it, the level is
    taken from the most similar row of the class with a rare level there, so that
    levels which belong together (a region and its country) stay together. Rows of
    other classes, where ``fit`` is given any, lend part of the rare levels; then a
    column of which the class shows few levels, some of them once, counts as one of
    many levels if all classes show more than 10.

    An encoded row has n_cells cells: the numeric ones, then the one-hot ones.

    Parameters
    ----------
    value_range : {"table", "class"} or None, default="table"
        Range of decoded numbers: what the whole table shows of the column, what the
        class shows, or no limit but the dtype's (for times, and for integers of 2**53
        or more in an integer dtype, what the table shows).

    Attributes
    ----------
    n_numeric_ : int
        Numeric cells of an encoded row; they come first.
    category_sizes_ : tuple of int
        Cells of each set of levels after them, of which a row has one.
    category_frequencies_ : ndarray of shape (n_cells - n_numeric,)
        How often the class shows what each of these cells stands for.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.table import TableEncoder
    >>> rows = pd.DataFrame({"age": [31, 45, 62], "plan": ["a", "b", "a"]})
    >>> encoder = TableEncoder()
    >>> encoder.fit_transform(rows).shape
    (3, 3)
    >>> encoder.inverse_transform(encoder.transform(rows)).equals(rows)
    True
    """

    lenders_: Lenders | None = None

    def __init__(self, value_range: str | None = "table") -> None:
        self.value_range = value_range

    def fit(
        self,
        rows: pd.DataFrame,
        table: Sequence[ColumnSummary] | None = None,
        *,
        others: pd.DataFrame | None = None,
        lend: bool = True,
        seed: int = 0,
    ) -> TableEncoder:
        """Learn the columns of one class.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            The class's rows.
        table : sequence of ColumnSummary or None, default=None
            What the whole table shows of each column, from ``Table.summary``; None
            if ``rows`` are the whole table.
        others : DataFrame of shape (n_others, n_columns) or None, default=None
            Rows of other classes, which lend levels in place of rare ones (see
            ``gansampler.encoding.lenders``), and tell whether what one column of the
            class determines of another is a rule (see
            ``gansampler.encoding.discovery`` and
            ``gansampler.encoding.arithmetic``).
        lend : bool, default=True
            Whether they lend levels; else decoded rows keep to those of the class.
        seed : int, default=0
            Chooses the rows that lend rare levels where there are very many.

        Returns
        -------
        TableEncoder
            The encoder itself.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"age": [31, 45, 62], "plan": ["a", "b", "a"]})
        >>> encoder = TableEncoder().fit(rows)
        >>> encoder.n_numeric_, encoder.category_sizes_
        (1, (2,))
        """
        self.fit_transform(rows, table, others=others, lend=lend, seed=seed)
        return self

    def fit_transform(
        self,
        rows: pd.DataFrame,
        table: Sequence[ColumnSummary] | None = None,
        *,
        others: pd.DataFrame | None = None,
        lend: bool = True,
        seed: int = 0,
    ) -> np.ndarray:
        """Learn the columns of one class and encode its rows.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            The class's rows.
        table : sequence of ColumnSummary or None, default=None
            As in ``fit``.
        others : DataFrame of shape (n_others, n_columns) or None, default=None
            As in ``fit``.
        lend : bool, default=True
            As in ``fit``.
        seed : int, default=0
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_rows, n_cells), float32
            The encoded rows.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", "a"]})
        >>> TableEncoder().fit_transform(rows)
        array([[1., 0.],
               [0., 1.],
               [1., 0.]], dtype=float32)
        """
        lending = others if lend else None
        self.names_ = rows.columns
        self.table_ = list(table) if table is not None else Table(rows).summary
        self.columns_: list[Column] = [
            self._fit_column(
                summary,
                rows.iloc[:, position],
                None if lending is None else lending.iloc[:, position],
            )
            for position, summary in enumerate(self.table_)
        ]
        self._fit_missing(rows)
        values = self.to_values(rows)
        widths = [column.widths for column in self._encoded_columns]
        self.n_numeric_ = sum(n_numbers for n_numbers, *_ in widths)
        self.category_sizes_ = tuple(
            n_cells for _, *sets in widths for n_cells in sets if n_cells
        )
        self.category_frequencies_ = np.concatenate(
            [column.frequencies for column in self._encoded_columns]
        )
        standardised = self._standardised(values)
        self.rotation_, self.inverse_rotation_ = decorrelation(standardised)
        matrix = self.encode(values)
        seen = rows.iloc[:0] if others is None else others
        others_values = self._column_values(seen)
        self.rules_ = Rules(
            self._encoded_columns,
            self.pattern_missing_,
            values,
            others_values,
            _is_missing(seen),
            np.random.default_rng(seed),
        )
        self.formulas_ = find_formulas(
            self.columns_, values, others_values, np.random.default_rng(seed)
        )
        rng = np.random.default_rng(seed)
        for position, column in enumerate(self._encoded_columns):
            emphasised = self.rules_.emphasised(matrix, position, values)
            column.keep_donors(values[position], emphasised, rng)
        self.lenders_ = None
        if lending is not None:
            self.lenders_ = self._lenders(
                lending.iloc[some_positions(len(lending), MAX_DONORS, rng)]
            )
        return matrix

    def transform(self, rows: pd.DataFrame) -> np.ndarray:
        """Encode rows; levels that were not shown to ``fit`` count as missing.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            With the columns of the rows learned from.

        Returns
        -------
        ndarray of shape (n_rows, n_cells), float32
            The encoded rows.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", "a"]})
        >>> TableEncoder().fit(rows).transform(rows[1:2])
        array([[0., 1.]], dtype=float32)
        """
        return self.encode(self.to_values(rows))

    def inverse_transform(self, matrix: np.ndarray) -> pd.DataFrame:
        """Decode a matrix to valid rows.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_cells)
            Encoded rows.

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            With the names and dtypes of the rows learned from.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", "a"]})
        >>> TableEncoder().fit(rows).inverse_transform(np.array([[0.0, 1.0]]))
          plan
        0    b
        """
        return self.to_frame(self.decode(matrix))

    def to_values(self, rows: pd.DataFrame) -> Values:
        """Read rows as numbers and positions of levels, before they are encoded.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            With the columns of the rows learned from.

        Returns
        -------
        list of ndarray of shape (n_rows,)
            For each column its numbers, NaN where missing, or the positions of its
            levels, -1 where missing; then the positions of the missing pattern.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", None]})
        >>> encoder = TableEncoder().fit(rows)
        >>> [cells.tolist() for cells in encoder.to_values(rows)]
        [[0, 1, -1], [0, 0, 1]]
        """
        pattern = self.pattern_.to_values(self._patterns(rows))
        return [*self._column_values(rows), pattern]

    def to_frame(self, values: Values) -> pd.DataFrame:
        """Undo ``to_values``: valid rows in the names and dtypes of the class.

        Parameters
        ----------
        values : list of ndarray of shape (n_rows,)
            As from ``to_values``. Emptied, so that they do not outlive what is made
            of them.

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            With the names and dtypes of the rows learned from.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", None]})
        >>> encoder = TableEncoder().fit(rows)
        >>> encoder.to_frame(encoder.to_values(rows)).equals(rows)
        True
        """
        columns = {}
        for position, summary in enumerate(self.table_):
            numbers = values.pop(0)
            marker = self.missing_cells_[position]
            # Without a missing cell in the class there is none to look for.
            missing = is_missing_value(numbers) if len(marker) else np.zeros(1, bool)
            if missing.all():
                cells = marker.iloc[np.zeros(len(numbers), int)].reset_index(drop=True)
            else:
                cells = self.columns_[position].to_cells(numbers)
                cells = cells.astype(dense(summary.dtype))
                if missing.any():
                    cells = cells.mask(missing, marker.iloc[0])
            columns[position] = cells.astype(summary.dtype)
        # Without a copy: columns of one dtype would be joined in one array.
        frame = pd.DataFrame(columns, copy=False)
        frame.columns = self.names_
        return frame

    def encode(self, values: Values) -> np.ndarray:
        """Encode numbers and positions of levels as the matrix that a GAN learns.

        Parameters
        ----------
        values : list of ndarray of shape (n_rows,)
            As from ``to_values``.

        Returns
        -------
        ndarray of shape (n_rows, n_cells), float32
            The encoded rows.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", None]})
        >>> encoder = TableEncoder().fit(rows)
        >>> encoder.encode(encoder.to_values(rows)).tolist()
        [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.5, 0.5, 0.0, 1.0]]
        """
        numeric = self._standardised(values) @ self.rotation_
        one_hot = [
            column.encode_one_hot(cells)
            for column, cells in zip(self._encoded_columns, values, strict=True)
        ]
        return np.hstack([numeric.astype(np.float32), *one_hot], dtype=np.float32)

    def decode(
        self, matrix: np.ndarray, rng: np.random.Generator | None = None
    ) -> Values:
        """Undo ``encode``: valid numbers and levels of generated rows.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_cells)
            Encoded or generated rows.
        rng : numpy.random.Generator or None, default=None
            Chooses among equal rows that lend a rare level, and the rows that borrow
            levels of other classes; None is a new one from seed 0.

        Returns
        -------
        list of ndarray of shape (n_rows,)
            As from ``to_values``.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"plan": ["a", "b", None]})
        >>> encoder = TableEncoder().fit(rows)
        >>> [cells.tolist() for cells in encoder.decode(encoder.transform(rows))]
        [[0, 1, -1], [0, 0, 1]]
        """
        rng = rng or np.random.default_rng(0)
        chance = rng.random(len(matrix))
        blocks = self._blocks(matrix)
        values: Values = [np.empty(0)] * len(self.columns_)
        for position in self.rules_.compared:
            values[position] = self.columns_[position].decode(
                *blocks[position], matrix, chance
            )
        pattern = self._decode_pattern(blocks, matrix, values, rng)
        for position in self.rules_.order:
            values[position] = self._decode_column(
                position, blocks, matrix, values, chance
            )
            self.rules_.derive(position, values, blocks, pattern)
        pattern = self.rules_.agree(values, blocks, pattern, chance)
        for position in np.flatnonzero(self.sometimes_missing_).tolist():
            missing = self.pattern_missing_[:, position][pattern]
            values[position][missing] = self.columns_[position].missing
        apply_formulas(self.formulas_, self.columns_, values)
        self._lend(values, matrix, pattern, rng)
        return [*values, pattern]

    @property
    def few_valued(self) -> bool:
        """Whether every column has few values or levels.

        Examples
        --------
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"visits": [0, 1, 2] * 20, "fee": range(60)})
        >>> TableEncoder().fit(rows).few_valued
        False
        >>> TableEncoder().fit(rows[["visits"]]).few_valued
        True
        """
        return all(column.few_valued for column in self.columns_)

    def settle(self, matrix: np.ndarray) -> np.ndarray:
        """Put generated numbers that stand for one of few values at that value.

        As ``decode`` does, but numbers of many values stay where the generator put
        them. Beside real rows, which are at such values exactly, it would otherwise
        seem never to reach any.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_cells)
            Generated rows.

        Returns
        -------
        ndarray of shape (n_rows, n_cells)
            The same rows, changed in such cells only.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"visits": [0, 1, 2] * 20})
        >>> encoder = TableEncoder().fit(rows)
        >>> encoded = encoder.transform(rows)
        >>> blurred = encoded.copy()
        >>> blurred[:, : encoder.n_numeric_] += 0.1
        >>> bool(np.allclose(encoder.settle(blurred), encoded))
        True
        """
        blocks = self._blocks(matrix)
        settled = matrix.copy()
        if self.rules_:
            blocks = self.rules_.as_decoded(self.decode(matrix), blocks)
            one_hot = [one_hot for _, one_hot in blocks]
            settled[:, self.n_numeric_ :] = np.hstack(one_hot)
        numeric = [
            column.settle(*block)
            for column, block in zip(self._encoded_columns, blocks, strict=True)
        ]
        settled[:, : self.n_numeric_] = np.hstack(numeric) @ self.rotation_
        return settled

    def calibrate(self, matrix: np.ndarray) -> None:
        """Map generated numbers by column to the class's own distribution from now on.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_cells)
            Encoded rows as the generator makes them.

        Examples
        --------
        A generator whose rows are too far out, by 100 standard deviations:

        >>> import numpy as np
        >>> import pandas as pd
        >>> from gansampler.table import TableEncoder
        >>> rows = pd.DataFrame({"age": np.arange(20.0, 70.0)})
        >>> encoder = TableEncoder().fit(rows)
        >>> generated = np.random.default_rng(0).normal(100, 1, (500, 1))
        >>> encoder.calibrate(generated)
        >>> int(encoder.inverse_transform(generated)["age"].median())
        44
        """
        generated = blocks = self._blocks(matrix)
        if self.rules_:
            values = self.decode(matrix)
            blocks, pattern = self.rules_.as_decoded(values, generated), values[-1]
            # What is compared is what the generator makes of them itself.
            for position in self.rules_.compared:
                blocks[position] = generated[position]
        else:
            rng = np.random.default_rng(0)
            pattern = self._decode_pattern(blocks, matrix, [], rng)
        present = ~self.pattern_missing_[pattern]
        for position, column in enumerate(self.columns_):
            numeric, one_hot = blocks[position]
            chosen = present[:, position]
            column.calibrate(numeric[chosen], one_hot[chosen])

    def _fit_column(
        self, summary: ColumnSummary, cells: pd.Series, others: pd.Series | None
    ) -> Column:
        if summary.kind == "category" or summary.needs_levels(cells):
            return CategoricalColumn().fit(cells, others)
        return by_the_clock(NumericColumn(summary, self.value_range).fit(cells), cells)

    def _lenders(self, others: pd.DataFrame) -> Lenders | None:
        """Rows that lend levels, None where no column needs any."""
        levels = {
            position: column
            for position, column in enumerate(self.columns_)
            if isinstance(column, CategoricalColumn)
        }
        lending = [
            LendingColumn(position, column.n_own, column.unseen)
            for position, column in levels.items()
            if column.unseen
        ]
        if not lending:
            return None
        values = self.to_values(others)
        shown = {position: values[position] for position in levels}
        pairs = self.rules_.dependencies.pairs
        return Lenders(self.encode(values), shown, lending, pairs)

    def _column_values(self, rows: pd.DataFrame) -> Values:
        return [
            column.to_values(rows.iloc[:, position])
            for position, column in enumerate(self.columns_)
        ]

    def _decode_column(
        self,
        position: int,
        blocks: Blocks,
        matrix: np.ndarray,
        values: Values,
        chance: np.ndarray,
    ) -> np.ndarray:
        """Values of a column, also where they are to be missing."""
        column = self.columns_[position]
        if self.always_missing_[position]:
            return np.full(len(matrix), column.missing)
        emphasised = self.rules_.emphasised(matrix, position, values)
        return column.decode(*blocks[position], emphasised, chance)

    def _lend(
        self,
        values: Values,
        matrix: np.ndarray,
        pattern: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Borrow levels, but none that contradict what they determine."""
        if self.lenders_ is not None:
            codes = self.rules_.codes(values, pattern)
            self.lenders_.lend(values, codes, matrix, rng)

    def _fit_missing(self, rows: pd.DataFrame) -> None:
        missing = _is_missing(rows)
        any_missing = np.asarray(missing.any(axis=0))
        self.always_missing_ = np.asarray(missing.all(axis=0))
        self.sometimes_missing_ = any_missing & ~self.always_missing_
        # A column of objects can say None, nan or pandas.NA.
        self.missing_cells_ = [
            rows.iloc[[int(first)] if any_missing[position] else [], position]
            for position, first in enumerate(missing.argmax(axis=0))
        ]
        self.pattern_ = CategoricalColumn(by_similarity=False).fit(self._patterns(rows))
        self.pattern_missing_ = np.tile(
            self.always_missing_, (len(self.pattern_.levels), 1)
        )
        self.pattern_missing_[:, self.sometimes_missing_] = [
            np.frombuffer(level, dtype=bool) for level in self.pattern_.levels
        ]

    def _decode_pattern(
        self,
        blocks: Blocks,
        matrix: np.ndarray,
        values: Values,
        rng: np.random.Generator,
    ) -> np.ndarray:
        # Its own chance: what is missing has nothing to do with who lends a level.
        rare = self.pattern_.has_rare
        chance = rng.random(len(matrix)) if rare else np.empty(0)
        emphasised = self.rules_.emphasised(matrix, len(self.columns_), values)
        return self.pattern_.decode(*blocks[-1], emphasised, chance)

    def _patterns(self, rows: pd.DataFrame) -> pd.Series:
        if not self.sometimes_missing_.any():
            return pd.Series(np.full(len(rows), b"", dtype=object))
        missing = _is_missing(rows)[:, self.sometimes_missing_]
        return pd.Series([row.tobytes() for row in missing], dtype=object)

    def _standardised(self, values: Values) -> np.ndarray:
        return np.hstack(
            [
                column.encode_numeric(cells)
                for column, cells in zip(self._encoded_columns, values, strict=True)
            ]
        )

    @property
    def _encoded_columns(self) -> list[Column]:
        """The columns, and the missing pattern as one more."""
        return [*self.columns_, self.pattern_]

    def _blocks(self, matrix: np.ndarray) -> Blocks:
        """Numeric and one-hot cells of each column, then of the missing pattern."""
        numeric = matrix[:, : self.n_numeric_] @ self.inverse_rotation_
        one_hot = matrix[:, self.n_numeric_ :]
        blocks, first_number, first_cell = [], 0, 0
        for column in self._encoded_columns:
            n_numbers, *sets = column.widths
            n_cells = sum(sets)
            blocks.append(
                (
                    numeric[:, first_number : first_number + n_numbers],
                    one_hot[:, first_cell : first_cell + n_cells],
                )
            )
            first_number += n_numbers
            first_cell += n_cells
        return blocks


def is_missing_value(values: np.ndarray) -> np.ndarray:
    """Which numbers or positions of levels stand for a missing cell."""
    return np.asarray(np.isnan(values) if values.dtype.kind == "f" else values < 0)


def _is_missing(rows: pd.DataFrame) -> np.ndarray:
    columns = [is_missing(rows.iloc[:, j]) for j in range(rows.shape[1])]
    return np.column_stack(columns) if columns else np.empty(rows.shape, dtype=bool)
