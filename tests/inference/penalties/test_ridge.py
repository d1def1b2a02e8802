"""The ridge: brute force, normal equations, any reference, and which columns it leaves alone."""

import copy
import pickle
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special
from scipy.optimize import minimize

import stattools as st
from stattools.data.design import design
from stattools.data.rows.standardization import Standardization
from stattools.inference.penalties import Ridge, maximize
from tests.cases import rng
from tests.inference.penalties.test_penalized import CASES, SEPARATED, reference_data


@pytest.mark.parametrize("name", [*CASES, *SEPARATED])
@pytest.mark.parametrize("strength", [0.1, 5.0])
def test_ridge_against_brute_force(name, strength):
    model = (CASES | SEPARATED)[name]
    solution = maximize(model, Ridge(strength, centered=False))
    slope = np.array([not each.endswith("Intercept") for each in model.names])
    found = minimize(
        lambda theta: -model.loglik(theta) + 0.5 * strength * theta[slope] @ theta[slope],
        np.zeros(len(slope)),
        jac=lambda theta: -model.score(theta) + strength * np.where(slope, theta, 0.0),
        method="BFGS",
        options={"gtol": 1e-9},
    )
    assert_allclose(solution.estimate, found.x, rtol=1e-6, atol=1e-7)
    assert_allclose(solution.loglik, -found.fun, rtol=1e-11)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("centered", [None, True, False])
def test_a_ridge_does_not_depend_on_the_reference_unless_told_so(large, centered, monkeypatch):
    monkeypatch.setattr(sys.modules["stattools.inference.penalties.penalized"], "large_with_ridge", lambda model: large)
    y, X = reference_data(150)
    fits = [st.fit(st.softmax(y, X, reference=r), penalty=Ridge(20.0, centered=centered)) for r in "abcd"]
    shares = [fit.predict()[list("abcd")].to_numpy() for fit in fits]
    apart = max(np.abs(share - shares[0]).max() for share in shares)
    assert apart > 0.02 if centered is False else apart < 1e-7  # within 1e-8 standard errors each


def test_softmax_of_two_categories_is_a_logistic_regression_with_a_ridge_too():
    y, X = reference_data(150)
    two = y < "b"
    softmax, logistic = (st.fit(make(two, X), penalty=Ridge(3.0)) for make in (st.softmax, st.logistic))
    assert_allclose(softmax.estimate, logistic.estimate, rtol=1e-7)
    half = st.fit(st.softmax(two, X), penalty=Ridge(6.0, centered=True))
    assert_allclose(half.estimate, logistic.estimate, rtol=1e-7)


@pytest.mark.parametrize("centered", ["yes", 1, 0])
def test_centered_is_true_or_false(centered):
    with pytest.raises(st.DomainError, match=r"centered= of Ridge.* True or False"):
        Ridge(1.0, centered=centered)
    assert [repr(Ridge(0.5)), repr(Ridge(2.0, centered=False))] == ["Ridge(0.5)", "Ridge(2, centered=False)"]


@pytest.mark.parametrize("centered", [None, True, False])
def test_the_matrix_of_the_penalty_is_its_curvature(centered):
    y, X = reference_data(30)
    model, penalty = st.softmax(y, X), Ridge(2.0, centered=centered)
    theta, T = rng(3).normal(size=12), Standardization.identity(12)
    term = penalty.term(model, theta, model.evaluate(theta), T, 2)
    assert_allclose(penalty.quadratic(model), term.information)
    assert_allclose(term.loglik, -0.5 * theta @ term.information @ theta)


def test_ridge_on_least_squares_is_the_normal_equations():
    g = rng(5)
    X = g.normal(size=(30, 3))
    y = g.normal(size=30)
    A = np.column_stack([np.ones(30), X])
    expected = np.linalg.solve(A.T @ A + 3.0 * np.diag([0.0, 1, 1, 1]), A.T @ y)
    assert_allclose(maximize(st.ols(y, X), Ridge(3.0)).estimate, expected, rtol=1e-9)


def test_ridge_leaves_the_dispersion_alone():
    g = rng(6)
    model = st.negative_binomial(g.negative_binomial(2, 0.4, 80), g.normal(size=(80, 1)))
    strong = maximize(model, Ridge(1e8)).estimate
    empty = st.fit(st.negative_binomial(model.rows.y, np.ones((80, 1)), intercept=False)).estimate
    assert_allclose(strong, [empty[0], 0.0, empty[1]], atol=1e-6)


@pytest.mark.parametrize("name", ["logistic", "poisson", "softmax"])
def test_ridge_tends_to_maximum_likelihood(name):
    model = CASES[name]
    fit = st.fit(model)
    gaps = [np.abs(maximize(model, Ridge(s)).estimate - fit.estimate).max() for s in (1e-3, 1e-5, 1e-12)]
    assert_allclose(gaps[0] / gaps[1], 100.0, rtol=0.02)  # linear in the strength
    assert gaps[2] <= 1e-8


def test_ridge_takes_more_columns_than_rows():
    g = rng(7)
    X, y = g.normal(size=(10, 30)), g.integers(0, 2, 10)
    solution = maximize(st.logistic(y, X), Ridge(1.0))
    assert_allclose(solution.estimate[1:], X.T @ (y - special.expit(solution.estimate[0] + X @ solution.estimate[1:])))


@pytest.mark.parametrize("strength", [0, -1.0, np.nan, np.inf, "1", True, None])
def test_strength_is_positive(strength):
    with pytest.raises(st.DomainError, match=r"Ridge needs a positive, finite strength, such as 1\.0; got"):
        Ridge(strength)


def test_a_constant_column_is_an_intercept_whatever_its_name():
    g = np.random.default_rng(4)
    X, y = g.normal(size=(50, 2)) + 3.0, g.integers(0, 2, 50)
    own = st.fit(st.logistic(y, np.column_stack([np.ones(50), X]), intercept=False), penalty=st.Ridge(3.0))
    added = st.fit(st.logistic(y, X), penalty=st.Ridge(3.0))
    assert_allclose(own.estimate, added.estimate, rtol=1e-9)
    assert added.table().attrs["note"] == "penalized: no standard errors"
    assert "penalized: no standard errors" in str(added)


@pytest.mark.parametrize("n", [4, 5])
def test_a_ridge_with_as_many_columns_as_rows_is_no_exact_fit(n):
    X, y = rng(0).normal(size=(n, 4)), rng(1).normal(size=n)
    with pytest.raises(st.IdentificationError, match="coefficients are determined, but the residual scale") as raised:
        st.fit(st.ols(y, X), penalty=st.Ridge(1.0))
    assert "exact" not in str(raised.value)
    assert "tests say nothing" not in str(st.fit(st.ols(0.0 * y, X[:, :1]), penalty=st.Ridge(1.0)))


def test_two_intercepts_under_a_ridge_are_told_by_their_names():
    g = np.random.default_rng(4)
    table = {"y": g.integers(0, 3, 50), "x": g.normal(size=50), "k": np.ones(50)}
    with pytest.raises(
        st.IdentificationError, match="leaves intercepts alone, and 'Intercept' and 'k' are both constant"
    ):
        st.fit(st.softmax("y ~ x + k", table), penalty=st.Ridge(1.0))


def test_a_column_of_zeros_is_no_intercept():
    """Nothing but the penalty says what its coefficient is."""
    x, y = np.array([1.0, 2.0, 4.0, 5.0]), [1.0, 2.0, 2.5, 4.0]
    fit = st.fit(st.ols(y, np.column_stack([x, np.zeros(4)])), penalty=st.Ridge(1.0))
    assert fit.estimate[2] == 0.0
    alone = st.fit(st.ols(y, x), penalty=st.Ridge(1.0))
    np.testing.assert_allclose(fit.estimate[:2], alone.estimate, rtol=1e-10)


TABLE = {"b": [0, 1, 0, 1, 1, 0], "x": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0], "g": list("aabbab")}
MODEL = st.logistic("b ~ x + g", TABLE)
USES = {
    "se": lambda fit: fit.se,
    "array": lambda fit: np.asarray(fit.covariance),
    "diagonal": lambda fit: fit.covariance.diagonal(),
    "element": lambda fit: fit.covariance[0, 0],
    "product": lambda fit: np.ones(3) @ fit.covariance,
    "root": lambda fit: np.sqrt(fit.covariance),
    "equal": lambda fit: fit.covariance == 0.0,
    "interval": lambda fit: fit.interval(0.9),
    "test": lambda fit: fit.test("x = 0"),
    "predict": lambda fit: fit.predict(TABLE, interval=0.9),
}


@pytest.fixture(scope="module")
def fit():
    return st.fit(MODEL, penalty=st.Ridge(0.25))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_whatever_needs_it_says_why_there_is_none_and_what_to_do(fit, use):
    said = r"with Ridge\(0\.25\) is penalized: no standard errors.* leave penalty= out.*prior=st\.Normal\(0, 2\)"
    with pytest.raises(st.IncompatibleError, match=said):
        use(fit)


def test_it_is_shown_copied_and_kept(fit, tmp_path):
    none = fit.covariance
    assert repr(none) == "<no covariance: Logistic regression with Ridge(0.25) is penalized: no standard errors>"
    assert (none.shape, none.ndim, len(none)) == ((3, 3), 2, 3)
    assert not hasattr(none, "iloc")
    loaded = st.load(fit.save(tmp_path / "ridge"))
    assert {repr(one) for one in (copy.deepcopy(none), pickle.loads(pickle.dumps(none)), loaded.covariance)} == {
        repr(none)
    }
    assert not {"se", "interval", "test"} & set(dir(fit))
    assert {"se", "covariance", "interval", "test"} < set(dir(st.fit(MODEL)))


def test_tables_have_the_columns_that_there_are(fit):
    assert list(fit.table()) == ["term", "estimate"]
    assert list(fit.marginal_effects()) == ["term", "estimate"]
    assert list(fit.contrasts("g")) == ["contrast", "estimate"]
    for table in (fit.table(), fit.marginal_effects(), fit.contrasts("g")):
        assert table.attrs["note"] == "penalized: no standard errors"
    with pytest.raises(st.DomainError, match=r"level is a probability"):
        fit.table(95)


def test_ratios_are_told_without_errors(fit):
    table = fit.table(exponentiate=True)
    assert list(table) == ["term", "estimate"]
    np.testing.assert_array_equal(table.estimate, np.exp(fit.estimate))
    assert "se_log" not in table.attrs["note"]
    assert table.attrs["note"].endswith("no standard errors.")
    assert "nan" not in st.report_table(fit, exponentiate=True)


@pytest.mark.parametrize("large", [False, True], ids=["newton", "passes"])
@pytest.mark.parametrize("many", [200, 3], ids=["columns", "codes"])
@pytest.mark.parametrize("make, y", [(st.gamma, "y"), (st.ols, "y"), (st.logistic, "u"), (st.softmax, "g")])
def test_a_strength_that_overflows_in_the_units_of_a_column_is_refused(make, y, many, large, monkeypatch):
    monkeypatch.setattr(design, "MANY", many)
    by_passes = large and make in (st.logistic, st.softmax)
    monkeypatch.setattr(sys.modules["stattools.inference.penalties.penalized"], "large_with_ridge", lambda _: by_passes)
    g = rng(3)
    table = {"x": 1e-8 * g.normal(size=60), "g": np.arange(60) % 5, "y": g.gamma(2.0, size=60), "u": np.arange(60) % 2}
    model = make(f"{y} ~ x + C(h)", table | {"h": np.arange(60) % 6})
    with pytest.raises(st.DomainError, match=r"Ridge\(1e\+300\) over the square of 1e-08.*'(1: )?x'.*strength below"):
        st.fit(model, penalty=Ridge(1e300))
    assert abs(st.fit(model, penalty=Ridge(1e250)).estimate[-6]) < 1e-100
