"""Measure what importing the sampler costs beyond the packages that it needs.

A fresh interpreter imports torch, scikit-learn, pandas and imbalanced-learn, then
``GANOversampler``; the CPU seconds of each part count. Run it from the root of a
checkout::

    python -m benchmarks.import_time --repeats 9
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from benchmarks.rivals import ONE_THREAD

DEFAULT_OUT = Path(__file__).parent / "results" / "import_time.csv"
CHILD = """
import json, time
start = time.process_time()
import torch, sklearn, pandas, imblearn
needed = time.process_time()
from gansampler import GANOversampler
added = time.process_time() - needed
print(json.dumps({
    "needed_seconds": round(needed - start, 3),
    "added_seconds": round(added, 3),
    "versions": f"torch {torch.__version__}; scikit-learn {sklearn.__version__}; "
    f"pandas {pandas.__version__}; imbalanced-learn {imblearn.__version__}",
}))
"""


def measure():
    """Import in a fresh interpreter.

    Returns
    -------
    result : dict
    """
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ONE_THREAD,
    )
    return json.loads(done.stdout)


def main(arguments=None):
    """Measure from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.import_time", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    options = parser.parse_args(arguments)
    # The first import compiles what was never imported, and reads from the disk.
    measure()
    results = pd.DataFrame([measure() for _ in range(options.repeats)])
    results.to_csv(options.out, index=False)
    print(results[["needed_seconds", "added_seconds"]].median().to_string())


if __name__ == "__main__":
    main()
