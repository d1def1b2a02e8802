"""Fits side by side: the numbers of the fits, who is nested in whom, and what does not compare."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.comparison.compare import compare
from stattools.inference.hypotheses import likelihood_ratio

G = np.random.default_rng(2)
FRAME = {f"x{k}": G.standard_normal(120) for k in (1, 2, 3)}
FRAME["n"] = G.poisson(np.exp(0.4 * FRAME["x1"]) * G.gamma(2.0, 0.5, 120)).astype(float)
FRAME["y"] = FRAME["x1"] + G.standard_normal(120)
FRAME["z"] = (FRAME["y"] > 0).astype(float)


def fits(outcome, *terms, maker=st.ols):
    return [st.fit(maker(f"{outcome} ~ {term}", FRAME)) for term in terms]


def test_one_row_per_fit():
    null, one, three = fits("y", "1", "x1", "x1 + x2 + x3")
    found = compare(three, null, one, names=["three", "null", "one"])
    table = found.table()
    assert list(table) == [
        *("fit", "model", "formula", "n", "p", "loglik", "aic", "bic", "log_score"),
        *("within", "lr_statistic", "lr_df", "p_value"),
    ]
    assert table["p"].tolist() == [4, 1, 2]
    for fit, (_, row) in zip((three, null, one), table.iterrows(), strict=True):
        assert_allclose([row["loglik"], row["aic"], row["bic"]], [fit.loglik, fit.aic, fit.bic])
        assert_allclose(row["log_score"], -fit.loglik / 120)
    assert found.within == (None, "one", "three")  # each within the next larger, not the largest
    for row, pair in ((1, (one, null)), (2, (three, one))):
        test = likelihood_ratio(*pair)
        assert_allclose(table.loc[row, ["lr_statistic", "lr_df", "p_value"]].astype(float),
                        [test.statistic, test.df, test.p_value])  # fmt: skip
    assert np.isnan(table.loc[0, "p_value"])
    assert found.notes == ()


def test_the_page():
    page = str(compare(*fits("y", "1", "x1", "x2"), names=["null", "a", "b"]))
    lines = page.splitlines()
    assert lines[:4] == ["3 fits of y to 120 rows", "  null: y ~ 1", "  a: y ~ x1", "  b: y ~ x2"]
    assert lines[5].split() == ["fit", "p", "loglik", "AIC", "BIC", "log", "score", "within", "LR", "df", "p-value"]
    assert "Smallest AIC: a." in page
    assert "No test between a and b: they have the same size. Use AIC." in page


def test_fits_that_are_not_nested():
    found = compare(*fits("y", "x1", "x2 + x3"))
    assert found.within == (None, None)
    assert len(found.notes) == 1
    assert "No test of 1 within 2: the models are not nested: 'x1' of y ~ x1 is no combination" in found.notes[0]
    assert found.notes[0] in " ".join(str(found).split())


def test_a_larger_fit_that_does_not_contain_is_passed_over():
    found = compare(*fits("y", "x1", "x2 + x3", "x1 + x2 + x3"))
    assert found.within == ("3", "3", None)


def test_two_likelihoods_of_one_outcome():
    """Probit and logit: AIC compares, no test. Poisson lies at the edge of the negative binomial: half chi2."""
    logit, probit = fits("z", "x1", maker=st.logistic)[0], fits("z", "x1 + x2", maker=st.probit)[0]
    found = compare(logit, probit)
    assert found.within == (None, None)
    assert "different likelihoods" in found.notes[0]
    assert "1: Logistic regression, z ~ x1" in str(found)
    poisson, nb = fits("n", "x1", maker=st.poisson)[0], fits("n", "x1", maker=st.negative_binomial)[0]
    assert compare(poisson, nb).tests[0].distribution == "chibar2"


def test_robust_fits_have_no_test():
    from dataclasses import replace

    null, one = fits("y", "1", "x1")
    found = compare(replace(null, cov="HC1"), one)
    assert found.within == (None, None)
    assert "trusts the likelihood" in found.notes[0]


def test_what_does_not_compare():
    one, other = fits("y", "x1")[0], fits("n", "x1")[0]
    with pytest.raises(IncompatibleError, match=r"1 and 2 are not: the outcomes 'y' and 'n' differ in their values"):
        compare(one, other)
    with pytest.raises(IncompatibleError, match=r"a and c are not: Linear regression has a density"):
        compare(one, one, fits("z", "x1", maker=st.logistic)[0], names=["a", "b", "c"])
    with pytest.raises(IncompatibleError, match=r"has no rows"):
        compare(one, st.fit(st.coin([1, 0])))
    with pytest.raises(DomainError, match=r"compare needs two fits or more; got 1"):
        compare(one)
    for names in (["a"], ["a", "a"]):
        with pytest.raises(DomainError, match=r"compare needs names=, (a different )?one for each of 2"):
            compare(one, one, names=names)


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial, st.logistic, st.softmax, st.probit])
@pytest.mark.parametrize("turned", [False, True])
def test_densities_and_probabilities_are_told_apart_in_either_order(make, turned, tmp_path):
    y = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0] * 3 + [1.0, 9.0 if make in (st.poisson, st.negative_binomial) else 0.0])
    data = pd.DataFrame({"y": y, "x": np.random.default_rng(0).normal(size=len(y))})
    data.to_parquet(tmp_path / "rows.parquet")
    tables = [data] if make in (st.softmax, st.probit) else [data, st.scan(tmp_path / "rows.parquet")]
    for table in tables:
        a, b = st.fit(st.ols("y ~ x", table)), st.fit(make("y ~ x", table))
        said = f"Linear regression has a density and {b.model.title} probabilities, which"
        with pytest.raises(IncompatibleError, match=said):
            st.compare(*((b, a) if turned else (a, b)))
