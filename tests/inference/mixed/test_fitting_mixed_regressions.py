"""How regressions with random effects are fitted: the way, its options, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from tests.latent import grouped_data


@pytest.fixture(scope="module")
def data() -> grouped_data.Grouped:
    return grouped_data.one_factor("poisson", effects=1, groups=8)


@pytest.fixture(scope="module")
def fit(data) -> Any:
    return st.fit(st.poisson("y ~ x + (1 | g)", data.table()))


def test_the_likelihood_is_the_exact_integral_at_its_maximum(data, fit):
    root = fit.found.roots[0]
    best = data.loglik(fit.estimate, np.empty(0), (root,))
    assert_allclose(fit.loglik, best, rtol=1e-9)
    for k in range(2):
        for by in (-0.01, 0.01):
            assert data.loglik(fit.estimate + by * np.eye(2)[k], np.empty(0), (root,)) < best
    assert data.loglik(fit.estimate, np.empty(0), (1.02 * root,)) < best
    assert data.loglik(fit.estimate, np.empty(0), (0.98 * root,)) < best


def test_nodes_and_the_kind_of_integral_can_be_asked_for(data, fit):
    assert (fit.integral.kind, fit.integral.worst < 1e-6) == ("quadrature", True)
    model: Any = fit.model
    laplace, one = st.fit(model, integral="laplace"), st.fit(model, nodes=1)
    assert (laplace.integral.kind, one.integral.nodes) == ("Laplace", 1)
    assert_allclose(laplace.loglik, one.loglik, rtol=1e-6)  # one node's climb ends where its approximate score is 0
    assert abs(laplace.loglik - fit.loglik) > 1e-5
    assert st.fit(model, integral="quadrature", nodes=9).integral.nodes == 9


def test_weights_count_a_row_within_its_group(data):
    table = pd.DataFrame(data.table())
    twice = pd.concat([table, table[::2]])
    weighted = st.fit(
        st.poisson("y ~ x + (1 | g)", table.assign(w=np.where(np.arange(len(table)) % 2, 1, 2)), weights="w")
    )
    whole = st.fit(st.poisson("y ~ x + (1 | g)", twice.reset_index(drop=True)))
    assert_allclose(weighted.estimate, whole.estimate, rtol=1e-6)
    assert_allclose(weighted.loglik, whole.loglik, rtol=1e-10)


def test_several_groupings_are_by_laplace():
    data = grouped_data.crossed("logistic", groups=12)
    model: Any = st.logistic("y ~ x + (1 | g) + (1 | h)", data.table())
    fit = st.fit(model)
    assert fit.integral.kind == "Laplace"
    with pytest.raises(IncompatibleError, match="quadrature integrates up to 3 effects"):
        st.fit(model, integral="quadrature")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"reml": False}, IncompatibleError, "reml= of st.fit is for st.linear_mixed"),
        ({"df": "normal"}, IncompatibleError, "df= of st.fit is for st.linear_mixed"),
        ({"cov": "HC1"}, IncompatibleError, "leave cov='HC1' out"),
        ({"penalty": st.Ridge(1.0)}, IncompatibleError, "leave penalty="),
        ({"solver": st.LBFGS()}, IncompatibleError, "leave solver="),
        ({"integral": "simpson"}, DomainError, "integral to be one of 'auto', 'quadrature', 'laplace'"),
        ({"nodes": 0}, DomainError, "at least 1; got 0"),
        ({"nodes": 2.5}, DomainError, "one whole number"),
        ({"integral": "laplace", "nodes": 3}, IncompatibleError, "Leave one out"),
    ],
)
def test_options_that_mean_nothing_are_refused(fit, given, error, said):
    with pytest.raises(error, match=said):
        st.fit(fit.model, **given)


def test_its_options_are_refused_elsewhere(data):
    with pytest.raises(IncompatibleError, match=r"nodes= of st.fit is for regressions with random effects"):
        st.fit(st.poisson("y ~ x", data.table()), nodes=3)  # type: ignore[call-overload]
    with pytest.raises(IncompatibleError, match=r"integral= of st.fit is for regressions with random effects"):
        st.fit(st.linear_mixed("y ~ x + (1 | g)", data.table()), integral="laplace")  # type: ignore[call-overload]


def test_why_there_is_no_maximum_is_said_before_and_after_the_climb(data):
    table = data.table()
    with pytest.raises(st.SeparationError, match="the fixed part separates"):
        st.fit(st.logistic("I(x > 0.2) ~ x + (1 | g)", table))
    with pytest.raises(IdentificationError, match="all 0 or all 1 in each of the 8 groups"):
        st.fit(st.logistic("p ~ 1 + (1 | g)", table | {"p": data.terms[0].codes % 2}))
    with pytest.raises(IdentificationError, match="alpha has its maximum at 0"):
        st.fit(st.negative_binomial("y ~ x + (1 | g)", table))


def test_columns_that_are_made_by_others_are_named(data):
    table = pd.DataFrame(data.table())
    with pytest.raises(IdentificationError, match="z"):
        st.fit(st.poisson("y ~ x + z + (1 | g)", table.assign(z=2.0 * table.x + 1.0)))


@pytest.mark.parametrize("part", ["(b | g)", "(s || g)"])
def test_variances_that_rows_do_not_tell_apart_are_refused_before_a_climb(data, part):
    """Every group has one b, 0 or 1, and one s, -1 or 1."""
    kind = np.unique(data.table()["g"], return_inverse=True)[1] % 2.0
    table = data.table() | {"b": kind, "s": 2 * kind - 1}
    with pytest.raises(IdentificationError, match=r"variances of .* apart: the likelihood is the same"):
        st.fit(st.poisson(f"y ~ x + {part}", table))
