"""Passes give the numbers of the model itself, and those of a ridge beside it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.solvers.softmax.passes import SoftmaxPasses
from tests.cases import rng
from tests.solvers.softmax.problems import problem


@pytest.fixture
def model():
    return problem()


def test_value_score_and_information_are_those_of_the_model(model):
    work, _ = model.standardized()
    passes, theta = SoftmaxPasses(model), 0.4 * rng(1).normal(size=6)
    found, wanted = passes.evaluate(theta), work.evaluate(theta)
    assert_allclose(found.loglik, wanted.loglik, rtol=1e-13)
    assert_allclose(found.score, wanted.score, rtol=1e-11, atol=1e-11)
    assert_allclose(found.information, wanted.information, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("centered", [False, True])
def test_a_ridge_has_the_derivatives_of_its_value(model, centered):
    passes, theta, h = SoftmaxPasses(model, np.array([0.0, 2.0, 3.0]), centered), 0.4 * rng(2).normal(size=6), 1e-5
    here = passes.evaluate(theta)
    for k, step in enumerate(h * np.eye(6)):
        ahead, behind = passes.evaluate(theta + step, 1), passes.evaluate(theta - step, 1)
        assert_allclose(here.score[k], (ahead.loglik - behind.loglik) / (2 * h), rtol=1e-6, atol=1e-6)
        assert_allclose(-here.information[k], (ahead.score - behind.score) / (2 * h), rtol=1e-6, atol=1e-6)
    B = np.vstack([np.zeros(3), theta.reshape(2, 3)])
    gap = B - B.mean(axis=0) if centered else B
    plain = SoftmaxPasses(model).evaluate(theta, 1).loglik
    assert_allclose(here.loglik, plain - 0.5 * (np.array([0.0, 2.0, 3.0]) * gap**2).sum(), rtol=1e-13)


def test_a_product_with_the_information_needs_no_matrix(model):
    passes, theta, v = SoftmaxPasses(model, np.ones(3), centered=True), 0.4 * rng(3).normal(size=6), np.arange(6.0)
    passes.keep_probabilities(theta)
    assert_allclose(passes.times(v), passes.information(theta) @ v, rtol=1e-12)


def test_single_precision_is_right_to_six_digits(model):
    passes, theta = SoftmaxPasses(model), 0.4 * rng(4).normal(size=6)
    half, whole = passes.single().evaluate(theta, 1), passes.evaluate(theta, 1)
    assert_allclose(half.loglik, whole.loglik, rtol=1e-6)
    assert_allclose(half.score, whole.score, atol=1e-4)


def test_separation_is_every_own_category_in_front():
    passes = SoftmaxPasses(problem(weights=False))
    assert not passes.separates(np.zeros(6))
    passes.codes = np.argmax(np.vstack([np.zeros(90), passes._eta(passes.folded(np.arange(6.0)), slice(None))]), axis=0)
    assert passes.separates(np.arange(6.0))
