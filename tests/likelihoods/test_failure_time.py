"""Times that were seen, longer, shorter, or between two ends, of all distributions."""

from typing import Any, cast

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import FailureTime
from stattools.likelihoods.likelihood import is_concave, is_unimodal, side_of
from stattools.likelihoods.times import ERRORS
from tests.likelihoods.test_errors_of_log_time import LAWS

Y = np.array([[2.0, 2.0], [2.0, np.inf], [0.0, 2.0], [1.5, 4.0], [3.0, 3.0001], [1.0, 1000.0]])
ETA = np.column_stack([[0.3, 0.9, 0.2, 1.2, 0.8, 2.0], [-0.4, 0.2, 0.1, -1.0, -0.2, 0.3]])


def likelihood_and_eta(name):
    family = FailureTime(name)
    return family, ETA if family.width == 2 else ETA[:, 0]


@pytest.mark.parametrize("name", ERRORS)
def test_rows_of_every_kind_are_scipys(name):
    family, eta = likelihood_and_eta(name)
    scale = np.exp(ETA[:, 1]) if family.width == 2 else np.ones(len(Y))
    with np.errstate(divide="ignore"):
        a, b = ((np.log(end) - ETA[:, 0]) / scale for end in Y.T)
    law, seen = LAWS[name], Y[:, 0] == Y[:, 1]
    if name == "gamma":
        law, scale = cast(Any, stats.loggamma(scale**-2.0)), np.ones(len(Y))
        with np.errstate(divide="ignore"):
            a, b = np.log(Y.T) - ETA[:, 0] - 2.0 * ETA[:, 1]
    between = np.log(
        np.where(a > 0.0, law.sf(a) - law.sf(b), law.cdf(b) - law.cdf(a)), where=~seen, out=np.zeros(len(a))
    )
    log_time = np.log(scale * Y[:, 0], where=seen, out=np.zeros(len(a)))
    wanted = np.where(seen, law.logpdf(a) - log_time, between)
    assert_allclose(family.loglik(eta, Y), wanted, rtol=1e-9)  # the reference loses digits between narrow ends


@pytest.mark.parametrize("name", ERRORS)
def test_derivatives_are_those_of_differences(name):
    family, eta = likelihood_and_eta(name)
    h, (_, score, information) = 1e-5, family.evaluate(eta, Y)
    for k, unit in enumerate(np.eye(2) if family.width == 2 else [1.0]):
        up, down = family.evaluate(eta + h * unit, Y), family.evaluate(eta - h * unit, Y)
        assert_allclose(score if family.width == 1 else score[:, k], (up[0] - down[0]) / (2 * h), rtol=1e-6, atol=1e-8)
        bend = information if family.width == 1 else information[:, :, k]
        assert_allclose(bend, -(up[1] - down[1]) / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ERRORS)
def test_rows_that_entered_late_are_given_that_they_are_after_it(name):
    family, eta = likelihood_and_eta(name)
    entry, late = np.array([1.2, 1.9, 0.0, 1.4, 0.5, 0.9]), FailureTime(name, late=True)
    longer = np.column_stack([entry, np.full(6, np.inf)])[entry > 0.0]
    y, some = np.column_stack([Y, entry]), entry > 0.0
    for wanted, whole, since in zip(
        late.evaluate(eta, y), family.evaluate(eta, Y), family.evaluate(eta[some], longer), strict=True
    ):
        assert_allclose(wanted[~some], whole[~some], rtol=1e-15)
        assert_allclose(wanted[some], whole[some] - since, rtol=1e-12)
    assert late.check(y) is not None
    assert late.parts == ("y", "high", "entry")
    assert is_concave(late) == is_unimodal(late) == (name == "exponential")
    seen = np.column_stack([[2.0] * 6, [2.0] * 6, entry])
    total = late.cdf(eta, seen) + late.survival(eta, seen)
    assert_allclose(total, 1.0, rtol=1e-12)
    ratio = family.survival(eta[some], np.full(5, 2.0)) / family.survival(eta[some], entry[some])
    assert_allclose(late.survival(eta, seen)[some], ratio, rtol=1e-10)
    with pytest.raises(IncompatibleError, match="entered late"):
        late.observed(seen)
    with pytest.raises(DomainError, match="entries"):
        late.check(np.array([[2.0, 2.0, 2.0]]))


@pytest.mark.parametrize("name", ERRORS)
def test_intervals_have_the_slopes_of_differences(name):
    family, eta = likelihood_and_eta(name)
    time, h = np.array([2.0, 0.1, 5.0, 3.0, 1.0, 0.5]), 1e-5
    found = {
        "survival": (lambda at: family.score_of_survival(at, time)[0], family.score_of_survival(eta, time)[1]),
        "low": (lambda at: np.log(family.quantile(at, 0.2)), family.facts.slope_of_quantile(family, eta, 0.2, time)),
        "high": (lambda at: np.log(family.quantile(at, 0.9)), family.facts.slope_of_quantile(family, eta, 0.9, time)),
    }
    for what, (of, slope) in found.items():
        for k, unit in enumerate(np.eye(2) if family.width == 2 else [1.0]):
            wanted = (of(eta + h * unit) - of(eta - h * unit)) / (2 * h)
            assert_allclose(slope[:, k], wanted, rtol=1e-6, atol=1e-8, err_msg=what)
    score = family.score_of_survival(eta, time)[0]
    assert_allclose(family.beyond(score), family.survival(eta, time), rtol=1e-9)


@pytest.mark.parametrize("name", ERRORS)
def test_narrow_ends_are_the_density_times_their_width(name):
    family, eta = likelihood_and_eta(name)
    width = 1e-9
    narrow, seen = (family.evaluate(eta[:1], np.array([[2.0, 2.0 + gap]])) for gap in (width, 0.0))
    assert_allclose(narrow[0], seen[0] + np.log(width), rtol=1e-7)
    assert_allclose(narrow[1], seen[1], rtol=1e-6, atol=1e-7)
    assert_allclose(narrow[2], seen[2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ERRORS)
def test_rows_far_away_are_finite(name):
    family, eta = likelihood_and_eta(name)
    for size in (30.0, -30.0, 1e4, -1e4):
        assert all(np.isfinite(part).all() for part in family.evaluate(eta[:4] * size, Y[:4]))


def test_which_way_rows_rise_and_how_far_they_are():
    family = FailureTime()
    assert side_of(family, Y).tolist() == [0.0, 1.0, -1.0, 0.0, 0.0, 0.0]
    assert family.facts.reach(family, ETA[:1], Y[:1]) == 0.0
    assert_allclose(family.facts.reach(family, np.array([[30.0, 0.0]]), np.array([[1.0, np.inf]])), 30.0, rtol=1e-9)


def test_bad_times_are_refused_by_name():
    for y, said in (
        ([[0.0, 0.0]], "upper ends"),
        ([[3.0, 2.0]], "upper ends"),
        ([[-1.0, 2.0]], "lower ends"),
        ([[np.inf, np.inf]], "lower ends"),
        ([[1.0, 1e200]], "units"),
        ([[1.0, 2.0, 3.0]], "two ends"),
    ):
        with pytest.raises(DomainError, match=said):
            FailureTime().check(np.array(y))
    with pytest.raises(DomainError, match="gompertz"):
        FailureTime("gompertz")
    with pytest.raises(IncompatibleError, match="not seen"):
        FailureTime().observed(Y)
    assert is_unimodal(FailureTime())
    assert not is_unimodal(FailureTime("gamma"))
    assert not is_unimodal(FailureTime(scaled=True))


@pytest.mark.parametrize("name", ["exponential", "weibull", "lognormal", "loglogistic"])
def test_it_is_concave_in_its_parameters_without_a_scale_only(name):
    """`concave` was said of what is concave in (eta_0 / sigma, 1 / sigma)."""
    family = FailureTime(name)
    eta = np.column_stack([np.linspace(-3.0, 3.0, 61), np.full(61, 0.3)])[:, : family.width]
    eta = eta[:, 0] if family.width == 1 else eta
    information = family.information(eta, np.column_stack([np.full(61, 1.0)] * 2)).reshape(61, family.width, -1)
    assert is_unimodal(family)
    assert (np.linalg.eigvalsh(information)[:, 0] >= 0.0).all() == is_concave(family) == (name == "exponential")


@pytest.mark.parametrize("name", ["scaled", "late"])
def test_switches_are_true_or_false(name):
    for value in (None, 10**12, np.array([])):
        with pytest.raises(DomainError, match=f"{name}= of FailureTime is True or False"):
            FailureTime(**{name: value})


@pytest.mark.parametrize("name", ERRORS)
def test_a_time_from_0_to_inf_has_probability_1(name):
    family = FailureTime(name)
    eta = np.array([[0.3, -0.2], [1.0, 0.4]])[:, : family.width].reshape((2, 2) if family.width > 1 else 2)
    y = np.array([[0.0, np.inf], [1.5, 1.5]])
    loglik, score, information = family.evaluate(eta, y)
    assert [np.any(part[0]) for part in (loglik, score, information)] == [False, False, False]
    assert side_of(family, y).tolist() == [0.0, 0.0]
    assert_allclose(family.loglik(eta, y)[1], family.loglik(eta[1:], y[1:])[0], rtol=1e-14)
