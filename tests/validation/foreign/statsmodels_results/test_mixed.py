"""MixedLM's fits: right ones are right, those that stopped or are of another likelihood are named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_audit import quiet

Params: Any = MixedLMParams
SLOW = pytest.mark.slow
draw = np.random.default_rng(7)
g = np.repeat(np.arange(12), 6)
x = draw.normal(size=72)
data = pd.DataFrame({"x": x, "g": g, "h": np.tile([0, 1, 2], 24)})
data["y"] = 1 + x + draw.normal(size=12)[g] + 0.7 * draw.normal(size=12)[g] * x + draw.normal(size=72)
data["y"] += draw.normal(size=36)[3 * g + data.h]


def fitted(re: Any = "~x", vc=None, frame=data, free=None, **options):
    model: Any = MixedLM.from_formula("y ~ x", frame, groups="g", re_formula=re, vc_formula=vc)
    if free is not None:
        options["free"] = Params.from_components(np.ones(2), np.array(free, dtype=float))
    return quiet(lambda: model.fit(**options))


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: fitted(), ["sd(Intercept | group)", "sd(x | group)", "cor(Intercept, x | group)"]),
        (lambda: fitted(None, reml=False), ["sd(Intercept | group)"]),
        pytest.param(
            lambda: fitted("~x", free=[[1, 0], [0, 1]]), ["sd(Intercept | group)", "sd(x | group)"], marks=SLOW
        ),
        pytest.param(
            lambda: fitted("1", {"h": "0 + C(h)"}), ["sd(Intercept | group)", "sd(Intercept | h)"], marks=SLOW
        ),
        pytest.param(lambda: fitted("0 + x"), ["sd(x | group)"], marks=SLOW),
    ],
    ids=["slopes", "ML", "independent", "components", "slope alone"],
)
def test_right_fits_are_right(make, names):
    found = quiet(lambda: st.audit(make(), data))
    assert found.ok, found
    assert found.rows["term"].tolist() == ["Intercept", "x", *names, "sd(Residual)"]
    assert "uncertainty of the variances" in found.notes[0]


def test_a_fit_that_stopped_is_named_with_its_distance():
    found = quiet(lambda: st.audit(fitted(method="bfgs", maxiter=1)))
    assert found.findings[0].cause == "stopped early"
    assert found.distance == pytest.approx(np.sqrt(2.0 * found.gain), rel=0.3)


@pytest.mark.slow
def test_a_calendar_year_in_the_place_of_days_is_far_from_the_maximum():
    far = quiet(lambda: st.audit(fitted(frame=data.assign(x=data.x + 2000.0))))
    assert not far.ok
    assert far.distance > 1.0


def test_the_other_likelihood_under_the_name_of_reml_is_named():
    results = fitted(reml=False)
    results.reml = True
    assert quiet(lambda: st.audit(results)).findings[0].cause == "REML or ML"


@pytest.mark.slow
def test_what_has_no_twin_is_refused():
    results = fitted()
    results.cov_pen = object()
    with pytest.raises(IncompatibleError, match="penalty"):
        st.audit(results)
    with pytest.raises(IncompatibleError, match="leave out X= and y="):
        st.audit(fitted(None), y=data.y)


@pytest.mark.slow
def test_a_variance_of_0_leaves_standard_errors_that_are_not_judged():
    flat = np.random.default_rng(4).normal(size=72) + 0.2 * data.x
    flat = data.assign(y=flat, x=data.x + 0.4 * data.g).iloc[4:65]
    found = quiet(lambda: st.audit(fitted(None, frame=flat)))
    assert found.ok, found
    assert [one.cause for one in found.findings] == ["standard errors on the edge"]
    assert "not judged" in found.sentence
    assert "sd(Intercept | group)" in found.findings[0].evidence
