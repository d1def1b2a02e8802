import numpy as np

import stattools as st

APART = {"y": [0, 0, 0, 1, 1, 1], "x": [1.0, 2, 3, 4, 5, 6]}


def test_finite_numbers_of_separated_data_are_wrong():
    found = st.audit({"(Intercept)": "-165.32", "x": "47.23"}, st.logistic("y ~ x", APART), se=["407521", "116434"])
    assert not found.ok
    assert [one.cause for one in found.findings][:2] == ["separation", "stopped on the way to infinity"]
    assert np.isinf(found.rows["right"][0])
    assert "no unique maximum" in found.sentence


def test_a_claim_of_some_coefficients_names_the_separation_alone():
    found = st.audit({"x": "47.23"}, st.logistic("y ~ x", APART))
    assert [one.cause for one in found.findings] == ["separation"]


def test_a_claim_of_aliased_columns_has_none():
    table = APART | {"z": [2.0, 4, 6, 8, 10, 12], "y": [1.0, 3, 2, 5, 4, 6]}
    found = st.audit({"x": "1.0", "z": "0.5"}, st.poisson("y ~ x + z", table))
    assert [one.cause for one in found.findings] == ["aliased columns"]


def test_a_model_of_another_kind_without_a_maximum_says_why():
    model = st.cox("survival(t) ~ x", {"t": [1.0, 2, 3, 4], "x": [4.0, 3, 2, 1]})
    found = st.audit({"x": "21.3"}, model)
    assert [one.cause for one in found.findings] == ["no maximum"]
