import re

import numpy as np
import pytest
from scipy.special import gammaln

import stattools as st
from stattools.reporting.accounts import account
from stattools.reporting.document import Math, Paragraph, inline

rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2))


def likelihood(model):
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
