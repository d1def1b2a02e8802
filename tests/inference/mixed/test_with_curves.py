"""A normal outcome with curves: what its fit says of rows, and what it refuses in words."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.latent.curve_cases import NEW, TABLE


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.glm("y ~ z + s(x, k=10) + (1 | h)", TABLE, family="normal"))


@pytest.fixture(scope="module")
def alone():
    return st.fit(st.glm("y ~ z + s(x, k=10)", TABLE, family="normal"))


def test_the_page_has_the_curves(alone):
    text = str(alone)
    assert text.startswith(
        "Linear regression with curves by restricted maximum likelihood\ny ~ z + s(x, k=10)\n90 rows"
    )
    assert "curve     edf   k       λ\n" in text or "curve" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "rows less effective degrees of freedom" in text.replace("\n", " ")


def test_rows_have_their_curves(fit, alone):
    for one in (fit, alone):
        y = np.asarray(TABLE["y"])
        assert_allclose(one.predict(TABLE), one.predict(), rtol=1e-12)
        assert_allclose(y - np.asarray(one.predict()), one.residuals, atol=1e-12)
        some = {name: values[:5] for name, values in TABLE.items()}
        ends = ["mean", "lower", "upper"]
        assert_allclose(one.predict(some, interval=0.9)[ends], one.predict(interval=0.9)[ends][:5], rtol=1e-9)
    assert_allclose(np.asarray(alone.predict()).mean(), alone.estimate[:2] @ [1.0, TABLE["z"].mean()], rtol=1e-12)
    new = alone.predict(NEW, groups="new", kind="observation", interval=0.95)
    near = alone.predict(NEW, interval=0.95)
    assert ((new["upper"] - new["lower"]) > (near["upper"] - near["lower"])).all()


def test_rows_without_a_value_are_left_out():
    table = pd.DataFrame(TABLE)
    table.loc[[3, 8], "x"] = np.nan
    fit = st.fit(st.glm("y ~ z + s(x, k=10)", table, family="normal"))
    assert fit.model.dropped == {"x": 2}
    assert np.isnan(fit.residuals[[3, 8]]).all()
    assert np.isnan(fit.predict(table, missing="null")[[3, 8]]).all()


def test_variances_of_curves_have_profile_intervals(fit):
    frame = fit.variance_components()
    assert frame["group"].tolist() == ["h", "s(x)", "Residual"]
    lower, estimate, upper = frame.loc[1, ["lower", "estimate", "upper"]]
    assert 0.0 < lower < estimate < upper


def test_held_out_rows_have_their_curves(alone):
    some = alone.model.subset(np.arange(0, 90, 2))
    part = st.fit(some)
    judged = part._judged(alone.model)
    assert_allclose(judged.mean, part.predict(TABLE), rtol=1e-12)
    half = part.predict(TABLE, interval=0.95, kind="observation", groups="known")
    sd = np.asarray(half["upper"] - half["lower"]) / 2.0 / stats.t.ppf(0.975, part.t_df)
    assert_allclose(judged[0], stats.norm.logpdf(TABLE["y"], judged.mean, sd), rtol=1e-9)


def test_the_highest_of_several_curves_is_proven_on_demand():
    model = st.linear_mixed("y ~ s(x, k=10) + s(v, k=6)", TABLE)
    assert "a local maximum" in str(st.fit(model).certificate)
    assert "no point is better by more than" in str(st.fit(model, certify="global").certificate)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda fit: fit.group_influence(), r"the curve s\(x\)"),
        (lambda fit: fit.variance_test("h"), r"the curve s\(x\)"),
        (lambda fit: fit.save("nowhere"), "cannot be saved"),
        (lambda fit: st.posterior(fit.model, seed=1), r"the curve s\(x\)"),
        (lambda fit: st.bootstrap(fit, kind="parametric", seed=1, draws=10), r"the curve s\(x\)"),
    ],
)
def test_what_knows_no_curves_says_so(fit, ask, said):
    with pytest.raises(st.IncompatibleError, match=said):
        ask(fit)


def test_a_second_line_is_said():
    for right in ("poly(x, 3) + s(x, k=8)", "bs(x, df=6) + s(x, k=8)"):
        with pytest.raises(st.IdentificationError, match=r"s\(x\) has a line of its own.*poly or bs"):
            st.fit(st.glm(f"y ~ {right}", TABLE, family="normal"))


def test_effects_of_groups_need_groups(alone):
    with pytest.raises(st.IncompatibleError, match="has curves alone"):
        alone.random_effects()
    with pytest.raises(st.IncompatibleError, match="effects of groups are those of"):
        alone.plot("random_effects")
    assert st.validate(alone).ok
    assert alone.check()["check"].tolist() == ["maximum", "distribution"]
