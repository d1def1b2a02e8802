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


X = RNG.normal(size=60)
LINE = st.fit(st.ols("y ~ x", {"x": X, "y": 1 + 0.3 * X + RNG.normal(size=60)}))
SHAPES = {
    "ols": LINE,
    "cox": st.fit(st.cox("survival(t, d) ~ x", {"t": RNG.exponential(size=60), "d": [1, 1, 0] * 20, "x": X})),
    "mixed": st.fit(st.linear_mixed("y ~ x + (1 | g)", {"x": X, "y": X + RNG.normal(size=60), "g": [*range(12)] * 5})),
    "negative_binomial": st.fit(
        st.negative_binomial("y ~ x", {"x": X, "y": RNG.negative_binomial(1.5, 0.3, size=60)}), cov="HC0"
    ),
    "custom": st.fit(st.custom(lambda x: -0.5 * float((x - 0.2) ** 2) / 0.01, start={"x": 0.0}, n=60)),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("factor", [1e-290, 1e-200, -1e-100, 1e100, 1e200, 1e290])
def test_a_factor_changes_neither_statistic_nor_p_value(name, factor):
    fit = SHAPES[name]
    plain = fit.function(lambda b: [b["x"], np.exp(b["x"])])
    scaled = fit.function(lambda b: [factor * b["x"], factor * np.exp(b["x"])])
    assert_allclose(scaled.p_value, plain.p_value, rtol=1e-8)
    assert_allclose(scaled.statistic, np.sign(factor) * plain.statistic, rtol=1e-10)
    columns = ["lower", "upper"] if factor > 0 else ["upper", "lower"]
    assert_allclose(scaled[["se", *columns]] / factor, plain[["se", "lower", "upper"]] * [np.sign(factor), 1, 1], 1e-10)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("frequency", [1.0, 1e2, 1e4, 1e5, 1e6, 1e7])
def test_a_fast_function_has_its_derivative(name, frequency):
    fit = SHAPES[name]
    k = fit.names.index("x")
    right = abs(frequency * np.cos(frequency * fit.estimate[k])) * fit.se[k]
    assert_allclose(fit.function(lambda b: np.sin(frequency * b["x"])).se[0], right, rtol=1e-6)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("frequency", [1e12, 1e15, 1e18])
def test_a_function_that_is_too_fast_is_refused_with_both_derivatives(name, frequency):
    # an estimate of 0.0004 leaves five digits of the argument at 1e12
    frequency /= abs(SHAPES[name].estimate[SHAPES[name].names.index("x")])
    with pytest.raises(DomainError, match="derivative of the function in 'x' is not known: by a step it is"):
        SHAPES[name].function(lambda b: np.sin(frequency * b["x"]))


def test_steps_that_are_multiples_of_the_period_are_seen_through():
    for period in (2.0**-k for k in range(2, 22)):
        found = LINE.function(lambda b, w=2 * np.pi / (period * LINE.se[1]): b["x"] + np.sin(w * b["x"])).se[0]
        w = 2 * np.pi / (period * LINE.se[1])
        assert_allclose(found, abs(1 + w * np.cos(w * LINE.estimate[1])) * LINE.se[1], rtol=1e-6)


@pytest.mark.parametrize(
    "unknown",
    [
        lambda b: (b["x"] - LINE.estimate[1]) ** 3,
        lambda b: np.cos(b["x"] - LINE.estimate[1]),
        lambda b: b["x"] + 1e14,
        lambda b: b["x"] * 1e-320,
        lambda b: b["x"] + RNG.normal(),
    ],
)
def test_a_derivative_of_few_digits_is_refused(unknown):
    with pytest.raises(DomainError, match=r"the derivative of the function in '\w+' is not known"):
        LINE.function(unknown)


def test_a_function_that_ends_near_the_estimate_and_one_that_jumps_there_have_derivatives_at_it():
    b, se = LINE.estimate[1], LINE.se[1]
    ends = LINE.function(lambda c: np.log(c["x"] - b + 1e-5 * se)).iloc[0]
    assert_allclose(ends.se, 1e5, rtol=1e-6)
    jumps = LINE.function(lambda c: c["x"] if c["x"] < b + 1e-4 * se else 5 + c["x"]).iloc[0]
    assert_allclose(jumps.se, se, rtol=1e-8)


def test_what_the_function_raises_or_returns_is_told():
    with pytest.raises(st.FunctionError, match=r"at Intercept = .*raised ZeroDivisionError: ") as told:
        LINE.function(lambda b: b["x"] / 0)
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    for wrong in (lambda b: 1j * b["x"], lambda b: np.array([1j]), lambda b: "1.5", lambda b: [[1.0]], lambda b: None):
        with pytest.raises(DomainError, match="is to be a finite number"):
            LINE.function(wrong)
    with pytest.raises(DomainError, match="to be a finite number"):
        LINE.function(lambda b: np.log(-abs(b["x"])))
    with pytest.raises(DomainError, match="beyond float64"):
        LINE.function(lambda b: b["x"] / LINE.estimate[1] * 1.7e308)
