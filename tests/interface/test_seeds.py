"""One check for every `seed=`."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.interface.seeds import generator, poisson_counts

MODEL = st.logistic([0, 1, 0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0, 1.0, 4.0])
SEEDED = {
    "bootstrap": lambda seed: st.bootstrap(MODEL, draws=10, seed=seed),
    "posterior": lambda seed: st.posterior(MODEL, prior=st.Normal(0, 1), draws=4, seed=seed, method="laplace"),
    "states": lambda seed: st.simulate_states(st.local_level([1.0, 2.0, 4.0, 3.0]), [1.0, 1.0], draws=2, seed=seed),
    "fit to ArviZ": lambda seed: st.to_arviz(st.fit(MODEL), draws=10, seed=seed),
    "sample": lambda seed: st.Beta(1, 2).sample(3, seed=seed),
    "prior": lambda seed: st.Cauchy(0, 1).sample(3, seed=seed),
    "likelihood": lambda seed: st.Poisson().sample(np.zeros(3), seed=seed),
    "network": lambda seed: st.fit(st.network([1.5, 2.0, 4.0, 3.0], np.arange(4.0)[:, None], hidden=[1]), seed=seed),
    "residuals": lambda seed: st.fit(MODEL).residuals_of("quantile", seed=seed),
}


@pytest.mark.parametrize("verb", SEEDED)
@pytest.mark.parametrize(
    "seed", [-1, True, 2.5, "10", float("nan"), float("inf"), 10**5000, [1, 2]], ids=lambda v: f"{type(v)}"[8:]
)
def test_seeds_of_another_kind_are_refused_by_name(verb, seed):
    with pytest.raises(st.DomainError, match=r"seed= is (one whole number|at most)"):
        SEEDED[verb](seed)


def test_a_seed_and_its_generator_are_the_same():
    big = 2**127 + 1  # as numpy's SeedSequence().entropy
    for seed in (7, 7.0, np.int64(7), big):
        assert generator(seed).random() == np.random.default_rng(int(seed)).random()
    given = np.random.default_rng(3)
    assert generator(given) is given


def test_counts_beyond_whole_numbers_are_refused():
    assert poisson_counts(np.random.default_rng(0), np.array([1e17])).dtype.kind == "i"
    for mean in (1e19, 1e300):
        with pytest.raises(DomainError, match="whole numbers end at"):
            poisson_counts(np.random.default_rng(0), np.array([1.0, mean]))
    fit = st.fit(st.zero_inflated("y ~ x", {"y": [0, 0, 0, 4, 0, 6, 5, 0, 7], "x": [1.0, 2, 3, 1, 2, 3, 2, 1, 2]}))
    with pytest.raises(DomainError, match="whole numbers end at"):
        st.power(fit, "Intercept", effect=1e300, draws=10, seed=1)
