"""A row of 0 trials says nothing: it changes no number, is counted apart, and is not an observation."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st

DATA = pd.DataFrame(
    {
        "s": [1, 2, 0, 4, 0, 3, 2, 6],
        "f": [5, 3, 0, 2, 0, 1, 6, 1],
        "x": [1.0, 2.0, 30.0, 4.0, 5.0, 6.0, 2.5, 4.5],
        "g": list("aabbaabb"),
    },
    index=list("stuvwxyz"),
)
SOME = DATA[DATA.s + DATA.f > 0]
MAKERS = {
    "formula": lambda d: st.logistic("s + f ~ x", d),
    "trials": lambda d: st.logistic("s ~ x", d, trials=d.s + d.f),
    "arrays": lambda d: st.logistic(d.s, d[["x"]], trials=d.s + d.f),
    "offset": lambda d: st.logistic("s + f ~ x", d, offset="x"),
    "weights": lambda d: st.logistic("s + f ~ x", d, weights="f" if (d.f > 0).all() else np.maximum(d.f, 1)),
    "power": lambda d: st.logistic("s + f ~ I(x**2)", d),
    "beta-binomial": lambda d: st.beta_binomial("s + f ~ 1", d.assign(s=3 * d.s, f=3 * d.f)),
}


@pytest.mark.parametrize("make", MAKERS)
def test_every_number_is_that_of_the_rows_with_trials(make):
    whole, some = (st.fit(MAKERS[make](data)) for data in (DATA, SOME))
    assert (whole.model.n_dropped, whole.model.n_empty, some.model.n_empty) == (2, 2, 0)
    assert (whole.n, whole.df) == (some.n, some.df)
    for name in ("estimate", "covariance", "loglik", "aic", "bic"):
        assert_array_equal(getattr(whole, name), getattr(some, name))
    assert_array_equal(whole.residuals_of(align=False), some.residuals)
    assert_array_equal(whole.predict(align=False), some.predict())
    assert "2 dropped without trials" in str(whole)


def test_df_is_that_of_R():
    # R 4.5.0: m <- glm(cbind(s, f) ~ x, binomial, d); df.residual(m); nobs(m); AIC(m). Its BIC counts all
    # 8 rows, and changes where rows without trials are left out of the data.
    fit = st.fit(st.logistic("s + f ~ x", DATA))
    assert (fit.n, fit.df) == (6, 4)
    assert_allclose(fit.aic, 18.21581, rtol=1e-6)  # as many digits as R printed
    assert_allclose(fit.goodness().df, 4)
    pd.testing.assert_frame_equal(fit.goodness(), st.fit(st.logistic("s + f ~ x", SOME)).goodness())


def test_labels_of_all_rows_and_of_those_with_trials_are_the_same_groups():
    model = st.logistic("s + f ~ x", DATA)
    by_name, by_rows, by_some = (st.fit(model, cov=st.Cluster(of)).se for of in ("g", DATA.g, SOME.g))
    assert_array_equal(by_name, by_rows)
    assert_array_equal(by_name, by_some)


def test_missing_rows_are_counted_apart():
    fit = st.fit(st.logistic("s + f ~ x", DATA.assign(x=DATA.x.where(DATA.x != 2.0))))
    assert fit.model.kept.tolist() == [0, 3, 5, 6, 7]
    assert "5 rows, 1 dropped for missing values (x 1), 2 dropped without trials" in str(fit)


def test_the_report_says_so(tmp_path):
    page = st.report(st.fit(st.logistic("s + f ~ x", DATA)), to=tmp_path / "r").read_text()
    assert re.search(r"rows dropped without trials +\| 2 +\|", page)


def test_no_trials_at_all():
    with pytest.raises(st.DomainError, match="'s' has no trials in any row"):
        st.logistic("s + f ~ x", DATA.assign(s=0, f=0))


def test_a_group_without_trials_has_its_prior_and_its_label():
    data = pd.DataFrame({"s": [1, 30, 0, 4, 18, 9, 1], "f": [25, 3, 0, 22, 5, 11, 9], "name": list("abcdefg")})
    model = st.beta_binomial("s + f ~ 1", data)
    for labels in ("name", data.name, data.name.tolist()):
        assert st.empirical_bayes(model, labels=labels).labels == tuple("abcdefg")


def test_rows_without_trials_come_back_where_the_precision_has_columns_and_the_mean_has_others():
    g = np.random.default_rng(0)
    n = np.where(np.arange(60) % 7 == 0, 0, g.integers(5, 15, 60))
    table = {"k": g.binomial(n, g.beta(2.0, 3.0, 60)), "n": n, "x": g.normal(size=60), "g": np.resize(["a", "b"], 60)}
    some = {name: column[n > 0] for name, column in table.items()}
    whole, left = (
        st.empirical_bayes(st.beta_binomial("k ~ x", rows, trials="n", dispersion="~ g")) for rows in (table, some)
    )
    assert len(whole.table()) == 60
    at = np.flatnonzero(n > 0)
    for name in ("lower", "upper", "shrinkage"):
        assert_array_equal(whole.table()[name].to_numpy()[at], left.table()[name].to_numpy())
    assert (whole.table()["shrinkage"].to_numpy()[n == 0] == 1.0).all()


ABOVE = DATA.assign(one=1, below=-1, half=DATA.s + 0.5)
REGRESSIONS = {
    "logistic": st.logistic,
    "probit": st.probit,
    "beta_binomial": st.beta_binomial,
    "cloglog": lambda *given, **named: st.glm(*given, family="binomial", link="cloglog", **named),
    "groups": lambda formula, table, **named: st.logistic(f"{formula} + (1 | g)", table, **named),
}


@pytest.mark.parametrize("make", REGRESSIONS.values(), ids=REGRESSIONS)
@pytest.mark.parametrize(
    ("trials", "said"),
    [("one", "do not exceed their trials; got 2 at"), ("below", "non-negative trials"), ("half", "whole, ")],
)
def test_impossible_counts_are_not_called_one_class(make, trials, said):
    with pytest.raises(st.DomainError, match=re.escape(said)):
        make("s ~ x", ABOVE, trials=trials)


def test_more_successes_than_trials_in_negative_failures():
    with pytest.raises(st.DomainError, match="do not exceed their trials"):
        st.logistic("s + below ~ x", ABOVE[ABOVE.s > 0])
