import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.formula.expression import (
    ALLOWED,
    CONTRASTS,
    ELEMENTWISE,
    TRANSFORMS,
    contrast,
    expression,
    transformed,
)

x = np.random.default_rng(0).gamma(2.0, 1.0, 50)
KNOTS = [0.5, 1.5, 3.0]


def columns(values):
    return np.column_stack(list(values.values())) if isinstance(values, dict) else np.asarray(values)


@pytest.mark.parametrize("name", sorted(set(ELEMENTWISE) - {"I"}))
def test_elementwise_transforms_are_numpys(name):
    assert_array_equal(transformed(name, x, {}, {}), getattr(np, name)(x))


def test_identity_is_the_same_array():
    assert transformed("I", x, {}, {}) is x


def test_center_and_scale_are_the_textbook_formulas():
    assert_allclose(transformed("center", x, {}, {}), x - np.mean(x), atol=1e-14)
    assert_allclose(transformed("scale", x, {}, {}), (x - np.mean(x)) / np.std(x, ddof=1), atol=1e-13)
    assert_allclose(transformed("scale", x, {"ddof": 0, "center": False}, {}), x / np.sqrt(np.mean(x**2)), atol=1e-13)


def test_poly_is_an_orthonormal_basis_of_the_powers():
    basis = columns(transformed("poly", x, {"degree": 3}, {}))
    assert_allclose(basis.T @ basis, np.eye(3), atol=1e-12)
    assert_allclose(basis.sum(axis=0), 0, atol=1e-12)
    powers = np.vander(x, 4, increasing=True)
    fitted = powers @ np.linalg.lstsq(powers, basis, rcond=None)[0]
    assert_allclose(fitted, basis, atol=1e-10)  # least squares on raw powers, condition 1e4


@pytest.mark.parametrize("degree", [1, 3])
@pytest.mark.parametrize("raw", [True, False])
def test_terms_of_poly_are_numbered_from_1(degree, raw):
    """As `poly(x, 3, raw=TRUE)` of R: the number is the power."""
    fit = st.fit(st.ols(f"y ~ poly(x, {degree}, raw={raw})", {"y": x + x**2, "x": x}))
    assert fit.names[1:] == tuple(f"poly(x, {degree}, raw={raw})[{power + 1}]" for power in range(degree))
    if raw:
        assert_allclose(fit.model.rows.X, np.vander(x, degree + 1, increasing=True), rtol=1e-15)
        before = tuple(f"poly(x, {degree}, raw=True)[{power}]" for power in range(-1, degree))  # saved fits have these
        design = replace(fit.model.design, names=before)
        older = replace(fit, model=replace(fit.model, design=design))
        assert_array_equal(older.predict({"x": [2.0]}), fit.predict({"x": [2.0]}))


@pytest.mark.parametrize(
    ("name", "constants", "call"),
    [
        ("bs", {"df": 5}, "bs(x, df=5)"),
        ("bs", {"knots": KNOTS, "degree": 2}, "bs(x, knots=KNOTS, degree=2)"),
        ("bs", {"df": 6, "include_intercept": True}, "bs(x, df=6, include_intercept=True)"),
        ("cr", {"df": 4}, "cr(x, df=4)"),
        ("cr", {"df": 4, "constraints": "center"}, "cr(x, df=4, constraints='center')"),
        ("cc", {"df": 4}, "cc(x, df=4)"),
    ],
)
def test_splines_equal_patsy(name, constants, call):
    import patsy

    reference = np.asarray(patsy.dmatrix(f"0 + {call}", {"x": x, "KNOTS": KNOTS}))
    assert_allclose(columns(transformed(name, x, constants, {})), reference, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        ("center", {}),
        ("scale", {}),
        ("poly", {"degree": 4}),
        ("bs", {"df": 5}),
        ("cr", {"df": 4}),
        ("cc", {"df": 4}),
        ("ns", {"df": 4}),
    ],
)
def test_what_was_learned_serves_new_rows(name, constants):
    state = {}
    whole = columns(transformed(name, x, constants, state))
    few = columns(transformed(name, x[7:9], constants, state))
    assert_array_equal(few, whole[7:9])


TIED = {"a": 20.0 + np.arange(30) ** 2 % 17, "g": ["a", "b", "c"] * 10}
TIED["y"] = np.sin(np.arange(30)) + TIED["a"] / 10


@pytest.mark.parametrize(
    ("call", "predicted", "deviance"),
    [
        (
            "df=4",
            [-0.52597810407, 1.44984480518, 2.43637726636, 3.22931261492, 3.59595824254, 3.06693589994],
            12.4999480294,
        ),
        (
            "knots=[25, 30]",
            [0.670581048643, 1.64098271328, 2.30035044383, 3.20825456573, 3.79148761217, 4.15612579242],
            13.2788036587,
        ),
        (
            "knots=[25, 30], lower_bound=22, upper_bound=34",
            [0.692727964578, 1.64471218092, 2.30730251723, 3.19061034475, 3.80641775388, 4.21400801473],
            13.3001449679,
        ),
    ],
)
def test_ns_spans_what_that_of_r_spans(call, predicted, deviance):
    """R's predict(lm(y ~ ns(a, df = 4)), data.frame(a = c(15, ...))) with i = 0:29 for arange(30)."""
    fit = st.fit(st.ols(f"y ~ ns(a, {call})", TIED))
    assert_allclose(fit.predict({"a": [15.0, 20.0, 23.5, 30.0, 36.0, 40.0]}), predicted, rtol=1e-10)
    assert_allclose((fit.residuals**2).sum(), deviance, rtol=1e-10)


def test_knots_of_cr_are_quantiles_of_different_values_and_those_of_ns_of_rows():
    ours, patsys = ({}, {})
    transformed("ns", TIED["a"], {"df": 4}, ours)
    transformed("cr", TIED["a"], {"df": 4, "constraints": "center"}, patsys)
    assert ours["knots"] == [20.0, 22.0, 28.0, 33.0, 36.0]
    assert patsys["knots"] == np.quantile(np.unique(TIED["a"]), [0.0, 0.25, 0.5, 0.75, 1.0]).tolist()


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        ("y ~ {}(a, df=4)", 5),
        ("y ~ g + {}(a, df=4)", 7),
        ("y ~ 0 + g + {}(a, df=4)", 7),
        ("y ~ g * {}(a, df=3)", 12),
        ("y ~ 0 + {}(a, df=4)", 4),
    ],
)
@pytest.mark.parametrize("name", ["cr", "cc", "ns"])
def test_splines_beside_a_constant_have_their_columns(name, formula, columns):
    fit = st.fit(st.ols(formula.format(name), TIED))
    assert len(fit.names) == columns
    if name != "ns":
        written = (
            formula.format(name)
            .replace("df=4", "df=4, constraints='center'")
            .replace("df=3", "df=3, constraints='center'")
        )
        same = written if "0 + {}" not in formula else formula.format(name)
        assert_allclose(fit.predict(), st.fit(st.ols(same, TIED)).predict(), rtol=1e-9)
    ones = fit.model.rows.X[:, fit.model.rows.X.shape[1] - 4 :].sum(axis=1)
    assert (np.ptp(ones) < 1e-12) == (formula == "y ~ 0 + {}(a, df=4)" and name != "ns")


def test_splines_are_centered_where_the_thresholds_or_the_hazard_are_the_constant():
    table = TIED | {"o": np.arange(30) % 3, "t": 1.0 + np.arange(30) * 7 % 11}
    assert len(st.fit(st.ordinal("o ~ cr(a, df=4)", table)).names) == 6
    assert len(st.fit(st.cox("survival(t) ~ cr(a, df=4)", table)).names) == 4


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("ns(a, df=1)", "a straight line: write x itself, or df=2 or more"),
        ("cr(a, df=1)", "a straight line: write x itself, or df=2 or more"),
        ("ns(a)", "needs df=, the number of its columns, or knots="),
        ("ns(a, df=4, knots=[25])", "give df= or knots=, not both"),
        ("ns(a, df=30)", "29 quantiles are not different: use fewer df"),
    ],
)
def test_splines_that_are_none_say_so(call, said):
    with pytest.raises(st.DomainError, match=re.escape(said)):
        st.ols(f"y ~ {call}", TIED)


@pytest.mark.parametrize("name", sorted(CONTRASTS))
def test_every_contrast_codes_three_levels_in_two_columns_that_span_the_differences(name):
    coding = np.column_stack([np.ones(3), contrast(name, {}).get_coding_matrix(["a", "b", "c"])])
    assert np.linalg.matrix_rank(coding) == 3


def test_patsys_words_are_formulaics():
    levels = ["a", "b", "c"]
    theirs, ours = contrast("Treatment", {"reference": "b"}), contrast("contr.treatment", {"base": "b"})
    assert_array_equal(theirs.get_coding_matrix(levels), ours.get_coding_matrix(levels))
    assert_array_equal(theirs.get_coding_matrix(levels), [[1, 0], [0, 0], [0, 1]])


def test_the_documented_list_is_the_list():
    from stattools.data.formula import expression as transforms

    documented = set(re.findall(r"\w+", "log exp sqrt log2 log10 log1p expm1 abs I center scale poly bs cr cc ns C s"))
    assert set(TRANSFORMS) == documented
    assert all(name in transforms.__doc__ and name in ALLOWED for name in documented)


VALUES = [
    "True",
    "False",
    "0",
    "1",
    "3",
    "20",
    "-1",
    "2.5",
    "1e400",
    "1" * 400,
    "'no'",
    "''",
    "'center'",
    "'clip'",
    "'b'",
]
VALUES += ["[]", "[1.0, 2.0]", "[2.0, 1.0]", "[1, 1]", "['a', 'b']", "['a', 'a']", "[1e400]"]
CALLS = [(f"{name}(x", ")", constants) for name, constants in TRANSFORMS.items()]
CALLS += [(f"C(g, {name}(", "))", constants) for name, constants in CONTRASTS.items()]
OPTIONS = [(head, tail, key, option) for head, tail, constants in CALLS for key, option in constants.items()]


def taken(text: str) -> bool:
    try:
        expression(text)
    except st.DomainError as error:
        return "must be" not in str(error)
    return True


@pytest.mark.parametrize(
    ("head", "tail", "key", "option"), [case for case in OPTIONS if case[2] not in ("contrasts", "by")]
)
def test_a_constant_is_taken_if_it_is_of_its_kind(head, tail, key, option):
    comma = "" if head.endswith("(") else ", "
    good = {value for value in VALUES if taken(f"{head}{comma}{key}={value}{tail}")}
    assert good == {value for value in VALUES if option.accepts(eval(value))}
    assert 0 < len(good) < len(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "poly(x, 3, raw='no')",
        "poly(x, 3, 'no')",
        "poly(x, 3, 1)",
        "poly(x, 0)",
        "C(g, contr.helmert(scale='x'))",
        "C(g, Helmert('x'))",
        "C(g, contr.diff(0))",
        "C(g, contr.poly([1, 1, 2]))",
        "bs(x, 4, None)",
        "bs(x, df=4, include_intercept=0)",
        "bs(x, knots=[0.6, 0.4])",
        "bs(x, knots=0.5)",
        "cr(x, knots=[0.4, 0.4])",
        "cc(x, df=4, constraints='centre')",
        "cr(x, df=True)",
        "scale(x, center='no')",
        "scale(x, scale=0)",
        "scale(x, True, False, 1.5)",
    ],
)
def test_what_was_read_as_something_else_is_refused(text):
    g = np.random.default_rng(0)
    data = {"y": g.normal(size=30), "x": g.uniform(size=30), "g": list("abc") * 10}
    with pytest.raises(st.DomainError, match=r"must be|may not contain"):
        st.ols(f"y ~ {text}", data)


@pytest.mark.parametrize("text", ["bs(x, knots=[5])", "bs(x, lower_bound=2, upper_bound=-1, extrapolation='extend')"])
def test_knots_lie_within_the_bounds(text):
    with pytest.raises(st.DomainError, match="its knots must lie within"):
        st.ols(f"y ~ {text}", {"y": [1.0, 2, 4, 3, 6], "x": [0.0, 0.1, 0.5, 0.7, 1]})
