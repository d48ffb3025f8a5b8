"""The tools for hand use in this folder: lowest releases, mutants."""

import ast
import doctest

import pytest

from tests import mutation

lowest_versions = pytest.importorskip(
    "tests.lowest_versions", reason="needs tomllib, which Python 3.10 lacks"
)


@pytest.mark.parametrize("module", [mutation, lowest_versions])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_every_runtime_requirement_has_a_lowest_release(capsys):
    lowest_versions.main()
    names = {line.partition("==")[0] for line in capsys.readouterr().out.splitlines()}
    assert {"imbalanced-learn", "numpy", "pandas", "scikit-learn", "scipy"} <= names
    assert {"threadpoolctl", "torch", "tqdm", "matplotlib", "pyarrow", "dask"} <= names


def test_mutants_are_programs_that_differ_from_the_source_and_from_each_other():
    source = '''
def f(x: int = 3) -> bool:
    """Say 1 + 1."""
    if not x and -x < 2.5:
        return x is None
    return True if x @ x in (1, 2) else x % 2 == 0
'''
    found = mutation.mutants(source)
    texts = {mutant for _, _, mutant in found}
    assert len(texts) == len(found) == 19
    for mutant in texts:
        assert ast.dump(ast.parse(mutant)) != ast.dump(ast.parse(source))
        assert "Say 1 + 1." in mutant
