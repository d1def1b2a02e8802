"""What the fit of a mixed regression answers, and how its answers go together."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.mixed.regressions import fit, table


def test_effects_and_means_are_of_the_population_unless_of_a_typical_group():
    one = fit("logistic")
    assert_allclose(one.means().estimate, one.predict().mean(), rtol=1e-12)
    assert_allclose(one.means(groups="typical").estimate, one.predict(groups="typical").mean(), rtol=1e-12)
    population, typical = one.marginal_effects(), one.marginal_effects(groups="typical")
    moved = table() | {"w": np.full(len(table()["w"]), "b")}, table() | {"w": np.full(len(table()["w"]), "a")}
    assert_allclose(population.estimate[1], one.predict(moved[0]).mean() - one.predict(moved[1]).mean(), rtol=1e-9)
    assert abs(population.estimate[0]) < abs(typical.estimate[0])
    ratio = one.contrasts("w", over="grid", ratio=True, groups="typical")
    assert_allclose(ratio.estimate, np.exp(one.estimate[2]), rtol=1e-12)
    with pytest.raises(DomainError, match="groups"):
        one.means(groups="known")
    with pytest.raises(IncompatibleError, match="has none"):
        st.fit(st.logistic("y ~ x", table())).means(groups="population")
    linear = st.fit(st.linear_mixed("v ~ x + (1 | g)", table()))
    assert_allclose(linear.means(groups="typical").estimate, linear.means(groups="population").estimate)


def test_variances_effects_and_shares():
    one = fit("logistic")
    found = one.variance_components()
    assert found.what.tolist() == ["sd"]
    assert found.lower[0] < found.estimate[0] < found.upper[0]
    s2 = found.estimate[0] ** 2
    assert_allclose(one.intraclass().share, [s2 / (s2 + np.pi**2 / 3.0), np.pi**2 / 3.0 / (s2 + np.pi**2 / 3.0)])
    x = np.asarray(one.model.X) @ one.estimate
    whole = x.var(ddof=1) + s2 + np.pi**2 / 3.0
    assert_allclose(one.goodness().r2_marginal, x.var(ddof=1) / whole)
    assert_allclose(one.goodness().r2_conditional, (x.var(ddof=1) + s2) / whole)
    known, estimated = one.random_effects("g"), one.random_effects("g", fixed="estimated")
    assert_allclose(known.estimate, one.found.modes[0][0])
    assert (estimated.se > known.se).all()


def test_counts_vary_by_their_mean_behind_a_logarithm():
    one = fit("slopes")
    root, term = one.found.roots[0], one.model.random[0]
    mean = np.mean(one.predict())
    rows = np.log1p(1.0 / mean)
    groups = ((term.z @ root) ** 2).sum(axis=1).mean()
    assert_allclose(one.goodness().icc, groups / (groups + rows), rtol=1e-10)


def test_intervals_and_tests_of_coefficients():
    one, smaller = fit("logistic"), st.fit(st.logistic("y ~ x + (1 | g)", table()))
    assert one.kinds == ("wald", "profile")
    profile = one.interval(0.9, kind="profile")
    assert_allclose(profile.lower, one.interval(0.9).lower, atol=0.15)
    test = st.likelihood_ratio(one, smaller)
    assert_allclose(test.statistic, 2.0 * (one.loglik - smaller.loglik), rtol=1e-10)
    at_cut = one.interval(1.0 - test.p_value, kind="profile")
    assert min(abs(at_cut.lower[2]), abs(at_cut.upper[2])) < 1e-3  # the ratio just rejects 0
    assert_allclose(one.anova().statistic[0], (one.estimate[1] / one.se[1]) ** 2, rtol=1e-12)
    with pytest.raises(IncompatibleError, match="Wald"):
        one.anova(test="lr")
    with pytest.raises(IncompatibleError, match="tests terms by Wald's test"):  # pandas has no truth value of a table
        one.anova(test=table())
    with pytest.raises(IncompatibleError, match=r"variance_test"):
        st.likelihood_ratio(one, st.fit(st.logistic("y ~ x", table())))


@pytest.mark.slow
def test_comparisons_count_variances_and_one_kind_of_integral():
    one, other = fit("logistic"), st.fit(st.logistic("y ~ x + (1 | g)", table()))
    assert st.compare(one, other).table().p.tolist() == [4, 3]
    laplace = st.fit(st.logistic("y ~ x + (1 | g)", table()), integral="laplace")
    with pytest.raises(IncompatibleError, match="by Laplace, the other by quadrature"):
        st.likelihood_ratio(one, laplace)


def test_rows_of_new_groups_are_judged_without_their_effects():
    found = st.cross_validate(fit("logistic").model, folds=3, groups="g", seed=1)
    assert found.table()["mean"][0] < np.log(2.0)


@pytest.mark.slow
def test_pictures():
    one = fit("logistic")
    assert one.plot("random_effects", "g").axes
    assert one.plot("effect", "x").axes
    assert one.plot("coefficients").axes


@pytest.mark.slow
def test_probabilities_over_groups_are_calibrated_and_drawn():
    one = fit("logistic")
    found = one.calibration(bins=4)
    assert_allclose(found["n"].sum(), len(table()["y"]))
    assert one.plot("calibration").axes
    assert one.plot("residuals", seed=1).axes
    assert fit("slopes").plot("frequencies").axes


def test_groups_that_are_no_word_are_refused_in_words():
    for groups in ("", np.array([1.0, 2.0])):
        with pytest.raises(DomainError, match="groups"):
            fit("logistic").means("x", groups=groups)


def test_a_kind_of_interval_that_is_no_word_is_refused_in_words():
    """Its comparison with a word was an error of NumPy."""
    with pytest.raises(st.StattoolsError, match="kind"):
        fit("logistic").interval(kind=np.array([1.0, 2.0]))
