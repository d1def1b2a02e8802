import numpy as np
import pandas as pd
from scipy import stats

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.explaining.claim_audit import audit_claim

RNG = np.random.default_rng(5)
DATA = pd.DataFrame({"x": RNG.normal(size=80), "y": RNG.normal(size=80)})
OLS = st.ols("y ~ x", DATA)


def rows(table, digits=4, **columns):
    frame = table[["term", "estimate", "se", "statistic", "p_value", "lower", "upper"]].assign(**columns)
    texts = {name: [f"{value:.{digits}f}" for value in frame[name]] for name in frame.columns[1:]}
    return frame.assign(**texts).to_dict("records")


def test_every_column_is_judged_as_far_as_its_digits_go():
    table = st.fit(OLS).table()
    for digits in (1, 4, 12):
        assert audit_claim(read_claim(rows(table, digits)), OLS).ok
    for name in ("upper",):
        found = audit_claim(read_claim(rows(table, 4, **{name: table[name] + 0.01})), OLS, seconds=0.0)
        assert not found.ok, name
        assert found.facts.empty
        assert found.rows[~found.rows["holds"]]["quantity"].unique().tolist() == [name.replace("_value", "")]


def test_a_normal_quantile_in_the_place_of_students_is_found():
    table = st.fit(OLS).table()
    ends = {"lower": table.estimate - 1.96 * table.se, "upper": table.estimate + 1.96 * table.se}
    assert not audit_claim(read_claim(rows(table, 4, **ends)), OLS, seconds=0.0).ok


def test_a_claim_of_separated_data_has_no_maximum():
    model = st.logistic("y ~ x", {"y": [0, 0, 0, 1, 1, 1], "x": [1, 2, 3, 4, 5, 6]})
    claim = read_claim({"Intercept": "-165.3", "x": "47.2"})
    found = audit_claim(claim, model)
    assert not found.ok
    assert "separation" in found.sentence


def test_the_page_shows_what_was_printed():
    claim = read_claim({"Intercept": "0.1", "x": "0.0"})
    assert audit_claim(claim, OLS, seconds=0.0).rows["claimed"].tolist() == [0.1, 0.0]


def test_the_dispersion_of_a_family_need_not_be_in_the_table():
    frame = DATA.assign(y=RNG.negative_binomial(2, 0.3, 80))
    model = st.negative_binomial("y ~ x", frame)
    table = st.fit(model).table().iloc[:2]
    assert audit_claim(read_claim(rows(table)), model).ok


def test_a_heading_of_z_or_t_decides_only_where_the_numbers_do():
    table = st.fit(OLS).table()
    ends = {"se": [f"{v:.5f}" for v in table.se], "z": [f"{v:.4f}" for v in table.statistic]}
    of_t = rows(table, 5)
    for made, normal in ((of_t, False), (of_t, True)):
        frame = pd.DataFrame(made).drop(columns=["lower", "upper"]).rename(columns={"statistic": "z"})
        if normal:
            frame["p_value"] = [f"{2.0 * stats.norm.sf(abs(float(z))):.5f}" for z in table.statistic]
        assert audit_claim(read_claim(frame.assign(**ends)), OLS).ok
        other = audit_claim(read_claim(frame.assign(**ends).rename(columns={"z": "t"})), OLS, seconds=0.0)
        assert other.ok == (not normal)


def test_a_level_that_was_asked_for_goes_before_that_of_a_heading():
    table = st.fit(OLS).table()
    frame = pd.DataFrame({"term": table.term, "coef": table.estimate.round(6), "[0.025": table.lower.round(6)})
    frame["0.975]"] = table.upper.round(6)
    assert audit_claim(read_claim(frame), OLS).ok
    found = audit_claim(read_claim(frame), OLS, level=0.9)
    assert "95 %" in found.convention
