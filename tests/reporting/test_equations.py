"""Formulas are written from the words of every likelihood, and Markdown leaves them alone."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import gumbel_r

import stattools as st
from stattools.likelihoods.likelihood import unlinked
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.models.regressions.glm import FAMILIES, GENERALIZED
from stattools.reporting.accounts import account
from stattools.reporting.diagnostics import BY_OUTCOME, FIGURES
from stattools.reporting.dispersion import SIZES
from stattools.reporting.document import Math, Paragraph, inline
from stattools.reporting.equations import FILLED, LINK, equation
from tests.cases import LIKELIHOODS
from tests.models.regressions.test_glm import PAIRS, outcome
from tests.models.regressions.test_glm import X as GLM_X

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2))


def likelihood(model) -> Any:
    return account(model).likelihood(model)


MODELS = {
    "ols": st.ols(rng.normal(size=30), X, names=["a", "b_c"]),
    "ols, few plain names": st.ols(rng.normal(size=30), X, names=["a", "b"], intercept=False),
    "ols, weights and offset": st.ols(rng.normal(size=30), X, weights=np.ones(30), offset=np.ones(30)),
    "logistic": st.logistic(np.arange(30) % 2, X),
    "logistic, words": st.logistic("w ~ x", {"w": ["a`b", "c|d"] * 15, "x": X[:, 0]}),
    "softmax": st.softmax(np.array(["x", "y", "z"] * 10), X),
    "poisson": st.poisson(np.arange(30) % 4, X),
    "poisson, exposure": st.poisson(
        "k ~ x", {"k": np.arange(30) % 4, "x": X[:, 0], "t": np.arange(1.0, 31.0)}, exposure="t"
    ),
    "negative binomial": st.negative_binomial(np.arange(30) % 4, X),
    "beta-binomial": st.beta_binomial(np.arange(30) % 4, X, trials=np.full(30, 5)),
    "probit": st.probit(np.arange(30) % 2, X),
    "grouped": st.logistic(np.arange(30) % 4, X, trials=np.full(30, 5)),
    "ols, precision": st.ols(rng.normal(size=30), X, precision=np.full(30, 2.0), weights=np.ones(30)),
    "custom": st.custom(lambda t: -float(t[0] ** 2), start={"a_b": 1.0}),
    "coin": st.coin([0, 1, 1]),
    "binomial": st.binomial(2, 3),
}


@pytest.mark.parametrize("name", MODELS)
def test_formulas_survive_markdown(name):
    """No `*`, and every `_` after a letter or digit: then no pair of them can be read as emphasis."""
    blocks = likelihood(MODELS[name])
    formulas = [block.tex for block in blocks if isinstance(block, Math)]
    for block in blocks:
        if isinstance(block, Paragraph):
            formulas += [span.content for span in inline(block.text) if span.kind == "maths"]
    assert any(r"\ell" in formula for formula in formulas)
    for formula in formulas:
        assert not re.search(r"\*|(?<![A-Za-z0-9])_|\\[^A-Za-z]", formula), formula
        assert formula.count("{") == formula.count("}")
        assert len(re.findall(r"\\left", formula)) == len(re.findall(r"\\right", formula))


def test_the_linear_predictor_names_its_columns_where_it_can():
    def tex(name):
        return "".join(block.tex for block in likelihood(MODELS[name]) if isinstance(block, Math))

    assert r"\beta_1 \cdot \mathrm{a} + \beta_2 \cdot \mathrm{b}" in tex("ols, few plain names")
    assert r"\beta_0 + \sum_{j=1}^{2} \beta_j x_{ij}" in tex("ols")
    assert " + o_i" in tex("ols, weights and offset")
    assert " w_i " in tex("ols, weights and offset")
    assert r"\sigma^2 / v_i" in tex("ols, precision")
    assert r"\frac{1}{2} \sum_{i} w_i \log v_i" in tex("ols, precision")
    assert r"\sum_{i} w_i v_i \left(y_i - \eta_i\right)^2" in tex("ols, precision")
    assert r"\mathrm{Binomial}(n_i, p_i)" in tex("grouped")


def test_an_offset_is_said_to_be_one():
    def said(name):
        return " ".join(block.text for block in likelihood(MODELS[name]) if isinstance(block, Paragraph))

    assert "$o_i$ is the logarithm of the exposure `t`" in said("poisson, exposure")
    assert "$o_i$ is the given offset" in said("ols, weights and offset")
    assert "o_i" not in said("poisson")


def test_the_negative_binomial_written_out_is_the_one_that_is_fitted():
    """log Gamma(y + 1/a) - log Gamma(1/a) - log y! - log(1 + a m) / a + y log(a m / (1 + a m)), as printed."""
    model = MODELS["negative binomial"]
    theta = np.array([0.3, 0.2, -0.1, 0.4])
    a, m, y = np.exp(theta[-1]), np.exp(model.rows.X @ theta[:-1]), model.rows.y
    terms = gammaln(y + 1 / a) - gammaln(1 / a) - gammaln(y + 1) - np.log1p(a * m) / a + y * np.log(a * m / (1 + a * m))
    np.testing.assert_allclose(model.loglik(theta), terms.sum(), rtol=1e-12)


def test_the_two_likelihoods_of_a_coin_are_told_apart():
    assert "binom" not in likelihood(MODELS["coin"])[1].tex  # type: ignore[union-attr]
    assert r"\binom{3}{2} \theta^{2} (1 - \theta)^{1}" in likelihood(MODELS["binomial"])[1].tex  # type: ignore[union-attr]


GLM = {"x": GLM_X, "g": np.resize(["a", "b"], len(GLM_X))}
FITTED = sorted({name for names in FAMILIES.values() for name in names})


def tex(model):
    return " ".join(block.tex for block in likelihood(model) if isinstance(block, Math))


def test_every_likelihood_of_a_regression_has_its_words():
    """Formulas for its own link or at the mean; no name in braces is left that nothing fills in."""
    families = [case.likelihood for case in LIKELIHOODS if type(case.likelihood).__name__ in FITTED]
    assert {type(family.likelihood).__name__ for family in GENERALIZED.values()} <= set(FITTED)
    assert {type(family).__name__ for family in families} == set(FITTED)
    for family in families:
        name, words = str(family), unlinked(family).facts.words
        written = [one for one in (words.equation, words.with_precision, words.at_mean) if one is not None]
        assert written, name
        assert (words.with_precision is not None) == family.facts.has_scale
        assert all(one.mean is not None for one in (words.at_mean,) if one), name
        texts = [text for one in written for text in (one.each, one.distribution, one.loglik, one.beside)]
        for text in texts:
            left = re.sub(rf"\{{({'|'.join(FILLED)})\}}", "", text)
            assert not re.search(r"\{(y|one|event|reference|category|predictor|w|phi|last|others)\}", left), left
        for text in (words.asked, words.effect, words.moved):
            assert set(re.findall(r"\{([a-z]+)\}", text or "")) <= {"y", "event", "category", "reference"}
        assert set(words.figures or ()) <= set(FIGURES)
        sized = words.dispersion.said if words.dispersion else "{name} {value}"
        assert set(re.findall(r"\{[a-z]+\}", sized)) <= {"{name}", "{value}", *SIZES}
    assert set(LINK) == set(LINKS)
    assert set(BY_OUTCOME) == set(Outcome)


@pytest.mark.parametrize(("family", "link"), PAIRS)
def test_the_link_of_every_pair_is_written_and_markdown_leaves_it_alone(family, link):
    model = st.glm("y ~ x", GLM | {"y": outcome(family, link)}, family=family, link=link)
    symbol = "p_i" if family == "binomial" else r"\mu_i"
    formulas = tex(model)
    own = {"normal identity", "binomial probit"}  # written without a mean: Normal(eta, ...), Phi(eta)
    if f"{family} {link}" not in own:
        assert f"{LINK[link].format(m=symbol)} = \\eta_i" in formulas
    assert r"\ell(\beta" in formulas
    assert "{phi}" not in formulas
    for block in likelihood(model):
        if isinstance(block, Math):
            assert not re.search(r"\*|(?<![A-Za-z0-9])_|\\[^A-Za-z]", block.tex), block.tex
            assert block.tex.count("{") == block.tex.count("}")
            assert len(re.findall(r"\\left", block.tex)) == len(re.findall(r"\\right", block.tex))


def test_groups_and_a_dispersion_with_columns_have_their_own_symbols():
    groups = {"k": [1, 2, 3, 5], "m": [4, 3, 2, 1], "x": [1.0, 2, 3, 5]}
    for link in ("probit", "cloglog"):
        grouped = st.glm("k + m ~ x", groups, family="binomial", link=link)
        assert r"\mathrm{Binomial}(n_i, p_i)" in tex(grouped)
        assert f"{LINK[link].format(m='p_i')} = \\eta_i" in tex(grouped)
    own = st.glm("y ~ x", GLM | {"y": outcome("gamma", "log")}, family="gamma", dispersion="~ g")
    assert r"\mathrm{Var}(y_i) = \phi_i \mu_i^2" in tex(own)
    last = likelihood(own)[-1]
    assert isinstance(last, Paragraph)
    assert last.text == r"$\log \phi_i$ has a linear predictor too, `log dispersion ~ g`."


def test_a_likelihood_of_ones_own_is_written_by_its_name():
    made = st.likelihood(gumbel_r, parameters={"loc": "identity", "scale": "log"})
    assert equation(st.regression("x ~ g", GLM, made)) is None


@pytest.mark.parametrize(
    ("family", "link", "ratio"),
    [("gamma", "log", "ratio of means"), ("binomial", "log", "risk ratio"), ("poisson", "sqrt", None)],
)
def test_only_logarithms_have_ratios(family, link, ratio):
    fit = st.fit(st.glm("y ~ x", GLM | {"y": outcome(family, link)}, family=family, link=link))
    table: Any = account(fit.model).estimates(fit)[0]
    header = table.header
    assert (ratio in header) if ratio else not any("ratio" in word for word in header)


@pytest.mark.parametrize("make", [st.zero_inflated, st.hurdle])
def test_what_the_zeros_have_is_said(make):
    table = {"y": [0, 2, 0, 1, 5, 3], "x": np.arange(6.0), "z": [1.0, 3.0, 2.0, 2.0, 1.0, 0.0]}

    def last(**more):
        return likelihood(make("y ~ x", table, **more))[-1].text

    assert last() == r"$\log \frac{p_i}{1 - p_i}$ is `zero`, a coefficient."
    assert last(zero="~ z") == r"$\log \frac{p_i}{1 - p_i}$ has the linear predictor `zero ~ z`."
    wide = {"family": "negative-binomial", "dispersion": "~ x"}
    assert last(**wide).startswith(r"$\log \frac{p_i}{1 - p_i}$ is `zero`, a coefficient, and $\log \alpha_i$ has the ")
    assert r"`log alpha ~ x`. The variance of the count is $\mu_i + \alpha_i \mu_i^2$." in last(**wide, zero="~ z")
    assert r"\ell(\beta, \gamma, \alpha)" in tex(make("y ~ x", table, **wide))
    assert r"\ell(\beta, \gamma)" in tex(make("y ~ x", table))
