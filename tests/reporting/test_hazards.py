from typing import Any

import pytest

import stattools as st
from stattools.reporting.regressions import hazards
from tests.models.regressions.test_failure_times import table


def test_times_of_proportional_hazards_have_a_table_of_them():
    rows = table()
    ratios: Any = hazards(st.fit(st.aft("survival(t, d) ~ x + g", rows)))[1]
    assert ratios.rows[0] == ("`x`", "0.3216", "0.175", "0.5908")
    assert hazards(st.fit(st.aft("survival(t, d) ~ 1", rows))) == ()
    assert hazards(st.fit(st.aft("survival(t, d) ~ x", rows, distribution="lognormal"))) == ()
    assert hazards(st.fit(st.aft("survival(t, d) ~ x", rows), penalty=st.Ridge(1.0))) == ()


@pytest.mark.slow
def test_a_report_has_it_and_rows_that_entered_late(tmp_path):
    rows = table() | {"e": table()["t"] / 2}
    st.report(st.fit(st.aft("survival(e, t, d) ~ x", rows)), to=tmp_path / "late")
    text = (tmp_path / "late.md").read_text()
    assert "hazard ratio" in text
    assert "at 1 times are exponential" in text
    assert "rows that entered after 0" in text
    assert "given that it is after the entry" in text
