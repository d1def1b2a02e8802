"""Reports of conditional logistic regression."""

import stattools as st


def test_a_report_says_odds_within_sets(tmp_path):
    table = {"case": [1, 0] * 6, "dose": [3, 1, 2, 2, 4, 1, 1, 2, 3, 2, 5, 4], "set": [k // 2 for k in range(12)]}
    fit = st.fit(st.conditional_logit("case ~ dose", table, strata="set"))
    text = st.report(fit, to=tmp_path / "sets").read_text()
    assert "| sets that tell | 6" in " ".join(text.split())
    assert "> In 6 sets with both outcomes, the data show no clear effect of `dose` (95 % interval: 0.5" in text
