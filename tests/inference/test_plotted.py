"""What `fit.plot` says in its docstring is what there is."""

import inspect

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.plots.kinds import PLOTS


def test_the_docstring_names_every_figure_and_every_option():
    text = inspect.getdoc(st.Fit.plot) or ""
    for name in PLOTS:
        assert f'"{name}"' in text
    for name in inspect.signature(st.Fit.plot).parameters:
        assert name == "self" or f"`{name}" in text or f"`{name}`" in text, name


RNG = np.random.default_rng(0)
DATA = {"x": RNG.normal(size=80), "g": RNG.choice(list("ab"), 80)}
DATA["y"] = 1.0 + 0.5 * DATA["x"] + RNG.normal(size=80)
DATA["k"] = RNG.poisson(np.exp(0.4 * DATA["x"]))
OLS, POISSON = st.fit(st.ols("y ~ x + g", DATA)), st.fit(st.poisson("k ~ x", DATA), cov="HC1")


def test_the_coefficients_are_those_of_the_table():
    found, wanted = OLS.__maketables_coef_table__, OLS.table()
    assert list(found.index) == list(OLS.names)
    assert_allclose(found[["b", "se", "t", "p"]], wanted[["estimate", "se", "statistic", "p_value"]])
    assert_allclose(found[["ci95l", "ci95u"]], wanted[["lower", "upper"]])
    assert_allclose(found[["ci90l", "ci90u"]], OLS.table(0.9)[["lower", "upper"]])


def test_statistics_by_name_and_none_for_what_the_fit_has_not():
    found = {key: OLS.__maketables_stat__(key) for key in ("N", "r2", "pseudo_r2", "rmse", "ll", "df_resid", "mood")}
    assert found == {"N": 80, "r2": OLS.r_squared, "pseudo_r2": None, "rmse": OLS.scale, "ll": OLS.loglik} | {
        "df_resid": 77,
        "mood": None,
    }
    assert POISSON.__maketables_stat__("pseudo_r2") == POISSON.r_squared
    assert POISSON.__maketables_vcov_info__["vcov_type"] == POISSON.__maketables_stat__("se_type") == "HC1"
    assert (OLS.__maketables_depvar__, POISSON.__maketables_depvar__) == ("y", "k")


def test_a_ridge_fit_is_refused_in_words():
    with pytest.raises(IncompatibleError, match="penalized: no standard errors"):
        _ = st.fit(st.ols("y ~ x", DATA), penalty=st.Ridge(1.0)).__maketables_coef_table__


def test_the_package_makes_its_table():
    maketables = pytest.importorskip("maketables")
    cells = maketables.ETable([OLS, POISSON]).df
    assert cells.loc[("stats", "Observations")].tolist() == ["80", "80"]
    assert cells.loc[("coef", "x")].iloc[0].startswith(f"{OLS.estimate[1]:.3f}")


@pytest.mark.parametrize("what", [pd.DataFrame(), np.array(["effect", "effect"]), ["effect"]], ids=type)
def test_what_is_no_word_is_refused_in_words(what):
    g = np.random.default_rng(1)
    fit = st.fit(st.ols("y ~ x", {"y": g.normal(size=200), "x": g.normal(size=200)}))
    for drawn in (fit, st.posterior(fit.model, method="laplace", seed=1)):
        with pytest.raises(IncompatibleError, match="plot draws no "):
            drawn.plot(what)
