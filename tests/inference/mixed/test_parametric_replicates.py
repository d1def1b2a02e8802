import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.mixed.replicates import _one_by_one, _refitted, _together, normal_outcomes
from tests.inference.mixed.balanced import OF_GROUPS, TABLE, WITHIN, fitted

R = np.random.default_rng(3)
A, B, C = R.integers(0, 5, 60), R.integers(0, 3, 60), R.integers(0, 6, 60)
X = R.normal(size=60)
DATA = {"y": X + R.normal(size=5)[A] + R.normal(size=6)[C] + R.normal(size=60), "x": X, "a": A, "b": B, "c": C}
DATA["w"] = np.repeat([1.0, 3.0], 30)


@pytest.mark.parametrize("random", ["(x | a)", "(1 | a/b)", "(1 | a) + (1 | c)"])
def test_a_replicate_is_the_fit_of_what_was_drawn(random):
    formula = f"y ~ x + {random}"
    fit = st.fit(st.linear_mixed(formula, DATA, precision="w"), reml=False)
    boot = st.bootstrap(fit, draws=3, seed=7, kind="parametric")
    Y = normal_outcomes(fit.found, 3, np.random.default_rng(7))
    for y, draw in zip(Y, boot.draws, strict=True):
        again = st.fit(st.linear_mixed(formula, {**DATA, "y": y}, precision="w"), reml=False)
        sds = again.variance_components(interval=None).query("what == 'sd'")["estimate"]
        assert_allclose(draw, [*again.estimate, *sds], rtol=1e-6, atol=1e-6)
    assert boot.names[-1] == "sigma"
    assert_allclose(boot.estimate[:2], fit.estimate)


def test_outcomes_have_the_variances_of_the_fit():
    Y = normal_outcomes(fitted().found, 4000, np.random.default_rng(0))
    found = np.cov(Y.T)
    assert_allclose(found[0, 0], OF_GROUPS + WITHIN, rtol=0.1)  # 4 standard errors of 4,000 draws
    assert_allclose(found[0, 1], OF_GROUPS, rtol=0.15)
    assert_allclose(found[0, 3], 0.0, atol=0.1 * OF_GROUPS + 0.5)


def test_rows_are_not_drawn_one_by_one():
    model = st.linear_mixed("y ~ 1 + (1 | g)", TABLE)
    with pytest.raises(IncompatibleError, match="kind='parametric'"):
        st.bootstrap(model, draws=5, seed=1)
    boot = st.bootstrap(model, draws=5, seed=1, kind="parametric")
    assert boot.table()["term"].tolist() == ["Intercept", "sd(Intercept | g)", "sigma"]
    with pytest.raises(IncompatibleError, match="kind='bca'"):
        boot.interval(kind="bca")


@pytest.mark.parametrize("term", ["(1 | g)", "(x | g)", "(x || g)"])
@pytest.mark.parametrize("precision", [None, "w"])
@pytest.mark.parametrize("reml", [True, False])
def test_replicates_at_once_are_those_one_by_one(term, precision, reml):
    random = np.random.default_rng(0)
    g, x = np.repeat(np.arange(12), 7), random.normal(size=84)
    y = x + random.normal(size=12)[g] + random.normal(size=12)[g] * x + random.normal(size=84)
    shift = 0.0 if "||" in term else 1000.0
    table = pd.DataFrame({"y": y, "x": x + shift, "g": g, "w": random.uniform(0.5, 2.0, 84)})
    found = st.fit(st.linear_mixed(f"y ~ x + {term}", table, precision=precision), reml=reml).found
    Y = normal_outcomes(found, 20, random)
    together = _together(found, Y)
    done = ~np.isnan(together[:, 0])
    assert done.sum() >= 12
    alone = np.array(list(_one_by_one(found, Y)))
    scale = alone.std(axis=0)
    assert_allclose(together[done] / scale, alone[done] / scale, rtol=0, atol=1e-7)  # sds: half the digits
    np.testing.assert_array_equal(np.array(list(_refitted(found, Y)))[done], together[done])
