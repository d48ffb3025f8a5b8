"""The same seed gives bitwise the same rows, and nothing global is disturbed."""

import hashlib
import os
import pickle
import random
import subprocess
import sys
import textwrap
import threading
import time

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.pipeline import make_pipeline
from joblib import Parallel, delayed
from sklearn.datasets import make_blobs
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from gansampler import GANOversampler
from gansampler._threads import single_thread
from gansampler.exceptions import TrainingDivergedError

X, Y = make_blobs([90, 40], 6, random_state=0)


def resample(container=np.asarray, **parameters):
    sampler = GANOversampler(**{"max_iter": 20, "random_state": 0, **parameters})
    X_resampled, _ = sampler.fit_resample(container(X), Y)
    if hasattr(X_resampled, "to_numpy"):
        X_resampled = X_resampled.to_numpy()
    return fingerprint(X_resampled)


def fingerprint(rows):
    return hashlib.sha256(np.ascontiguousarray(rows).tobytes()).hexdigest()


SCRIPT = textwrap.dedent(
    """
    import pickle, sys
    sys.path.insert(0, sys.argv[1])
    from test_repeatability import fingerprint, resample
    print(resample())
    with open(sys.argv[2], "rb") as file:
        sampler = pickle.load(file)
    print(fingerprint(sampler.sample(50, 1)))
    """
)


def start_process(n_threads, pickled):
    environment = {**os.environ, "OMP_NUM_THREADS": str(n_threads)}
    for name in ("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment.pop(name, None)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, os.path.dirname(__file__), str(pickled)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_twice_in_a_process_and_with_another_seed():
    assert resample() == resample()
    assert resample() != resample(random_state=1)


def test_in_other_processes_with_any_number_of_threads(tmp_path):
    sampler = GANOversampler(max_iter=20, random_state=0)
    sampler.fit_resample(X, Y)
    pickled = tmp_path / "sampler.pickle"
    pickled.write_bytes(pickle.dumps(sampler))
    processes = [start_process(n_threads, pickled) for n_threads in (1, 2, 4)]
    outputs = [process.communicate(timeout=120)[0].split() for process in processes]
    assert outputs == [[resample(), fingerprint(sampler.sample(50, 1))]] * 3


@pytest.mark.parametrize("n_threads", [1, 2, 4])
def test_with_any_number_of_torch_threads(n_threads):
    expected, before = resample(), torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        assert resample() == expected
        assert torch.get_num_threads() == n_threads
    finally:
        torch.set_num_threads(before)


@pytest.fixture(params=["high", "medium", "one backend", "autocast"])
def reduced_precision(request):
    """Settings under which PyTorch may round what it multiplies."""
    if request.param == "autocast":
        with torch.autocast("cpu"):
            yield
    elif request.param == "one backend":
        if not hasattr(torch.backends, "fp32_precision"):
            pytest.skip("PyTorch before 2.9 has one setting for all")
        backend = torch.backends.mkldnn.matmul
        before, backend.fp32_precision = backend.fp32_precision, "bf16"
        yield
        assert backend.fp32_precision == "bf16"
        backend.fp32_precision = before
    else:
        torch.set_float32_matmul_precision(request.param)
        yield
        assert torch.get_float32_matmul_precision() == request.param
        torch.set_float32_matmul_precision("highest")


def resample_and_sample():
    sampler = GANOversampler(max_iter=20, random_state=0)
    rows, _ = sampler.fit_resample(X, Y)
    return fingerprint(rows), fingerprint(sampler.sample(50, 1))


@pytest.fixture(scope="module")
def in_full_precision():
    return resample_and_sample()


@pytest.mark.usefixtures("reduced_precision")
def test_with_any_precision_of_the_caller(in_full_precision):
    assert resample_and_sample() == in_full_precision


def test_with_any_default_device_of_the_caller():
    """Nothing is put on it: "meta" would lose all numbers."""
    rows = pd.DataFrame(X).add_prefix("x").assign(level=np.where(X[:, 0] > 0, "a", "b"))
    sampler = GANOversampler(max_iter=20, random_state=0, rejection_rate=0.5)
    expected, _ = sampler.fit_resample(rows, Y)
    with torch.device("meta"):
        found, _ = sampler.fit_resample(rows, Y)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_in_workers_of_joblib(backend):
    results = Parallel(n_jobs=2, backend=backend)(delayed(resample)() for _ in range(4))
    assert results == [resample()] * 4


def test_a_grid_search_finds_the_same_with_one_job_and_with_two():
    pipeline = make_pipeline(
        GANOversampler(max_iter=10, random_state=0),
        DecisionTreeClassifier(random_state=0),
    )
    grid = {"ganoversampler__sampling_strategy": [0.7, 1.0]}

    def scores(n_jobs):
        search = GridSearchCV(pipeline, grid, cv=3, n_jobs=n_jobs, scoring="roc_auc")
        return search.fit(X, Y).cv_results_["mean_test_score"]

    assert np.array_equal(scores(1), scores(2))


def test_a_small_draw_is_the_start_of_a_large_one():
    sampler = GANOversampler(max_iter=20, random_state=0)
    sampler.fit_resample(X, Y)
    many = sampler.sample(3000, 1)
    for n_rows in (1, 40, 700):
        assert np.array_equal(sampler.sample(n_rows, 1), many[:n_rows])


def test_a_random_state_instance_moves_on():
    shared = np.random.RandomState(0)
    first, second = resample(random_state=shared), resample(random_state=shared)
    assert first != second
    again = np.random.RandomState(0)
    assert resample(random_state=again) == first
    assert resample(random_state=again) == second


def test_no_seed_gives_other_rows_each_time():
    assert resample(random_state=None) != resample(random_state=None)


def test_no_seed_draws_from_the_global_state_of_numpy_and_no_other(global_state):
    np.random.seed(5)  # noqa: NPY002
    before = global_state()
    first = resample(random_state=None, max_iter=2)
    after = global_state()
    assert after[1] != before[1]
    assert (after[0], *after[2:]) == (before[0], *before[2:])
    np.random.seed(5)  # noqa: NPY002
    assert resample(random_state=None, max_iter=2) == first


def test_an_integer_seed_does_not_read_the_global_state_of_numpy(global_state):
    np.random.seed(5)  # noqa: NPY002
    before = global_state()
    first = resample(max_iter=2)
    assert global_state() == before
    np.random.seed(6)  # noqa: NPY002
    assert resample(max_iter=2) == first


def test_frames_give_the_rows_of_arrays():
    assert resample(pd.DataFrame) == resample()


def test_global_state_is_the_same_before_and_after(global_state):
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)
    before = global_state()
    resample()
    assert global_state() == before


def stop(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"learning_rate": 1e30, "optimizer": "sgd"}, TrainingDivergedError),
        ({"callback": stop}, KeyboardInterrupt),
    ],
)
def test_global_state_is_the_same_when_training_ends_badly(
    global_state, parameters, error
):
    before = global_state()
    sampler = GANOversampler(max_iter=50, random_state=0, **parameters)
    unchanged = dict(vars(sampler))
    with pytest.raises(error):
        sampler.fit_resample(X, Y)
    assert global_state() == before
    assert vars(sampler) == unchanged
    sampler.set_params(learning_rate=1e-3, optimizer="adam", callback=None, max_iter=20)
    sampler.fit_resample(X, Y)
    assert global_state() == before


def test_trainings_in_threads_take_turns_and_restore_the_thread_count():
    before = torch.get_num_threads()
    inside, overlaps = [], []

    def work():
        with single_thread():
            inside.append(1)
            time.sleep(0.01)
            overlaps.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [1] * 8
    assert torch.get_num_threads() == before


def test_a_callback_may_resample_itself():
    inner = []

    def callback(*_):
        inner.append(resample(max_iter=2))
        return True

    resample(callback=callback)
    assert inner == [resample(max_iter=2)]


def many_classes():
    rng = np.random.default_rng(5)
    y = np.repeat(list("abcde"), [60, 30, 25, 20, 15])
    return rng.normal(size=(len(y), 3)) + y.view("u4")[:, None] % 7, y


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_the_number_of_jobs_changes_nothing(backend, global_state):
    before = global_state()
    alone, side_by_side = (
        GANOversampler(max_iter=20, n_jobs=jobs, random_state=0) for jobs in (None, 2)
    )
    expected = alone.fit_resample(*many_classes())
    with joblib.parallel_config(backend):
        found = side_by_side.fit_resample(*many_classes())
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])
    assert list(side_by_side.report_) == list(alone.report_) == list("bcde")
    assert global_state() == before
    more = [sampler.sample(20, "e") for sampler in (alone, side_by_side)]
    assert np.array_equal(*more)


def test_an_error_in_a_job_reaches_the_caller(global_state):
    before = global_state()
    sampler = GANOversampler(
        max_iter=20, n_jobs=2, learning_rate=1e30, optimizer="sgd", random_state=0
    )
    unchanged = dict(vars(sampler))
    with pytest.raises(TrainingDivergedError, match=r"Training on class '[bcde]'"):
        sampler.fit_resample(*many_classes())
    assert vars(sampler) == unchanged
    assert global_state() == before


def test_a_callback_sees_the_trainings_of_all_jobs():
    seen, inner = set(), []

    def callback(label, iteration, figures):
        seen.add((label, os.getpid()))
        inner.append(resample(max_iter=2))
        return True

    sampler = GANOversampler(max_iter=2, n_jobs=2, callback=callback)
    sampler.fit_resample(*many_classes())
    assert seen == {(label, os.getpid()) for label in "bcde"}
    assert inner == [resample(max_iter=2)] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_does_not_wait_for_a_lock_of_its_parent():
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with single_thread():
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(30)
    child = os.fork()
    if child == 0:
        with single_thread():
            os._exit(0)
    leave.set()
    holder.join()
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_the_rows_repeat_and_the_sampler_opens_without_one():
    assert resample(device="cuda") == resample(device="auto")
    sampler = GANOversampler(max_iter=20, random_state=0, device="cuda")
    sampler.fit_resample(X, Y)
    assert sampler.device_.startswith("cuda")
    for generator in sampler.generators_.values():
        assert generator.gan.device.type == "cpu"
    copied = pickle.loads(pickle.dumps(sampler))
    assert np.array_equal(copied.sample(20, 1), sampler.sample(20, 1))
