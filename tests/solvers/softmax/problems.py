"""A softmax regression of few rows that the tests of its parts share."""

import numpy as np

import stattools as st
from tests.cases import rng


def problem(n=90, weights=True):
    """Three categories, two columns beside the intercept, one of them far from 0."""
    g = rng(9)
    X = np.column_stack([g.normal(size=n), 30.0 + g.normal(size=n)])
    given = {"weights": g.integers(1, 4, n).astype(float)} if weights else {}
    y = np.argmax(np.column_stack([np.zeros(n), X[:, 0], -X[:, 0]]) + g.gumbel(size=(n, 3)), axis=1)
    return st.softmax(y, X, **given)
