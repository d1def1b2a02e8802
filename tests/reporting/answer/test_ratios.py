"""The answer of Cox's regression and of matched sets: all terms, the clearest first."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.ratios import terms_of_ratios
from stattools.reporting.sections import answered
from stattools.reporting.sentences import conclusion
from stattools.reporting.survival import words

G = np.random.default_rng(3)
N = 160
TABLE = {
    "t": np.ceil(G.exponential(9.0, N)),
    "d": G.random(N) < 0.8,
    "x": G.standard_normal(N),
    "z": G.standard_normal(N),
    "sex": np.arange(N) % 2,
    "g": np.array(["a", "b", "c"])[np.arange(N) % 3],
    "s": np.arange(N) // 4,
}
TABLE["t"] = np.ceil(TABLE["t"] * np.exp(-0.8 * TABLE["x"] - 1.2 * (TABLE["g"] == "c")))


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.cox("survival(t, d) ~ x + z + sex + g", TABLE))


def test_the_box_tells_every_term_with_its_interval(fit):
    asked, found, sure = (text.replace("`", "") for text in answered(fit).box.sentences)
    assert asked == "How does the hazard of survival(t, d) depend on x, z, sex and g?"
    row = fit.table(exponentiate=True).set_index("term").loc["x"]
    assert f"survival(t, d) is {row.estimate:.2f} times as high (95 % interval: {row.lower:.2f} to " in found
    assert "for g c against g a, the clearest difference within g (χ²(2) = " in found
    assert "no clear effect of" in found
    assert "sex 1 against sex 0 (95 % interval: " in found
    assert "z (95 % interval: " in found
    assert sure.startswith(
        "The 95 % intervals rest on the standard errors of the model itself, and none of the 6 checks"
    )
    assert conclusion(fit).replace("`", "") == found


def test_the_test_of_a_term_is_that_of_its_coefficients(fit):
    terms = terms_of_ratios(fit, words(fit.model))
    assert [one.term for one in terms] == ["x", "z", "sex", "g"]
    assert terms[3].p_value == fit.test(["g[T.b]", "g[T.c]"]).p_value


def test_the_table_has_all_of_them(fit):
    (table,) = answered(fit).results[0].blocks
    assert [row[0] for row in table.rows] == ["`x`", "`z`", "`sex`", "`g`", "", ""]
    assert table.header[2] == "hazard ratio"


def test_a_hazard_ratio_that_changes_with_time_limits_it():
    """Two groups of equal hazards at first, of which one has a tenth of it later."""
    group = np.arange(N) % 2
    first = G.exponential(1.0, N)
    time = np.where((group == 1) & (first > 0.7), 0.7 + 10.0 * (first - 0.7), first)
    told = answered(st.fit(st.cox("survival(t) ~ g", {"t": time, "g": group}))).box.sentences[-1]
    assert told.startswith("What limits it: the hazard ratio of `g` changes with time, so that it is an average over ")


def test_a_curve_is_a_term_and_a_ridge_has_no_intervals(fit):
    curve = st.fit(st.cox("survival(t, d) ~ bs(x, 4) + z", TABLE))
    assert "`bs(x, 4)` acts as part of a curve (χ²(4) = " in answered(curve).box.sentences[1]
    ridge = answered(st.fit(fit.model, penalty=st.Ridge(1.0))).box.sentences
    assert "interval" not in ridge[1]
    assert "nothing is said of how sure they are" in ridge[2]


def test_matched_sets_speak_of_odds_within_a_set():
    table = TABLE | {"case": (np.arange(N) % 4 == 0) | (TABLE["x"] > 1.0)}
    told = answered(st.fit(st.conditional_logit("case ~ x + sex", table, strata="s"))).box.sentences
    assert told[0] == "How do the odds of `case` depend on `x` and `sex`, within sets?"
    assert "the odds of `case` within a set are " in told[1]
