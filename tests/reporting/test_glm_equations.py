"""Every family and link of st.glm is written out: its distribution, its link, its log-likelihood."""

import re
from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.likelihoods.links import LINKS
from stattools.models.regressions.glm import GENERALIZED
from stattools.reporting.accounts import account
from stattools.reporting.document import Math, Paragraph
from stattools.reporting.glm_equations import FAMILIES, LINK, written
from tests.models.regressions.test_glm import PAIRS, outcome
from tests.models.regressions.test_glm import X as x

TABLE = {"x": x, "g": np.resize(["a", "b"], len(x))}


def blocks(model):
    return account(model).likelihood(model)


def tex(model):
    return " ".join(block.tex for block in blocks(model) if isinstance(block, Math))


def test_there_is_a_row_for_each_family_and_each_link():
    families = {type(kind.likelihood).__name__ for kind in GENERALIZED.values()}
    assert set(FAMILIES) == families | {"Bernoulli", "Probit"}
    assert set(LINK) == set(LINKS)


@pytest.mark.parametrize(("family", "link"), PAIRS)
def test_the_link_of_every_pair_is_written_and_markdown_leaves_it_alone(family, link):
    model = st.glm("y ~ x", TABLE | {"y": outcome(family, link)}, family=family, link=link)
    symbol = "p_i" if family == "binomial" else r"\mu_i"
    formulas = tex(model)
    own = {"normal identity", "binomial probit"}  # written without a mean: Normal(eta, ...), Phi(eta)
    if f"{family} {link}" not in own:
        assert f"{LINK[link].format(m=symbol)} = \\eta_i" in formulas
    assert r"\ell(\beta" in formulas
    assert "{phi}" not in formulas
    for block in blocks(model):
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
    table = TABLE | {"y": outcome("gamma", "log")}
    own = st.glm("y ~ x", table, family="gamma", dispersion="~ g")
    assert r"\mathrm{Var}(y_i) = \phi_i \mu_i^2" in tex(own)
    last = blocks(own)[-1]
    assert isinstance(last, Paragraph)
    assert last.text == r"$\log \phi_i$ has a linear predictor too, `log dispersion ~ g`."


def test_a_family_that_is_in_no_row_is_written_by_its_name():
    from scipy.stats import gumbel_r

    likelihood = st.likelihood(gumbel_r, parameters={"loc": "identity", "scale": "log"})
    assert written(st.regression("x ~ g", TABLE, likelihood)) is None


@pytest.mark.parametrize(
    ("family", "link", "ratio"),
    [("gamma", "log", "ratio of means"), ("binomial", "log", "risk ratio"), ("poisson", "sqrt", None)],
)
def test_only_logarithms_have_ratios(family, link, ratio):
    fit = st.fit(st.glm("y ~ x", TABLE | {"y": outcome(family, link)}, family=family, link=link))
    table: Any = account(fit.model).estimates(fit)[0]
    header = table.header
    assert (ratio in header) if ratio else not any("ratio" in word for word in header)
