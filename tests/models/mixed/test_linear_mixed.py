import numpy as np
import pytest
from scipy.stats import multivariate_normal

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

TABLE = {
    "y": [1.0, 3.0, 4.0, 6.0, 2.0, 5.0, 4.0, 4.5],
    "x": [0, 1, 2, 0, 1, 2, 0, 2],
    "g": ["a", "a", "a", "b", "b", "b", "c", "c"],
    "w": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
}


def test_a_model_says_its_rows_and_groups():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE)
    assert model.names == ("Intercept", "x")
    assert model.counted == "8 rows, 3 levels of g"
    assert "3 levels of g" in str(model)
    assert model.places.n == 8
    assert sorted(model.arrays()) == ["(1 | g): codes", "(1 | g): columns", "X", "y"]
    assert "precision" in st.linear_mixed("y ~ x + (1 | g)", TABLE, precision="w").arrays()


def test_a_missing_value_drops_its_row():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE | {"x": [None, *TABLE["x"][1:]]})
    assert (model.n, model.n_dropped, model.dropped) == (7.0, 1, {"x": 1})


def test_an_outcome_that_is_constant_within_groups_is_named():
    with pytest.raises(IdentificationError, match="y is constant within each level of 'g'"):
        st.linear_mixed("y ~ x + (1 | g)", TABLE | {"y": [1, 1, 1, 3, 3, 3, 2, 2]})


def test_an_outcome_that_is_constant_in_the_first_groups_alone_is_none():
    y, g = np.repeat(np.arange(40.0), 5), np.repeat(np.arange(40), 5)
    y[-1] += 1.0
    assert st.linear_mixed("y ~ 1 + (1 | g)", {"y": y, "g": g}).n == 200
    with pytest.raises(IdentificationError, match="y is constant within each level of 'g'"):
        st.linear_mixed("y ~ 1 + (1 | g)", {"y": y[:-1], "g": g[:-1]})


@pytest.mark.parametrize("part", ["(1 | g)", "(x | g)", "(0 + f | g)"])
def test_effects_that_make_a_constant_outcome_are_named(part):
    table = {"y": [1, 1, 1, 3, 3, 3, 2, 2, 2] * 2, "x": np.arange(18.0) ** 2, "f": ["a", "b", "a"] * 6}
    with pytest.raises(IdentificationError, match="y is constant within each level of 'g'"):
        st.linear_mixed(f"y ~ 1 + {part}", table | {"g": np.repeat(list("abcdef"), 3)})


def test_slopes_alone_do_not_make_a_constant_outcome():
    rng = np.random.default_rng(4)
    g = np.repeat(np.arange(6), 4)
    x, y = rng.uniform(1.0, 2.0, 24), rng.normal(3.0, 1.0, 6)[g]
    found = st.fit(st.linear_mixed("y ~ 0 + x + (0 + x | g)", {"y": y, "x": x, "g": g}), reml=False)

    def loglik(beta, residual, slope):
        V = residual**2 * np.eye(24) + slope**2 * np.outer(x, x) * (g[:, None] == g)
        return multivariate_normal(x * beta, V).logpdf(y)

    at = np.array([found.estimate[0], found.scale, float(found.variance_components()["estimate"].iloc[0])])
    assert loglik(*at) == pytest.approx(found.loglik, rel=1e-12)
    assert all(loglik(*(at + step)) < found.loglik for step in np.vstack([np.eye(3), -np.eye(3)]) * 1e-3)


def test_frequency_weights_are_refused():
    with pytest.raises(IncompatibleError, match="no weights="):
        st.linear_mixed("y ~ x + (1 | g)", TABLE, weights="w")  # type: ignore[call-arg]


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_precision_is_positive(bad):
    with pytest.raises(DomainError, match="precision"):
        st.linear_mixed("y ~ x + (1 | g)", TABLE, precision=np.array([bad, *TABLE["w"][1:]]))
