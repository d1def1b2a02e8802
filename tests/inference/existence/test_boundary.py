"""A dispersion at the end of its range and a log-likelihood that levels off are told, other ends are not."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.inference.existence.boundaries import check_dispersion, check_end, check_exact
from stattools.solvers.solution import Solution, TraceStep
from tests.cases import rng
from tests.gumbel import gumbel


def ended(norms, solver="Newton"):
    trace = tuple(TraceStep(step, -1.0, norm) for step, norm in enumerate(norms))
    return Solution(np.zeros(2), np.diag([1.0, 4.0]), -1.0, "converged", len(norms), 0.0, trace, solver)


def test_a_score_that_falls_by_e_in_every_step_levels_off():
    model = SimpleNamespace(title="A model", names=("a", "b"))
    with pytest.raises(st.IdentificationError, match=r"A model has no maximum: .* still rises as 'b' runs off"):
        check_end(model, ended(np.exp(-np.arange(9.0))))
    for other in (ended(np.exp(-np.arange(6.0))), ended(0.5 ** np.arange(9.0)), ended(np.exp(-np.arange(9.0)), "Adam")):
        check_end(model, other)


def test_a_dispersion_of_zero_is_named():
    """Counts with less spread than Poisson's: log alpha falls without end."""
    g = rng(4)
    x = g.normal(size=100)
    model = st.negative_binomial(np.round(np.exp(1.0 + 0.5 * x)), x)
    with pytest.raises(st.IdentificationError, match="Negative binomial regression: "):
        st.fit(model)
    with pytest.raises(st.IdentificationError, match=r"Use st\.poisson"):
        st.fit(model, penalty=st.Ridge(1.0))  # which leaves log alpha free
    edge = model.likelihood.facts.edge
    check_dispersion(model, np.array([0.0, 0.0, 0.0]))
    for last, words in ((edge.lower - 1.0, edge.below), (edge.upper + 1.0, edge.above)):
        if words is not None:
            with pytest.raises(st.IdentificationError) as caught:
                check_dispersion(model, np.array([0.0, 0.0, last]))
            assert str(caught.value).removesuffix(".").endswith(words.removesuffix("."))


@pytest.mark.parametrize("options", [{}, {"dispersion": "~ x"}])
@pytest.mark.parametrize("groups", ["", " + (1 | g)"])
def test_positive_counts_that_are_not_overdispersed_are_told_of_a_hurdle(groups, options):
    """The ends of alpha were those of no family: log alpha was -31.4 with a standard error of 1.2e6."""
    g = rng(3)
    x = g.normal(size=200)
    y = np.where(g.random(200) < 0.3, 0, g.binomial(6, 1.0 / (1.0 + np.exp(0.5 - 0.4 * x))))
    table = {"y": y, "x": x, "g": np.arange(200) % 10}
    with pytest.raises(st.IdentificationError, match=r"the positive counts are not overdispersed.*family='poisson'"):
        st.fit(st.hurdle("y ~ x" + groups, table, family="negative-binomial", **options))


@pytest.mark.parametrize("distribution", ["weibull", "loglogistic", "lognormal"])
@pytest.mark.parametrize("n", [6, 60])
def test_times_that_hardly_vary_have_a_maximum_without_a_constant(distribution, n):
    """The scale began at the spread about the mean, where a predictor of 0 is 500 of it away, and ended far off."""
    g = rng(5)
    x, y = 0.1 + np.abs(g.normal(size=n)), 100.0 + g.normal(size=n)
    fit = st.fit(st.aft("survival(y) ~ 0 + x", {"y": y, "x": x}, distribution=distribution))
    law = {"weibull": stats.gumbel_l, "loglogistic": stats.logistic, "lognormal": stats.norm}[distribution]

    def loglik(theta):
        return (law.logpdf(np.log(y), theta[0] * x, np.exp(theta[1])) - np.log(y)).sum()

    assert fit.loglik == pytest.approx(loglik(fit.estimate), rel=1e-12)
    for step in np.concatenate([np.diag(0.1 * fit.se), np.diag(-0.1 * fit.se)]):
        assert loglik(fit.estimate + step) < fit.loglik - 0.003


X = np.arange(1.0, 7.0)
FLAT = np.full(6, 2.0)


@pytest.mark.parametrize(
    ("family", "link", "y"),
    [
        ("normal", "log", FLAT),
        ("normal", "inverse", FLAT),
        ("normal", "log", np.exp(0.3 * X)),
        ("normal", "inverse", 1.0 / (1.0 + X)),
        ("gamma", "log", FLAT),
        ("gamma", "identity", 1.0 + 2.0 * X),
        ("gamma", "inverse", 1.0 / (1.0 + X)),
        ("inverse-gaussian", "log", FLAT),
        ("inverse-gaussian", "inverse-squared", FLAT),
        ("inverse-gaussian", "identity", FLAT),
        ("inverse-gaussian", "identity", 1.0 + 2.0 * X),
        ("beta", "logit", FLAT / 5.0),
    ],
)
def test_an_exact_fit_is_told_by_its_scale_and_not_by_the_number_of_a_coefficient(family, link, y):
    """Of several the information was "about coefficient 2", whose column was to be left out: it is a scale."""
    with pytest.raises(st.IdentificationError, match=r"fit every outcome to round-off, and the \w+ has its maximum at"):
        st.fit(st.glm("y ~ x", {"x": X, "y": y}, family=family, link=link))


@pytest.mark.parametrize("y", [FLAT, 1.0 + 2.0 * X, 0.5 * X - 3.0])
def test_an_exact_fit_of_a_scale_that_moves_with_columns(y):
    with pytest.raises(st.IdentificationError, match=r"fit every outcome to round-off, and the scale has its maximum"):
        st.fit(st.glm("y ~ x", {"x": X, "y": y}, family="normal", scale="~ x"))


@pytest.mark.parametrize("y", [FLAT, 1.0 + 2.0 * X, 0.5 * X - 3.0])
@pytest.mark.parametrize("law", ["logistic", "norm", "laplace", "cauchy", "gumbel_r", "t"])
def test_an_exact_fit_of_a_likelihood_of_scipy_says_so(law, y):
    """That of a logistic or normal one leaked a RuntimeWarning where y is constant."""
    fixed = {"df": 4.0} if law == "t" else {}
    own = st.likelihood(getattr(stats, law), parameters={"loc": "identity", "scale": "log"}, fixed=fixed)
    said = rf"Regression with scipy.stats.{law} has no maximum that was found.*where rows are fitted exactly"
    with pytest.raises(st.IdentificationError, match=said):
        st.fit(st.regression("y ~ x", {"x": X, "y": y}, own))


@pytest.mark.parametrize("y", [FLAT, 1.0 + 2.0 * X, 0.5 * X - 3.0])
def test_an_exact_fit_of_a_class_of_the_caller_says_so(y):
    said = r"where rows are fitted exactly|a scale has its maximum at 0"
    with pytest.raises(st.IdentificationError, match=said):
        st.fit(gumbel("y ~ x", {"x": X, "y": y}))


def test_a_singular_information_away_from_an_exact_fit_blames_no_end():
    """The end of the dispersion is the reason only where each outcome gains as it is approached."""
    model = st.glm("y ~ x", {"x": X, "y": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0]}, family="gamma", link="log")
    check_exact(model, st.fit(model).estimate)
    check_exact(model, np.array([0.0, 0.0, 3.0]))
