from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.conventions import search as sampled_rows
from stattools.validation.conventions.search import CONVENTIONS, LARGE, explore, far, sample_of, screened
from stattools.validation.conventions.state import start_of, state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import claim_of

N = LARGE + 5_000
RNG = np.random.default_rng(11)
TABLE = {
    "x": np.sort(RNG.normal(size=N)),  # in an order that the outcomes have too
    "z": RNG.standard_t(2.5, size=N),  # rows far out
    "g": np.array(list("abc"))[RNG.choice(3, size=N, p=[0.9, 0.0995, 0.0005])],  # a level that a sample nearly misses
    "times": RNG.integers(1, 4, size=N),
}
ETA = 0.3 * TABLE["x"] - 0.2 + 0.1 * (TABLE["g"] == "b")
TABLE["y"] = ETA + RNG.normal(size=N) * np.exp(TABLE["x"] / 2)
TABLE["up"] = (RNG.random(N) < 1.0 / (1.0 + np.exp(-ETA))).astype(float)
TABLE["count"] = RNG.negative_binomial(0.5, 0.5 / (0.5 + np.exp(ETA))).astype(float)  # spread far beyond Poisson's
TABLE["grade"] = np.digitize(ETA + RNG.logistic(size=N), [-1.0, 1.0])
MODELS = {
    "least squares": st.ols("y ~ x + z + g", TABLE),
    "weights": st.ols("y ~ x + z + g", TABLE, weights="times"),
    "logistic": st.logistic("up ~ x + z + g", TABLE),
    "Poisson with too much spread": st.poisson("count ~ x + z + g", TABLE),
    "negative binomial": st.negative_binomial("count ~ x + z", TABLE),
    "ordinal": st.ordinal("grade ~ x + z", TABLE),
}


@pytest.mark.parametrize("digits", [2, 4, 12])
@pytest.mark.parametrize("name", MODELS)
def test_the_maximum_of_all_rows_is_not_refused_and_what_is_far_is(name, digits):
    model = MODELS[name]
    fit, sample = st.fit(model), sample_of(model)
    half = np.full(len(fit.estimate), 0.0 if digits == 12 else 0.5 * 10.0**-digits)
    assert far(sample, fit.estimate.round(digits), half, N) is None
    away = fit.estimate.copy()
    away[1] += 60.0 * fit.se[1] + 2.0 * half[1]
    refused = far(sample, away, half, N)
    assert not refused.stays[1]
    assert refused.apart > 20.0


@pytest.mark.slow
def test_what_a_sample_says_of_the_maximum_is_about_chi_squared():
    """The square of the distance of right coefficients, over many tables, beside its degrees of freedom."""
    found = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        X = random.normal(size=(LARGE, 3))
        model = st.poisson(random.negative_binomial(1, 0.5, size=LARGE).astype(float), X)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sampled_rows, "BEYOND", -20.0)  # so that every distance is told
            apart = far(sample_of(model), st.fit(model).estimate, np.zeros(4), LARGE).apart
        found.append(apart**2 * sampled_rows.SAMPLE / LARGE)
    assert np.mean(found) == pytest.approx(4.0, abs=4.0 * np.sqrt(8.0 / 60.0))
    assert max(found) < 25.0


def test_few_rows_are_not_sampled():
    small = MODELS["logistic"].subset(np.arange(LARGE - 1))
    assert sample_of(small) is None
    assert len(sample_of(MODELS["logistic"]).rows.X) == sampled_rows.SAMPLE


def test_a_screening_asks_all_rows_of_what_a_sample_does_not_refuse():
    model = MODELS["logistic"]
    fit, half = st.fit(model), np.full(5, 5e-5)
    near = replace(state_of(Recipe(model)), aim=(fit.estimate + 3.0 * fit.se).round(4), rounding=half)
    assert not screened(near).passes
    assert screened(replace(near, aim=fit.estimate.round(4))).passes


@pytest.mark.slow
def test_a_search_finds_the_same_with_a_sample_and_without(monkeypatch):
    model = MODELS["logistic"]
    planted = {
        "reference level": claim_of(st.logistic("up ~ x + z + C(g, Treatment('b'))", TABLE), columns=("se",)),
        "terms": claim_of(st.logistic("up ~ x + z + g + times", TABLE), rows=5, columns=("se",)),
        "scaled columns": claim_of(st.logistic("up ~ x + z + g", {**TABLE, "x": TABLE["x"] * 10}), columns=("se",)),
    }
    for name, claim in planted.items():
        choices = tuple(one for one in CONVENTIONS if one.name == name)
        words = []
        for large in (LARGE, 10 * N):
            monkeypatch.setattr(sampled_rows, "LARGE", large)
            found = explore(claim, start_of(claim, model), most=1, conventions=choices, seconds=300.0)
            words.append([one.words for one in found.found])
        assert words[0] == words[1], name
        assert words[0], name
