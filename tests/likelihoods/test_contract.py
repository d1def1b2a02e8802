"""Every likelihood keeps the contract: derivatives, Bartlett identities, scipy's numbers, extremes, refusals."""

import re
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods.likelihood import (
    cumulants_of,
    expected_of_first,
    named_parts,
    side_of,
)
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import inside as within
from stattools.likelihoods.predictive import tails_of, with_trials
from tests.cases import LIKELIHOODS, LikelihoodCase, rng

pytestmark = pytest.mark.parametrize("case", LIKELIHOODS, ids=str)


def directions(case: LikelihoodCase, eta):
    """Unit steps in each linear predictor."""
    return [1.0] if eta.ndim == 1 else list(np.eye(eta.shape[1]))


def test_loglik_equals_scipy(case: LikelihoodCase):
    eta, y = case.draw(rng(0))
    assert_allclose(case.likelihood.loglik(eta, y), case.reference(eta, y), rtol=1e-12, atol=0)


def test_score_is_the_slope_of_loglik(case: LikelihoodCase):
    eta, y = case.draw(rng(1))
    h = 1e-6
    score = case.likelihood.score(eta, y)
    for k, unit in enumerate(directions(case, eta)):
        slope = (case.likelihood.loglik(eta + h * unit, y) - case.likelihood.loglik(eta - h * unit, y)) / (2 * h)
        assert_allclose(score if eta.ndim == 1 else score[:, k], slope, rtol=1e-6, atol=1e-7)


def test_information_is_minus_the_slope_of_the_score(case: LikelihoodCase):
    eta, y = case.draw(rng(2))
    h = 1e-6 if case.likelihood.facts.knows_ends else 1e-4  # whose score is a difference
    information = case.likelihood.information(eta, y)
    for k, unit in enumerate(directions(case, eta)):
        slope = (case.likelihood.score(eta + h * unit, y) - case.likelihood.score(eta - h * unit, y)) / (2 * h)
        assert_allclose(information if eta.ndim == 1 else information[:, :, k], -slope, rtol=1e-6, atol=1e-7)


def test_slope_is_the_slope_of_the_mean(case: LikelihoodCase):
    eta, _ = case.draw(rng(2))
    slope, h = case.likelihood.slope(eta), 1e-6
    for k, unit in enumerate(directions(case, eta)):
        means = [case.likelihood.mean(eta + s * h * unit).reshape(len(eta), -1) for s in (1, -1)]
        assert_allclose(slope[:, :, k], (means[0] - means[1]) / (2 * h), rtol=1e-6, atol=1e-8)


def test_evaluate_is_loglik_score_information(case: LikelihoodCase):
    eta, y = case.draw(rng(3))
    eta = np.concatenate([eta, 300 * eta])
    y = np.concatenate([y, y])
    parts = case.likelihood.evaluate(eta, y)
    for fused, alone in zip(
        parts,
        (case.likelihood.loglik(eta, y), case.likelihood.score(eta, y), case.likelihood.information(eta, y)),
        strict=True,
    ):
        assert_allclose(fused, alone, rtol=2e-15, atol=1e-300)
    for fused, alone in zip(case.likelihood.derivatives(eta, y), parts[1:], strict=True):
        assert_allclose(fused, alone, rtol=4e-15, atol=1e-300)


def test_where_means_stand_for_outcomes_the_log_likelihood_is_a_line_in_them(case: LikelihoodCase):
    if case.likelihood.facts.from_zero:
        eta, y = case.draw(rng(3))
        zero = np.zeros(len(y))
        apart = case.likelihood.loglik(eta, y) - case.likelihood.loglik(eta, zero) - y * eta
        assert_allclose(apart, case.likelihood.loglik(zero, y) - case.likelihood.loglik(zero, zero), atol=1e-10)
        assert case.likelihood.facts.canonical


def test_bartlett_identities_under_sample(case: LikelihoodCase):
    """E[score] = 0 and Var[score] = information, within five Monte Carlo standard errors."""
    if case.name == "binomial with trials in y":
        with pytest.raises(TypeError, match=r"needs the trials"):
            case.likelihood.sample(np.zeros(3), seed=0)
        return
    n = 200_000
    eta = case.draw(rng(4), 1)[0] / case.spread
    eta = np.repeat(eta, n, axis=0)
    y = case.likelihood.sample(eta, seed=5)
    case.likelihood.check(y)
    score = case.likelihood.score(eta, y).reshape(n, -1)
    information = np.atleast_2d(case.likelihood.information(eta, y).mean(axis=0))
    error = np.sqrt(np.diagonal(information) / n)
    assert (np.abs(score.mean(axis=0)) < 5 * error).all()
    assert_allclose(score.T @ score / n, information, atol=0.03 * np.abs(information).max())
    mean = y.mean() / (12 if case.likelihood.outcome is Outcome.TRIALS else 1)
    if case.likelihood.outcome.has_several:
        mean = np.bincount(y.astype(int), minlength=case.likelihood.categories) / n
    assert_allclose(mean, case.likelihood.mean(eta)[0], atol=max(0.02, 5 * y.std() / np.sqrt(n)))


@pytest.mark.parametrize("size", [30.0, 800.0, 1e4])
def test_extreme_predictors_stay_finite(case: LikelihoodCase, size: float):
    eta, y = case.draw(rng(6))
    if not case.likelihood.facts.knows_ends:
        pytest.skip("a density of one's own may overflow: a step is then shortened")
    if "partial" in case.name:
        pytest.skip("effects at a cut that are so large leave no order")
    for extreme in (np.sign(eta) * size, -np.sign(eta) * size):
        extreme = case.arranged(extreme)
        first = extreme if eta.ndim == 1 else extreme[:, 0]
        first[:] = np.clip(first, *within(*case.likelihood.facts.domain))
        for part in (*case.likelihood.evaluate(extreme, y), case.likelihood.loglik(extreme, y)):
            assert np.isfinite(part).all()
        assert np.isfinite(case.likelihood.mean(extreme)).all()


def test_link_inverts_mean(case: LikelihoodCase):
    eta, _ = case.draw(rng(7))
    slope = case.likelihood.slope(eta)
    if (slope.shape[1] < slope.shape[2] and slope[:, 0, 1:].any()) or case.likelihood.outcome is Outcome.ORDERED:
        pytest.skip("one mean of several predictors has no inverse")
    dispersed = slope.shape[1] < slope.shape[2]  # the second eta is no part of the mean
    wanted = eta[:, 0] if dispersed else eta
    assert_allclose(case.likelihood.link(case.likelihood.mean(eta)), wanted, rtol=1e-9, atol=1e-9)


def test_outcomes_off_the_support_are_refused(case: LikelihoodCase):
    _, y = case.draw(rng(8), 5)
    assert_allclose(case.likelihood.check(y), y, rtol=0)
    for bad in case.refused:
        spoiled = list(y[:-1]) + [bad]
        with pytest.raises(DomainError, match=r"needs"):
            case.likelihood.check(spoiled)


def refuses(question, *args):
    """True where a family has no answer and says so."""
    try:
        question(*args)
    except IncompatibleError:
        return True
    return False


def many(case: LikelihoodCase, seed: int, n: int = 40_000):
    """One eta repeated, outcomes drawn at it, and the family that drew them."""
    family = case.likelihood
    eta = case.draw(rng(seed), 1)[0] / (2.0 * case.spread)
    eta = np.repeat(eta, n, axis=0)
    if case.name == "binomial with trials in y":
        trials = np.full(n, 7.0)
        return family, eta, np.column_stack([with_trials(family, trials).sample(eta, seed=seed), trials])
    return family, eta, family.sample(eta, seed=seed)


def test_variance_and_mean_are_those_of_draws(case: LikelihoodCase):
    family, eta, y = many(case, 9)
    if refuses(family.variance, eta, y):
        assert family.outcome.has_several
        return
    value, seen = family.variance(eta, y), family.observed(y)
    assert value.shape == (len(y),)
    assert_allclose(seen.mean(), family.mean(eta)[0], atol=5 * np.sqrt(value[0] / len(y)))
    spread = (seen - seen.mean()) ** 2
    assert_allclose(spread.mean(), value[0], atol=5 * spread.std() / np.sqrt(len(y)))


def test_both_tails_add_to_one_and_hold_what_draws_show(case: LikelihoodCase):
    family, eta, y = many(case, 10)
    if refuses(tails_of, family, eta, y):
        assert family.outcome in (Outcome.CATEGORY, Outcome.TRIALS)
        return
    (before, below), (later, above) = tails_of(family, eta, y)
    assert_allclose(below + above, 1.0, rtol=1e-12)
    assert_allclose(before + later, 1.0, rtol=1e-12)
    if family.outcome.is_whole:
        assert_allclose(below - before, np.exp(family.loglik(eta, y)), rtol=1e-9, atol=1e-12)
    u = before + rng(11).random(len(y)) * (below - before)  # uniform where the distribution is right
    assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / len(y))
    assert abs((u < 0.1).mean() - 0.1) < 5 * np.sqrt(0.09 / len(y))


def test_intervals_of_a_new_outcome_cover(case: LikelihoodCase):
    """eta has a normal error: at least 0.9 of the outcomes drawn at such eta lie inside, more only for whole ones."""
    family, width = case.likelihood, case.likelihood.width
    center = 0.5 * np.abs(case.draw(rng(12), 1)[0].reshape(1, width)) + 1.0
    center[:, 0] *= -1.0 if family.facts.domain[1] <= 0.0 else 1.0
    root = 0.2 * np.tril(np.ones((width, width)))
    if refuses(family.facts.interval, family, center, (root @ root.T)[None], 0.9, np.array([12.0])):
        assert family.outcome.has_labels or family.outcome is Outcome.TRIALS
        return
    given = np.array([12.0]) if family.outcome is Outcome.TRIALS else None
    lower, upper = (float(end[0]) for end in family.facts.interval(family, center, (root @ root.T)[None], 0.9, given))
    eta = center + rng(13).standard_normal((60_000, width)) @ root.T
    eta[:, 0] = np.clip(eta[:, 0], *within(*family.facts.domain))
    y = with_trials(family, np.full(len(eta), 12.0)).sample(eta[:, 0] if width == 1 else eta, seed=14)
    inside = ((y >= lower) & (y <= upper)).mean()
    noise = 4 * np.sqrt(0.09 / len(y))
    assert inside > 0.9 - noise
    if family.outcome.is_whole:  # one less on either side is not enough
        assert ((y > lower) & (y < upper)).mean() < 0.9 + noise
    else:
        assert inside < 0.9 + noise


def test_deviance_is_what_is_lost_against_a_perfect_fit(case: LikelihoodCase):
    """Twice the loglik at the best first predictor of each observation, less that at eta; the others stay."""
    family = case.likelihood
    eta, y = case.draw(rng(15), 12)
    if refuses(family.deviance, eta, y):
        assert case.name.startswith(("beta", "own", "zero", "hurdle", "failure"))
        return
    ends = np.clip([-1e4, 1e4], *within(*family.facts.domain))
    grid = np.concatenate([ends, np.linspace(-60.0, 60.0, 24_001)])
    lost = family.deviance(eta, y)
    if family.outcome.has_several:
        assert_allclose(lost, -2.0 * family.loglik(eta, y), rtol=1e-12)
        return
    for i in range(len(y)):
        at = grid if eta.ndim == 1 else np.column_stack([grid, np.full(len(grid), eta[i, 1])])
        best = family.loglik(at, np.repeat(y[i : i + 1], len(grid), axis=0)).max()
        own = family.loglik(eta[i : i + 1], y[i : i + 1])[0]
        assert_allclose(lost[i], 2.0 * (best - own), rtol=1e-3, atol=1e-3)  # the grid is 0.005 wide


def test_side_is_where_the_score_points_far_away(case: LikelihoodCase):
    family = case.likelihood
    eta, y = case.draw(rng(16))
    side = side_of(family, y)
    if family.outcome is Outcome.CATEGORY and family.categories > 2:
        assert_allclose(side, y, rtol=0)
        return
    if family.facts.pieces or family.facts.taken_up:  # each of which is looked at by itself; `half_spaces` say it
        assert side is None
        return
    far = np.full_like(eta, 100.0) if eta.ndim == 1 else np.tile(np.eye(1, family.width) * 100.0, (len(eta), 1))
    near = 0.03 * far if family.facts.inflated else far  # beyond, zeros are extra ones, and the log-likelihood is level
    right, left = (family.score(at, y).reshape(len(y), -1)[:, 0] for at in (near, -far))
    least = 1e-15 if "truncated" in case.name else 1e-100  # a difference of numbers near 1
    rises = np.where(right >= -1e-100, 1.0, np.where(left <= least, -1.0, 0.0))
    rises = np.where(family.trials_of(y) > 0, rises, np.nan)
    assert_allclose(np.zeros(len(y)) if side is None else side, rises, rtol=0)


def test_an_outcome_is_its_parts_in_order(case: LikelihoodCase):
    family = case.likelihood
    _, y = case.draw(rng(16), 20)
    parts = named_parts(family, y)
    assert tuple(parts) == family.parts[: y.ndim]  # times that were seen have one end
    assert_allclose(np.column_stack(list(parts.values())), y.reshape(len(y), -1), rtol=0)
    if "trials" in parts:
        assert_allclose(family.trials_of(y), parts["trials"], rtol=0)


def test_level_is_the_predictor_of_the_mean_outcome_and_sums_add_up(case: LikelihoodCase):
    family = case.likelihood
    _, y = case.draw(rng(17), 60)
    weight, offset = rng(18).integers(1, 4, 60).astype(float), np.full(60, 0.7)
    parts = (slice(20), slice(20, None))
    halves = np.sum([family._sums(y[k], weight[k], offset[k]) for k in parts], axis=0)
    whole = family._sums(y, weight, offset)
    assert_allclose(halves, whole, rtol=1e-12)
    if family.outcome is Outcome.ORDERED:
        eta = np.array([[0.7, *family.start(y, weight, offset)[1:]]])  # the offset moves both
        assert_allclose(family.mean(eta)[0], (whole + 0.5) / (whole + 0.5).sum(), rtol=1e-10)
        return
    if family.outcome is Outcome.CATEGORY:
        assert family._level(whole).shape == (family.width,)
        return
    mean = np.average(family.observed(y), weights=weight * family.trials_of(y))
    rough = 0.05 if case.name == "beta-binomial" else 1e-10  # half a success and half a failure more
    assert_allclose(family._level(whole), family.link(mean) - 0.7, atol=rough)


def test_the_expected_information_is_the_mean_of_the_observed(case: LikelihoodCase):
    """Or it is refused: the observed one does not stand for it."""
    family, eta, y = many(case, 19)
    try:
        expected = expected_of_first(family, eta, y)
    except IncompatibleError:
        assert not family.facts.canonical
        assert not family.facts.linear_score
        return
    observed = family.information(eta, y).reshape(len(y), -1)
    other = expected_of_first(family, eta, np.roll(y, 1, axis=0))
    if np.ndim(family.trials_of(y)) == 0:
        assert_allclose(other, expected, rtol=0)
    wanted = [(observed[:, 0], expected)]
    with suppress(IncompatibleError):  # that of an alpha is not known
        wanted += zip(observed.T, family.expected(eta, y).reshape(len(y), -1).T, strict=True)
    for one, mean in wanted:
        assert abs(one.mean() - mean.mean()) < 5 * one.std() / np.sqrt(len(y)) + 1e-12


def test_a_score_that_is_linear_in_the_outcome_is_declared(case: LikelihoodCase):
    family, eta, y = many(case, 20)
    if not family.facts.linear_score or family.outcome.has_several:
        return
    gap = family.observed(y) - family.mean(eta)
    wanted = gap * family.slope(eta)[:, 0, 0] / family.variance(eta, y)
    assert_allclose(family.score(eta, y).reshape(len(y), -1)[:, 0], wanted, rtol=1e-6, atol=1e-9)


def weights_move(family: Any, eta: np.ndarray, y: np.ndarray) -> None:
    """The expected information about the first linear predictor, its slopes and its bends, by differences."""
    eta, h = eta.reshape(len(eta), -1), 1e-4

    def at(eta: np.ndarray) -> Any:
        return cumulants_of(family, eta[:, 0] if family.width == 1 else eta, y, np.full(len(y), 2.0))

    mean = family.mean(eta[:, 0] if family.width == 1 else eta)
    steep = family.slope(eta[:, 0] if family.width == 1 else eta)[:, 0, 0]
    variance = family.variance(eta[:, 0] if family.width == 1 else eta, y)
    assert mean.shape == variance.shape
    trials = family.trials_of(y)
    assert_allclose(at(eta).information, 2.0 * steep**2 / variance, rtol=1e-9 if np.ndim(trials) == 0 else 1e-7)
    for k, step in enumerate(h * np.eye(family.width)):
        ahead, behind = at(eta + step), at(eta - step)
        assert_allclose(at(eta).slope[:, k], (ahead.information - behind.information) / (2 * h), rtol=1e-5, atol=1e-6)
        assert_allclose(at(eta).bend[:, :, k], (ahead.slope - behind.slope) / (2 * h), rtol=1e-5, atol=1e-6)


def test_cumulants_are_derivatives_of_the_variance(case: LikelihoodCase):
    family = case.likelihood
    eta, y = case.draw(rng(20))
    if refuses(cumulants_of, family, eta, y, np.ones(len(y))):
        assert not family.facts.has_firth or family.outcome is Outcome.ORDERED  # test_jeffreys_cuts.py holds those
        return
    assert family.facts.has_firth
    if not family.facts.canonical:
        weights_move(family, eta, y)
        return
    if eta.ndim > 1 or family.outcome is Outcome.CATEGORY:
        return  # tests/penalties holds those of categories against differences
    h = 1e-4
    found = cumulants_of(family, eta, y, np.full(len(y), 2.0))
    ahead, here, behind = (family.information(eta + s * h, y) for s in (1, 0, -1))
    assert_allclose(found.slope[:, 0], 2.0 * (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-6)
    assert_allclose(found.bend[:, 0, 0], 2.0 * (ahead - 2 * here + behind) / h**2, rtol=1e-4, atol=1e-4)


def test_the_other_outcome_has_the_other_probability(case: LikelihoodCase):
    family = case.likelihood
    eta, y = case.draw(rng(21))
    other = family.facts.reversed(family, y)
    assert (other is not None) == family.facts.is_event
    if other is not None and family.outcome is Outcome.BINARY:
        assert_allclose(np.exp(family.loglik(eta, other)) + np.exp(family.loglik(eta, y)), 1.0, rtol=1e-12)
    if other is not None and not case.name.endswith("log"):  # 1 - p(eta) is p(-eta)
        assert_allclose(family.loglik(-eta, other), family.loglik(eta, y), rtol=1e-12)


def test_a_start_is_near_enough_for_the_log_likelihood_to_be_finite(case: LikelihoodCase):
    family = case.likelihood
    _, y = case.draw(rng(22), 50)
    start = family.start(y, np.ones(50), np.zeros(50))
    assert start.shape == (family.width,)
    eta = np.repeat(start[None], 50, axis=0)
    assert np.isfinite(family.loglik(eta[:, 0] if family.width == 1 else eta, y)).all()


def test_words_say_what_a_predictor_is(case: LikelihoodCase):
    words = case.likelihood.facts.words
    assert words.predictor.startswith("the ")
    assert (words.ratio is None) == (
        case.name in ("gaussian", "probit", "gumbel", "beta", "normal", "own of SciPy")
        or any(word in case.name for word in ("cumulative probit", "cumulative cloglog", "cumulative loglog"))
        or (isinstance(case.likelihood, Linked) and case.likelihood.through.name != "log")
    )


def test_parameters_have_links_and_a_predictor_each(case: LikelihoodCase):
    """The first parameter of categories has one for all but the reference; a mean is the link's at the predictor."""
    family = case.likelihood
    (_, first), *others = family.parameters.items()
    assert family.width == len(others) + (family.width if family.outcome is Outcome.CATEGORY else 1)
    assert {link for _, link in others} <= {"log", "logit", *["identity"] * (family.outcome is Outcome.ORDERED)}
    if next(iter(family.parameters)) == "mean" and family.outcome is not Outcome.CATEGORY:
        eta, _ = case.draw(rng(23))
        assert_allclose(family.mean(eta), LINKS[first].mean(eta if eta.ndim == 1 else eta[:, 0]), rtol=1e-13)


ASKED = {
    "observed": lambda family, eta, y: family.observed(y),
    "variance": lambda family, eta, y: family.variance(eta, y),
    "deviance": lambda family, eta, y: family.deviance(eta, y),
    "cdf": lambda family, eta, y: family.cdf(eta, y),
    "survival": lambda family, eta, y: family.survival(eta, y),
    "quantile": lambda family, eta, y: family.quantile(
        eta, 0.3, np.full(len(y), 12.0) if family.outcome is Outcome.TRIALS else None
    ),
    "expected": lambda family, eta, y: family.expected(eta, y).reshape(len(y), -1)[:, 0],
}
"""What a family may leave unanswered, (n,): it then says so by name."""


REFUSED = {
    Outcome.BINARY: {"quantile"},
    Outcome.ORDERED: {"variance", "quantile", "expected"},
    Outcome.CATEGORY: {"variance", "cdf", "survival", "quantile"},
}
"""What an outcome that is a label has no answer to, whatever the family."""
NO_DEVIANCE = ("beta", "failure", "hurdle", "own", "zero")
NO_EXPECTED = ("beta-binomial", "failure", "gumbel", "hurdle", "negative binomial", "own", "zero")
"""How the names of other families begin that refuse a question: a family without an answer is entered here."""


def test_a_question_is_answered_in_numbers_or_refused_by_name(case: LikelihoodCase):
    family, refused = case.likelihood, {}
    eta, y = case.draw(rng(24), 10)
    for question, ask in ASKED.items():
        try:
            found = ask(family, eta / case.spread, y)
        except IncompatibleError as error:
            refused[question] = str(error)
            continue
        assert np.shape(found) == (len(y),), question
        assert np.isfinite(found).all(), question
    others = {"deviance": case.name.startswith(NO_DEVIANCE), "expected": case.name.startswith(NO_EXPECTED)}
    assert set(refused) == REFUSED.get(family.outcome, {question for question, has_none in others.items() if has_none})
    assert all(
        re.search(r"needs|not say|has no|have no|is none|labels|not compared", said) for said in refused.values()
    )
