"""The effects of all variables in one figure, over the data."""

import numpy as np
import pytest

import stattools as st
from stattools.figures.house_style import svg
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.results import figures_of
from tests.reporting.answer.planted import table

FRAME = table()


@pytest.mark.parametrize("make, formula", [(st.poisson, "count ~ x + g"), (st.logistic, "event ~ x * g")])
def test_a_panel_per_variable(make, formula):
    effects, ratios = figures_of(basis_of(st.fit(make(formula, FRAME))))
    drawn = effects.draw()
    assert [axes.get_xlabel() for axes in drawn.axes] in (["x", "g"], ["g", "x"])
    points = [line for axes in drawn.axes for line in axes.lines if line.get_linestyle() == "None"]
    assert any(len(line.get_xdata()) > 3 for line in points)
    assert "[T." not in ratios.alt
    assert svg(ratios.draw)


def test_categories_are_curves_of_one_panel():
    frame = FRAME.assign(kind=np.array(list("uvw"))[np.arange(len(FRAME)) % 3])
    effects, *_ = figures_of(basis_of(st.fit(st.softmax("kind ~ x", frame))))
    assert len(effects.draw().axes[0].lines) == 3


def test_a_caption_speaks_of_quartiles_only_where_there_are_numbers():
    for formula, has_numbers in (("count ~ x + g", True), ("count ~ g", False)):
        drawn = {figure.name: figure for figure in figures_of(basis_of(st.fit(st.poisson(formula, FRAME))))}
        assert ("interquartile" in drawn["ratios"].caption) == has_numbers
