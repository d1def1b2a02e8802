"""Known digits, computed again by other means."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exact_answers import exact_least_squares, longley
from stattools.qualification.exam.laws import KNOWN_DIGITS, Law
from stattools.validation.verifier import mixed

BY_NAME = {law.name: law for law in KNOWN_DIGITS}


def data(law: Law) -> dict:
    space: dict = {"np": np}
    exec(law.change, space)
    return space


def told(law: Law):
    assert law.expect is not None
    return law.expect(law.models[0], None, None)


def test_longley_is_exact_in_rationals():
    law = BY_NAME["published: Longley"]
    made, (X, y) = data(law), longley()
    assert np.array_equal(made["X"], X[:, 1:])
    assert np.array_equal(made["y"], y)
    exact = exact_least_squares(X.tolist(), y.tolist())
    b, se = told(law)
    assert np.allclose(b, [float(one) for one in exact.estimate], rtol=1e-12)
    assert np.allclose(se, exact.se, rtol=1e-12)


def test_closed_forms_of_published_data():
    made = data(BY_NAME["published: dyestuff"])
    means = made["y"].reshape(6, 5).mean(axis=1)
    assert told(BY_NAME["published: dyestuff"])[0] == pytest.approx(made["y"].mean())
    assert told(BY_NAME["published: dyestuff"])[1] == pytest.approx(means.std(ddof=1) / np.sqrt(6))
    made = data(BY_NAME["published: Dobson"])
    mean = np.exp(np.column_stack([np.ones(9), made["X"]]) @ told(BY_NAME["published: Dobson"])[0])
    assert np.allclose(np.column_stack([np.ones(9), made["X"]]).T @ (made["y"] - mean), 0.0, atol=1e-9)


def test_scores_are_0_at_published_digits():
    made = data(BY_NAME["published: Spector"])
    X, (b, se) = np.column_stack([np.ones(32), made["X"]]), told(BY_NAME["published: Spector"])
    p = 1 / (1 + np.exp(-X @ b))
    V = np.linalg.inv((X.T * p * (1 - p)) @ X)
    assert np.abs(V @ X.T @ (made["y"] - p) / se).max() < 1e-3
    assert np.allclose(np.sqrt(np.diagonal(V)), se, rtol=1e-4)


def test_two_maxima_of_groups_are_there_and_the_higher_is_told():
    law = BY_NAME["two maxima of groups"]
    made = data(law)
    A = np.column_stack([np.ones(made["n"]), made["X"]])
    arrays = {"X": A, "y": made["y"], "Z": np.ones((made["n"], 1)), "group": made["g"]}
    loglik = mixed({"kind": "mixed", "reml": True}, arrays)
    ratios = np.linspace(0.0, 8.0, 1601)
    heights = np.array([loglik(np.array([one])) for one in ratios])
    inside = heights[1:-1]
    assert ((inside > heights[:-2]) & (inside > heights[2:])).sum() == 2
    beta = loglik(ratios[[heights.argmax()]], True)[1]  # pyright: ignore
    assert np.allclose(beta, told(law)[0], atol=1e-3)


def test_two_maxima_of_outliers_are_there_and_the_higher_is_told():
    law = BY_NAME["two maxima of outliers"]
    made, b = data(law), told(law)[0]

    def height(b):
        eta = b[0] + b[1] * made["X"][:, 0]
        return np.log(0.5 + np.arctan(np.where(made["y"], eta, -eta)) / np.pi).sum()

    for maximum in (b, np.array([0.6547, 0.05116])):
        beside = [maximum + 0.05 * np.array(step) for step in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        assert all(height(maximum) > height(one) for one in beside)
    assert height(b) > height([0.6547, 0.05116]) + 0.08
