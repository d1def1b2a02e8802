"""Degrees of freedom: exact in balanced designs, and those of lmerTest and pbkrtest elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from stattools.errors import IdentificationError, IncompatibleError
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance, variance_directions
from stattools.latent.elimination import OneFactor, structure_of
from stattools.solvers.mixed.fixed_effects import are_determined, kenward_roger, satterthwaite, satterthwaite_test
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import table, term


def fitted(y, X, *terms, reml=True):
    """The sums at the maximum, and the way from coefficients of X to those in their coordinates."""
    found = coordinates(X, np.asarray(y, float), terms)
    at = maximum(Deviance.of(structure_of(found.columns), found, reml)).profile
    return variance_directions(at, found.columns), found.to_beta


def split_plot():
    """3 whole plots for each of 2 treatments of plots, 4 subplots in each."""
    rng = np.random.default_rng(3)
    plot, sub = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    a = (plot >= 3) * 2.0 - 1.0
    b = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]])[sub]
    X = np.column_stack([np.ones(24), a, b, a[:, None] * b])
    y = np.round(10 + a + sub + 2 * rng.normal(size=6)[plot] + rng.normal(size=24), 1)
    return y, X, term(plot, np.ones((24, 1)))


def test_a_split_plot_has_the_degrees_of_freedom_of_its_analysis_of_variance():
    y, X, plots = split_plot()
    directions, L = fitted(y, X, plots)
    found = kenward_roger(directions)
    for rows, df in ((L[1:2], 4.0), (L[2:5], 12.0), (L[5:8], 12.0)):
        for test in (satterthwaite_test(directions, rows), found.test(rows)):
            assert (test.rank, test.df, test.scale) == (len(rows), pytest.approx(df, rel=1e-7), pytest.approx(1.0))
    np.testing.assert_allclose(found.covariance, directions.s2 * directions.gram_inverse, rtol=1e-9, atol=1e-12)


def test_on_the_boundary_they_are_those_of_the_model_without_the_effect():
    y = np.array([1.0, 2, 3, 4, 2, 3, 4, 1, 4, 3, 1, 2])
    directions, L = fitted(y, np.ones((12, 1)), term(np.repeat(np.arange(3), 4), np.ones((12, 1))))
    assert directions.without == (0,)
    assert satterthwaite(directions, L) == pytest.approx(11.0)
    assert kenward_roger(directions).df(L) == pytest.approx(11.0)


def sleepstudy(some: bool = False):
    rows = table("sleepstudy")
    i = np.arange(len(rows))
    rows = rows[(i % 7 != 3) & ~((i % 10 > 6) & (i > 90))] if some else rows
    days = rows.Days.to_numpy(float)
    return rows, days


# lmerTest 3.1-3 and pbkrtest 0.5.4 (lme4 1.1-37, xtol_abs=1e-12): summary(f), summary(f, ddf="Kenward-Roger"),
# contestMD(f, L); they stop within 1e-5 of the maximum, and their own differences leave as many digits.
UNBALANCED = {
    "slopes": (
        (21.05776, 16.0087, 111.01196), (20.71810, 16.31546, 111.1253), (7.38561, 1.8924, 0.3744817), 26.8252,
        35.42426, 0.98525264,
    ),
    "intercepts": (
        (27.303498, 112.950795, 112.541028), (27.016038, 112.771464, 112.357491), (10.0630952, 1.0840053, 0.40027007),
        112.887037, 112.692929, 0.99999783,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNBALANCED)
def test_unbalanced_data_have_those_of_lmertest_and_pbkrtest(name):
    rows, days = sleepstudy(some=True)
    one = np.ones(len(rows))
    z = np.column_stack([one, days]) if name == "slopes" else one[:, None]
    X = np.column_stack([one, days, (days - 4) ** 2])
    found = coordinates(X, rows.Reaction.to_numpy(float), [term(rows.Subject, z)])
    at = maximum(Deviance.of(OneFactor.of(found.columns), found, True)).profile
    directions, L = variance_directions(at, found.columns), found.to_beta
    alone, adjusted, se, together, scaled, scale = UNBALANCED[name]
    tolerance = {"rel": 5e-5}
    assert satterthwaite(directions, L) == pytest.approx(alone, **tolerance)
    assert satterthwaite_test(directions, L[1:]).df == pytest.approx(together, **tolerance)
    kr = kenward_roger(directions)
    assert kr.df(L) == pytest.approx(adjusted, **tolerance)
    assert found.unit * np.sqrt(np.diag(L @ kr.covariance @ L.T)) == pytest.approx(se, **tolerance)
    both = kr.test(L[1:])
    assert (both.df, both.scale) == (pytest.approx(scaled, **tolerance), pytest.approx(scale, **tolerance))


def test_maximum_likelihood_has_the_degrees_of_freedom_of_its_own_information():
    """18.000 of 18 subjects by lmerTest on the fit with REML=FALSE, where REML has 17."""
    rows, days = sleepstudy()
    X = np.column_stack([np.ones(len(rows)), days])
    subjects = term(rows.Subject, X)
    assert satterthwaite(*fitted(rows.Reaction, X, subjects, reml=False)) == pytest.approx([18, 18], rel=1e-6)
    assert satterthwaite(*fitted(rows.Reaction, X, subjects)) == pytest.approx([17, 17], rel=1e-6)


def test_crossed_factors_have_those_of_pbkrtest():
    """diameter ~ x + (1 | plate) + (1 | sample) on four fifths of penicillin."""
    rows = table("penicillin")
    i = np.arange(len(rows))
    x = ((i * 7) % 11)[i % 5 != 2].astype(float)
    rows = rows[i % 5 != 2]
    one = np.ones((len(rows), 1))
    X = np.column_stack([one, x])
    directions, L = fitted(rows.diameter, X, term(rows["plate"], one), term(rows["sample"], one, "h"))
    assert satterthwaite(directions, L) == pytest.approx([5.5924, 86.9328], rel=2e-5)
    assert kenward_roger(directions).df(L) == pytest.approx([5.590498, 86.904169], rel=1e-6)


def test_kenward_and_roger_is_of_reml_only():
    y, X, plots = split_plot()
    directions, _ = fitted(y, X, plots, reml=False)
    with pytest.raises(IncompatibleError, match="reml=True"):
        kenward_roger(directions)


def test_a_flat_likelihood_has_no_degrees_of_freedom():
    y, X, plots = split_plot()
    directions, L = fitted(y, X, plots)
    flat = replace(directions, squares=np.zeros((2, 2)), ones=np.zeros(2), traces=np.ones((2, 2)))
    with pytest.raises(IdentificationError, match="flat"):
        satterthwaite(flat, L)


def test_two_degrees_of_freedom_of_a_balanced_design_are_no_quotient_of_zeros():
    """Four groups of four, a column that varies between them: the level and its slope have 4 - 2 = 2."""
    codes = np.repeat(np.arange(4), 4)
    x = np.array([-3.0, -1, 1, 3])[codes]
    y = np.round(5 + np.array([2.0, -1, 3, -2])[codes] + np.random.default_rng(1).normal(size=16), 1)
    directions, L = fitted(y, np.column_stack([np.ones(16), x]), term(codes, np.ones((16, 1))))
    found = kenward_roger(directions).test(L)
    assert (found.df, found.scale) == (pytest.approx(2.0, abs=1e-6), pytest.approx(1.0))
    assert satterthwaite_test(directions, L).df == pytest.approx(2.0)


def test_kenward_and_roger_need_variances_that_are_known():
    y, X, plots = split_plot()
    directions, _ = fitted(y, X, plots)
    vars(directions)["expected"] = np.ones((2, 2))
    with pytest.raises(IdentificationError, match="Kenward and Roger's"):
        kenward_roger(directions)


def test_known_is_whatever_the_units():
    curved = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert are_determined(curved * np.array([[1.0, 1e-9], [1e-9, 1e-18]]))
    assert not are_determined(np.ones((2, 2)))
    assert not are_determined(np.diag([1.0, -1.0]))
