"""`st.likelihood` from functions, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import stattools as st

PARAMETERS = {"location": "identity", "scale": "log"}


def loglik(y, location, scale):
    z = (y - location) / scale
    return -np.log(scale) - z - np.exp(-z)


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((stats.norm(0.0, 1.0),), {"parameters": {"loc": "identity"}}, "norm is frozen"),
        ((stats.multivariate_normal,), {"parameters": {"loc": "identity"}}, "takes a distribution of SciPy"),
        ((3,), {"parameters": {"loc": "identity"}}, "takes a distribution of SciPy"),
        ((stats.norm,), {"parameters": {"loc": "identity", "weights": "log"}}, "cannot be called 'weights'"),
        ((stats.norm,), {"parameters": {"loc": "banana"}}, "has one of the links identity, log"),
        ((stats.norm,), {"parameters": {}}, "parameters= is a dict of links"),
        ((stats.norm,), {"parameters": {"loc": "identity"}, "outcome": "real"}, "answers outcome itself"),
        (("A",), {"parameters": {"m": "log"}, "outcome": "real"}, "needs loglik, a function of"),
        (("A", loglik), {"parameters": PARAMETERS, "outcome": "number"}, "outcome= is one of 'real'"),
        (("A", loglik), {"parameters": PARAMETERS, "outcome": "real", "mean": 3}, "mean= is a function"),
        (("A", loglik), {"parameters": PARAMETERS, "outcome": "real", "fixed": {"a": 1}}, "fixed= belongs to"),
    ],
)
def test_refusals_say_what_is_needed(arguments, options, said):
    with pytest.raises(st.StattoolsError, match=said):
        st.likelihood(*arguments, **options)


@pytest.mark.parametrize("fixed", [NotImplemented, 3, None, "a", ["a"]], ids=repr)
def test_fixed_is_a_dict(fixed):
    for distribution in ("Mine", stats.gumbel_r):
        with pytest.raises(st.DomainError, match="fixed= is a dict of numbers by name"):
            st.likelihood(distribution, parameters={"loc": "identity", "scale": "log"}, fixed=fixed)
