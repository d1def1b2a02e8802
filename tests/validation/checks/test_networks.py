"""Networks against their layers written again; planted faults are found."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.networks.perceptron import FUNCTIONS, BatchNorm, Dense
from stattools.validation.checks.samples import LAYERS, loglik_again

RNG = np.random.default_rng(5)
X = RNG.normal(size=(80, 3)) * [1.0, 20.0, 0.1] + [0.0, 5.0, 1.0]
OUTCOMES = {
    "Bernoulli": (np.hypot(X[:, 0], X[:, 2] - 1.0) > 0.8).astype(int),
    "Categorical": RNG.choice(["a", "b", "c"], 80),
    "Gaussian": np.sin(X[:, 0]) + 0.1 * RNG.normal(size=80),
    "Poisson": RNG.poisson(np.exp(0.5 * X[:, 0])),
}


def fitted(outcome, activation="tanh", batch_norm=False, **options):
    options |= {"activation": activation, "batch_norm": batch_norm}
    if outcome == "Poisson":
        options["likelihood"] = st.Poisson()
    model = st.network(OUTCOMES[outcome], X, hidden=[5, 4], **options)
    return st.fit(model, solver=st.LBFGS(max_steps=15), seed=1, penalty=st.Ridge(0.1))


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("activation, batch_norm", [("tanh", False), ("sigmoid", True), ("relu", False)])
def test_every_network_agrees(outcome, activation, batch_norm):
    found = st.validate(fitted(outcome, activation, batch_norm))
    assert found.ok, found.sentence
    assert found.loglik == pytest.approx(found.reference_loglik, rel=1e-11)
    assert len(found.table()) == 6
    assert "agree" in str(found)


def test_every_layer_is_written_again():
    assert LAYERS.keys() == {Dense.title, BatchNorm.title, *FUNCTIONS}


def test_frequency_weights_count():
    weights = RNG.integers(0, 4, 80)
    assert st.validate(fitted("Gaussian", weights=weights)).ok


def test_a_wrong_slope_is_found(monkeypatch):
    fit = fitted("Categorical")
    own = Dense.own
    monkeypatch.setattr(Dense, "own", lambda *args, **named: 0.99 * own(*args, **named))
    found = st.validate(fit)
    assert not found.ok
    assert "do not agree" in found.sentence


def test_a_wrong_log_likelihood_is_found(monkeypatch):
    fit = fitted("Bernoulli")
    right = loglik_again(fit.model, fit.estimate)
    moved = replace(fit.model, center=fit.model.center + 0.01)
    assert abs(moved.loglik(fit.estimate) - right) > 1e-6
    monkeypatch.setattr("stattools.validation.checks.samples.loglik_again", lambda model, theta: right + 1e-4)
    assert not st.validate(fit).ok


def test_a_report_takes_it(tmp_path):
    fit = fitted("Bernoulli")
    path = st.report(fit, st.validate(fit), to=tmp_path / "network")
    assert "The layers written again" in path.read_text(encoding="utf-8")
