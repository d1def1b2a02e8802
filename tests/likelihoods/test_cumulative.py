"""Labels in order: what the contract tests do not ask."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import Cumulative
from stattools.likelihoods.likelihood import is_concave, label_of


def test_thresholds_are_named_by_the_labels_about_them():
    family = Cumulative(3, labels=("low", "mid", "high"), partial=True, scaled=True)
    assert [label_of(family, name) for name in family.parameters][1:] == ["low|mid", "mid|high"] * 2 + ["log scale"]
    assert not is_concave(family)
    assert is_concave(replace(family, partial=False, scaled=False))
    assert family.facts.taken_up == ((0, (1, 2)), (3, (1,)), (4, (2,)), (5, ()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"categories": 1},
        {"categories": 10**30},
        {"categories": 3, "link_name": "cauchit"},
        {"categories": 3, "link_name": np.array([])},
        {"categories": 3, "labels": ("low", "high")},
        {"categories": 3, "labels": True},
        {"categories": 3, "labels": np.array(["a", "b", "c"])},
        {"categories": 3, "partial": np.array([])},
        {"categories": 3, "scaled": "no"},
    ],
    ids=repr,
)
def test_what_is_no_family_is_refused(wrong):
    with pytest.raises(DomainError, match=r"Cumulative needs|of Cumulative is True or False"):
        Cumulative(**wrong)


def test_half_spaces_are_where_the_log_likelihood_rises_for_ever():
    """Along the sum of the normals of a row its probability tends to 1; against any of them to 0."""
    family = Cumulative(4, partial=True)
    eta, y = np.array([[0.2, -1.0, 0.0, 1.0, 0.1, 0.0, -0.1]]).repeat(4, axis=0), np.arange(4.0)
    rows, normals = family.facts.half_spaces(family, y)
    along = np.zeros_like(eta)
    np.add.at(along, rows, normals)
    assert_allclose(family.loglik(eta + 60.0 * along, y), 0.0, atol=1e-12)
    for row, normal in zip(rows, normals, strict=True):
        assert family.loglik(eta[row : row + 1] - 60.0 * normal, y[row : row + 1])[0] < -50.0


def test_a_mean_with_a_negative_probability_is_refused():
    with pytest.raises(DomainError, match="negative"):
        Cumulative(3).mean(np.array([[0.0, 1.0, -1.0]]))


def test_cumulative_probabilities_are_sums():
    family, eta = Cumulative(3, "probit"), np.array([[0.4, -1.0, 0.5]])
    assert_allclose(family.cumulative(eta), family.mean(eta).cumsum(axis=1), rtol=1e-14)
