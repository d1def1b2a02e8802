"""Frames, figures and results with a page stand in a report as they are."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

import stattools as st
from stattools.errors import DomainError
from stattools.reporting.document import Bullets, Figure, Section, Table
from stattools.reporting.shown import frame_table, paged, picture, shown

RNG = np.random.default_rng(0)
DATA = pd.DataFrame({"x": RNG.normal(size=90), "g": RNG.choice(list("abc"), 90)})
DATA["k"] = RNG.poisson(np.exp(0.3 * DATA.x))
FIT, PLAIN = st.fit(st.poisson("k ~ x + g", DATA)), st.fit(st.poisson("k ~ x", DATA))


def test_a_frame_is_rounded_by_its_errors_and_keeps_its_index():
    table = frame_table(FIT.means("g"))
    assert table.header == ("g", "estimate", "se", "lower", "upper")
    row = FIT.means("g").iloc[0]
    assert table.rows[0][1:3] == (f"{row.estimate:.3f}", f"{row.se:.3f}")
    assert "Average predicted means" in table.caption
    indexed = frame_table(pd.DataFrame({"n": [3, 4], "ok": [True, None]}, index=pd.Index(["a|b", "c"], name="store")))
    assert indexed.rows == (("a|b", "3", "yes"), ("c", "4", ""))
    assert indexed.align == "lrl"


def test_numbers_of_all_sizes_are_readable():
    cells = [
        row[0] for row in frame_table(pd.DataFrame({"v": [0.0, 1e-12, 0.123456789, 1234567.25, 1e30, np.inf]})).rows
    ]
    assert cells == ["0", "1.0000e-12", "0.12346", "1,234,567", "1,000,000,000,000,000,019,884,624,838,656", "∞"]


def test_a_result_with_a_page_is_a_section():
    section = paged(st.compare(FIT, PLAIN))
    assert section.title == "2 fits of k to 90 rows"
    assert [type(block) for block in section.blocks][:2] == [Bullets, Table]
    checks = shown(FIT.check())
    assert isinstance(checks, Section)
    assert len(checks.blocks[0].rows) == len(FIT.check())


def test_a_figure_says_what_it_shows():
    drawing = Drawing()
    axes = drawing.add_subplot()
    axes.set_xlabel("dose")
    axes.set_ylabel("share")
    figure = picture(drawing)
    assert isinstance(figure, Figure)
    assert figure.alt == "share against dose"
    assert figure.draw() is drawing


@pytest.mark.slow
def test_a_report_takes_them_all(tmp_path):
    drawing = Drawing()
    drawing.add_subplot().plot([0, 1], [1, 0])
    bootstrap = st.bootstrap(PLAIN, draws=50, seed=4)
    parts = (FIT, FIT.anova(), st.compare(FIT, PLAIN), bootstrap, drawing, drawing)
    text = st.report(*parts, to=tmp_path / "all", html=True).read_text()
    for said in ("| `x`", "## Comparison", "## Bootstrap", "(all/figure.svg)", "(all/figure-2.svg)"):
        assert said in text
    assert "| seed           | 4 " in text


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(DomainError, match=r"got 5,000 rows x 1 columns\. Give the rows to show"):
        st.report(FIT, pd.DataFrame({"a": range(5000)}), to=tmp_path / "all")
    with pytest.raises(DomainError, match="got 0 rows x 0 columns"):
        frame_table(pd.DataFrame())
