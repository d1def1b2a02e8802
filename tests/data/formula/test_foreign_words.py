# pyright: reportCallIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""Formulas as others write them are answered with the formula in our words, which is read."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.formula.formula import in_our_words

G = np.random.default_rng(0)
N = 40
TABLE = pd.DataFrame(
    {
        "y": G.normal(size=N),
        "x": G.normal(size=N),
        "z": G.normal(size=N),
        "t": G.uniform(1, 2, N),
        "g": list("abcd") * 10,
        "id": list(range(8)) * 5,
        "year": list(range(5)) * 8,
        "k": G.poisson(2, N),
        "dead": G.integers(1, 5, N),
        "n": 10,
    }
)
TABLE["alive"], TABLE["a b"] = TABLE.n - TABLE.dead, TABLE.x

WRITTEN = [
    ("y ~ np.log(t)", "y ~ log(t)", ""),
    ("np.log(t) ~ x", "log(t) ~ x", ""),
    ("y ~ np.log(np.abs(x) + 1)", "y ~ log(abs(x) + 1)", ""),
    ("y ~ factor(g)", "y ~ C(g)", ""),
    ("y ~ as.factor(g) * x", "y ~ C(g) * x", ""),
    ("y ~ C(id, ref=3)", "y ~ C(id, contr.treatment(3))", ""),
    ("y ~ relevel(g, ref='b')", "y ~ C(g, contr.treatment('b'))", ""),
    ("y ~ i(g, ref='b')", "y ~ C(g, contr.treatment('b'))", ""),
    ("y ~ factor(g, levels=c('d', 'c', 'b', 'a'))", "y ~ C(g, levels=['d', 'c', 'b', 'a'])", ""),
    ("y ~ x^2", "y ~ I(x**2)", ""),
    ("y ~ z + x**2", "y ~ z + I(x**2)", ""),
    ("y ~ I(x^2)", "y ~ I(x**2)", ""),
    ("y ~ x / 2", "y ~ I(x / 2)", ""),
    ("y ~ np.where(x > 0, 1, 0)", "y ~ I(x > 0)", ""),
    ("y ~ ifelse(x > 0, 1, 0)", "y ~ I(x > 0)", ""),
    ("y ~ x > 0", "y ~ I(x > 0)", ""),
    ('y ~ Q("a b")', "y ~ `a b`", ""),
    ("y ~ s(x, bs='ps', k=9, m=c(2, 2), fx=FALSE)", "y ~ s(x, k=9)", ""),
    ("y ~ lo(x)", "y ~ s(x)", ""),
    ("y ~ natural(x, 3)", "y ~ ns(x, df=3)", ""),
    ("y ~ log(t, 10)", "y ~ log10(t)", ""),
    ("y ~ poly(x, 2, raw=TRUE)", "y ~ poly(x, 2, raw=True)", ""),
    ("y ~ standardize(x)", "y ~ scale(x)", ""),
    ("y ~ x %in% g", "y ~ x : g", ""),
    ("y ~ c.x##i.g", "y ~ x*C(g)", ""),
    ("y ~ df$x", "y ~ x", ""),
    ("y ~ df.x", "y ~ x", ""),
    ("y ~ x | id", "y ~ x + C(id)", ""),
    ("y ~ x | id + year", "y ~ x + C(id) + C(year)", ""),
    ("y ~ strata(g) + x", "y ~ C(g) + x", ""),
    ("y = x + z", "y ~ x + z", ""),
    ("y ~ x, data=df", "y ~ x", ""),
    ("k ~ x + offset(log(t))", "k ~ x", 'exposure="t"'),
    ("k ~ offset(np.log(t)) + x", "k ~ x", 'exposure="t"'),
    ("k ~ offset(z)", "k ~ 1", 'offset="z"'),
    ("y ~ x, weights=n", "y ~ x", 'weights="n"'),
    ("cbind(dead, alive) ~ x", "dead + alive ~ x", ""),
    ("cbind(dead, n - dead) ~ x", "dead ~ x", 'trials="n"'),
    ("cbind(dead, I(n - dead)) ~ factor(g)", "dead ~ C(g)", 'trials="n"'),
    ("dead + I(n - dead) ~ x", "dead ~ x", 'trials="n"'),
    ("dead / n ~ x", "dead ~ x", 'trials="n"'),
    ("dead | trials(n) ~ x", "dead ~ x", 'trials="n"'),
]


@pytest.mark.parametrize(("theirs", "ours", "beside"), WRITTEN)
def test_a_formula_is_answered_in_our_words(theirs, ours, beside):
    make = st.logistic if "dead" in ours else st.poisson if theirs.startswith("k") else st.ols
    with pytest.raises(st.DomainError) as caught:
        make(theirs, TABLE)
    assert f'Write "{ours}"' in str(caught.value)
    assert beside in str(caught.value)
    options = dict([beside.replace('"', "").split("=")]) if beside else {}
    assert " s(" in ours or make(ours, TABLE, **options).n > 0


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ("y ~ x + (1|g)", r"effects of groups, \(1 \| g\), are for st\.linear_mixed"),
        ("y ~ x + (0 + log(x) | `a b`)", r"st\.linear_mixed\("),
        ("y ~ x + (x | g)", r"st\.linear_mixed\(.*st\.Cluster"),
        ("y ~ s(x)", r'is a curve with a penalty.*st\.glm\("y ~ s\(x\)", table, family="normal"\)'),
        ("y ~ te(x, z)", r"smooth curve with a penalty is s\(x\) in a formula"),
        ("Surv(t, k) ~ x", "a time that may be censored"),
        ("y ~ x | id | z ~ t", "no instrumental variables"),
        ("y ~ x + cluster(id)", r"st\.Cluster"),
        ("y ~ cut(x, 3)", "make it a column of the table"),
        ("y ~ lag(x)", "make it a column of the table"),
        ("y ~ np.log(xx)", r'Write "y ~ log\(xx\)"\. Then: the data have no column \'xx\'\. Did you mean \'x\''),
        ("y ~ nonsense(x)", r'may not contain "nonsense\(x\)"'),
        ("y ~ np.log(x) + nonsense(x)", "may not contain"),
    ],
)
def test_what_there_is_not_is_said(theirs, says):
    with pytest.raises(st.DomainError, match=says):
        st.ols(theirs, TABLE)


@pytest.mark.parametrize(
    "formula",
    ["y ~ scale(x)", "y ~ log10(t)", "y ~ poly(x, 2)", "y ~ C(id, Treatment(3))", "y ~ x - 1", "y ~ x + 0", "y ~ x:z"],
)
def test_what_is_written_as_here_stays(formula):
    assert in_our_words(formula) == (formula, "")
    assert st.ols(formula, TABLE).n == N
