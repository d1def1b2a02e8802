"""Ordered outcomes: certified numbers, statsmodels, what data do not determine, units and origins."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.miscmodels.ordinal_model import OrderedModel

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

DATA = Path(__file__).parents[4] / "shared" / "data" / "wine.csv"


@pytest.fixture(scope="module")
def table():
    g = np.random.default_rng(3)
    x, z = g.normal(5.0, 1.0, 250), g.normal(size=250)
    y = np.digitize(0.7 * x - 0.4 * z + g.logistic(size=250), [2.5, 3.5, 4.5])
    return pd.DataFrame({"y": y, "x": x, "z": z, "g": np.array(["a", "b", "c"])[g.integers(0, 3, 250)]})


@pytest.mark.skipif(not DATA.exists(), reason="the certified data are not here")
def test_wine_has_its_certified_values():
    fit = st.fit(st.ordinal("rating ~ temp + contact", pd.read_csv(DATA)))
    wanted = [2.50310200790, 1.52779765810, -1.34438341126, 1.25080879842, 3.46688692647, 5.00640420427]
    assert_allclose(fit.estimate, wanted, rtol=1e-11)
    assert_allclose(fit.se, [0.528680101, 0.476622630, 0.517102045, 0.437880203, 0.597760425, 0.730906344], rtol=1e-8)
    assert_allclose(fit.loglik, -86.4919233656, rtol=1e-11)


@pytest.mark.parametrize(("link", "distr"), [("logit", "logit"), ("probit", "probit")])
def test_statsmodels_has_the_same_maximum(table, link, distr):
    """Its thresholds are increments, the logarithms of all but the first."""
    fit = st.fit(st.ordinal("y ~ x + z", table, link=link))
    theirs = OrderedModel(table.y, table[["x", "z"]], distr=distr).fit(method="newton", disp=0, maxiter=100)
    own = theirs.params.to_numpy()
    thresholds = np.cumsum([own[2], *np.exp(own[3:])])
    assert_allclose(fit.estimate, [*own[:2], *thresholds], rtol=1e-5)  # its derivatives are differences
    assert_allclose(fit.loglik, theirs.llf, rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"link": "probit"}, {"link": "cloglog"}, {"link": "loglog"},
                                     {"nonparallel": ["z"]}], ids=str)  # fmt: skip
def test_origin_unit_and_order_change_nothing(table, options):
    fit = st.fit(st.ordinal("y ~ x + z", table, **options))
    moved = table.assign(x=table.x * 1e6 + 1e9, z=1e-6 * table.z)[::-1]
    other = st.fit(st.ordinal("y ~ x + z", moved, **options))
    unit = np.array([{"x": 1e6, "z": 1e-6}.get(name.split(": ")[-1], 1.0) for name in fit.names])
    slopes = [k for k, name in enumerate(fit.names) if "x" in name or "z" in name]
    at = np.asarray(slopes)
    assert_allclose(other.estimate[at] * unit[at], fit.estimate[at], atol=1e-9 * fit.se.max())
    assert_allclose((other.se * unit)[at], fit.se[at], rtol=1e-9)
    assert_allclose(other.loglik, fit.loglik, rtol=1e-12)


def test_two_labels_are_logistic_regression(table):
    fit = st.fit(st.ordinal("y ~ x + z", table.assign(y=table.y > 1)))
    wanted = st.fit(st.logistic("y ~ x + z", table.assign(y=table.y > 1)))
    assert_allclose(fit.estimate, [*wanted.estimate[1:], -wanted.estimate[0]], rtol=1e-8)


def test_levels_in_the_other_order_turn_the_signs(table):
    fit, turned = (st.fit(st.ordinal("y ~ x + z", table, levels=levels)) for levels in ([0, 1, 2, 3], [3, 2, 1, 0]))
    assert_allclose(turned.estimate, [*-fit.estimate[:2], *-fit.estimate[:1:-1]], rtol=1e-8)


def test_weights_are_repeated_rows(table):
    weight = np.arange(250) % 3
    fit = st.fit(st.ordinal("y ~ x", table.assign(w=weight), weights="w"))
    other = st.fit(st.ordinal("y ~ x", table.loc[table.index.repeat(weight)]))
    assert_allclose(fit.estimate, other.estimate, rtol=1e-9)


def test_an_offset_is_part_of_the_location(table):
    fit = st.fit(st.ordinal("y ~ x + z", table))
    other = st.fit(st.ordinal("y ~ z", table.assign(o=fit.estimate[0] * table.x), offset="o"))
    assert_allclose(other.estimate, fit.estimate[1:], rtol=1e-7)


def test_arrays_are_a_table(table):
    fit = st.fit(st.ordinal("y ~ x + z", table))
    other = st.fit(st.ordinal(table.y.to_numpy(), table[["x", "z"]].to_numpy()))
    assert_allclose(other.estimate, fit.estimate, rtol=1e-12)


def test_separated_labels_are_named_and_the_rest_is_kept(table):
    some = table.assign(d=(table.y == 3) & (table.z > 0))
    with pytest.raises(st.SeparationError, match=r"d\[T.True\] = inf|d = inf") as caught:
        st.fit(st.ordinal("y ~ x + d", some))
    found = caught.value.separation
    rest = st.fit(st.ordinal("y ~ x", some[~some.d]))
    assert_allclose(found.solution.estimate[[0, 2, 3, 4]], rest.estimate, rtol=1e-6)
    assert np.isfinite(found.table().lower[1])


def test_a_column_that_others_make_is_named(table):
    with pytest.raises(IdentificationError, match="u = 2 Intercept"):
        st.fit(st.ordinal("y ~ x + u", table.assign(u=2.0)))
    with pytest.raises(IdentificationError, match="u = 2 x"):
        st.fit(st.ordinal("y ~ x + u", table.assign(u=2.0 * table.x), nonparallel=["u"]))


@pytest.mark.parametrize(
    ("formula", "options", "said"),
    [
        ("y ~ x - 1", {}, "has no intercept, since its thresholds are it"),
        ("y ~ 0 + x", {}, "leave `- 1` or `0 \\+` out"),
        ("y ~ x", {"link": "cauchit"}, "link="),
        ("y ~ x", {"nonparallel": ["z"]}, "Its terms are x"),
        ("y ~ x", {"nonparallel": [1]}, "terms of the formula"),
        ("y ~ x", {"scale": "z"}, "right side"),
    ],
)
def test_what_is_no_model_is_refused(table, formula, options, said):
    with pytest.raises(DomainError, match=said):
        st.ordinal(formula, table, **options)


def test_nonparallel_needs_a_formula(table):
    with pytest.raises(IncompatibleError, match="terms of a formula"):
        st.ordinal(table.y.to_numpy(), table[["x"]].to_numpy(), nonparallel=["x"])


def test_a_scale_is_a_local_maximum(table):
    fit = st.fit(st.ordinal("y ~ x + z", table, scale="~ g"))
    assert fit.names[-2:] == ("log scale: g[T.b]", "log scale: g[T.c]")
    assert "a local maximum" in str(fit)


def test_a_factor_of_another_reference_and_columns_in_another_order_are_the_same_model(table):
    fit = st.fit(st.ordinal("y ~ x + g", table))
    other = st.fit(st.ordinal("y ~ C(g, contr.treatment('b')) + x", table))
    assert_allclose(other.loglik, fit.loglik, rtol=1e-12)
    x, b, c = fit.estimate[:3]
    assert_allclose(other.estimate[:3], [-b, c - b, x], rtol=1e-8)
    assert_allclose(other.estimate[3:], fit.estimate[3:] - b, rtol=1e-8)


CLM = {
    "probit": ({"link": "probit"}, -85.7611483648, [1.499374578, 0.867743539, -0.773262729, 0.736021490]),
    "cloglog": ({"link": "cloglog"}, -86.6340792088, [1.605760091, 0.859713657, -1.740082382, 0.296329098]),
    "loglog": ({"link": "loglog"}, -87.717855143, [1.533018182, 0.905644428, -0.302441463, 1.178604775]),
    "nominal": ({"nonparallel": ["contact"]}, -86.2085532315, [2.51904477, -1.32304336, 1.24644355, 3.55004361]),
    "scale": ({"scale": "~ temp"}, -86.4394628794, [2.6294184311, 1.5878437553, -1.3520417699, 1.2730017574]),
}
"""R 4.5, ordinal 2023.12.4.1: clm(rating ~ temp + contact, data = wine, link = ..., nominal = ~ contact,
scale = ~ temp, control = clm.control(gradTol = 1e-11)): log-likelihood and the first coefficients, in our order.
"""


@pytest.mark.skipif(not DATA.exists(), reason="the certified data are not here")
@pytest.mark.parametrize("name", CLM)
def test_r_has_the_same_numbers(name):
    options, loglik, first = CLM[name]
    fit = st.fit(st.ordinal("rating ~ temp + contact", pd.read_csv(DATA), **options))
    assert_allclose(fit.loglik, loglik, rtol=1e-11)
    assert_allclose(fit.estimate[:4], first, rtol=1e-8)  # the digits that R printed
