"""What the default configuration makes of a fixed table, as stored and as it is now.

Rows repeat bitwise on one kind of processor with one set of releases: others round
sums differently, and a GAN amplifies that until the rows are as different as with
another seed. So there is one file for each platform, ``tests/golden/PLATFORM.json``.
The hash of the rows counts where processor and releases are those of the file; all else
compares figures: of each column the mean and the spread, or the shares of its levels.
Renew the file of this platform, and see how far the figures have moved, with::

    python -m tests.golden
"""

import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from gansampler import GANOversampler

FOLDER = Path(__file__).parent / "golden"
N_ROWS = 400
"""Synthetic rows: many, so that rounding moves their figures little."""


def platform_name():
    """Name what last bits depend on, as far as it is known."""
    release = torch.__version__.partition("+")[0]
    capability = torch.backends.cpu.get_cpu_capability().lower().replace(" ", "_")
    system, machine = platform.system().lower(), platform.machine().lower()
    return f"{system}-{machine}-{capability}-torch{release}"


def maker():
    """All that the last bits of the rows may depend on.

    Returns
    -------
    found : dict of str to str
        Releases, a digest of the processor's model and abilities, and the settings
        that choose among the kernels of the numerical libraries.
    """
    packages = ["torch", "numpy", "scipy", "scikit-learn", "imbalanced-learn", "pandas"]
    settings = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(("MKL_", "OPENBLAS_", "ATEN_", "ONEDNN_", "NPY_"))
        and not name.endswith("_NUM_THREADS")
    }
    return {
        **{package: metadata.version(package) for package in packages},
        "python": ".".join(platform.python_version_tuple()[:2]),
        "processor": _digest(_processor()),
        "settings": _digest(json.dumps(settings)),
    }


def fixed_table():
    """Numbers with and without decimals, levels, booleans, times and gaps.

    Made by arithmetic alone, so that no random generator of another release changes it.
    """
    i = np.arange(300)
    # Fractions of multiples of the golden ratio: spread evenly, without a pattern.
    u, v, w = (np.modf(i * step)[0] for step in (0.61803399, 0.75487767, 0.56984029))
    X = pd.DataFrame(
        {
            "amount": np.round(20 * u / (1.05 - u), 2),
            "ratio": 0.7 * u + 0.3 * v**2,
            "visits": np.floor(9 * v * u).astype("int64"),
            "plan": np.where(w < 0.5, "basic", np.where(v < 0.6, "plus", "pro")),
            "active": (u + w) < 0.9,
            "since": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(np.floor(400 * w), unit="D"),
        }
    )
    X.loc[i % 7 == 3, "amount"] = np.nan
    return X, np.where(i % 5 == 0, "rare", "usual")


def compute():
    """Rows of the default sampler on the fixed table, in figures.

    Returns
    -------
    found : dict
        ``maker``, ``sha256`` of the rows as CSV, ``first_rows``, and ``figures`` by
        column.
    """
    sampler = GANOversampler({"rare": 60 + N_ROWS}, random_state=0)
    X, y = fixed_table()
    X_resampled, _ = sampler.fit_resample(X, y)
    rows = X_resampled.iloc[len(X) :].reset_index(drop=True)
    return {
        "maker": maker(),
        "sha256": _digest(rows.to_csv(index=False)),
        "first_rows": [list(map(str, row)) for row in rows.head(3).to_numpy()],
        "figures": {name: _figures(column) for name, column in rows.items()},
    }


def differences(stored, found):
    """How far figures have moved.

    Parameters
    ----------
    stored, found : dict
        As ``compute`` makes them.

    Returns
    -------
    moved : dict of str to float
        For each figure the distance: of means and spreads in units of the stored
        spread, of shares as it is. Infinite where only one has it.
    """
    moved = {}
    for column in sorted({*stored["figures"], *found["figures"]}):
        old, new = (side["figures"].get(column, {}) for side in (stored, found))
        for name in sorted({*old, *new}):
            in_both = name in old and name in new
            scale = old.get("spread", 1.0) if name in ("mean", "spread") else 1.0
            moved[f"{column}: {name}"] = (
                abs(new[name] - old[name]) / (scale or 1.0) if in_both else np.inf
            )
    return moved


def path():
    """Where the figures of this platform are stored."""
    return FOLDER / f"{platform_name()}.json"


def renew():
    """Store what is found now.

    Returns
    -------
    report : str
        What was written, and how far the figures have moved.
    """
    found, file = compute(), path()
    stored = json.loads(file.read_text()) if file.exists() else None
    FOLDER.mkdir(exist_ok=True)
    file.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    if stored is None:
        return f"{file.name} is new."
    if stored["sha256"] == found["sha256"]:
        return f"{file.name}: the same rows."
    moved = differences(stored, found)
    largest = max(moved, key=moved.__getitem__)
    return f"{file.name}: other rows; {largest} moved most, by {moved[largest]:.3f}."


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _processor():
    """The processor's model and abilities, as far as the system tells them."""
    description = Path("/proc/cpuinfo")
    if not description.exists():
        return platform.processor()
    told = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features")
    lines = description.read_text().partition("\n\n")[0].splitlines()
    return "\n".join(line for line in lines if line.startswith(told))


def _figures(column):
    figures = {"missing": float(column.isna().mean())}
    if column.dtype.kind in "OUTb" or isinstance(column.dtype, pd.StringDtype):
        shares = column.value_counts(normalize=True).sort_index()
        levels = {f"level {level}": share for level, share in shares.items()}
        return {name: round(value, 4) for name, value in (figures | levels).items()}
    if column.dtype.kind == "M":
        column = (column - pd.Timestamp("2024-01-01")) / pd.Timedelta("1D")
    figures |= {"mean": column.mean(), "spread": column.std()}
    return {name: round(float(value), 4) for name, value in figures.items()}


if __name__ == "__main__":
    print(renew())
