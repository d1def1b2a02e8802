"""Counts and groups that vary more than their family, and what is said of their standard errors."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.diagnostics.checks.planted import of, rows, verdicts

R = rows()
MEAN = np.exp(R["eta"])
G = np.random.default_rng(5)
SPREAD = R | {"y": G.negative_binomial(1.0, 1.0 / (1.0 + MEAN))}


def test_planted_overdispersion_is_named_with_its_size():
    row = of(st.fit(st.poisson("y ~ x + z", SPREAD)), "overdispersion")
    assert row.verdict == "no"
    assert f"about {row.value**0.5:.2g} times too small" in row.advice
    assert 'cov="quasi"' in row.advice
    assert "st.negative_binomial" in row.advice


def test_standard_errors_that_allow_for_it_are_not_called_too_small():
    for cov in ("quasi", "HC1"):
        found = st.fit(st.poisson("y ~ x + z", SPREAD), cov=cov).check()
        row = found.set_index("check").loc["overdispersion"]
        assert (row.verdict, row.advice) == ("ok", "")
        assert row.value > 1.5
        assert "too small" not in " ".join(found.advice)


def test_the_negative_binomial_is_ok():
    assert "overdispersion" not in verdicts(st.fit(st.negative_binomial("y ~ x + z", SPREAD)))


def test_groups_that_differ():
    share = G.beta(2.0 / (1.0 + 1.0 / MEAN), 2.0 / (1.0 + MEAN))
    s = G.binomial(12, share)
    row = of(st.fit(st.logistic("s + f ~ x + z", R | {"s": s, "f": 12 - s})), "overdispersion")
    assert row.verdict == "no"
    assert "st.beta_binomial" in row.advice


def test_too_little_spread_is_a_look_and_no_more():
    even = st.fit(st.poisson("y ~ x + z", R | {"y": np.round(MEAN + 3.0)}))
    row = of(even, "overdispersion")
    assert row.verdict == "look"
    assert "too large" in row.advice


def test_zeros_and_ones_have_no_such_check():
    fit = st.fit(st.logistic("y ~ x", R | {"y": (R["u"] < 0.4).astype(int)}))
    assert "overdispersion" not in set(fit.check().check)
    assert "overdispersion" not in fit.check().attrs["unchecked"]


def test_it_is_named_wherever_its_standard_errors_are_shown(tmp_path):
    fit = st.fit(st.poisson("y ~ x + z", SPREAD))
    ratio = of(fit, "overdispersion").value
    said = f"Overdispersed: Pearson / df {ratio:.3g}; standard errors about {ratio**0.5:.2g} times too small. "
    assert said in " ".join(str(fit).split())
    assert st.sentences(fit)[-1].startswith(said)
    goodness = fit.goodness()
    assert goodness.attrs["note"].startswith(said)
    assert_allclose(goodness["dispersion"], ratio, rtol=1e-12)
    assert str(st.load(fit.save(tmp_path / "fit"))) == str(fit)


def test_it_is_not_named_where_it_is_not_or_is_allowed_for():
    clean = st.fit(st.poisson("y ~ x + z", R | {"y": G.poisson(MEAN)}))
    for fit in (clean, *(st.fit(st.poisson("y ~ x + z", SPREAD), cov=cov) for cov in ("quasi", "HC1"))):
        assert "verdispersed" not in str(fit)
        assert len(st.sentences(fit)) == 2
        assert "note" not in fit.goodness().attrs
    assert "dispersion" in clean.goodness()
    assert "dispersion" not in st.fit(st.logistic("y ~ x", R | {"y": (R["u"] < 0.4).astype(int)})).goodness()


def test_a_page_does_not_read_files_for_it(tmp_path):
    pd.DataFrame({name: SPREAD[name] for name in ("y", "x", "z")}).to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.poisson("y ~ x + z", st.scan(tmp_path / "rows.parquet")))
    reads = fit.model.rows.reads
    assert "Whether they vary more than the family says: fit.check()" in str(fit)
    assert fit.model.rows.reads == reads
    assert st.sentences(fit)[-1].startswith("Overdispersed: ")
    assert fit.goodness().attrs["note"].startswith("Overdispersed: ")
    here = st.fit(st.poisson("y ~ x + z", SPREAD)).check().set_index("check").drop(index="influence")
    assert_allclose(fit.check().set_index("check").value[here.index], here.value, rtol=1e-6, atol=1e-9)
