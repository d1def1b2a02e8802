import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Block
from stattools.likelihoods import Poisson
from stattools.models import model as block_sums
from stattools.models.predictor import Linear

random = np.random.default_rng(4)
X, OFFSET, WEIGHT = random.normal(size=(9, 2)), random.normal(size=9), random.integers(1, 4, 9).astype(float)
BLOCK = Block(X, random.poisson(2.0, 9).astype(float), WEIGHT, OFFSET)
THETA, AHEAD, MODEL = np.array([0.3, -0.2]), np.array([0.1, 0.4]), (Poisson(), Linear(2))


def test_sums_are_those_of_a_loop_over_rows():
    def by_rows(theta):
        rows = zip(X @ theta + OFFSET, BLOCK.y, WEIGHT, X, strict=True)
        found = [
            (w * Poisson().loglik(e, y), w * (y - np.exp(e)) * x, w * np.exp(e) * np.outer(x, x)) for e, y, w, x in rows
        ]
        return [sum(part) for part in zip(*found, strict=True)]

    loglik, score, information = by_rows(THETA)
    full = block_sums.evaluation(*MODEL, THETA, 2, BLOCK)
    assert_allclose(full.loglik, loglik, rtol=1e-13)
    assert_allclose(full.score, score, rtol=1e-12)
    assert_allclose(np.triu(full.information), np.triu(information), rtol=1e-12)
    assert_allclose(block_sums.scores(*MODEL, THETA, BLOCK), score, rtol=1e-12)
    assert_allclose(block_sums.logliks(*MODEL, [THETA, AHEAD], BLOCK), [loglik, by_rows(AHEAD)[0]], rtol=1e-13)
    assert_allclose(block_sums.change(*MODEL, THETA, AHEAD, BLOCK), by_rows(AHEAD)[2] - information, rtol=1e-10)


def test_squares_are_weighted():
    residual = BLOCK.y - X @ THETA - OFFSET
    wanted = [(WEIGHT * residual**2).sum(), (WEIGHT * BLOCK.y**2).sum()]
    assert_allclose(block_sums.squares(Linear(2), THETA, BLOCK), wanted, rtol=1e-13)


def test_the_reach_of_a_family_that_has_its_own_is_asked_of_rows_elsewhere_alone():
    model = st.ordinal(random.integers(0, 3, 60), random.normal(size=(60, 2)))
    theta = st.fit(model).estimate
    here = model.evaluate(theta)
    given = model.likelihood, model.predictor, theta, 2, model.rows.whole
    there = block_sums.evaluation(*given, with_reach=True)
    assert np.isnan(here.reach)
    assert there.reach == model.likelihood.facts.reach(model.likelihood, model.eta(theta), model.rows.y) > 0.0
    assert_allclose(there.information, here.information, rtol=1e-15)
