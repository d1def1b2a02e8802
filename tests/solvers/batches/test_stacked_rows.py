"""Log-likelihoods and derivatives of many members are those of each alone, whatever they share."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import StackedRows
from tests.cases import rng

N, M = 20, 3
X = rng(1).normal(size=(N, 2))
ETA = X @ [0.6, -0.4]
Y = ((rng(3).logistic(size=(M, N)) + ETA)[:, :, None] > [-1.0, 0.5]).sum(axis=2).astype(float)
MODELS = {
    "ordered": lambda offset: st.ordinal(Y[0], X, offset=offset),
    "categories": lambda offset: st.softmax(Y[0].astype(int), X),
    "events": lambda offset: st.probit((Y[0] > 0).astype(int), X, offset=offset),
    "logistic": lambda offset: st.logistic((Y[0] > 0).astype(int), X, offset=offset),
    "poisson": lambda offset: st.poisson(Y[0], X, offset=offset),
    "linear": lambda offset: st.ols(Y[0], X, offset=offset),
}


@pytest.mark.parametrize("how", ["outcomes", "weights", "own columns", "fewer"])
@pytest.mark.parametrize("case", MODELS)
def test_derivatives_are_those_of_each_member(case, how):
    offset = None if case == "categories" else 0.3 * X[:, 1]
    model = MODELS[case](offset)
    y = (Y > 0).astype(float) if case in ("events", "logistic") else Y
    columns = np.stack([model.rows.X * (1.0 + 0.1 * k) for k in range(M)])
    W = rng(2).integers(0, 3, (M, N)).astype(float) if how == "weights" else None
    own = columns if how == "own columns" else model.rows.X[None]
    rows = StackedRows(model, own, y[:1] if how == "weights" else y, W, None if offset is None else offset[None])
    theta = model.start[:, None] + 0.1 * rng(4).normal(size=(len(model.start), M))
    members = [0, 2] if how == "fewer" else [0, 1, 2]
    if how == "fewer":
        rows, theta = rows.kept(np.array(members)), theta[:, members]
    value, score, information = rows.at(theta)
    information = np.broadcast_to(information, (*information.shape[:2], theta.shape[1]))  # one that all share, too
    for at, k in enumerate(members):
        alone = replace(model.rows, X=own[-1 if len(own) == 1 else k], y=y[0 if how == "weights" else k])
        alone = replace(alone, weight=None if W is None else W[k])
        expected = replace(model, rows=alone).evaluate(theta[:, at])
        if case not in ("logistic", "poisson", "linear"):  # which need no values on the way
            assert_allclose(value[at], expected.loglik, rtol=1e-12)
        assert_allclose(score[:, at], expected.score, rtol=1e-10, atol=1e-11)
        assert_allclose(np.tril(information[:, :, at]), np.tril(expected.information), rtol=1e-10, atol=1e-11)
