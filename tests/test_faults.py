"""What goes wrong on the way leaves nothing lost, altered or dirty."""

import ast
import multiprocessing
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import Parallel, delayed

import gansampler
import gansampler.datasets
from gansampler import GANOversampler, trainer
from gansampler.exceptions import DeviceMemoryError, TrainingDivergedError
from gansampler.gan import GAN, model, training
from gansampler.gan.checkpoint import CheckpointSelection
from gansampler.gan.latent import Latent
from gansampler.gan.training import TrainingState
from gansampler.quality import energy_distance, nearest_row_ratio
from gansampler.selection import Chooser, RowSelection
from gansampler.synthesis import ClassGenerator
from gansampler.table import TableEncoder
from gansampler.tabular import Table
from tests.fuzz import fingerprint
from tests.installed import drifted


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 30, 60), 2),
            "plan": rng.choice(["a", "b", None], 60),
        },
        index=rng.permutation(60),
    )
    return X, pd.Series(np.arange(60) % 4 // 2 * (np.arange(60) % 3 > 0), X.index)


def small(**parameters):
    settings = {"max_iter": 4, "hidden_layer_sizes": (4,), "random_state": 0}
    return GANOversampler(**{**settings, **parameters})


# --- at every stage -----------------------------------------------------------------

STAGES = {
    "looking at the table": (Table, "rows"),
    "encoding": (TableEncoder, "fit_transform"),
    "looking for neighbours": (Latent, "__init__"),
    "a step of the discriminator": (TrainingState, "discriminator_gradient"),
    "a step of the generator": (TrainingState, "generator_gradient"),
    "following a gradient": (training.OPTIMIZERS["adam"], "step"),
    "choosing a checkpoint": (CheckpointSelection, "consider"),
    "restoring the best": (CheckpointSelection, "restore_best"),
    "matching levels": (GAN, "match_categories"),
    "calibrating": (TableEncoder, "calibrate"),
    "setting thresholds": (RowSelection, "fit"),
    "choosing rows": (Chooser, "__call__"),
    "generating": (GAN, "_sample_chunk"),
    "decoding": (TableEncoder, "decode"),
    "making cells": (TableEncoder, "to_frame"),
    "judging": (trainer, "judge_training"),
    "moving to the CPU": (ClassGenerator, "to_cpu"),
    "remembering": (GANOversampler, "_remember"),
    "stacking": (Table, "append"),
}


class Fault(Exception):
    """None of the errors that anything could expect."""


def break_at(monkeypatch, owner, name, error, call=1):
    """Let a call of a method raise an error when its work is done."""
    original = vars(owner)[name]
    function = getattr(original, "__func__", original)
    calls = []

    def broken(*arguments, **options):
        result = function(*arguments, **options)
        calls.append(name)
        if len(calls) == call:
            raise error
        return result

    wrapped = classmethod(broken) if isinstance(original, classmethod) else broken
    monkeypatch.setattr(owner, name, wrapped)
    return calls


@pytest.mark.parametrize("error", [KeyboardInterrupt, Fault])
@pytest.mark.parametrize("stage", STAGES)
def test_an_error_at_any_stage_leaves_everything_as_it_was(
    stage, error, table, global_state, monkeypatch
):
    X, y = table
    sampler = small()
    expected = fingerprint(sampler.fit_resample(X, y)[0])
    drawn = fingerprint(sampler.sample(5, 1))
    before = fingerprint(X), fingerprint(y), global_state(), dict(vars(sampler))
    with monkeypatch.context() as broken:
        calls = break_at(broken, *STAGES[stage], error)
        with pytest.raises(error):
            sampler.fit_resample(X, y)
        assert len(calls) == 1
    assert (fingerprint(X), fingerprint(y), global_state(), vars(sampler)) == before
    assert fingerprint(sampler.sample(5, 1)) == drawn
    assert fingerprint(sampler.fit_resample(X, y)[0]) == expected


@pytest.mark.parametrize("call", [2, 3])
@pytest.mark.parametrize(
    "stage", ["a step of the discriminator", "a step of the generator"]
)
def test_an_interrupt_at_any_update(stage, call, table, global_state, monkeypatch):
    sampler, before = small(), global_state()
    with monkeypatch.context() as broken:
        break_at(broken, *STAGES[stage], KeyboardInterrupt, call)
        with pytest.raises(KeyboardInterrupt):
            sampler.fit_resample(*table)
    assert global_state() == before
    assert not [name for name in vars(sampler) if name.endswith("_")]


@pytest.mark.parametrize("error", [KeyboardInterrupt, Fault, StopIteration])
@pytest.mark.parametrize("verbose", [0, 1])
def test_an_error_in_a_callback_reaches_the_caller(
    error, verbose, table, global_state, capsys
):
    def callback(label, iteration, figures):
        if iteration == 3:
            raise error("of the callback")

    sampler, before = small(callback=callback, verbose=verbose), global_state()
    with pytest.raises((error, RuntimeError), match=r"of the callback|StopIteration"):
        sampler.fit_resample(*table)
    assert global_state() == before
    sampler.set_params(callback=None, verbose=0)
    expected = small().fit_resample(*table)[0]
    assert fingerprint(sampler.fit_resample(*table)[0]) == fingerprint(expected)


def test_an_error_while_drawing_leaves_the_sampler_as_it_was(
    table, global_state, monkeypatch
):
    sampler = small()
    sampler.fit_resample(*table)
    expected, before = fingerprint(sampler.sample(5, 1)), global_state()
    with monkeypatch.context() as broken:
        break_at(broken, *STAGES["generating"], KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            sampler.sample(5, 1)
    assert global_state() == before
    assert fingerprint(sampler.sample(5, 1)) == expected


def test_an_interrupt_inside_pytorch_leaves_gradients_on(
    table, global_state, monkeypatch
):
    before = global_state()
    with monkeypatch.context() as broken:
        break_at(broken, torch.no_grad, "__enter__", KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            small().fit_resample(*table)
    assert global_state() == before


def callers(frame):
    """A frame and those that called it, innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_interrupts_at_random_moments(table, global_state):
    X, y = table
    sampler = small(max_iter=60)
    expected, before = fingerprint(sampler.fit_resample(X, y)[0]), global_state()
    inputs = fingerprint(X), fingerprint(y)

    def interrupt(_, frame):
        # Python drops what is raised in a callback from C, such as threadpoolctl's or
        # Hypothesis's for garbage: the interrupt comes as soon as that has returned.
        from_c = {"match_library_callback", "gc_callback"}
        if any(f.f_code.co_name in from_c for f in callers(frame)):
            signal.setitimer(signal.ITIMER_REAL, 1e-4)
            return
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    start = time.perf_counter()
    sampler.fit_resample(X, y)
    seconds = time.perf_counter() - start
    try:
        for share in np.linspace(0.02, 0.98, 12):
            signal.setitimer(signal.ITIMER_REAL, share * seconds)
            try:
                sampler.fit_resample(X, y)
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert global_state() == before
            assert (fingerprint(X), fingerprint(y)) == inputs
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert fingerprint(sampler.fit_resample(X, y)[0]) == expected


# --- numbers that are none ----------------------------------------------------------


@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
@pytest.mark.parametrize("player", ["discriminator", "generator"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_caught_before_the_step(
    player, number, updates, table, monkeypatch
):
    original = getattr(TrainingState, f"{player}_gradient")
    weights, calls = [], []

    def broken(state, *arguments):
        *rest, gradient = original(state, *arguments)
        calls.append(player)
        if len(calls) == 3:
            gradient[7] = number
            weights.append((state, [p.clone() for p in state.generator.parameters()]))
        return *rest, gradient

    monkeypatch.setattr(TrainingState, f"{player}_gradient", broken)
    with pytest.raises(TrainingDivergedError) as error:
        small(updates=updates).fit_resample(*table)
    assert str(error.value) == (
        f"Training on class 1 diverged: the {player}'s gradient is {number} at "
        "iteration 3. Lower learning_rate; with optimizer='sgd', lower "
        "gradient_penalty first."
    )
    ((state, before),) = weights
    for then, now in zip(before, state.generator.parameters(), strict=True):
        assert torch.equal(then, now)


# --- memory -------------------------------------------------------------------------


def limited(monkeypatch, most):
    """A device on which no more than so many rows can be generated at once."""
    original, asked = Latent.draw, []

    def draw(latent, n_rows, rng):
        asked.append(n_rows)
        if n_rows > most:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return original(latent, n_rows, rng)

    monkeypatch.setattr(Latent, "draw", draw)
    return asked


def test_draws_that_fill_a_device_are_made_in_smaller_parts(table, monkeypatch):
    sampler = small()
    sampler.fit_resample(*table)
    asked = limited(monkeypatch, 700)
    rows = sampler.sample(3000, 1)
    assert len(rows) == 3000
    assert any(n > 700 for n in asked)
    assert rows["amount"].between(0, table[0]["amount"].max()).all()
    assert fingerprint(sampler.sample(3000, 1)) == fingerprint(rows)


def test_a_draw_is_not_cut_without_end(table, monkeypatch):
    sampler = small()
    sampler.fit_resample(*table)
    asked = limited(monkeypatch, 0)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        sampler.sample(3000, 1)
    assert min(asked) > model.SMALLEST_CHUNK / 2


def test_a_training_that_fills_a_device_says_what_to_do(
    table, global_state, monkeypatch
):
    sampler, before = small(), global_state()
    with monkeypatch.context() as patched:
        limited(patched, 8)
        with pytest.raises(DeviceMemoryError) as error:
            sampler.fit_resample(*table)
    assert str(error.value) == (
        "The memory of cpu does not suffice to train on class 1. Lower batch_size or "
        "hidden_layer_sizes, end what else is using the device, or pass device='cpu'."
    )
    assert global_state() == before
    sampler.fit_resample(*table)


# --- inputs that cannot be written --------------------------------------------------


def read_only(X):
    X.flags.writeable = False
    return X


def mapped(X):
    path = Path(os.environ["PYTEST_MAPPED"])
    np.save(path, X)
    return np.load(path, mmap_mode="r")


ARRAYS = {
    "read-only": read_only,
    "Fortran order": np.asfortranarray,
    "every other row": lambda X: np.repeat(X, 2, axis=0)[::2],
    "columns backwards": lambda X: np.ascontiguousarray(X[:, ::-1])[:, ::-1],
    "broadcast": lambda X: np.broadcast_to(X, X.shape),
    "memory-mapped": mapped,
    "other byte order": lambda X: X.astype(">f8"),
    "not aligned": lambda X: (
        np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(X.dtype).reshape(X.shape)
    ),
}


@pytest.mark.parametrize("layout", ARRAYS)
def test_arrays_of_any_layout_give_the_same_rows(layout, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_MAPPED", str(tmp_path / "X.npy"))
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.repeat([0, 1], [28, 12])
    expected, _ = small().fit_resample(X, y)
    as_given = ARRAYS[layout](X.copy())
    labels = read_only(y.copy())
    before = fingerprint(as_given)
    X_resampled, y_resampled = small().fit_resample(as_given, labels)
    assert np.array_equal(X_resampled, expected)
    assert fingerprint(as_given) == before
    X_resampled[:], y_resampled[:] = 0, 0
    assert fingerprint(as_given) == before
    assert (labels == y).all()


def test_what_comes_back_shares_nothing_with_the_input(table):
    X, y = table
    before = fingerprint(X), fingerprint(y)
    X_resampled, y_resampled = small().fit_resample(X, y)
    X_resampled.loc[:, "amount"] = -1.0
    y_resampled[:] = 0
    assert (fingerprint(X), fingerprint(y)) == before


# --- threads and processes ----------------------------------------------------------


def rows_for(seed):
    """What one worker makes, as text that can be compared."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 2)), np.repeat([0, 1], [28, 12])
    X_resampled, _ = small(random_state=seed).fit_resample(X, y)
    return X_resampled.tobytes()


def test_clones_in_threads(global_state):
    expected, before = [rows_for(seed) for seed in range(6)], global_state()
    results = [None] * 6

    def work(seed):
        results[seed] = rows_for(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == expected
    assert global_state() == before


def test_one_sampler_draws_in_many_threads(table):
    sampler = small()
    sampler.fit_resample(*table)
    expected = fingerprint(sampler.sample(50, 1))
    draw = delayed(lambda: fingerprint(sampler.sample(50, 1)))
    drawn = Parallel(n_jobs=6, backend="threading")(draw() for _ in range(12))
    assert drawn == [expected] * 12


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_in_processes(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    expected = [rows_for(seed) for seed in range(3)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(rows_for, range(3)).get(timeout=300) == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_more_workers_than_processors():
    workers = Parallel(n_jobs=8, backend="multiprocessing")
    results = workers(delayed(rows_for)(seed) for seed in range(8))
    assert results == [rows_for(seed) for seed in range(8)]


# --- the command line ---------------------------------------------------------------

HEAD = "amount,plan,churn\n"


def write_table(folder, n=80):
    rng = np.random.default_rng(0)
    rows = [
        f"{rng.gamma(2, 30):.2f},{'ab'[rng.integers(2)]},{('no', 'yes')[i % 5 == 0]}"
        for i in range(n)
    ]
    path = folder / "in.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


ARGUMENTS = ["balance", "in.csv", "--target", "churn", "-o", "out.csv", "--quiet"]
ARGUMENTS += ["--max-iter", "2"]


def run_balance(folder, before="", **options):
    """Run the command in a process of its own, some code before it."""
    code = f"import os, signal\n{before}\nfrom gansampler.cli import main\n"
    return subprocess.run(
        [sys.executable, "-c", f"{code}raise SystemExit(main({ARGUMENTS}))"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(gansampler.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


@pytest.mark.parametrize(
    ("moment", "patched"),
    [
        (
            "while it trains",
            "import gansampler.synthesis; gansampler.synthesis.train_gan",
        ),
        ("before the file is on the disk", "os.fsync"),
        ("before the file has its name", "os.replace"),
    ],
)
def test_a_process_that_is_killed_leaves_no_output(moment, patched, tmp_path):
    source = write_table(tmp_path)
    before = source.read_bytes()
    kill = "lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)"
    killed = run_balance(tmp_path, f"{patched} = {kill}")
    assert killed.returncode == -signal.SIGKILL
    # What the process had no time to clear away says by its name what it is.
    names = {path.name for path in tmp_path.iterdir() if path.suffix != ".part"}
    assert names == {"in.csv"}
    assert source.read_bytes() == before
    assert run_balance(tmp_path).returncode == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(before)


def test_a_full_disk_leaves_no_output(tmp_path, monkeypatch):
    # Where coverage is measured, it could not write its own file.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    source = write_table(tmp_path)
    before = source.read_bytes()

    def limit():
        # A limit on the size of files is what a full disk is to whoever writes.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), len(before)))

    full = run_balance(tmp_path, preexec_fn=limit)
    assert full.returncode == 1
    assert full.stderr == "gansampler: error: cannot write out.csv: file too large\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert source.read_bytes() == before


# --- what the package never does ----------------------------------------------------

SOURCES = sorted(Path(gansampler.__file__).parent.rglob("*.py"))


def test_no_network_is_used(table, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("the network was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    sampler = small()
    X_resampled, _ = sampler.fit_resample(*table)
    sampler.sample(3, 1)
    sampler.save(tmp_path / "model")
    GANOversampler.load(tmp_path / "model").sample(3, 1)
    amounts = X_resampled[["amount"]].to_numpy()
    energy_distance(amounts[:60], amounts[60:])
    nearest_row_ratio(amounts[:60], amounts[60:])
    gansampler.datasets.load_churn()


def test_nothing_is_run_that_was_read():
    """Neither eval nor pickle nor the network is in the package."""
    forbidden = {"eval", "exec", "compile", "__import__"}
    modules = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    harmless = {("joblib", "Parallel"), ("joblib", "delayed")}  # only joblib.load reads
    modules |= {"socket", "urllib", "http", "requests", "ssl", "ftplib"}
    for path in SOURCES:
        source = path.read_text()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, (path.name, node.lineno)
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported = {(node.module or "", alias.name) for alias in node.names}
                names = {module.split(".")[0] for module, _ in imported - harmless}
            else:
                continue
            assert not names & modules, (path.name, node.lineno)
        assert not re.search(
            r"allow_pickle=True|torch\.load|read_pickle", path.read_text()
        )


def test_packages_other_than_those_pinned_are_named():
    pandas, torch_version = pd.__version__, torch.__version__.split("+")[0]
    pins = f"# runtime\npandas==0.1\ntorch=={torch_version}\nabsent==1.0\n"
    assert drifted(pins) == [f"pandas is {pandas}, and constraints.txt has 0.1"]
    assert drifted(f"pandas=={pandas}\n") == []
