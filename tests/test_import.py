"""What importing the package costs: nothing heavy beyond what it needs anyway."""

import subprocess
import sys
import textwrap

NEEDED = "torch, sklearn, pandas, imblearn"
HEAVY = (
    "dask",
    "distributed",
    "IPython",
    "joblib.externals.loky.process_executor",
    "matplotlib",
    "sklearn.ensemble",
    "torch._dynamo",
    "torch._inductor",
    "torch.distributed",
    "torch.optim",
)


def output_of(script):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()


def test_the_package_alone_imports_nothing_heavy():
    assert not output_of(
        """
        import sys
        import gansampler
        print(*{"torch", "sklearn", "pandas", "scipy", "imblearn"} & set(sys.modules))
        """
    )


def test_the_sampler_imports_only_its_own_modules_beyond_what_it_needs():
    added = output_of(
        f"""
        import {NEEDED}, sys
        before = set(sys.modules)
        from gansampler import GANOversampler
        print(*set(sys.modules) - before)
        """
    )
    own = [name for name in added if name.startswith("gansampler.")]
    assert own
    # What an older or newer release of them loads late is no matter of ours.
    needed = ("torch.", "sklearn.", "pandas.", "imblearn.", "scipy.", "numpy.", "tqdm")
    assert [n for n in added if not n.startswith(("gansampler", *needed))] == []
    assert not any(name.startswith(HEAVY) for name in added)


def test_a_training_loads_no_compiler_and_no_extra():
    added = output_of(
        f"""
        import {NEEDED}, sys
        import numpy as np
        from gansampler import GANOversampler
        before = set(sys.modules)
        X = np.random.default_rng(0).normal(size=(40, 3))
        GANOversampler(max_iter=2).fit_resample(X, [0] * 30 + [1] * 10)
        print(*set(sys.modules) - before)
        """
    )
    assert not [name for name in added if name.startswith(HEAVY)]
