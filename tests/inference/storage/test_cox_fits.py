"""Fits of Cox's regression and of matched sets are saved without rows, and answer as before or say what they need."""

import re

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError


def table(n: int = 72) -> pd.DataFrame:
    """Times with ties, strata a and b, and pairs."""
    g = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "x": g.normal(size=n),
            "g": pd.Categorical(g.choice(list("uvw"), n), categories=list("uvwz")),
            "a": np.resize(["p", "q"], n),
        }
    )
    time = np.ceil(g.exponential(8.0 * np.exp(-0.5 * frame.x), size=n))
    frame = frame.assign(t=time, d=(g.random(n) < 0.8).astype(int), e=time - g.integers(1, 4, n), b=np.arange(n) % 3)
    return frame.assign(w=np.resize([1, 2, 1], n), s=np.arange(n) // 4, case=(np.arange(n) % 4 == 0).astype(int))


TABLE = table().assign(x=lambda it: it.x.where(it.index != 3))
NEW = TABLE.dropna().tail(7)
COX = "survival(t, d) ~ x + g"
CASES = {
    "efron": (st.cox, COX, {}, {}),
    "exact": (st.cox, "survival(t, d == 1) ~ center(x)", {"ties": "exact"}, {"level": 0.9}),
    "late entry, strata": (st.cox, "survival(e, t, d) ~ x", {"strata": "a", "ties": "breslow"}, {}),
    "two columns of strata, weights": (st.cox, "survival(t) ~ x * g", {"strata": ["a", "b"], "weights": "w"}, {}),
    "clusters": (st.cox, COX, {"cluster": "s"}, {}),
    "robust": (st.cox, "survival(t, d) ~ x", {}, {"cov": "robust"}),
    "jeffreys": (st.cox, "survival(t, d) ~ x", {}, {"penalty": st.Jeffreys()}),
    "sets": (st.conditional_logit, "case ~ x + g", {"strata": "s", "weights": "w"}, {}),
}


@pytest.fixture(scope="module", params=CASES)
def pair(request, tmp_path_factory):
    """A fit, the fit that was loaded, and the file."""
    make, formula, beside, options = CASES[request.param]
    fit = st.fit(make(formula, TABLE, **beside), **options)
    path = fit.save(tmp_path_factory.mktemp("cox") / "fit")
    return fit, st.load(path), path


def test_a_loaded_fit_says_what_it_said(pair):
    fit, other, path = pair
    assert str(other) == str(fit)
    assert repr(other) == repr(fit)
    assert str(other.model) == str(fit.model)
    for ask in (
        lambda it: it.table(0.8, exponentiate=True),
        lambda it: it.glance(),
        lambda it: it.anova(test="wald"),
        lambda it: it.baseline(),
        lambda it: it.baseline(at="zero"),
        lambda it: it.predict(NEW, interval=0.9),
        lambda it: it.predict(NEW, kind="survival", interval=0.9),
        lambda it: it.predict(NEW, kind="cumulative_hazard", interval=0.9, band="greenwood"),
        lambda it: it.predict(NEW, kind="median", interval=0.5),
    )[: 9 if isinstance(fit, st.CoxFit) else 3]:
        pd.testing.assert_frame_equal(ask(other), ask(fit), rtol=0, atol=0)
    assert other.bic == fit.bic
    assert type(other) is type(fit)
    assert other.save(path.with_name("twice")).read_bytes() == path.read_bytes()


def test_what_needs_the_rows_says_so(pair):
    _, other, _ = pair
    for ask in (
        lambda: other.residuals,
        lambda: other.interval(kind="profile"),
        lambda: other.check(),
        lambda: other.anova(test="lr"),
        lambda: other.plot("profile", other.names[0]),
        lambda: st.bootstrap(other, draws=9, seed=1),
        lambda: st.posterior(other.model, seed=1),
        lambda: st.validate(other),
        lambda: st.fit(other.model),
    ):
        with pytest.raises(IncompatibleError):
            ask()


@pytest.mark.parametrize("pair", ["late entry, strata", "two columns of strata, weights"], indirect=True)
def test_strata_and_times_are_refused_as_before(pair):
    fit, other, _ = pair
    assert str(other.overall) == str(fit.overall)
    for ask in (
        lambda: other.predict(),
        lambda: other.residuals_of("schoenfeld"),
        lambda: other.concordance(),
        lambda: other.proportional_hazards(),
    ):
        with pytest.raises(IncompatibleError, match="rows of this fit were not saved"):
            ask()
    for bad, options in ((NEW.assign(a="z", s=99), {}), (NEW, {"times": [1e6]}), (NEW.drop(columns="x"), {})):
        said = []
        for one in (fit, other):
            try:
                said.append(len(one.predict(bad, kind="survival", **options)))
            except st.StattoolsError as error:
                said.append(str(error))
        assert said[0] == said[1]


def test_ridge_has_no_covariance_after_loading(tmp_path):
    fit = st.fit(st.cox(COX, TABLE), penalty=st.Ridge(1.0))
    other = st.load(fit.save(tmp_path / "ridge"))
    assert str(other) == str(fit)
    np.testing.assert_array_equal(other.predict(NEW), fit.predict(NEW))
    with pytest.raises(st.StattoolsError, match="no standard errors"):
        other.predict(NEW, interval=0.9)


@pytest.mark.parametrize("pair", ["efron", "sets"], indirect=True)
def test_the_report_says_what_is_known(pair, tmp_path):
    _, other, _ = pair
    said = st.report(other, to=tmp_path / "loaded").read_text()
    assert "the fit was read from a file, which has no rows" in said
    for row in other.table(exponentiate=True).to_dict("records"):
        assert re.search(rf"ratio of `{row['term'][0]}`.* is {row['estimate']:.1f}"[:-2], said)
    assert other.model.facts.exponential in said
