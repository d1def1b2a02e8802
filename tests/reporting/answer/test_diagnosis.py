"""Checks in a table, and figures with the verdicts of the checks that they show."""

import stattools as st
from stattools.inference.diagnostics.checks import CHECKS
from stattools.reporting.answer.answered import SHOWN, diagnosis, table_of_checks
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.document import Figure
from stattools.reporting.regressions import diagnostics
from tests.reporting.answer.planted import table

FIT = st.fit(st.poisson("spread ~ x + g", table()))
BASIS = basis_of(FIT)


def test_every_check_has_a_row_and_what_is_wrong_stands_first():
    rows = table_of_checks(BASIS).rows
    assert sorted(row[0] for row in rows) == sorted(FIT.check().check)
    assert rows[0][2] == "no"
    assert any("which the conclusion allows for" in row[3] for row in rows)
    assert not any("cov=" in row[3] or " st." in row[3] for row in rows)


def test_a_figure_has_its_verdicts_beside():
    section = diagnosis(BASIS, diagnostics(BASIS.fit))
    captions = {block.name: block.caption for block in section.blocks if isinstance(block, Figure)}
    assert "overdispersion no" in captions["frequencies"]
    assert "Verdicts: link " in captions["means"]


def test_figures_show_checks_that_there_are():
    assert {name for names in SHOWN.values() for name in names} <= set(CHECKS)
