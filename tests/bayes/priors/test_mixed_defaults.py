"""Default priors of mixed models follow the data, and their posterior has the usual face."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.priors.assignment import assign

RNG = np.random.default_rng(3)
TABLE = pd.DataFrame({"x": RNG.normal(size=80), "g": np.repeat(np.arange(16), 5)})
TABLE["y"] = 2.0 + 0.5 * TABLE.x + RNG.normal(size=16)[TABLE.g] + RNG.normal(size=80)


def priors(formula, table):
    return assign(st.linear_mixed(formula, table).density)


def test_priors_follow_units_and_not_origins():
    found, moved = (
        priors("y ~ x + (x | g)", TABLE.assign(x=x, y=y))
        for x, y in ((TABLE.x, TABLE.y), (2e4 + 10.0 * TABLE.x, 3.0 * TABLE.y))
    )
    sd = float(TABLE.y.std(ddof=0))
    rates = [found.each[k].rate for k in (2, 3, 5)]
    assert_allclose(rates, [1.0 / sd, float(TABLE.x.std(ddof=0)) / sd, 1.0 / sd], rtol=1e-12)
    assert_allclose([moved.each[k].rate for k in (2, 3, 5)], np.array(rates) / [3.0, 0.3, 3.0], rtol=1e-9)  # far origin
    assert found.lines()[4] == "cor(level at the mean, x | g) ~ Uniform(-1, 1), every value alike"
    assert found.lines()[2].endswith("mean sd(y)")
    assert found.why[:2] == assign(st.ols("y ~ x", TABLE)).why[:2]


@pytest.fixture(scope="module")
def posterior():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE)
    return st.posterior(model, prior={"x": st.Normal(0, 1)}, method="importance", draws=400, chains=1, seed=1)


def test_a_posterior_prints_its_priors_and_is_near_the_fit(posterior):
    page = str(posterior)
    for part in ("y ~ x + (1 | g)", "80 rows, 16 levels of g", "sd(Intercept | g) ~ Exponential(", "x ~ Normal(0, 1)"):
        assert part in page
    fit = st.fit(posterior.model.mixed)
    assert_allclose(posterior.mean[:2], fit.estimate, atol=0.2)  # 16 groups: the posterior is a little wider
    assert_allclose(posterior.mean[-1], fit.scale, rtol=0.1)


def test_what_needs_rows_is_refused_in_words(posterior):
    with pytest.raises(st.StattoolsError, match="Linear mixed model"):
        posterior.predict(kind="observation")
    assert set(posterior.to_arviz()["posterior"].coords["coef"].values) == set(posterior.model.names)


def test_flat_priors_of_what_varies_between_groups_are_refused():
    with pytest.raises(st.DomainError, match=r"flat prior of sd\(Intercept \| g\)"):
        st.posterior(st.linear_mixed("y ~ x + (1 | g)", TABLE), prior={"sd(Intercept | g)": st.Flat()})
