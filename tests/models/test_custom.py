"""A user's own log-likelihood: the same numbers as the built-in model, from the function alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.cases import SOLVERS, rng


def logistic(scale: float = 1.0):
    g = rng(0)
    X = np.column_stack([np.ones(200), g.normal(size=200) * scale, g.normal(3.0, 2.0, 200)])
    y = (g.random(200) < 1 / (1 + np.exp(-(0.5 + X[:, 1] / scale - 0.2 * X[:, 2])))).astype(float)

    def loglik(theta):
        return float(np.sum(y * (X @ theta) - np.logaddexp(0, X @ theta)))

    def score(theta):
        return X.T @ (y - 1 / (1 + np.exp(-(X @ theta))))

    return X, y, loglik, score


@pytest.mark.parametrize("with_score", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e5])
def test_equals_the_built_in_logistic(with_score, scale):
    X, y, loglik, score = logistic(scale)
    model = st.custom(loglik, start=np.zeros(3), names=["a", "b", "c"], score=score if with_score else None, n=200)
    fit, exact = st.fit(model), st.fit(st.logistic(y, X, intercept=False))
    assert (np.abs(fit.estimate - exact.estimate) <= 1e-6 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=1e-6)  # fourth-order differences
    assert_allclose([fit.loglik, fit.aic, fit.bic], [exact.loglik, exact.aic, exact.bic], rtol=1e-10)
    assert fit.solution.decrement <= 1e-6
    assert_allclose(fit.table().p_value, exact.table().p_value, rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_every_solver_takes_it(solver):
    _, _, loglik, score = logistic()
    model = st.custom(loglik, start={"a": 0.0, "b": 0.0, "c": 0.0}, score=score)
    fit, exact = st.fit(model, solver=solver), st.fit(model)
    assert (np.abs(fit.estimate - exact.estimate) <= 1e-5 * exact.se).all()


def test_a_bounded_likelihood_with_minus_infinity():
    """Gamma waiting times in shape and rate, -inf outside: the maximum is scipy's."""
    y = rng(1).gamma(3.0, 2.0, 400)

    def loglik(theta):
        shape, rate = theta
        if shape <= 0 or rate <= 0:
            return -np.inf
        return float(stats.gamma.logpdf(y, shape, scale=1 / rate).sum())

    fit = st.fit(st.custom(loglik, start={"shape": 1.0, "rate": 1.0}, n=400))
    shape, _, scale = stats.gamma.fit(y, floc=0)
    assert_allclose(fit.estimate, [shape, 1 / scale], rtol=1e-5)  # scipy's own tolerance
    lower, upper = fit.interval()
    assert lower[0] < 3.0 < upper[0]
    assert "400 observations" in str(fit)


def test_no_maximum_is_an_error():
    with pytest.raises(st.StattoolsError):
        st.fit(st.custom(lambda t: float(t[0]), start=[0.0]))
    with pytest.raises(st.DomainError, match="does not depend on 'b'"):
        st.fit(st.custom(lambda t: -float(t[0] ** 2), start={"a": 1.0, "b": 1.0}))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": [0.0], "names": ["a", "b"]}, "1 different names"),
        ({"start": [0.0, 0.0], "names": ["a", "a"]}, "2 different names"),
        ({"start": [np.nan]}, "finite number per parameter"),
        ({"start": []}, "finite number per parameter"),
        ({"start": {"a": 0.0}, "names": ["a"]}, "give one of the two"),
        ({"start": [0.0], "n": -1}, "number of observations"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(st.DomainError, match=message):
        st.custom(lambda t: -float(t @ t), **arguments)


def test_bad_functions():
    with pytest.raises(st.DomainError, match="must return one number"):
        st.custom(lambda t: -np.outer(t, t), start=[0.0, 1.0])
    with pytest.raises(st.DomainError, match=r"at the start .* is nan"):
        st.custom(lambda t: float("nan"), start=[0.0])
    with pytest.raises(st.DomainError, match="needs a function"):
        st.custom(3.0, start=[0.0])  # type: ignore[arg-type]
    with pytest.raises(st.DomainError, match="score returns shape"):
        st.fit(st.custom(lambda t: -float(t @ t), start=[1.0, 1.0], score=lambda t: t[:1]))
    with pytest.raises(st.DomainError, match="2 parameters; got theta of shape"):
        st.custom(lambda t: -float(t @ t), start=[1.0, 1.0]).evaluate([1.0])


def test_without_n_there_is_no_bic():
    fit = st.fit(st.custom(lambda t: -float((t - 1) @ (t - 1)), start=[0.0, 0.0]))
    assert np.isnan(fit.bic)
    assert "BIC" not in str(fit)
    assert_allclose(fit.estimate, [1.0, 1.0], atol=1e-8)
    assert_allclose(fit.se, np.sqrt([0.5, 0.5]), rtol=1e-8)


def test_a_log_likelihood_that_levels_off_has_no_maximum():
    with pytest.raises(st.IdentificationError, match=r"levels off and still rises as 'rate' runs off to infinity"):
        st.fit(st.custom(lambda t: -np.exp(-t[0]) - t[1] ** 2, start={"rate": 1.0, "other": 0.5}))


def test_a_start_that_is_no_number_is_refused():
    with pytest.raises(st.DomainError, match="one finite number per parameter; got 'a'"):
        st.custom(lambda t: 0.0, start="a")  # type: ignore[arg-type]


def test_questions_of_a_fit_do_not_depend_on_its_start(tmp_path):
    """They are asked in the units of the estimate, which are saved with it."""
    X, y, loglik, _ = logistic()
    exact = st.fit(st.logistic(y, X, intercept=False))
    for start in ([0.0, 0.0, 0.0], [3.0, -4.0, 2.0]):
        fit = st.fit(st.custom(loglik, start=start))
        assert_allclose(fit.interval(kind="profile"), exact.interval(kind="profile"), rtol=1e-7)
        now = fit.model.evaluate(fit.estimate)
        assert_allclose(now.information, np.linalg.inv(exact.covariance), rtol=1e-7)
        fit.save(tmp_path / "fit")
        assert_allclose(st.load(tmp_path / "fit").se, fit.se, rtol=0)


@pytest.mark.parametrize("start", [(1.0, 1.0), (100.0, 0.75)])
def test_a_penalized_fit_does_not_depend_on_its_start(start):
    """BoxBOD of NIST's reference data sets, with a ridge: at the maximum the penalized score is 0."""
    x, y = np.array([1.0, 2, 3, 5, 7, 10]), np.array([109.0, 149, 149, 191, 213, 224])

    def loglik(b):
        return -np.sum((y + b[0] * np.expm1(-b[1] * x)) ** 2) / 600.0

    b = st.fit(st.custom(loglik, start=start), penalty=st.Ridge(1e-3)).estimate
    rest = y + b[0] * np.expm1(-b[1] * x)
    slopes = np.array([-np.expm1(-b[1] * x), b[0] * x * np.exp(-b[1] * x)]) @ rest / 300.0
    assert_allclose(slopes, 1e-3 * b, rtol=1e-7, atol=1e-7)


def test_a_score_that_is_no_number_is_told():
    with pytest.raises(st.DomainError, match="score must return numbers"):
        st.fit(st.custom(lambda t: -float(t[0] ** 2), start=[0.5], score=lambda t: object()))
