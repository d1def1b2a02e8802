import itertools

import numpy as np
import pytest

import stattools as st

generator = np.random.default_rng(0)
X = generator.normal(size=(60, 3))
OUTCOMES = {
    "categorical": (generator.integers(1, 4, 60), None),
    "gaussian": (2.0 * X[:, 0] + generator.normal(size=60), None),
    "poisson": (generator.integers(0, 9, 60), st.Poisson()),
}


def build(name, **options):
    y, likelihood = OUTCOMES[name]
    return st.network(y, X, hidden=[6], likelihood=likelihood, **options)


@pytest.mark.parametrize(
    ("name", "kind", "norm"), list(itertools.product(OUTCOMES, ("sigmoid", "tanh", "relu"), (False, True))), ids=str
)
def test_a_rate_far_too_large_is_an_error_with_cause_and_layer(name, kind, norm):
    """Bounded units never overflow: there the likelihood gives the training away."""
    says = r"training by Adam\(rate=1000000.0, .*diverged.*layer \d \((dense|batch norm)\).* Use a smaller rate"
    with pytest.raises(st.ConvergenceError, match=says):
        st.fit(build(name, activation=kind, batch_norm=norm), solver=st.Adam(rate=1e6), seed=0)


def test_the_last_step_is_checked_too():
    with pytest.raises(st.ConvergenceError, match="are not finite"):
        st.fit(build("categorical", activation="relu"), solver=st.Adam(rate=1e200, epochs=1, validation=0.0), seed=0)


def test_lbfgs_is_not_told_to_use_a_smaller_rate():
    model = st.network(OUTCOMES["gaussian"][0], X * 1e100, hidden=[6], activation="relu", standardize=False)
    with pytest.raises(st.ConvergenceError, match=r"layer 1 \(dense\) are not finite. Use standardize=True"):
        st.fit(model, seed=0)


@pytest.mark.parametrize("size", [300, 10**7])
def test_large_counts_and_large_penalties_are_no_divergence(size):
    y = size + OUTCOMES["poisson"][0]
    fit = st.fit(st.network(y, X, hidden=[], likelihood=st.Poisson()), seed=0)
    assert fit.loglik == pytest.approx(st.fit(st.poisson(y, X)).loglik, rel=1e-3)
    strong = st.fit(st.network(OUTCOMES["categorical"][0], X, hidden=[6]), penalty=st.Ridge(1e12), seed=0)
    counts = np.bincount(OUTCOMES["categorical"][0])[1:]
    # Beside such a penalty the biases' slope is next to nothing: L-BFGS leaves them near the shares, not at them.
    assert strong.loglik == pytest.approx(float(counts @ np.log(counts / 60)), rel=1e-2)


def test_a_slow_training_is_no_divergence():
    fit = st.fit(build("categorical"), solver=st.Adam(rate=1e-9, epochs=3), seed=0)
    assert fit.reason == "the limit of 3 epochs"


def test_new_rows_that_overflow_are_named():
    fit = st.fit(build("gaussian", activation="relu"), solver=st.LBFGS(max_steps=5), seed=0)
    rows = X[:3].copy()
    rows[1] = 1.7e308
    with pytest.raises(st.DomainError, match=r"overflows in row 1 .* 1.7e\+308"):
        fit.mean(rows)
