"""The answer of a regression: box, results, diagnostics, and a note where the errors of the fit are not drawn from."""

import stattools as st
from stattools.reporting.answer.answered import of_regression
from stattools.reporting.regressions import diagnostics
from tests.reporting.answer.planted import table


def test_a_note_says_that_the_errors_of_the_fit_are_not_drawn_from():
    frame = table()
    dispersed, clean = (
        of_regression(st.fit(st.poisson(f"{name} ~ x", frame)), diagnostics) for name in ("spread", "count")
    )
    assert "drawn from quasi standard errors" in dispersed.note[0].text
    assert clean.note == ()
    assert [section.title for section in (*clean.results, *clean.diagnosis)] == ["Results", "Diagnostics"]
