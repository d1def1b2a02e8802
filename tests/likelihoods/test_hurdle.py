"""A hurdle is a logistic regression of zeros beside truncated counts: the sum of the two, and nothing between them."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.likelihood import is_concave
from tests.cases import rng


def test_it_is_the_sum_of_its_pieces():
    g = rng(3)
    for family in (st.Poisson(), st.NegativeBinomial()):
        hurdle = st.Hurdle(family)
        eta, y = g.normal(size=(200, hurdle.width)), g.poisson(1.2, 200).astype(float)
        total = np.zeros(200)
        for piece in hurdle.facts.pieces:
            some = piece.rows(y)
            at = eta[some][:, list(piece.predictors)]
            total[some] += piece.family.loglik(at[:, 0] if at.shape[1] == 1 else at, piece.outcome(y[some]))
        loglik, _, information = hurdle.evaluate(eta, y)
        assert_allclose(loglik, total, rtol=1e-14)
        assert not information[:, 0, 1].any()
        assert is_concave(hurdle) == (family == st.Poisson())


def test_with_poisson_counts_it_is_concave_everywhere():
    """No information is negative, however far out, beyond the round-off of a difference of numbers near 1."""
    grid = np.stack(np.meshgrid(np.linspace(-30.0, 12.0, 400), np.linspace(-30.0, 30.0, 13)), axis=-1).reshape(-1, 2)
    for y in (0.0, 1.0, 2.0, 50.0):
        information = st.Hurdle().information(grid, np.full(len(grid), y))
        assert (np.linalg.eigvalsh(information) > -1e-15).all()
