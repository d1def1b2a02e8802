"""Every network under every likelihood: its score is the slope of its log-likelihood."""

import itertools

import numpy as np
import pytest
from scipy.special import expit

import stattools as st
from stattools.networks import network_model
from stattools.networks.perceptron import Activation, Dense

generator = np.random.default_rng(3)
X = generator.normal(size=(12, 3)) * [1.0, 5.0, 0.1] + [0.0, 2.0, -7.0]
OUTCOMES = {
    "bernoulli": (generator.integers(0, 2, 12), None),
    "categorical": (np.resize(["red", "green", "blue"], 12), None),
    "gaussian": (generator.normal(size=12) * 3 + 40, None),
    "poisson": (generator.integers(0, 9, 12), st.Poisson()),
}
SHAPES = [
    (name, kind, norm, hidden)
    for name, kind, norm in itertools.product(OUTCOMES, ("sigmoid", "tanh", "relu"), (False, True))
    for hidden in ([4], [3, 2])
]


def build(name, kind, norm, hidden, **options):
    y, likelihood = OUTCOMES[name]
    return st.network(y, X, hidden=hidden, activation=kind, batch_norm=norm, likelihood=likelihood, **options)


@pytest.mark.parametrize(("name", "kind", "norm", "hidden"), SHAPES, ids=str)
def test_score_is_the_slope_of_loglik(name, kind, norm, hidden):
    model = build(name, kind, norm, hidden)
    theta = model.start + 0.1 * np.random.default_rng(1).standard_normal(len(model.start))
    h = 1e-5
    slope = [(model.loglik(theta + h * e) - model.loglik(theta - h * e)) / (2 * h) for e in np.eye(len(theta))]
    np.testing.assert_allclose(model.score(theta), slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OUTCOMES)
def test_weights_of_two_are_rows_twice_and_order_does_not_matter(name):
    weights = np.resize([1.0, 2.0, 0.0, 3.0], 12)
    weighted = build(name, "tanh", False, [4], weights=weights)
    rows = np.repeat(np.arange(12), weights.astype(int))[::-1]
    y, likelihood = OUTCOMES[name]
    again = st.network(y[rows], X[rows], hidden=[4], activation="tanh", likelihood=likelihood)
    if weighted.labels == again.labels:
        theta = weighted.start
        assert weighted.loglik(theta) == pytest.approx(again.loglik(theta), rel=1e-12)
        np.testing.assert_allclose(weighted.score(theta), again.score(theta), rtol=1e-10, atol=1e-12)


def test_nothing_overflows():
    for kind in ("sigmoid", "tanh", "relu"):
        A, back = Activation(kind).forward(np.empty(0), np.array([[-1e4, 1e4]]))
        assert np.isfinite(A).all()
        assert np.isfinite(back(np.ones((1, 2)))[1]).all()
    model = build("categorical", "relu", False, [4])
    assert np.isfinite(model.loglik(1e3 * model.start))
    assert np.isfinite(model.score(1e3 * model.start)).all()


def torch_loglik(torch, model, parts, rows):
    """The network by torch's own functions: batch norm, activations and losses."""
    functional = torch.nn.functional
    X = torch.tensor(model.inputs(model.rows.X))
    for layer, part in zip(model.perceptron.layers, parts, strict=True):
        if isinstance(layer, Dense):
            split = layer.inputs * layer.outputs
            X = X @ part[:split].reshape(layer.inputs, layer.outputs) + part[split:]
        elif isinstance(layer, Activation):
            X = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}[layer.kind](X)
        else:
            frozen = layer.moments is not None
            moments = [torch.tensor(m) for m in (layer.moments.mean, layer.moments.variance)] if frozen else [None] * 2
            gamma, beta = part[: layer.features], part[layer.features :]
            X = functional.batch_norm(X, *moments, gamma, beta, training=not frozen, eps=layer.epsilon)
    y = torch.tensor(rows)
    match model.likelihood:
        case st.Categorical():
            full = torch.cat([torch.zeros(len(X), 1, dtype=X.dtype), X], dim=1)
            return -functional.cross_entropy(full, y.long(), reduction="sum")
        case st.Bernoulli():
            return -functional.binary_cross_entropy_with_logits(X[:, 0], y, reduction="sum")
        case st.Poisson():
            loss = functional.poisson_nll_loss(X[:, 0], y, log_input=True, reduction="sum")
            return -loss - torch.lgamma(y + 1).sum()
    y = (y - model.middle) / model.unit
    scale = torch.sqrt(((X[:, 0] - y) ** 2).mean()).detach() * model.unit  # at its maximum it has no slope
    return torch.distributions.Normal(model.middle + model.unit * X[:, 0], scale).log_prob(torch.tensor(rows)).sum()


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("name", "kind", "norm", "hidden"), SHAPES, ids=str)
def test_the_same_gradient_as_torch_where_it_is_installed(name, kind, norm, hidden, frozen):
    torch = pytest.importorskip("torch")
    model = build(name, kind, norm, hidden)
    theta = model.start + 0.1 * np.random.default_rng(1).standard_normal(len(model.start))
    model = model.freeze(1.1 * theta) if frozen else model
    parts = [torch.tensor(part, requires_grad=True) for part in model.perceptron.parts(theta)]
    loglik = torch_loglik(torch, model, parts, model.rows.y)
    loglik.backward()
    assert model.loglik(theta) == pytest.approx(loglik.item(), rel=1e-12)
    twin = np.concatenate([part.grad for part in parts if len(part)])
    np.testing.assert_allclose(model.score(theta), twin, rtol=1e-9, atol=1e-11)


def test_the_hand_written_network_agrees():
    """One hidden layer by loops, as people write it."""
    model = build("bernoulli", "sigmoid", False, [4])
    theta, inputs, y = model.start, model.inputs(model.rows.X), model.rows.y
    (W1, b1), (W2, b2) = model.perceptron.layers[0].parts(theta[:16]), model.perceptron.layers[2].parts(theta[16:])
    total, score = 0.0, np.zeros(len(theta))
    for x, t in zip(inputs, y, strict=True):
        a = [expit(sum(x[i] * W1[i, j] for i in range(3)) + b1[j]) for j in range(4)]
        eta = sum(a[j] * W2[j, 0] for j in range(4)) + b2[0]
        total += t * eta - np.log1p(np.exp(eta))
        delta = t - expit(eta)
        for j in range(4):
            back = delta * W2[j, 0] * a[j] * (1 - a[j])
            for i in range(3):
                score[i * 4 + j] += back * x[i]
            score[12 + j] += back
            score[16 + j] += delta * a[j]
        score[20] += delta
    assert model.loglik(theta) == pytest.approx(total, rel=1e-13)
    np.testing.assert_allclose(model.score(theta), score, rtol=1e-12)


@pytest.mark.parametrize("held", [0, network_model.HELD])
def test_room_for_a_batch_changes_no_number(monkeypatch, held):
    """Twin: the same rows gathered into new arrays; the formula's intercept makes the inputs a slice of the design."""
    monkeypatch.setattr(network_model, "HELD", held)
    table = {"y": OUTCOMES["categorical"][0], "a": X[:, 0], "b": X[:, 1]}
    for model in (build("categorical", "tanh", False, [4]), st.network("y ~ a + b", table, hidden=[4])):
        theta, inputs, before = model.start, model.input_rows(5), model.rows.X.copy()
        for rows in (np.array([7, 2, 9]), np.array([1, 2, 3, 4, 5])):  # the second overwrites the room of the first
            ours, twin = model.of_rows(theta, rows, 1, None, inputs), model.of_rows(theta, rows)
            assert ours.loglik == twin.loglik
            np.testing.assert_array_equal(ours.score, twin.score)
        np.testing.assert_array_equal(model.rows.X, before)
