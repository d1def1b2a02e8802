"""The conditional odds ratio against SciPy and R, and pairs against the binomial of those that differ."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

TABLES = [[[8, 2], [1, 5]], [[3, 1], [1, 3]], [[12, 30], [25, 14]], [[200, 310], [150, 340]]]
STRATA = [[[0, 0], [6, 5]], [[3, 0], [3, 6]], [[6, 2], [0, 4]], [[5, 6], [1, 0]], [[2, 5], [0, 0]]]
"""R's example of mantelhaen.test: Rabbits; exact = TRUE gives an odds ratio of 10.36102 and p = 0.03994; without a
continuity correction the Mantel-Haenszel chi-squared is 5.6571. R's interval, 1.07740143 to 529.837399, is found to a
tolerance of 1e-4 in 1 / ratio: by SciPy's nchypergeom_fisher the tails are 0.0250000 at 1.07738776 and at 531.51278,
and 0.025078 at R's upper end."""


@pytest.mark.parametrize("table", TABLES)
def test_estimate_and_exact_interval_are_scipys(table):
    fit, theirs = st.fit(st.odds_ratio(table)), stats.contingency.odds_ratio(table)
    assert np.exp(fit.estimate[0]) == pytest.approx(theirs.statistic, rel=1e-8)
    ends = theirs.confidence_interval(0.9)
    np.testing.assert_allclose(np.exp(np.array(fit.interval(0.9, kind="exact"))), [ends.low, ends.high], rtol=1e-8)


def test_strata_are_those_of_r():
    model = st.odds_ratio(STRATA)
    assert np.exp(st.fit(model).estimate[0]) == pytest.approx(10.36102, rel=1e-5)  # R's digits
    np.testing.assert_allclose(np.exp(np.array(model.interval())), [1.07738776, 531.512783], rtol=1e-8)
    assert model.test()[0] ** 2 == pytest.approx(5.6570, abs=1e-3)
    assert st.exact_test(model).p_value == pytest.approx(0.03994, abs=1e-5)
    assert model.informative == 3


def test_pairs_are_the_binomial_of_those_that_differ():
    pairs = pd.DataFrame({"pair": np.repeat(np.arange(40), 2), "after": [0, 1] * 40})
    pairs["ill"] = np.array([[0, 1]] * 12 + [[1, 0]] * 4 + [[1, 1]] * 9 + [[0, 0]] * 15).ravel()
    model, differ = st.odds_ratio("ill ~ after", pairs, within="pair"), st.fit(st.binomial(12, 16))
    assert np.exp(st.fit(model).estimate[0]) == pytest.approx(3.0, rel=1e-10)
    low, high = differ.interval(kind="clopper-pearson")
    np.testing.assert_allclose(np.exp(np.array(model.interval())), [low / (1 - low), high / (1 - high)], rtol=1e-8)
    assert model.test()[0] == pytest.approx((12 - 4) / 4.0, rel=1e-12)
    assert st.exact_test(model).p_value == pytest.approx(st.exact_test(st.binomial(12, 16)).p_value, rel=1e-10)


def test_score_and_information_are_the_slopes():
    model, h = st.odds_ratio(STRATA), 1e-4
    at = model.evaluate(0.7)
    f = [model.loglik(0.7 + k * h) for k in (-1, 0, 1)]
    assert at.score[0] == pytest.approx((f[2] - f[0]) / (2 * h), rel=1e-6)
    assert at.information[0, 0] == pytest.approx(-(f[2] - 2 * f[1] + f[0]) / h**2, rel=1e-4)  # of round-off


def test_interval_ends_solve_their_equations():
    model, tail = st.odds_ratio(TABLES[0]), 0.05
    lower, upper = model.interval(0.9, kind="exact")
    assert sum(model.count.tails(lower, model.observed)[1:]) == pytest.approx(tail, rel=1e-10)
    assert sum(model.count.tails(upper, model.observed)[:2]) == pytest.approx(tail, rel=1e-10)
    narrow = model.interval(0.9, kind="mid-p")
    assert lower < narrow.lower < narrow.upper < upper
    best = model.loglik(model.maximum())
    for end in model.interval(0.9, kind="likelihood-ratio"):
        assert 2.0 * (best - model.loglik(end)) == pytest.approx(stats.chi2.ppf(0.9, 1), rel=1e-10)


@pytest.mark.parametrize(("table", "side"), [([[0, 5], [4, 2]], -1), ([[5, 0], [2, 4]], 1)])
def test_an_infinite_odds_ratio_has_one_sided_intervals_and_no_fit(table, side):
    model = st.odds_ratio(table)
    with pytest.raises(IdentificationError, match=r"one-sided 97.5 % .*st.exact_test"):
        st.fit(model)
    theirs = stats.contingency.odds_ratio(table).confidence_interval(0.95)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(np.array(model.interval()), np.log([theirs.low, theirs.high]), rtol=1e-8)
    ends = np.array(model.interval(kind="likelihood-ratio"))
    assert np.isinf(ends).tolist() == [side < 0, side > 0]
    assert -2.0 * model.loglik(ends[int(side < 0)]) == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-8)
    assert st.exact_test(model).p_value == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)


def test_exponentiated_it_is_the_ratio():
    fit = st.fit(st.odds_ratio(TABLES[0]))
    row = fit.table(exponentiate=True).loc[0]
    assert row.term == "odds ratio"
    assert row.estimate == pytest.approx(np.exp(fit.estimate[0]))
    assert "se_log" in row
    assert "Exact test (Fisher): p = 0.035" in str(fit)


def test_what_it_cannot_do_is_told():
    with pytest.raises(DomainError, match="two rows and two columns; got 2 x 3"):
        st.odds_ratio([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(DomainError, match="one table only"):
        st.odds_ratio([[1, 2], [0, 0]])
    with pytest.raises(IncompatibleError, match="intervals of kind"):
        st.odds_ratio(TABLES[0]).interval(kind="profil")
    with pytest.raises(DomainError, match="finite number"):
        st.odds_ratio(TABLES[0]).loglik(np.inf)
