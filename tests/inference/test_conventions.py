"""Each convention is said where it applies, and only there; the page of the documentation has the same sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.page import conventions

DOCS = Path(__file__).parents[2] / "docs" / "coming_from" / "conventions.md"
RNG = np.random.default_rng(8)
N = 60
X = RNG.normal(size=N)
TABLE = pd.DataFrame(
    {
        "x": X,
        "y": X + RNG.normal(size=N),
        "k": RNG.poisson(RNG.gamma(1.0, np.exp(0.3 * X))),
        "b": (X + RNG.normal(size=N) > 0).astype(int),
        "p": RNG.gamma(2.0, np.exp(0.3 * X)),
        "w": RNG.integers(1, 4, N),
        "s": RNG.beta(2.0, 3.0, N),
        "g": RNG.choice(["a", "b", "c"], N),
        "mixed": RNG.choice(["a", "B", "c"], N),
        "accents": RNG.choice(["zoo", "\u00e9t\u00e9"], N),
        "size": pd.Categorical(RNG.choice(["low", "mid", "top"], N), ["low", "mid", "top"], ordered=True),
        "own": pd.Categorical(RNG.choice(["top", "Mid", "low"], N), ["top", "Mid", "low"]),
    }
)
CONVENTIONS = tuple(conventions(st.fit(st.ols("y ~ x", TABLE))))
AIC, OBSERVED, BETA, ALPHA, SIGN, ZEROS, DISPERSION, WEIGHTS, GAMMA_WEIGHTS, ORDERED, CODE_POINTS, PAIRS, LAGS = (
    one for one in CONVENTIONS
)


def said(fit):
    return [one for one, touches in conventions(fit).items() if touches]


CASES: dict[str, tuple[Any, list[str]]] = {
    "ols": (lambda: st.ols("y ~ x + g", TABLE), [AIC]),
    "weights": (lambda: st.ols("y ~ x", TABLE, weights="w"), [AIC, WEIGHTS]),
    "precision": (lambda: st.ols("y ~ x", TABLE, precision="w"), [AIC]),
    "logistic": (lambda: st.logistic("b ~ x", TABLE, weights="w"), []),
    "poisson": (lambda: st.poisson("k ~ x", TABLE, weights="w"), []),
    "softmax": (lambda: st.softmax("g ~ x", TABLE), []),
    "probit": (lambda: st.probit("b ~ x", TABLE), [OBSERVED]),
    "negative binomial": (lambda: st.negative_binomial("k ~ x", TABLE), [OBSERVED, ALPHA]),
    "hurdle": (lambda: st.hurdle("k ~ x", TABLE, zero="~ x"), [SIGN]),
    "hurdle without columns": (lambda: st.hurdle("k ~ x", TABLE), [SIGN, ZEROS]),
    "zero-inflated": (lambda: st.zero_inflated("k ~ x", TABLE), [ZEROS]),
    "gamma": (lambda: st.gamma("p ~ x", TABLE), [OBSERVED, DISPERSION]),
    "gamma, weights": (lambda: st.gamma("p ~ x", TABLE, weights="w"), [OBSERVED, DISPERSION, GAMMA_WEIGHTS]),
    "gamma, canonical": (lambda: st.glm("p ~ 1", TABLE, family="gamma", link="inverse"), [DISPERSION]),
    "inverse Gaussian": (
        lambda: st.glm("p ~ 1", TABLE, family="inverse-gaussian", link="inverse-squared"),
        [DISPERSION],
    ),
    "inverse Gaussian, log": (lambda: st.glm("p ~ x", TABLE, family="inverse-gaussian"), [OBSERVED, DISPERSION]),
    "beta": (lambda: st.glm("s ~ x", TABLE, family="beta"), [BETA]),
    "beta, probit": (lambda: st.glm("s ~ x", TABLE, family="beta", link="probit"), [BETA]),
    "ordered": (lambda: st.logistic("b ~ size", TABLE), [ORDERED]),
    "ordered, C": (lambda: st.logistic("b ~ C(size)", TABLE), [ORDERED]),
    "polynomial": (lambda: st.logistic("b ~ C(size, contr.poly)", TABLE), []),
    "capitals": (lambda: st.logistic("b ~ mixed", TABLE), [CODE_POINTS]),
    "accents": (lambda: st.logistic("b ~ accents", TABLE), [CODE_POINTS]),
    "an order of their own": (lambda: st.logistic("b ~ own", TABLE), []),
    "levels=": (lambda: st.logistic("b ~ C(mixed, levels=['a', 'B', 'c'])", TABLE), []),
    "product": (lambda: st.logistic("b ~ g:size", TABLE), [ORDERED, PAIRS]),
    "product with one": (lambda: st.logistic("b ~ g + g:own", TABLE), []),
    "product with both": (lambda: st.logistic("b ~ g * own", TABLE), []),
    "product alone": (lambda: st.logistic("b ~ 0 + g:own", TABLE), []),
    "slopes": (lambda: st.logistic("b ~ g:x", TABLE), []),
    "product of slopes": (lambda: st.logistic("b ~ x + g:own:x", TABLE), [PAIRS]),
    "coin": (lambda: st.coin("b ~ g", TABLE), []),
    "level": (lambda: st.local_level(np.cumsum(RNG.normal(size=40))), []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_convention_is_said_where_it_applies(case):
    make, expected = CASES[case]
    fit = st.fit(make(), penalty=st.Jeffreys() if "product" in case else None)
    assert said(fit) == expected
    lines = str(fit).splitlines()
    assert [line for line in lines if line in set(CONVENTIONS)] == expected


def lags_in_r(S):
    """bwNeweyWest(lm(y ~ x), prewhite = FALSE) of R's sandwich, as it is written there, of scores S (n, 2)."""
    n, u = len(S), S[:, 1]
    last = int(4 * (n / 100) ** (2 / 9))
    g = [u[lag:] @ u[: n - lag] for lag in range(last + 1)]
    ratio = 2 * sum(lag * one for lag, one in enumerate(g)) / (g[0] + 2 * sum(g[1:]))
    return int(1.1447 * (ratio**2) ** (1 / 3) * n ** (1 / 3))


def test_automatic_lags_do_not_depend_on_the_origin_as_those_of_r_do():
    found, theirs = set(), set()
    for origin in (0.0, TABLE.x.mean(), -1.0, 5.0):
        fit = st.fit(st.ols("k ~ x", TABLE.assign(x=TABLE.x - origin)), cov=st.HAC("auto"))
        assert LAGS in said(fit)
        assert LAGS in str(fit).splitlines()
        found.add(fit.cov)
        lags = lags_in_r(fit.model.rows.X * fit.residuals.to_numpy()[:, None])
        theirs.add(lags)
        if origin == TABLE.x.mean():
            assert fit.cov == f"HAC(lags={lags} found automatically)"
    assert len(found) == 1
    assert len(theirs) > 1
    assert LAGS not in said(st.fit(st.ols("k ~ x", TABLE), cov=st.HAC(3)))


def test_other_standard_errors_are_of_no_information(tmp_path):
    assert OBSERVED not in said(st.fit(st.probit("b ~ x", TABLE), cov="HC0"))
    assert OBSERVED not in said(st.fit(st.probit("b ~ x", TABLE), penalty=st.Ridge(1.0)))
    saved = st.fit(st.ols("y ~ size + mixed", TABLE, weights="w"))
    assert (
        said(st.load(saved.save(tmp_path / "fit")))
        == said(saved)
        == [
            AIC,
            WEIGHTS,
            ORDERED,
            CODE_POINTS,
        ]
    )


def test_the_documentation_has_the_same_sentences():
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")]
    assert [row for row in rows if row.endswith(".")] == list(CONVENTIONS)
    assert all(len(one) <= 80 for one in CONVENTIONS)
    assert len(set(CONVENTIONS)) == len(CONVENTIONS)
    assert set(CONVENTIONS) == {sentence for _, expected in CASES.values() for sentence in expected} | {LAGS}


def test_the_numbers_differ_from_those_of_statsmodels_as_said():
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    ols = st.fit(st.ols("y ~ x", TABLE))
    assert abs(ols.aic - smf.ols("y ~ x", TABLE).fit().aic) < 1e-8
    gamma = st.fit(st.gamma("p ~ x", TABLE))
    theirs = smf.glm("p ~ x", TABLE, family=sm.families.Gamma(sm.families.links.Log())).fit()
    assert np.allclose(gamma.estimate[:2], theirs.params, rtol=1e-6)
    assert abs(np.exp(gamma.estimate[2]) - theirs.scale) > 1e-3
    negative = st.fit(st.negative_binomial("k ~ x", TABLE))
    joint = smf.negativebinomial("k ~ x", TABLE).fit(disp=0)
    assert np.allclose(negative.se[:2], joint.bse[:2], rtol=1e-3)
    weighted = st.fit(st.ols("y ~ x", TABLE, precision="w"))
    assert np.allclose(weighted.se, smf.wls("y ~ x", TABLE, weights=TABLE["w"]).fit().bse, rtol=1e-8)


ON_FILES = {
    "ordered": ("b ~ size", [ORDERED]),
    "ordered, C": ("b ~ C(size)", [ORDERED]),
    "polynomial": ("b ~ C(size, contr.poly)", []),
    "capitals": ("b ~ mixed + own", [CODE_POINTS]),
}


@pytest.mark.parametrize("case", ON_FILES)
def test_conventions_are_said_of_rows_in_files_too(case, tmp_path):
    formula, expected = ON_FILES[case]
    TABLE.to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.logistic(formula, st.scan(tmp_path / "rows.parquet")))
    assert said(fit) == said(st.fit(st.logistic(formula, TABLE))) == expected


@pytest.mark.filterwarnings("ignore:The Inverse:statsmodels.tools.sm_exceptions.DomainWarning")
@pytest.mark.parametrize(("family", "link"), [("gamma", "inverse"), ("inverse-gaussian", "inverse-squared"),
                                               ("gamma", "log")])  # fmt: skip
def test_at_its_natural_link_a_family_has_one_information(family, link):
    """statsmodels' GLM has the expected one: its standard errors are then ours up to the scale, and only then."""
    import statsmodels.api as sm

    families = {"gamma": sm.families.Gamma, "inverse-gaussian": sm.families.InverseGaussian}
    links = {"inverse": "InversePower", "inverse-squared": "InverseSquared", "log": "Log"}
    table = TABLE.assign(p=np.random.default_rng(0).gamma(20.0, 0.05, N) / np.sqrt(2.0 + TABLE.x.clip(-1, 1)))
    fit = st.fit(st.glm("p ~ x", table, family=family, link=link))
    design = sm.add_constant(table.x.to_numpy())
    theirs = sm.GLM(table.p, design, families[family](getattr(sm.families.links, links[link])())).fit(
        start_params=fit.estimate[:2], tol=1e-12
    )
    ratio = fit.se[:2] / np.asarray(theirs.bse)
    assert (abs(ratio[0] / ratio[1] - 1.0) < 1e-5) == (OBSERVED not in said(fit))
