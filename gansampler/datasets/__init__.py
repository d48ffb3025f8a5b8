"""Four imbalanced tables that ship with the package.

Each loader reads a file from inside the installed package, so it needs no
network and no configuration. It returns ``(X, y)`` as pandas objects in the
types a user would meet in practice: text, booleans, dates and missing cells
are left as they are.

================== ====== ======= ============================ ===========
loader               rows columns target                       rarest class
================== ====== ======= ============================ ===========
load_churn          5,000      19 churn: no, yes               yes, 14.1 %
load_credit         4,454      13 status: bad, good            bad, 28.2 %
load_fraud         30,000      12 fraud: False, True           True, 1.0 %
load_page_blocks    5,472      10 block: five kinds of block   graphic, 0.5 %
================== ====== ======= ============================ ===========
"""

from ._loaders import load_churn, load_credit, load_fraud, load_page_blocks

__all__ = ["load_churn", "load_credit", "load_fraud", "load_page_blocks"]
