"""Functions of the coefficients: gradients by hand, and where there is none."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError

RNG = np.random.default_rng(3)
DATA = pd.DataFrame({"dose": RNG.uniform(0, 4, 150)})
DATA["y"] = (RNG.random(150) < 1 / (1 + np.exp(3 - 1.5 * DATA.dose))).astype(int)
FIT = st.fit(st.logistic("y ~ dose", DATA))


def test_the_median_effective_dose_has_the_standard_error_of_fieller_without_its_curve():
    found = FIT.function(lambda b: -b["Intercept"] / b["dose"], level=0.9).iloc[0]
    a, b = FIT.estimate
    slopes = np.array([-1 / b, a / b**2])
    assert_allclose(found.estimate, -a / b, rtol=1e-14)
    assert_allclose(found.se, np.sqrt(slopes @ FIT.covariance @ slopes), rtol=1e-9)
    assert_allclose(found.upper - found.lower, 2 * FIT.quantile(0.9) * found.se, rtol=1e-12)


def test_of_one_coefficient_it_is_the_table_and_lists_have_rows():
    found, table = FIT.function(lambda b: [b["Intercept"], b["dose"], np.exp(b["dose"])]), FIT.table()
    assert_allclose(found.iloc[:2], table.drop(columns="term"), rtol=1e-8)
    assert_allclose(found.se[2], np.exp(FIT.estimate[1]) * FIT.se[1], rtol=1e-8)


def test_units_of_the_columns_do_not_matter():
    other = st.fit(st.logistic("y ~ dose", DATA.assign(dose=DATA.dose * 1e6)))
    ours, theirs = (fit.function(lambda b: -b["Intercept"] / b["dose"]).iloc[0] for fit in (FIT, other))
    assert_allclose(theirs[["estimate", "se"]] / 1e6, ours[["estimate", "se"]], rtol=1e-7)


@pytest.mark.parametrize(
    "kinked",
    [
        lambda b: abs(b["dose"] - FIT.estimate[1]),
        lambda b: max(b["dose"], FIT.estimate[1]),
        lambda b: float(b["dose"] >= FIT.estimate[1]),
        lambda b: b["Intercept"] + abs(b["dose"] - FIT.estimate[1]),
    ],
)
def test_a_kink_at_the_estimate_is_told(kinked):
    with pytest.raises(DomainError, match="a kink or a jump at the estimate of 'dose'"):
        FIT.function(kinked)


def test_smooth_functions_are_not_taken_for_kinks():
    for smooth in (lambda b: b["dose"] ** 8, lambda b: np.cos(40 * b["dose"]), lambda b: abs(b["dose"])):
        assert np.isfinite(FIT.function(smooth).se[0])


def test_what_is_no_function_of_the_coefficients_is_told():
    with pytest.raises(DomainError, match=r"no coefficient is called 'dos'. Did you mean 'dose'"):
        FIT.function(lambda b: b["dos"])
    for wrong in (lambda b: float("nan"), lambda b: "a", lambda b: []):
        with pytest.raises(DomainError, match="to be a finite number"):
            FIT.function(wrong)
    with pytest.raises(DomainError, match="function= is a function"):
        FIT.function("dose")  # type: ignore[arg-type]
    with pytest.raises(IncompatibleError):
        st.fit(FIT.model, penalty=st.Ridge(1.0)).function(lambda b: b["dose"])


def test_models_that_are_no_regressions_have_functions_too():
    fit = st.fit(st.binomial(6, 10))
    found = fit.function(lambda b: b["theta"] / (1 - b["theta"])).iloc[0]
    assert_allclose([found.estimate, found.se], [1.5, fit.se[0] / 0.16], rtol=1e-8)


def test_a_function_of_nothing_is_refused():
    fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    with pytest.raises(st.DomainError, match="has the same value, 2, whatever the coefficients"):
        fit.function(lambda b: [b["x"], 2.0])
