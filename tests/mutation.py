"""Break a module in one place at a time, and see whether its tests notice.

Run it by hand, from the root of a checkout::

    python -m tests.mutation gansampler/table.py tests/test_table.py
    python -m tests.mutation gansampler/gan/losses.py tests/test_losses.py --sample 40

A mutant changes one operator, comparison, constant, condition or returned value. It is
killed if a test fails, or takes far longer than all did without it. What survives is
printed; ``tests/mutation_log.md`` says what came out last.

Each mutant runs in a fork of a process that has imported all other packages, so it
costs little more than its tests.
"""

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
SLOWER = 10
"""A mutant that takes so many times the CPU seconds of the whole tests hangs."""

LOUD_IMPORTS = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""pytest warns of plugins that were imported before it."""

OTHER_OPERATOR = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def mutants(source):
    r"""Make all mutants of a module.

    Parameters
    ----------
    source : str

    Returns
    -------
    found : list of (int, str, str)
        Line, the change in words, and the mutant's source.

    Examples
    --------
    >>> for line, change, mutant in mutants("def f(x):\n    return x + 1"):
    ...     print(line, change, "->", mutant.splitlines()[-1].strip())
    2 return x + 1: return None -> return None
    2 x + 1: x - 1 -> return x - 1
    2 1: 2 -> return x + 2
    """
    tree = ast.parse(source)
    nodes = _code_nodes(tree)
    found = []
    for position, node in enumerate(nodes):
        for change in _changes(node):
            mutant = copy.deepcopy(tree)
            target = _code_nodes(mutant)[position]
            before = ast.unparse(target)
            change(target)
            ast.fix_missing_locations(mutant)
            text = f"{before}: {ast.unparse(target)}"
            found.append((node.lineno, text, ast.unparse(mutant)))
    return found


def run(module, source, tests, *, cpu_limit=None):
    """Run tests in a fork, with another source for one module.

    Parameters
    ----------
    module : str
        Its dotted name. Nothing of its package may be imported here.
    source : str
    tests : list of str
    cpu_limit : int or None

    Returns
    -------
    survived : bool
        Whether all tests passed.
    cpu_seconds : float
    """
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        _run_here(module, source, tests, cpu_limit)
    _, status = os.waitpid(child, 0)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    return status == 0, seconds


def main(arguments=None):
    """Run the mutants of one module; print those that survive."""
    options = _parse(arguments)
    module = ".".join(Path(options.module).with_suffix("").parts)
    source = (ROOT / options.module).read_text()
    _import_what_all_need()
    passed, seconds = run(module, source, options.tests)
    if not passed:
        sys.exit("The tests fail without any change.")
    limit = int(SLOWER * seconds) + 30
    chosen = found = mutants(source)
    if options.sample is not None and options.sample < len(found):
        rng = np.random.default_rng(options.seed)
        kept = np.sort(rng.choice(len(found), options.sample, replace=False))
        chosen = [found[i] for i in kept]
    start, survivors = time.perf_counter(), []
    for i, (line, change, mutant) in enumerate(chosen, 1):
        if run(module, mutant, options.tests, cpu_limit=limit)[0]:
            survivors.append((line, change))
            print(f"- line {line}: `{change}`", flush=True)
        minutes = (time.perf_counter() - start) / 60
        print(f"{i}/{len(chosen)} {minutes:.1f} min", file=sys.stderr, flush=True)
    killed = len(chosen) - len(survivors)
    print(
        f"{options.module}: {killed} of {len(chosen)} mutants killed "
        f"({killed / len(chosen):.1%}); {len(found)} there are."
    )


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__.partition("\n")[0]
    )
    add = parser.add_argument
    add("module", help="path of the module, from the root of the checkout")
    add("tests", nargs="+", help="what pytest shall run, fast files first")
    add(
        "--sample", type=int, help="number of mutants, drawn at random; all if left out"
    )
    add("--seed", type=int, default=0, help="of the sample")
    return parser.parse_args(arguments)


def _code_nodes(tree):
    """All nodes but those of docstrings, annotations and ``__all__``, in order."""
    found = []

    def visit(node):
        if isinstance(node, ast.Assign | ast.AnnAssign) and any(
            isinstance(target, ast.Name) and target.id == "__all__"
            for target in getattr(node, "targets", [getattr(node, "target", None)])
        ):
            return
        found.append(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child)

    visit(tree)
    return found


def _changes(node):
    """Functions that change a node in place, one for each mutant of it."""
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in OTHER_OPERATOR:
        yield lambda target: setattr(target, "op", OTHER_OPERATOR[type(target.op)]())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER_OPERATOR:
        yield lambda target: target.ops.__setitem__(
            0, OTHER_OPERATOR[type(target.ops[0])]()
        )
    elif isinstance(node, ast.UnaryOp):
        # Twice the same sign is none.
        yield lambda target: setattr(
            target, "operand", ast.UnaryOp(target.op, target.operand)
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda target: setattr(target, "value", not target.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield lambda target: setattr(target, "value", target.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield lambda target: setattr(target, "value", ast.Constant(None))
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield lambda target: setattr(
            target, "test", ast.UnaryOp(ast.Not(), target.test)
        )


def _import_what_all_need():
    """Import other packages once, for all forks."""
    import hypothesis
    import imblearn.over_sampling
    import pandas
    import pytest
    import scipy.stats
    import sklearn.ensemble
    import torch

    assert "gansampler" not in sys.modules
    del hypothesis, imblearn, pandas, pytest, scipy, sklearn, torch


def _run_here(module, source, tests, cpu_limit):
    """Run the tests in this process, a fork, and end it."""
    import pytest

    code = 3
    try:
        if cpu_limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, cpu_limit))
        sys.meta_path.insert(0, _Finder(module, source))
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            with contextlib.redirect_stdout(nowhere):
                plain = ["-x", "-q", "-p", "no:cacheprovider", *LOUD_IMPORTS]
                code = int(pytest.main([*plain, *tests]))
    finally:
        os._exit(code)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module another source."""

    def __init__(self, module, source):
        self.module, self.source = module, source

    def find_spec(self, name, path=None, target=None):
        if name != self.module:
            return None
        return importlib.util.spec_from_loader(name, self)

    def get_source(self, name):
        return self.source


if __name__ == "__main__":
    main()
