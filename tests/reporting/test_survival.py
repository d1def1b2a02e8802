"""Reports of Cox's regression."""

import numpy as np
import pytest

import stattools as st

G = np.random.default_rng(8)
TABLE = {
    "t": np.ceil(G.exponential(9.0, 60)),
    "d": G.random(60) < 0.8,
    "x": G.standard_normal(60),
    "s": np.arange(60) % 2,
}


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_a_report_says_ratios_and_their_limits(tmp_path, ties):
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE, ties=ties, strata="s"))
    text = st.report(fit, to=tmp_path / "cox").read_text()
    assert "| hazard ratio |" in text.replace("  ", " ")
    assert "Concordance 0." in text
    assert ("Are hazards proportional?" in text) == (ties != "exact")
    assert "the hazard of `survival(t, d)` " in text
    assert "the product over strata as well" in text


def test_hazard_ratios_stand_once_and_checks_are_told(tmp_path):
    fit = st.fit(st.cox("survival(t, d) ~ x + C(s)", TABLE))
    text = st.report(fit, to=tmp_path / "cox").read_text()
    ratio = f"{np.exp(fit.estimate[0]):.3g}"
    assert text.count(f" {ratio} ") <= 1
    assert "| proportional hazards |" in text.replace("  ", " ")
    assert "Coefficients are logarithms of hazard ratios" in text


def test_the_columns_are_described_also_side_by_side(tmp_path):
    gaps = TABLE | {"x": np.where(np.arange(60) == 4, np.nan, TABLE["x"]), "w": np.full(60, 2)}
    fit = st.fit(st.cox("survival(t, d) ~ x", gaps, weights="w"))
    text = st.report(fit, to=tmp_path / "cox").read_text().replace("  ", " ")
    assert "| `t` " in text
    assert "| `d` " in text
    side = st.report(fit, to=tmp_path / "by", by="s").read_text().replace("  ", " ")
    assert "`s`: 0" in side
    assert "| observations | " in side.replace("  ", " ")
    assert "| missing " in side
    with pytest.raises(st.DomainError, match="no column 'nobody'"):
        st.report(fit, to=tmp_path / "by", by="nobody")
