"""Terms: effects per unit and per interquartile range, factors with one test, levels without a reference."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.findings import at_estimate, called, findings, over_quartiles, quartiles
from tests.reporting.answer.planted import table

FRAME = table()
OLS = st.fit(st.ols("y ~ x + g", FRAME))


def test_a_factor_has_one_test_and_its_levels():
    x, g = findings(OLS)
    anova = OLS.anova().set_index("term")
    assert (x.tested, len(x.effects)) == ("", 1)
    assert x.p_value == pytest.approx(OLS.table().p_value[1])
    assert g.p_value == pytest.approx(anova.p_value["g"])
    assert g.tested == f"F(2, 296) = {anova.statistic['g']:.2f}"
    assert [one.compared for one in g.effects] == ["for `g` `b` against `g` `a`", "for `g` `c` against `g` `a`"]


def test_a_number_is_told_per_interquartile_range_too():
    (x, g), width = findings(OLS), np.subtract(*np.quantile(FRAME.x, [0.75, 0.25]))
    found = over_quartiles(OLS, x)
    assert found is not None
    assert found[0] == pytest.approx(width)
    assert found[1][0].numbers["upper"] == pytest.approx(width * OLS.interval().upper[1])
    assert over_quartiles(OLS, g) is None


def test_quartiles_count_weights():
    model = st.ols("y ~ x", {"y": [1.0, 2.0, 4.0, 3.0], "x": [1.0, 2.0, 3.0, 4.0], "w": [1, 1, 1, 9]}, weights="w")
    assert quartiles(model, 1) == (3.0, 4.0)


def test_levels_without_a_reference_are_compared_with_the_first():
    with_intercept, alone = (findings(st.fit(st.ols(f"y ~ {start}C(g) + x", FRAME))) for start in ("", "0 + "))
    theirs, ours = ({term.term: term for term in found}["g"] for found in (with_intercept, alone))
    assert [one.compared for one in ours.effects] == [one.compared for one in theirs.effects]
    assert [one.numbers["lower"] for one in ours.effects] == pytest.approx([o.numbers["lower"] for o in theirs.effects])
    assert ours.p_value == pytest.approx(theirs.p_value)


def test_products_and_curves_are_told_apart():
    *_, product = findings(st.fit(st.poisson("count ~ x * g", FRAME)))
    assert product.is_product
    assert product.lead.subject == "the factor by which `x` multiplies the expected count of `count`"
    assert all(term.is_curve for term in findings(st.fit(st.ols("y ~ x + I(x**2)", FRAME))))
    assert findings(st.fit(st.ols("y ~ bs(x, df=4)", FRAME)))[0].is_curve
    assert not findings(st.fit(st.ols("y ~ g / x", FRAME)))[1].is_curve


def test_another_estimate_keeps_the_reach_of_the_interval():
    one = findings(OLS)[0].lead
    other = at_estimate(one, 2.0, one.numbers["se"])
    assert other.numbers["upper"] - 2.0 == pytest.approx(one.numbers["upper"] - one.numbers["estimate"])


def test_every_category_has_its_effects():
    frame = FRAME.assign(kind=np.array(list("uvw"))[np.arange(len(FRAME)) % 3])
    (x,) = findings(st.fit(st.softmax("kind ~ x", frame)))
    assert [one.category for one in x.effects] == ["v", "w"]
    assert x.effects[0].subject == "the odds of `v` against `u`"
    assert called("C(race):smoke") == "race:smoke"


@pytest.mark.parametrize("dispersion", [None, "~ C(m)"])
def test_a_term_that_clusters_do_not_determine_leaves_the_report(dispersion, tmp_path):
    """Four clusters and seven levels: the test of all of them together has no number, and the report has the others."""
    g, rows = np.random.default_rng(0), np.arange(280)
    data = {"x": g.normal(size=280), "m": rows % 7, "c": rows // 70}
    data["y"] = g.poisson(2.0 * g.gamma(1.0, 1.0, 280))
    model = st.negative_binomial("y ~ x + C(m)", data, dispersion=dispersion)
    fit = st.fit(model, cov=st.Cluster("c", correction="none"))
    assert "`x`" in st.report(fit, to=tmp_path / "page").read_text()
