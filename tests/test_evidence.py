"""The figures of a training, from rows and a history of which they are known."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from gansampler import GANOversampler, judging
from gansampler.codes import WholeNumbers
from gansampler.evidence import Samples, gather, mean_distance
from gansampler.levels import LevelCounts
from gansampler.theory import TheoryReadout

READOUT = TheoryReadout(
    loss="minimax",
    value=-1.0,
    real_probability=0.7,
    fake_probability=0.2,
    js_divergence=0.10,
    js_floor=0.04,
    caveat="",
)


@pytest.fixture(scope="module")
def samples():
    """Two groups of real rows, one of which the generator misses."""
    rng = np.random.default_rng(0)
    near, far = rng.normal(size=(2, 60, 2)) * 0.1
    real = np.vstack([near, far + 10])
    generated = rng.normal(size=(120, 2)) * 0.1
    synthetic = np.vstack([near[:30], generated[:30] + 20])
    return Samples(
        real=real,
        generated=generated,
        settled=generated,
        synthetic=synthetic,
        others=rng.normal(size=(120, 2)) * 0.1 + 20,
        known=real,
        tables=(pd.DataFrame(real), pd.DataFrame(synthetic)),
    )


@pytest.fixture(scope="module")
def evidence(samples):
    gan = SimpleNamespace(
        history=pd.DataFrame(
            {
                "generator_gradient_norm": np.r_[np.full(2, 4.0), np.ones(18)],
                "selection_distance": np.r_[np.full(16, np.nan), 3.0, 1.0, 2.0, 1.5],
            }
        ),
        # The discriminator is right about all rows but a tenth of the real ones.
        logits=lambda rows: (
            np.r_[np.full(12, -2.0), np.ones(108)]
            if rows is samples.real
            else np.full(len(rows), -1.0)
        ),
    )
    levels = [
        LevelCounts("account", 120, np.ones(120, int), np.zeros(120, int)),
        LevelCounts("region", 120, np.repeat([1, 60, 0], [60, 1, 4]), np.full(65, 9)),
        LevelCounts("plan", 120, np.array([60, 60]), np.array([9, 9])),
    ]
    numbers = [
        WholeNumbers("customer", "identifiers"),
        WholeNumbers("zip", "codes"),
        WholeNumbers("age", ""),
        WholeNumbers("opened", "dates"),
    ]
    return gather(
        gan, samples, READOUT, levels, numbers, n_rows=240, few_valued=False, seed=0
    )


def test_whole_numbers_that_are_no_amounts_are_named(evidence):
    assert evidence.numbered == ("customer",)
    assert evidence.coded == (("zip", "codes"), ("opened", "dates"))


def test_what_is_known_of_the_training_is_passed_on(evidence):
    assert (evidence.n_rows, evidence.n_iter, evidence.few_valued) == (240, 20, False)


def test_the_discriminator_is_judged_by_what_it_knows_beyond_the_probe(evidence):
    assert evidence.certainty == pytest.approx(0.5)
    assert evidence.memory == pytest.approx((-1 + math.log(4)) / 2 - 0.10)
    assert evidence.divergence == pytest.approx(0.06)
    assert evidence.ranking == pytest.approx(0.9)


def test_the_history_is_read_from_its_start_to_its_end(evidence, samples):
    assert evidence.gradient == pytest.approx(1 / 4)
    assert evidence.rise == pytest.approx((1.5 - 1.0) / pdist(samples.real).mean())


def test_rows_that_the_generator_misses_are_seen(evidence, samples):
    assert evidence.generator_coverage == pytest.approx(0.5, abs=0.02)
    spread = pdist(samples.generated).mean() / pdist(samples.real).mean()
    assert evidence.spread == pytest.approx(spread)


def test_the_error_of_a_spread_is_that_over_many_samples():
    rng = np.random.default_rng(0)
    rare = rng.exponential(size=(500, 40, 3)) * (rng.random((500, 40, 3)) < 0.1)
    means, errors = np.array([mean_distance(rows) for rows in rare]).T
    absolute = np.sqrt(np.mean((errors * means) ** 2))
    assert absolute == pytest.approx(means.std(), rel=0.1)
    assert mean_distance(np.ones((5, 2))) == (0, 0)


def test_copies_and_rows_among_others_are_counted(evidence):
    assert evidence.copies == 0.5
    assert evidence.repeats == 0
    assert evidence.among_others == 0.5
    assert evidence.real_among_others == 0


def test_columns_are_named(evidence):
    assert {name for name, _, _ in evidence.gaps} == {0, 1}
    assert evidence.identifiers == ("account",)
    assert evidence.unseen_levels == (("region", 0.5),)


def test_other_classes_are_thinned_as_the_class_is(monkeypatch):
    """Else its rows would seem to lie among others the more, the larger it is."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1600, 2)), np.repeat([0, 1], [800, 800])
    monkeypatch.setattr(judging, "N_REPORT_ROWS", 80)
    sampler = GANOversampler({0: 900}, max_iter=1, random_state=0)
    sampler.fit_resample(X, y)
    assert sampler.report_[0].evidence.real_among_others == pytest.approx(0.5, abs=0.15)
