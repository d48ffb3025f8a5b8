"""The loaders and the one reader behind them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal, overload

import pandas as pd
from sklearn.utils import Bunch

_PACKAGE = "gansampler.datasets"


@dataclass(frozen=True)
class _Table:
    """What is known of an embedded table besides its cells.

    Parameters
    ----------
    name : str
        Stem of the data file and of its description.
    target : str
        Column that holds the class labels.
    provenance : str
        Where the rows come from.
    license : str
        Terms under which the rows may be used and passed on.
    date_columns : tuple of str
        Columns to parse as ``YYYY-MM-DD HH:MM:SS``.
    """

    name: str
    target: str
    provenance: str
    license: str
    date_columns: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        return f"{self.name}.csv.gz"

    def read(self) -> pd.DataFrame:
        """Parse the data file into a new frame, columns in the file's order."""
        source = resources.files(_PACKAGE) / "data" / self.filename
        # A handle instead of a path: inside a zip archive there is no path.
        with source.open("rb") as handle:
            return pd.read_csv(
                handle,
                compression="gzip",
                encoding="utf-8",
                # Only an empty cell is missing. The default list of pandas would
                # also swallow text such as "NA", which is a country code.
                keep_default_na=False,
                na_values=[""],
                parse_dates=list(self.date_columns),
                date_format="%Y-%m-%d %H:%M:%S",
            )

    def describe(self) -> str:
        """Read the description, in reStructuredText."""
        source = resources.files(_PACKAGE) / "descr" / f"{self.name}.rst"
        return source.read_text(encoding="utf-8")


_CHURN = _Table(
    name="churn",
    target="churn",
    provenance=(
        "MLC++ churn data, OpenML data set 40701, "
        "as packaged in the R package modeldata under the name mlc_churn"
    ),
    license="Public (OpenML); MIT (modeldata)",
)

_CREDIT = _Table(
    name="credit",
    target="status",
    provenance=(
        "Credit scoring data of Lluís A. Belanche Muñoz and Gaston Sanchez, "
        "as packaged in the R package modeldata under the name credit_data"
    ),
    license="MIT (modeldata)",
)

_FRAUD = _Table(
    name="fraud",
    target="fraud",
    provenance=(
        "Random subset, 1 % of it fraud, of the simulated fraud demo data "
        "of EvalML 0.84"
    ),
    license="BSD-3-Clause (EvalML)",
    date_columns=("datetime",),
)

_PAGE_BLOCKS = _Table(
    name="page_blocks",
    target="block",
    provenance=(
        "Page Blocks Classification by Donato Malerba, "
        "UCI Machine Learning Repository, as distributed by KEEL"
    ),
    license="CC BY 4.0",
)


def _load(table: _Table, *, as_bunch: bool) -> tuple[pd.DataFrame, pd.Series] | Bunch:
    """Read `table` and split it into features and target.

    Nothing is cached, so every caller owns what it gets and may change it.
    """
    frame = table.read()
    data = frame.drop(columns=table.target)
    # pandas 2 hands out a view of the column; copied, a change to the target
    # leaves the frame alone.
    target = frame[table.target].copy()
    if not as_bunch:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame,
        feature_names=data.columns.tolist(),
        target_names=sorted(target.unique().tolist()),
        DESCR=table.describe(),
        provenance=table.provenance,
        license=table.license,
        filename=table.filename,
    )


@overload
def load_churn(*, as_bunch: Literal[False] = ...) -> tuple[pd.DataFrame, pd.Series]: ...
@overload
def load_churn(*, as_bunch: Literal[True]) -> Bunch: ...
def load_churn(*, as_bunch: bool = False) -> tuple[pd.DataFrame, pd.Series] | Bunch:
    """Load the telephone customers, of whom 14.1 % leave.

    ==================== =========================================
    rows                 5,000
    classes              no (4,293), yes (707)
    columns              4 text, 7 integer, 8 decimal
    missing cells        none
    ==================== =========================================

    Parameters
    ----------
    as_bunch : bool, default=False
        Return one :class:`sklearn.utils.Bunch` instead of ``(X, y)``.

    Returns
    -------
    (X, y) : tuple of (DataFrame of shape (5000, 19), Series of shape (5000,))
        The customers and ``"yes"`` or ``"no"``. Text has the dtype that
        pandas gives it: ``str`` in pandas 3, ``object`` in pandas 2.
    bunch : Bunch
        Instead of the tuple if `as_bunch` is true, with the keys

        - ``data`` and ``target``: X and y;
        - ``frame``: both in one DataFrame, columns in the order of the file;
        - ``feature_names``: the columns of ``data``;
        - ``target_names``: the class labels, sorted;
        - ``DESCR``: the full description of the table and its columns;
        - ``provenance`` and ``license``: the source and its terms;
        - ``filename``: the data file's name within the package.

    Examples
    --------
    >>> from gansampler.datasets import load_churn
    >>> X, y = load_churn()
    >>> X.shape
    (5000, 19)
    >>> y.value_counts().to_dict()
    {'no': 4293, 'yes': 707}
    """
    return _load(_CHURN, as_bunch=as_bunch)


@overload
def load_credit(
    *, as_bunch: Literal[False] = ...
) -> tuple[pd.DataFrame, pd.Series]: ...
@overload
def load_credit(*, as_bunch: Literal[True]) -> Bunch: ...
def load_credit(*, as_bunch: bool = False) -> tuple[pd.DataFrame, pd.Series] | Bunch:
    """Load the applications for credit, of which 28.2 % are judged bad.

    ==================== =========================================
    rows                 4,454
    classes              bad (1,254), good (3,200)
    columns              4 text, 6 integer, 3 whole decimal
    missing cells        455, in 415 rows
    ==================== =========================================

    Parameters
    ----------
    as_bunch : bool, default=False
        Return one :class:`sklearn.utils.Bunch` instead of ``(X, y)``.

    Returns
    -------
    (X, y) : tuple of (DataFrame of shape (4454, 13), Series of shape (4454,))
        The applications and ``"good"`` or ``"bad"``. `income`, `assets` and
        `debt` hold whole numbers as floats since each has missing cells; all
        missing cells are NaN.
    bunch : Bunch
        Instead of the tuple if `as_bunch` is true; the keys are those of
        :func:`load_churn`.

    Examples
    --------
    >>> from gansampler.datasets import load_credit
    >>> X, y = load_credit()
    >>> missing = X.isna().sum()
    >>> missing[missing > 0].to_dict()
    {'home': 6, 'marital': 1, 'job': 2, 'income': 381, 'assets': 47, 'debt': 18}
    """
    return _load(_CREDIT, as_bunch=as_bunch)


@overload
def load_fraud(*, as_bunch: Literal[False] = ...) -> tuple[pd.DataFrame, pd.Series]: ...
@overload
def load_fraud(*, as_bunch: Literal[True]) -> Bunch: ...
def load_fraud(*, as_bunch: bool = False) -> tuple[pd.DataFrame, pd.Series] | Bunch:
    """Load the simulated card transactions, of which 1.0 % are fraud.

    ==================== =========================================
    rows                 30,000
    classes              False (29,700), True (300)
    columns              5 text, 3 integer, 2 decimal, 1 boolean,
                         1 date
    missing cells        29, all in country
    ==================== =========================================

    Parameters
    ----------
    as_bunch : bool, default=False
        Return one :class:`sklearn.utils.Bunch` instead of ``(X, y)``.

    Returns
    -------
    (X, y) : tuple of (DataFrame of shape (30000, 12), Series of shape (30000,))
        The transactions and whether each is a fraud, as booleans. `datetime`
        is parsed; `expiration_date` is text such as ``"09/20"``.
    bunch : Bunch
        Instead of the tuple if `as_bunch` is true; the keys are those of
        :func:`load_churn`.

    Examples
    --------
    >>> from gansampler.datasets import load_fraud
    >>> X, y = load_fraud()
    >>> X["datetime"].iloc[0]
    Timestamp('2019-01-30 11:54:30')
    >>> int(y.sum())
    300
    """
    return _load(_FRAUD, as_bunch=as_bunch)


@overload
def load_page_blocks(
    *, as_bunch: Literal[False] = ...
) -> tuple[pd.DataFrame, pd.Series]: ...
@overload
def load_page_blocks(*, as_bunch: Literal[True]) -> Bunch: ...
def load_page_blocks(
    *, as_bunch: bool = False
) -> tuple[pd.DataFrame, pd.Series] | Bunch:
    """Load the blocks of document pages: five classes, 28 to 4,913 rows each.

    ==================== =========================================
    rows                 5,472
    classes              graphic (28), horizontal_line (329),
                         picture (115), text (4,913),
                         vertical_line (87)
    columns              6 integer, 4 decimal
    missing cells        none
    ==================== =========================================

    Parameters
    ----------
    as_bunch : bool, default=False
        Return one :class:`sklearn.utils.Bunch` instead of ``(X, y)``.

    Returns
    -------
    (X, y) : tuple of (DataFrame of shape (5472, 10), Series of shape (5472,))
        The measurements of each block and its kind, as text.
    bunch : Bunch
        Instead of the tuple if `as_bunch` is true; the keys are those of
        :func:`load_churn`.

    Examples
    --------
    >>> from gansampler.datasets import load_page_blocks
    >>> bunch = load_page_blocks(as_bunch=True)
    >>> bunch.target_names
    ['graphic', 'horizontal_line', 'picture', 'text', 'vertical_line']
    >>> bunch.license
    'CC BY 4.0'
    """
    return _load(_PAGE_BLOCKS, as_bunch=as_bunch)
