"""MixedLM beside our fit in a report: digits that any machine has."""

from typing import Any

import stattools as st
from stattools.reporting.sections import beside_mixed_lm
from tests.validation.checks.test_mixed import TABLE


def test_the_section_says_whether_log_likelihoods_agree():
    found: Any = beside_mixed_lm(st.validate(st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))))
    said, table = found.blocks
    assert said.text.startswith("**statsmodels MixedLM agrees**: the same restricted log-likelihood")
    assert [row[0] for row in table.rows] == ["`Intercept`", "`x`", "`sd(Intercept | g)`", "`sd(Residual)`"]
    assert all(row[1] == row[2] for row in table.rows)
    far = st.validate(st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE.assign(x=TABLE.x + 2000.0))))
    section: Any = beside_mixed_lm(far)
    assert "**A second computation agrees** on our log-likelihood" in section.blocks[0].text
