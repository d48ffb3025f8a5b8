"""A table of mixed types as numbers, for rivals that take nothing else, and back."""

import numpy as np
import pandas as pd

from benchmarks.models import categorical_columns, to_plain_types

MISSING = "(missing)"


class TableCoding:
    """The training rows as float64 numbers and text, without gaps, in three forms.

    Missing numbers are filled with the column's median (an empty column with 0);
    a missing category is a category of its own.

    Parameters
    ----------
    X : DataFrame

    Attributes
    ----------
    plain : DataFrame
        The rows in plain types (see :func:`benchmarks.models.to_plain_types`), with
        their gaps.
    filled : DataFrame
        The same without gaps.
    categorical : list of int
        Positions of the columns of text.
    """

    def __init__(self, X):
        self.plain = to_plain_types(X)
        text = categorical_columns(X)
        numbers = [column for column in X.columns if column not in text]
        self.filled = self.plain.copy()
        if numbers:
            self.filled[numbers] = filled_numbers(self.plain[numbers])
        if text:
            self.filled[text] = self.plain[text].fillna(MISSING)
        self.categorical = [X.columns.get_loc(column) for column in text]
        self._levels = {
            j: sorted(set(self.filled.iloc[:, j])) for j in self.categorical
        }

    @property
    def numeric(self):
        """Positions of the columns of numbers."""
        return [j for j in range(self.filled.shape[1]) if j not in self.categorical]

    @property
    def whole(self):
        """Positions of the columns of whole numbers."""
        return [j for j in self.numeric if (self.filled.iloc[:, j] % 1).eq(0).all()]

    @property
    def flags(self):
        """Positions of the columns of numbers with at most two values."""
        return [j for j in self.numeric if self.filled.iloc[:, j].nunique() <= 2]

    def codes(self):
        """Write each category as its position among the sorted levels.

        Returns
        -------
        matrix : ndarray of shape (n_rows, n_columns)
        """
        return np.column_stack(
            [
                pd.Categorical(self.filled.iloc[:, j], self._levels[j]).codes
                if j in self._levels
                else self.filled.iloc[:, j]
                for j in range(self.filled.shape[1])
            ]
        ).astype(float)

    def from_codes(self, matrix):
        """Turn rows of codes into a table.

        Parameters
        ----------
        matrix : ndarray of shape (n_synthetic, n_columns)

        Returns
        -------
        table : DataFrame
            In plain types; the category for a missing one has become missing again.
        """
        return self._table([matrix[:, j] for j in range(matrix.shape[1])])

    def one_hot(self, y):
        """Write each category as one column for each level.

        A set column holds half the median of the standard deviations of the minority's
        numbers, as in SMOTENC, so that categories count in distances as they do there.

        Parameters
        ----------
        y : ndarray of {0, 1}

        Returns
        -------
        matrix : ndarray of shape (n_rows, n_numbers + n_levels)
        """
        codes = self.codes()
        spread = 0.0
        if self.numeric:
            spread = float(np.median(codes[np.ix_(y == 1, self.numeric)].std(axis=0)))
        unit = spread / 2 if spread > 0 else 1.0
        blocks = [
            unit * np.eye(len(self._levels[j]))[codes[:, j].astype(int)]
            if j in self._levels
            else codes[:, [j]]
            for j in range(codes.shape[1])
        ]
        return np.hstack(blocks)

    def from_one_hot(self, matrix):
        """Turn one-hot coded rows into a table: the largest column is the category.

        Parameters
        ----------
        matrix : ndarray of shape (n_synthetic, n_numbers + n_levels)

        Returns
        -------
        table : DataFrame
        """
        values, start = [], 0
        for j in range(self.filled.shape[1]):
            width = len(self._levels.get(j, [None]))
            block = matrix[:, start : start + width]
            values.append(block.argmax(axis=1) if j in self._levels else block[:, 0])
            start += width
        return self._table(values)

    def append(self, synthetic):
        """Stack the training rows, gaps and all, and synthetic ones.

        Parameters
        ----------
        synthetic : DataFrame

        Returns
        -------
        table : DataFrame
        """
        return pd.concat([self.plain, synthetic], ignore_index=True)

    def _table(self, values):
        """Build a table from one array of numbers or codes for each column."""
        columns = {}
        for j, (name, column) in enumerate(zip(self.filled, values, strict=True)):
            if j in self._levels:
                levels = np.array(self._levels[j], dtype=object)
                text = pd.Series(levels[np.asarray(column).astype(int)], dtype=object)
                column = text.mask(text == MISSING)
            columns[name] = column
        return pd.DataFrame(columns)


def filled_numbers(numbers):
    """Fill missing numbers with the column's median, an empty column with 0."""
    return numbers.fillna(numbers.median()).fillna(0.0)
