"""Every verb that takes a count refuses what memory does not hold, before anything is tried, and no foreign error."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.interface import memory
from stattools.interface.memory import draws_shape, free_memory, require_memory

X = np.arange(12.0)
Y = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 8.0, 7.0, 9.0, 12.0, 10.0, 11.0])
OLS = st.ols(Y, X)
LEVEL = st.fit(st.local_level(Y))
SMOOTH = st.fit(st.exponential_smoothing(Y))
COIN = st.posterior(st.coin([1, 0, 1, 1]))
LOGISTIC = st.logistic([0, 1, 0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0, 1.0, 4.0])

ASKED = {
    "bootstrap": lambda k: st.bootstrap(OLS, draws=k, seed=1),
    "posterior": lambda k: st.posterior(LOGISTIC, prior=st.Normal(0, 1), draws=k, seed=1),
    "chains": lambda k: st.posterior(LOGISTIC, prior=st.Normal(0, 1), draws=k, chains=3, seed=1, method="laplace"),
    "forecast": lambda k: LEVEL.forecast(k),
    "forecast of smoothing": lambda k: SMOOTH.forecast(k),
    "states": lambda k: st.simulate_states(LEVEL, draws=k, seed=1),
    "fit to ArviZ": lambda k: st.to_arviz(st.fit(OLS), draws=k, seed=1),
    "exact to ArviZ": lambda k: COIN.to_arviz(k, seed=1),
    "PSIS": lambda k: COIN.loo().table(k, seed=1),
    "sample": lambda k: COIN.sample(k, seed=1),
    "predictive": lambda k: COIN.predictive(5).sample(k, seed=1),
    "contrast": lambda k: st.difference(st.Beta(1, 2), st.Beta(3, 4)).sample(k, seed=1),
    "Dirichlet": lambda k: st.Dirichlet([1.0, 2.0, 3.0]).sample(k, seed=1),
    "prior": lambda k: st.HalfCauchy(1.0).sample(k, seed=1),
    "Wishart": lambda k: st.NormalInverseWishart(np.zeros(2), 1.0, 4.0, np.eye(2)).sample(k, seed=1),
    "regression": lambda k: st.posterior(
        OLS, prior=st.NormalInverseGammaRegression(np.zeros(2), np.eye(2), 1.0, 1.0)
    ).sample(k, seed=1),
    "units": lambda k: st.network(Y, X[:, None], hidden=[k], likelihood=st.Gaussian()),
    "members": lambda k: st.fit(st.network(Y, X[:, None], hidden=[1], likelihood=st.Gaussian()), members=k),
    "bins": lambda k: st.fit(LOGISTIC).calibration(k),
}


@pytest.mark.parametrize("verb", ASKED)
@pytest.mark.parametrize("count", [10**10, 10**12])
def test_counts_that_memory_does_not_hold_are_refused_at_once(verb, count, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 8e9)
    with pytest.raises(DomainError, match=r"would take [\d,.]+ [GT]B of memory, and 8\.0 GB is free\. \w"):
        ASKED[verb](count)


@pytest.mark.parametrize("verb", ASKED)
@pytest.mark.parametrize(
    "count",
    [0, -1, True, 2.5, "10", None, float("nan"), float("inf"), 10**400, 10**5000, -(10**5000), [10]],
    ids=lambda v: f"{type(v).__name__} {v}"[:12] if not isinstance(v, int) or abs(v) < 9 else f"{v.bit_length()} bits",
)
def test_counts_of_another_kind_are_refused_by_name(verb, count):
    if count is None and verb in ("members", "fit to ArviZ"):
        return  # one network, and the usual number
    with pytest.raises(DomainError, match=r"whole number|at most 2"):
        ASKED[verb](count)


def test_columns_of_a_formula_are_counted_before_they_are_made(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e9)
    n = 20_000
    table = {"y": np.arange(n) % 7.0, "a": np.arange(n) % 300, "b": np.arange(n) % 71, "x": np.arange(n) % 1009.0}
    with pytest.raises(DomainError, match=r"C\(b\)'? alone has 21,300.*leave an identifier out|21,300 levels"):
        st.ols("y ~ C(a):C(b)", table)
    with pytest.raises(DomainError, match=r"7,501 columns of .* in 20,000 rows would take 3\.6 GB of memory"):
        st.ols("y ~ C(a):bs(x, df=25)", table)


def test_new_rows_of_a_formula_are_counted_too(monkeypatch):
    n = 600
    fit = st.fit(st.ols("y ~ C(a, contr.sum)", {"y": np.arange(n) % 7.0, "a": np.arange(n) % 300}))
    monkeypatch.setattr(memory, "free_memory", lambda: 2e8)
    with pytest.raises(DomainError, match=r"301 columns of .* in 100,000 rows would take 722\.4 MB"):
        fit.predict({"a": np.arange(100_000) % 300})


def test_covariances_and_batches_are_counted_too(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e9)
    with pytest.raises(DomainError, match=r"The covariance of 9,000 parameters would take 2\.6 GB"):
        st.fit(st.multinomial(np.ones(9_000, dtype=int)))
    with pytest.raises(DomainError, match=r"outcomes= of shape \(10000000, 12\) would take 2\.9 GB.*some of them"):
        st.fit_many(OLS, outcomes=np.broadcast_to(Y, (10_000_000, 12)))
    posterior = st.posterior(LOGISTIC, prior=st.Normal(0, 1), seed=1, method="laplace")
    with pytest.raises(DomainError, match=r"4,000 draws of 100,000 rows would take 6\.4 GB.*fewer rows"):
        posterior.predict(np.ones((100_000, 1)))


def test_dates_that_pandas_does_not_have_are_refused_before_the_steps_are_taken():
    dated = pd.Series(Y, index=pd.date_range("2020", periods=12, freq="D").as_unit("ns"))
    with pytest.raises(DomainError, match=r"1,000,000 steps after 2020-01-12 .* are beyond what its kind of time"):
        st.fit(st.local_level(dated)).forecast(10**6)
    counted = pd.Series(Y, index=np.arange(12) + np.int64(2**63 - 100))
    for model in (st.local_level(counted), st.exponential_smoothing(counted)):
        with pytest.raises(DomainError, match=r"100 steps after .* are beyond"):
            st.fit(model).forecast(100)


def test_what_fits_is_made(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 0.0)
    assert st.bootstrap(OLS, draws=10.0, seed=1).draws.shape == (10, 2)  # too small to be looked at
    assert draws_shape(np.int64(3), (2,)) == (3, 2)


def test_memory_is_that_of_the_machine_and_of_the_control_group(tmp_path, monkeypatch):
    whole = free_memory()
    assert 1e7 < whole < 1e14
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("600000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000\n")
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    assert not Path("/proc/self/cgroup").exists() or free_memory() == 500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory() > 1e7


def test_the_sentence_has_the_memory_and_what_to_do(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e9)
    with pytest.raises(
        DomainError, match=r"^9 draws would take 8,000 TB of memory, and 1\.0 GB is free\. Ask for 1\.$"
    ):
        require_memory("9 draws", 10**15, "Ask for 1.")
    require_memory("9 draws", 10**8, "Ask for 1.")


class Full:
    """A column whose conversion finds no memory."""

    def __iter__(self):
        raise MemoryError

    def __array__(self, *_, **__):
        raise MemoryError

    def __len__(self):
        return 12


@pytest.mark.parametrize(
    "ask",
    [
        lambda: st.ols(Y, [Full()] * 12),
        lambda: st.ols(Full(), X),
        lambda: st.ols("y ~ x", {"y": Y, "x": Full()}),
        lambda: st.ols("y ~ x", {"y": Y, "x": X}, weights=Full()),
        lambda: st.Beta(Full(), 1),
        lambda: st.Normal(Full(), 1),
        lambda: st.Dirichlet(Full()),
        lambda: st.normal(Full()),
        lambda: st.coin([Full()] * 12),
        lambda: st.exponential_moments([Full()] * 12, half_life=1.0),
        lambda: st.local_level(Full()),
        lambda: st.decay_weights(Full(), half_life=2.0),
        lambda: st.fit(OLS).test(Full()),
        lambda: st.fit(OLS, cov=st.Cluster(Full())),
    ],
)
def test_want_of_memory_is_not_told_as_a_fault_of_the_values(ask):
    with pytest.raises(MemoryError):
        ask()
