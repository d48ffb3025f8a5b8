"""Networks, latents and training."""

import inspect
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from gansampler import GANOversampler
from gansampler._bandwidth import silverman_bandwidth
from gansampler._threads import single_thread
from gansampler.exceptions import TrainingDivergedError
from gansampler.gan import GAMES, TrainingSettings, train_gan, training
from gansampler.gan import latent as latent_module
from gansampler.gan.checkpoint import N_SELECTION_ROWS
from gansampler.gan.latent import Latent, nearest_neighbors
from gansampler.gan.losses import points_between
from gansampler.gan.model import FIRST_BLOCK, LARGEST_BLOCK
from gansampler.gan.networks import NARROW, Discriminator, Generator, softmax
from gansampler.gan.optimizers import (
    ADAM_BETAS,
    OPTIMIZERS,
    SGD_MOMENTUM,
    as_vector,
    flatten,
)
from gansampler.gan.recording import HISTORY_COLUMNS, RECORDED_AT_ONCE, Recorder
from gansampler.gan.smoothing import covariance_factor, jitter, kernel_shares
from gansampler.gan.training import (
    PENALTY_INTERVAL,
    TrainingState,
    average_decay,
    default_batch_size,
    learning_rate_factor,
    noise_scale,
)
from gansampler.quality import energy_distance


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def normal_rows(n=60, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def mixed_rows(n=200, seed=0):
    """Two correlated numbers and a level that depends on them, of rates .8 and .2."""
    source = np.random.default_rng(seed)
    x = source.normal(size=n)
    numeric = np.stack([x, 0.6 * x + 0.8 * source.normal(size=n)], axis=1)
    level = (x > np.quantile(x, 0.8)).astype(int)
    return np.hstack([numeric, np.eye(2)[level]]).astype(np.float32)


def train(rows=None, n_numeric=3, sizes=(), seed=0, **settings):
    rows = normal_rows() if rows is None else rows
    with single_thread():
        return train_gan(
            rows,
            n_numeric=n_numeric,
            category_sizes=sizes,
            settings=TrainingSettings(**{"max_iter": 8, **settings}),
            seed=seed,
        )


# --- networks ----------------------------------------------------------------------


def test_an_untrained_anchored_generator_returns_its_anchors():
    generator = Generator(4, 2, (3,), (8,), anchored=True, rng=rng())
    anchor = torch.tensor([[0.5, -1.0, 0.0, 1.0, 0.0]])
    output = generator(torch.randn(1, 4, generator=rng()), anchor)
    assert output[0, :2].tolist() == [0.5, -1.0]
    probabilities = output[0, 2:].softmax(dim=0)
    # log(one-hot + 0.02): the other levels stay within reach.
    assert probabilities.tolist() == pytest.approx(
        [0.02 / 1.06, 1.02 / 1.06, 0.02 / 1.06]
    )


def test_soft_cells_sum_to_one_and_hard_cells_are_one_hot():
    generator = Generator(4, 1, (3, 2), (8,), anchored=False, rng=rng())
    output = generator(torch.randn(50, 4, generator=rng()))
    soft = generator.relax(output, 0.5, rng())
    assert soft[:, 1:4].sum(dim=1).tolist() == pytest.approx([1.0] * 50)
    assert torch.equal(soft[:, :1], output[:, :1])
    hard = generator.draw(output, rng())
    assert set(hard[:, 1:].unique().tolist()) == {0.0, 1.0}
    assert hard[:, 1:4].sum(dim=1).unique().tolist() == [1.0]
    assert hard[:, 4:].sum(dim=1).unique().tolist() == [1.0]


@pytest.mark.parametrize("n_levels", [3, NARROW])
def test_hard_cells_are_drawn_from_the_softmax(n_levels):
    generator = Generator(1, 0, (n_levels,), (2,), anchored=False, rng=rng())
    logits = torch.linspace(0, 2, n_levels).repeat(20_000, 1)
    rates = generator.draw(logits, rng()).mean(dim=0)
    assert rates.tolist() == pytest.approx(logits[0].softmax(0).tolist(), abs=0.01)


@pytest.mark.parametrize("n_levels", [1, 2, NARROW - 1, NARROW, 40])
def test_the_softmax_of_few_and_of_many_levels_is_that_of_pytorch(n_levels):
    logits = 30 * torch.randn(50, n_levels + 2, generator=rng())[:, 1:-1]
    expected = logits.double().softmax(dim=1).float()
    assert torch.allclose(softmax(logits), expected, atol=1e-6)


def test_initial_weights_are_those_of_pytorch_and_come_from_the_generator_alone():
    before = torch.get_rng_state()
    first = Discriminator(100, (64,), rng=rng(1))
    assert torch.equal(torch.get_rng_state(), before)
    again = Discriminator(100, (64,), rng=rng(1))
    other = Discriminator(100, (64,), rng=rng(2))
    weight = first.network[0].weight
    assert torch.equal(weight, again.network[0].weight)
    assert not torch.equal(weight, other.network[0].weight)
    assert 0.09 < weight.abs().max().item() <= 0.1  # 1 / sqrt(100)


# --- latents -----------------------------------------------------------------------


def draw(distribution, rows=None, n=5000, dim=3):
    rows = normal_rows() if rows is None else rows
    latent = Latent(distribution, dim, rows, np.random.default_rng(0))
    return latent.draw(n, rng())


def test_normal_and_uniform_noise_have_their_moments():
    noise, anchor = draw("normal")
    assert anchor is None
    assert noise.mean().item() == pytest.approx(0, abs=0.03)
    assert noise.std().item() == pytest.approx(1, abs=0.03)
    noise, anchor = draw("uniform")
    assert anchor is None
    assert noise.min() >= 0
    assert noise.max() < 1
    assert noise.mean().item() == pytest.approx(0.5, abs=0.02)


def test_anchors_lie_between_a_row_and_one_of_its_neighbours():
    rows = np.array(
        [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [50.0, 50.0]], dtype=np.float32
    )
    _, anchor = draw("neighbors", rows[:3])
    assert anchor.min() >= 0
    assert (anchor.sum(dim=1) <= 1 + 1e-6).all()
    assert ((anchor > 0.05).sum(dim=1) == 2).any()


def test_neighbours_leave_each_row_itself_out():
    assert nearest_neighbors(np.array([[0.0], [1.0], [9.0]])).tolist() == [
        [1, 2],
        [0, 2],
        [1, 0],
    ]
    assert nearest_neighbors(np.zeros((1, 2))).tolist() == [[0]]
    assert nearest_neighbors(normal_rows(20)).shape == (20, 5)


def test_large_classes_keep_a_bounded_number_of_anchors(monkeypatch):
    monkeypatch.setattr(latent_module, "MAX_ANCHORS", 50)
    rows = normal_rows(200)
    latent = Latent("neighbors", 2, rows, np.random.default_rng(0))
    assert latent.anchors.shape == (50, 3)
    kept = {tuple(row) for row in latent.anchors.numpy()}
    assert len(kept) == 50
    assert kept <= {tuple(row) for row in rows}


# --- schedules ---------------------------------------------------------------------


def test_learning_rate_is_held_for_half_of_the_training_and_then_falls():
    factors = [learning_rate_factor(t, 100) for t in (0, 50, 75, 100)]
    assert factors == pytest.approx([1.0, 1.0, 0.51, 0.02])


def test_noise_falls_to_its_floor():
    assert [noise_scale(t, 90) for t in (0, 30, 80)] == pytest.approx([0.3, 0.2, 0.1])


def test_batches_follow_the_number_of_rows_within_bounds():
    assert [default_batch_size(n) for n in (3, 60, 5000)] == [32, 60, 128]


def test_jitter_reckons_with_few_dimensions():
    assert jitter(100, 3) == pytest.approx(0.7 * silverman_bandwidth(100, 3))
    assert jitter(100, 300) == jitter(100, 4) == 0.7 * silverman_bandwidth(100, 4)


@pytest.mark.parametrize("shape", [(200, 4), (3, 6), (5, 1), (5, 0)])
def test_covariance_factor_has_the_covariance_of_the_rows(shape):
    rows = normal_rows(*shape) * 3 + 1
    factor = covariance_factor(rows)
    assert factor.shape == (min(shape), shape[1])
    expected = np.cov(rows, rowvar=False, bias=True).reshape(shape[1], shape[1])
    assert factor.T @ factor == pytest.approx(expected, abs=1e-5)


def smoothing_of(rows):
    kernel = jitter(*rows.shape) * covariance_factor(rows)
    return kernel_shares(rows, kernel)


@pytest.mark.parametrize("shape", [(2, 3), (20, 3), (200, 8), (3000, 5)])
def test_a_single_cloud_is_smoothed_by_the_whole_kernel(shape):
    assert (smoothing_of(normal_rows(*shape)) == 1).all()


@pytest.mark.parametrize("n_rows", [60, 3000])
def test_clusters_are_smoothed_by_no_more_than_their_own_width(n_rows):
    width, apart = 0.01, 5.0
    rows = normal_rows(n_rows, 3) * width
    rows[::2] += apart
    moved = smoothing_of(rows) * np.linalg.norm(
        jitter(n_rows, 3) * covariance_factor(rows)
    )
    assert (moved > 0).all()
    assert (moved < 5 * width).all()


@pytest.mark.parametrize(
    "rows", [np.ones((1, 2)), np.ones((30, 2)), np.empty((30, 0))], ids=len
)
def test_what_does_not_vary_is_not_smoothed(rows):
    assert (smoothing_of(rows.astype(np.float32)) == 1).all()


def test_batches_stay_in_their_clusters():
    """With a kernel of the class's width half of the numbers would leave theirs."""
    rows = normal_rows(500, 2) * 0.01
    rows[::2] += 5.0
    state = TrainingState(rows, 2, (), TrainingSettings(), 0, torch.device("cpu"))
    batch = state.real(2000).numpy()
    apart = np.minimum(abs(batch), abs(batch - 5.0))
    assert np.quantile(apart, 0.99) < 0.1


def test_instance_noise_is_on_real_and_on_generated_rows():
    settings = TrainingSettings(batch_size=20_000, latent_distribution="normal")
    state = TrainingState(np.ones((30, 3)), 3, (), settings, 0, torch.device("cpu"))
    noise = state.blurred_real(0.3) - 1  # equal rows are not smoothed
    assert noise.std(dim=0).tolist() == pytest.approx([0.3] * 3, rel=0.03)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    fakes = state.fake(0.2)
    noise = fakes.blurred - fakes.rows
    assert noise.std(dim=0).tolist() == pytest.approx([0.2] * 3, rel=0.03)


@pytest.mark.parametrize("penalised", [False, True])
@pytest.mark.parametrize("loss", GAMES)
def test_gradients_of_the_discriminator_are_those_of_its_loss(loss, penalised):
    settings = TrainingSettings(loss=loss, gradient_penalty=0.7)
    state = TrainingState(normal_rows(), 3, (), settings, 0, torch.device("cpu"))
    real, fake = torch.randn(2, 40, 3, generator=rng(1))
    state.rng.manual_seed(5)
    loss, cost, logits, gradient = state.discriminator_gradient(real, fake, penalised)

    both = torch.cat([real, fake])
    players = state.discriminator(both).tensor_split(2)
    expected = state.game.discriminator(*players)
    torch.testing.assert_close(logits, torch.cat(players).detach())
    torch.testing.assert_close(loss, expected.detach())
    assert penalised or cost == 0
    if penalised:
        penalty = state.game.penalty
        points = points_between(real, fake, rng(5)) if penalty.between else both
        points.requires_grad_(True)
        (slopes,) = torch.autograd.grad(
            state.discriminator(points).sum(), points, create_graph=True
        )
        value = penalty.value(slopes.square().sum(dim=1))
        # Due at every second move only, and so twice as heavy.
        expected = expected + PENALTY_INTERVAL * 0.7 * value
    weights = list(state.discriminator.parameters())
    slope = flatten(torch.autograd.grad(expected, weights))
    torch.testing.assert_close(loss + cost, expected.detach())
    torch.testing.assert_close(gradient, slope, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("loss", GAMES)
def test_gradients_of_the_generator_are_those_of_its_loss(loss):
    settings = TrainingSettings(loss=loss, latent_distribution="neighbors")
    state = TrainingState(mixed_rows(), 2, (2,), settings, 0, torch.device("cpu"))
    state.generator_weights += 0.1 * torch.randn(
        state.generator_weights.shape, generator=rng(1)
    )
    real_logits = torch.randn(state.batch_size, generator=rng(2))
    state.rng.manual_seed(5)
    fakes = state.fake(0.2)
    found, gradient = state.generator_gradient(fakes, real_logits)

    source, generator = rng(5), state.generator
    output = generator(*state.latent.draw(state.batch_size, source))
    rows = generator.relax(output, 0.5, source)
    blurred = rows + 0.2 * torch.randn(rows.shape, generator=source)
    expected = state.game.generator(real_logits, state.discriminator(blurred))
    slope = torch.autograd.grad(expected, list(generator.parameters()))
    torch.testing.assert_close(fakes.rows, rows.detach())
    torch.testing.assert_close(found, expected.detach())
    torch.testing.assert_close(gradient, flatten(slope), rtol=1e-3, atol=1e-6)


# --- optimizers --------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_step_as_those_of_pytorch_do(name):
    ours, theirs = (Discriminator(3, (5, 4), rng=rng()) for _ in range(2))
    optimizer = OPTIMIZERS[name](as_vector(ours))
    if name == "adam":
        reference = torch.optim.Adam(theirs.parameters(), betas=ADAM_BETAS)
    else:
        reference = torch.optim.SGD(theirs.parameters(), 0.1, momentum=SGD_MOMENTUM)
    source = rng(1)
    for learning_rate in (0.1, 0.1, 0.01, 0.02):
        for weight in theirs.parameters():
            weight.grad = torch.randn(weight.shape, generator=source)
        reference.param_groups[0]["lr"] = learning_rate
        reference.step()
        gradient = flatten([weight.grad for weight in theirs.parameters()])
        optimizer.step(gradient, learning_rate)
    for weight, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(weight, expected, rtol=0, atol=1e-6)


def test_weights_as_a_vector_are_the_weights():
    network = Discriminator(3, (5,), rng=rng())
    rows = torch.ones(2, 3)
    before = network(rows)
    vector = as_vector(network)
    assert torch.equal(network(rows), before)
    vector.zero_()
    assert network(rows).tolist() == [0.0, 0.0]


def test_training_does_not_import_the_compiler_of_pytorch():
    script = (
        "import sys, numpy as np; from gansampler import GANOversampler;"
        "X = np.random.default_rng(0).normal(size=(30, 2));"
        "GANOversampler(max_iter=2).fit_resample(X, np.repeat([0, 1], [20, 10]));"
        "assert not {'torch._dynamo', 'sympy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- training ----------------------------------------------------------------------


@pytest.mark.parametrize("loss", GAMES)
@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_every_game_trains_and_records_what_happened(loss, updates):
    gan = train(loss=loss, updates=updates)
    assert list(gan.history.columns) == ["iteration", *HISTORY_COLUMNS]
    assert gan.history["iteration"].tolist() == list(range(1, 9))
    everywhere = gan.history.drop(columns="selection_distance")
    assert np.isfinite(everywhere.to_numpy()).all()
    assert gan.history["fake_probability"].between(0, 1).all()
    assert (gan.history.filter(like="gradient_norm") > 0).all(axis=None)
    rows = gan.sample(10, seed=1)
    assert rows.shape == (10, 3)
    assert np.isfinite(rows).all()


def test_history_has_the_distance_of_each_candidate_and_the_time():
    history = train(max_iter=20).history.set_index("iteration")
    judged = history["selection_distance"].dropna()
    assert judged.index.tolist() == [12, 14, 16, 18, 20]
    assert train(max_iter=20).best_iteration == judged.idxmin()
    assert history["seconds"].is_monotonic_increasing
    assert 0 < history["seconds"].iloc[0] < history["seconds"].iloc[-1] < 60


def test_candidates_are_judged_by_smoothed_rows_of_the_class():
    rows = normal_rows()
    state = TrainingState(rows, 3, (), TrainingSettings(), 0, torch.device("cpu"))
    smoothed = state.real(N_SELECTION_ROWS).numpy()
    gan = train(rows)
    found = gan.history["selection_distance"].min()
    expected = energy_distance(smoothed, gan.sample(N_SELECTION_ROWS, 0))
    assert found == pytest.approx(expected, rel=1e-6)


def test_without_a_choice_of_the_checkpoint_no_distance_is_recorded():
    history = train(checkpoint="last").history
    assert history["selection_distance"].isna().all()


def test_a_recorded_update_has_the_means_of_its_logits():
    def sigmoid(logit):
        return 1 / (1 + np.exp(-logit))

    real, fake = np.array([0.0, 2.0, 3.0]), np.array([-1.0, -3.0, 0.5])
    recorder = Recorder(torch.device("cpu"))
    recorder.record(
        (torch.tensor(real).float(), torch.tensor(fake).float()),
        losses=(torch.tensor(1.0), torch.tensor(2.0)),
        norms=(torch.tensor(3.0), torch.tensor(4.0)),
        learning_rate=0.5,
        selection_distance=0.25,
    )
    value = np.log(sigmoid(real)).mean() + np.log(1 - sigmoid(fake)).mean()
    figures = recorder.figures()
    assert figures.pop("seconds") > 0
    assert figures == pytest.approx(
        {
            "discriminator_loss": 1.0,
            "generator_loss": 2.0,
            "value": value,
            "real_probability": sigmoid(real).mean(),
            "fake_probability": sigmoid(fake).mean(),
            "discriminator_gradient_norm": 3.0,
            "generator_gradient_norm": 4.0,
            "learning_rate": 0.5,
            "selection_distance": 0.25,
        }
    )
    assert recorder.frame().iloc[0].drop(["iteration", "seconds"]).to_dict() == figures


def test_the_generator_is_the_moving_average_of_its_weights(monkeypatch):
    starts, moved = [], []
    play = training.play

    def spied(state, averaged_weights, selection, *others):
        def consider(done):
            moved.append(state.generator_weights.clone())
            return np.nan

        starts.append(state.generator_weights.clone())
        monkeypatch.setattr(selection, "consider", consider)
        return play(state, averaged_weights, selection, *others)

    monkeypatch.setattr(training, "play", spied)
    monkeypatch.setattr(training, "AVERAGE_DECAY", 0.7)
    gan = train(max_iter=30, learning_rate=0.01)
    expected = starts[0]
    for t, weights in enumerate(moved):
        decay = min(0.7, (t + 1) / (t + 10))
        expected = decay * expected + (1 - decay) * weights
    assert len(moved) == 30
    found = flatten(list(gan.generator.parameters()))
    torch.testing.assert_close(found, expected)
    assert (found - moved[-1]).abs().max() > 1e-3


def test_the_average_remembers_a_hundred_updates_in_the_end():
    assert [average_decay(t) for t in (0, 8, 10_000)] == [0.1, 0.5, 0.99]


def test_the_choice_of_the_checkpoint_does_not_change_the_training():
    best, last = train(max_iter=20), train(max_iter=20, checkpoint="last")
    differing = ["seconds", "selection_distance"]
    pd.testing.assert_frame_equal(
        best.history.drop(columns=differing), last.history.drop(columns=differing)
    )


@pytest.mark.parametrize("gradient_penalty", [0, 100])
def test_the_recorded_value_is_minus_the_loss_whatever_the_penalty(gradient_penalty):
    history = train(loss="minimax", gradient_penalty=gradient_penalty).history
    # Summed in another order: the last digit depends on the processor.
    np.testing.assert_allclose(
        history["discriminator_loss"], -history["value"], rtol=1e-6
    )


def test_recorded_gradient_norms_are_those_of_the_steps():
    # Without momentum in the first step, SGD moves by the rate times the gradient.
    settings = {"optimizer": "sgd", "checkpoint": "last", "max_iter": 1}
    start, end = train(**settings | {"max_iter": 0}), train(**settings)
    weights = [
        torch.cat([part.flatten() for part in gan.discriminator.parameters()])
        for gan in (start, end)
    ]
    moved = float((weights[1] - weights[0]).norm())
    row = end.history.iloc[0]
    step = row["learning_rate"] * row["discriminator_gradient_norm"]
    assert moved == pytest.approx(step, rel=1e-3)


@pytest.mark.parametrize("latent_distribution", ["neighbors", "normal", "uniform"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_training_moves_both_players(latent_distribution, optimizer):
    settings = {
        "latent_distribution": latent_distribution,
        "optimizer": optimizer,
        "learning_rate": 0.01,
        "checkpoint": "last",
    }
    start, end = train(max_iter=0, **settings), train(**settings)
    for player in ("generator", "discriminator"):
        before = getattr(start, player).network[0].weight
        after = getattr(end, player).network[0].weight
        assert not torch.equal(before, after)


@pytest.mark.parametrize("updates", ["alternating", "simultaneous"])
def test_paired_answers_compare_rows_by_one_discriminator(updates, monkeypatch):
    real, expected = [], []
    show, answer = TrainingState.blurred_real, TrainingState.generator_gradient

    def shown(self, noise):
        real.append(show(self, noise))
        return real[-1]

    def answered(self, fakes, real_logits):
        more_real = self.discriminator(real[-1]) - self.discriminator(fakes.blurred)
        expected.append(torch.nn.functional.softplus(more_real).mean().item())
        return answer(self, fakes, real_logits)

    monkeypatch.setattr(TrainingState, "blurred_real", shown)
    monkeypatch.setattr(TrainingState, "generator_gradient", answered)
    history = train(loss="relativistic", updates=updates).history
    assert history["generator_loss"].tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("steps", [1, 3])
def test_both_players_step_at_the_rate_and_every_second_move_is_penalised(
    steps, monkeypatch
):
    rates, penalised = {}, []

    class Still:
        def __init__(self, weights):
            self.rates = rates.setdefault(len(weights), [])

        def step(self, gradient, learning_rate):
            self.rates.append(learning_rate)

    answer = TrainingState.discriminator_gradient
    monkeypatch.setattr(
        TrainingState,
        "discriminator_gradient",
        lambda *arguments: (penalised.append(arguments[-1]), answer(*arguments))[1],
    )
    monkeypatch.setitem(OPTIMIZERS, "sgd", Still)
    train(optimizer="sgd", discriminator_steps=steps, learning_rate=0.5)
    expected = [0.5 * learning_rate_factor(t, 8) for t in range(8)]
    generator, discriminator = rates.values()
    assert generator == expected
    assert discriminator == np.repeat(expected, steps).tolist()
    assert penalised == [move % 2 == 0 for move in range(8 * steps)]


def test_the_discriminator_makes_the_steps_asked_for():
    """More steps find a lower loss against a generator that stands still."""
    settings = {"learning_rate": 1e-3, "max_iter": 30, "gradient_penalty": 0.0}
    few = train(discriminator_steps=1, **settings)
    many = train(discriminator_steps=8, **settings)
    assert (
        many.history["discriminator_loss"].iloc[:10].mean()
        < few.history["discriminator_loss"].iloc[:10].mean()
    )


def test_the_same_seed_gives_the_same_gan_and_another_seed_another():
    first, again, other = train(seed=3), train(seed=3), train(seed=4)
    assert np.array_equal(first.sample(20, 0), again.sample(20, 0))
    assert not np.array_equal(first.sample(20, 0), other.sample(20, 0))


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "start"),
    [
        (99, 3, "normal"),
        (99, 32, "normal"),
        (100, 3, "neighbors"),
        (99, 33, "neighbors"),
    ],
)
def test_few_rows_of_few_numbers_start_from_noise(n_rows, n_columns, start):
    rows = np.random.default_rng(0).normal(size=(n_rows, n_columns))
    gan = train(rows, n_numeric=n_columns, max_iter=0)
    assert gan.latent.distribution == start
    # Levels do not count.
    rows = np.hstack([rows[:, :3], np.eye(40)[np.arange(n_rows) % 40]])
    gan = train(rows, n_numeric=3, sizes=(40,), max_iter=0)
    assert gan.latent.distribution == ("normal" if n_rows < 100 else "neighbors")


def test_a_trained_generator_is_nearer_to_the_class_than_an_untrained_one():
    rows = normal_rows(300)
    untrained = train(rows, max_iter=0, latent_distribution="normal")
    trained = train(rows, max_iter=200, latent_distribution="normal")
    test = normal_rows(300, seed=1)
    assert energy_distance(test, trained.sample(300, 0)) < 0.1
    assert energy_distance(test, untrained.sample(300, 0)) > 0.3


def test_levels_depend_on_numbers_as_they_do_in_the_class():
    gan = train(mixed_rows(), n_numeric=2, sizes=(2,), max_iter=150)
    rows = gan.sample(2000, 0)
    high = rows[:, 0] > 1.3
    assert rows[high, 3].mean() > 0.7
    assert rows[~high & (rows[:, 0] < 0), 3].mean() < 0.15


def test_levels_appear_at_the_rates_asked_for():
    gan = train(mixed_rows(), n_numeric=2, sizes=(2,), max_iter=60)
    gan.match_categories(np.array([0.8, 0.2]), seed=5)
    assert gan.sample(8000, 6)[:, 3].mean() == pytest.approx(0.2, abs=0.02)


def test_the_best_checkpoint_is_one_of_the_second_half():
    gan = train(max_iter=50)
    assert gan.best_iteration in (30, 35, 40, 45, 50)
    assert train(max_iter=50, checkpoint="last").best_iteration == 50


def test_rejection_keeps_the_rows_that_look_real():
    gan = train(max_iter=20)

    def mean_logit(rate):
        return gan.logits(gan.sample(2000, 0, rejection_rate=rate)).mean()

    assert gan.sample(7, 0, rejection_rate=0.3).shape == (7, 3)
    assert mean_logit(0.5) > mean_logit(0.0)


def test_rejection_leaves_rows_in_the_order_they_were_drawn():
    gan = train(max_iter=20)
    block = next(gan.blocks(0, rejection_rate=0.5))
    first, second = np.split(gan.logits(block), 2)
    error = np.sqrt(2 * first.var() / len(first))
    assert abs(first.mean() - second.mean()) < 4 * error


def test_rejection_leaves_the_rates_of_levels_as_asked_for():
    gan = train(mixed_rows(), n_numeric=2, sizes=(2,), max_iter=60)
    gan.match_categories(np.array([0.8, 0.2]), seed=5, rejection_rate=0.5)
    rows = gan.sample(8000, 6, rejection_rate=0.5)
    assert rows[:, 3].mean() == pytest.approx(0.2, abs=0.02)


def test_rows_are_made_in_blocks_that_fit_the_memory(monkeypatch):
    """Also where many are drawn, or nearly all of them are rejected."""
    sizes = []
    gan = train()
    original = gan._sample_chunk
    monkeypatch.setattr(
        gan, "_sample_chunk", lambda n, rng: (sizes.append(n), original(n, rng))[1]
    )
    assert np.isfinite(gan.sample(20_000, 0)).all()
    assert (min(sizes), max(sizes)) == (FIRST_BLOCK, LARGEST_BLOCK)
    sizes.clear()
    assert gan.sample(100, 0, rejection_rate=0.999).shape == (100, 3)
    assert set(sizes) == {LARGEST_BLOCK}


def test_an_observer_sees_each_update_and_can_stop():
    seen = []

    def stop_at_three(iteration, figures):
        seen.append((iteration, sorted(figures)))
        return iteration == 3

    gan = train_gan(
        normal_rows(),
        n_numeric=3,
        settings=TrainingSettings(max_iter=8),
        seed=0,
        observer=stop_at_three,
    )
    assert [iteration for iteration, _ in seen] == [1, 2, 3]
    assert seen[0][1] == sorted(HISTORY_COLUMNS)
    assert len(gan.history) == 3
    assert gan.best_iteration == 3


def test_a_training_that_is_stopped_takes_no_memory_for_what_it_left_out():
    settings = TrainingSettings(max_iter=10**12)
    gan = train_gan(
        normal_rows(),
        n_numeric=3,
        settings=settings,
        seed=0,
        observer=lambda iteration, figures: iteration == 2,
    )
    assert gan.history["iteration"].tolist() == [1, 2]


def test_histories_of_more_updates_than_are_worked_out_at_once_are_whole():
    n = 2 * RECORDED_AT_ONCE + 3
    seen = []
    settings = {"max_iter": n, "hidden_layer_sizes": (4,), "checkpoint": "last"}
    expected = train(**settings).history.drop(columns="seconds")
    observed = train_gan(
        normal_rows(),
        n_numeric=3,
        settings=TrainingSettings(**settings),
        seed=0,
        observer=lambda iteration, figures: seen.append(figures),
    ).history.drop(columns="seconds")
    assert expected["iteration"].tolist() == list(range(1, n + 1))
    figures = pd.DataFrame(seen).drop(columns="seconds")
    for found in (observed, figures):
        pd.testing.assert_frame_equal(found, expected[found.columns], rtol=1e-6)


def test_observers_may_take_gradients_and_so_may_users_of_what_was_trained():
    def slope_of_a_square(iteration, figures):
        x = torch.ones(1, requires_grad=True)
        (x**2).backward()
        slopes.append(x.grad.item())

    slopes = []
    settings = TrainingSettings(max_iter=2)
    gan = train_gan(
        normal_rows(),
        n_numeric=3,
        settings=settings,
        seed=0,
        observer=slope_of_a_square,
    )
    assert slopes == [2.0, 2.0]
    row = torch.ones(1, 3, requires_grad=True)
    gan.discriminator(row).sum().backward()
    assert (row.grad != 0).any()
    weights = gan.generator.requires_grad_(True).network[0].weight
    gan.generator(*gan.latent.draw(4, rng())).sum().backward()
    assert weights.grad.shape == weights.shape


def test_a_loss_that_is_not_finite_is_caught_before_the_step(monkeypatch):
    monkeypatch.setattr(
        TrainingState, "real", lambda self, n: torch.full((n, 3), torch.nan)
    )
    with pytest.raises(TrainingDivergedError) as error:
        train()
    assert str(error.value) == (
        "Training on the rows diverged: the discriminator's loss is nan at iteration "
        "1. Lower learning_rate; with optimizer='sgd', lower gradient_penalty first."
    )


def test_a_penalty_that_is_not_finite_is_caught_though_it_is_not_recorded(monkeypatch):
    def infinite(self, activations):
        return torch.tensor(torch.inf)

    monkeypatch.setattr(TrainingState, "_add_penalty", infinite)
    with pytest.raises(TrainingDivergedError, match="discriminator's loss is inf at"):
        train()


def test_where_sgd_diverges_a_lighter_penalty_helps_as_the_message_says():
    rows = normal_rows(40, 1)
    settings = {"optimizer": "sgd", "learning_rate": 0.1, "max_iter": 60}
    for weight in (None, 10):
        with pytest.raises(TrainingDivergedError, match=r"gradient_penalty first\.$"):
            train(rows, n_numeric=1, gradient_penalty=weight, **settings)
    assert len(train(rows, n_numeric=1, gradient_penalty=0.3, **settings).history) == 60


@pytest.mark.parametrize("n_columns", [2, 10])
def test_sgd_plays_the_wasserstein_game_as_documented(n_columns):
    rows = normal_rows(60, n_columns)
    settings = {"loss": "wasserstein", "optimizer": "sgd", "learning_rate": 0.02}
    gan = train(
        rows, n_numeric=n_columns, gradient_penalty=0.3, max_iter=200, **settings
    )
    assert len(gan.history) == 200


@pytest.mark.parametrize("checkpoint", ["best", "last"])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_last_step_that_leads_nowhere_is_a_divergence(
    monkeypatch, player, checkpoint
):
    settings = {"hidden_layer_sizes": (5,), "latent_distribution": "normal"}
    untrained = train(max_iter=0, **settings)
    n_weights = len(flatten(list(getattr(untrained, player).parameters())))

    class Leap:
        def __init__(self, weights):
            self.weights = weights

        def step(self, gradient, learning_rate):
            if len(self.weights) == n_weights:
                self.weights.fill_(torch.nan)

    monkeypatch.setitem(OPTIMIZERS, "sgd", Leap)
    with pytest.raises(TrainingDivergedError) as error:
        train(
            max_iter=1,
            optimizer="sgd",
            updates="simultaneous",
            checkpoint=checkpoint,
            **settings,
        )
    assert str(error.value) == (
        f"Training on the rows diverged: the {player}'s output is nan at iteration 1. "
        "Lower learning_rate; with optimizer='sgd', lower gradient_penalty first."
    )


@pytest.mark.parametrize("stop_at", [None, 7])
def test_the_last_update_is_looked_at_where_looks_are_rare(monkeypatch, stop_at):
    """On a GPU not each update is, which here is played on the CPU."""
    monkeypatch.setattr(training, "look_is_cheap", lambda device: False)
    settings = TrainingSettings(
        max_iter=10, learning_rate=1e8, latent_distribution="normal"
    )
    message = f"is nan at iteration {stop_at or 10}. Lower learning_rate"
    with pytest.raises(TrainingDivergedError, match=message):
        train_gan(
            normal_rows(),
            n_numeric=3,
            settings=settings,
            seed=0,
            observer=lambda iteration, figures: iteration == stop_at,
        )


def test_training_leaves_global_state_and_the_rows_alone(global_state):
    rows = normal_rows()
    before = global_state()
    train(rows)
    assert global_state() == before
    assert np.array_equal(rows, normal_rows())


@pytest.mark.parametrize("settings", [{}, {"latent_distribution": "neighbors"}])
def test_a_trained_gan_shares_nothing_with_the_rows(settings):
    rows = normal_rows()
    gan = train(rows, **settings)
    before = gan.sample(20, 0)
    rows[:] = 0
    assert np.array_equal(gan.sample(20, 0), before)
    rows = normal_rows()
    rows.flags.writeable = False
    assert np.array_equal(train(rows, **settings).sample(20, 0), before)


def test_settings_have_the_names_and_defaults_of_the_sampler():
    ours = inspect.signature(TrainingSettings).parameters
    theirs = inspect.signature(GANOversampler).parameters
    assert [name for name in theirs if name in ours] == list(ours)
    for name, parameter in ours.items():
        assert parameter.default == theirs[name].default, name
        constraints = [
            cls._parameter_constraints[name]
            for cls in (TrainingSettings, GANOversampler)
        ]
        assert constraints[0] == constraints[1] or name == "max_iter"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", "gan"),
        ("latent_distribution", "neighbours"),
        ("updates", "simultanous"),
        ("optimizer", "Adam"),
        ("checkpoint", "Best"),
        ("learning_rate", -1),
        ("learning_rate", 1e39),
        ("learning_rate", np.nan),
        ("gradient_penalty", -1.0),
        ("max_iter", -1),
        ("batch_size", 1),
        ("hidden_layer_sizes", 64),
        ("hidden_layer_sizes", (64, 0)),
    ],
)
def test_settings_without_a_meaning_are_refused(name, value):
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of TrainingSettin"):
        TrainingSettings(**{name: value})


def test_settings_that_were_refused_say_what_is_known():
    with pytest.raises(ValueError, match="simultanous") as error:
        TrainingSettings(updates="simultanous")
    assert str(error.value).startswith(
        "The 'updates' parameter of TrainingSettings must be a str among {"
    )


@pytest.mark.parametrize("shape", [(60, 4), (60, 2), (0, 3), (60,), (60, 0)])
def test_rows_of_another_shape_are_refused(shape):
    n_numeric, sizes = (0, ()) if shape == (60, 0) else (1, (2,))
    width = n_numeric + sum(sizes)
    with pytest.raises(ValueError, match=r"^rows must have") as error:
        train(np.zeros(shape), n_numeric=n_numeric, sizes=sizes)
    assert str(error.value) == (
        f"rows must have n_numeric + sum(category_sizes) = {width} columns and at "
        f"least one row and column. Got shape {shape}: pass encoded rows, as "
        "TableEncoder makes them, and the sizes of their parts."
    )


@pytest.mark.parametrize("cell", [np.nan, np.inf, 1e39])
def test_rows_that_are_not_finite_are_refused(cell):
    rows = normal_rows().astype(float)
    rows[3, 1] = cell
    with pytest.raises(ValueError, match=r"^rows must hold finite numbers") as error:
        train(rows)
    assert str(error.value) == (
        "rows must hold finite numbers of float32. Got NaN or infinite cells: fill or "
        "drop them, and scale columns to unit variance."
    )


def test_a_pickle_holds_each_weight_once():
    gan = train(hidden_layer_sizes=(64,) * 6, max_iter=2)
    weights = sum(4 * weight.numel() for weight in gan.parameters())
    assert weights < len(pickle.dumps(gan)) < 1.5 * weights


def test_a_small_draw_is_the_start_of_a_large_one():
    gan = train(max_iter=3)
    for rate in (0.0, 0.4):
        many = gan.sample(9000, 0, rejection_rate=rate)
        for n_rows in (1, 300, 5000):
            few = gan.sample(n_rows, 0, rejection_rate=rate)
            assert np.array_equal(few, many[:n_rows])
