"""What others call the attributes of a fit: what is recommended exists, and no name means two things."""

import re
from collections import Counter

import pytest

import stattools as st
from stattools.interface.names.answers import plain, vocabulary
from tests.interface.names.scene import runs


@pytest.mark.parametrize("row", vocabulary().fit, ids=lambda row: row.ours or row.note[:40])
def test_what_is_recommended_runs(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if row.ours == 'st.load("fit")':
        st.fit(st.coin([0, 1, 1])).save("fit")
    assert row.names
    assert runs(row.ours) if row.ours else row.note


@pytest.mark.parametrize("row", vocabulary().fit + vocabulary().functions, ids=lambda row: row.ours or row.note[:40])
def test_a_statistic_of_goodness_is_named(row):
    """`fit.goodness()` alone promises columns that it may not have; `runs` asks for the column that is named."""
    if "goodness()" in row.ours:
        assert re.search(r"goodness\(\)\.\w+\[0\]", row.ours) or {plain(name) for name in row.names} <= OF_A_WHOLE


OF_A_WHOLE = {"score", "fitstatistics", "gof"}
"""Names of others that stand for several statistics."""


def test_no_name_stands_in_two_rows():
    """`get_params`, what a model was made with, is another name than `params`."""
    counts = Counter(
        word for row in vocabulary().fit for word in {plain(name) for name in row.names if name != "get_params"}
    )
    assert not [word for word, times in counts.items() if times > 1]


def test_no_name_of_ours_is_answered():
    assert not [
        name for row in vocabulary().fit for name in row.names if name in dir(st.Fit) and not name.startswith("_")
    ]


def test_hints_of_curves_and_of_simulation():
    """`smooth(values=)` spoke of a ridge penalty, `smooth` of a fit without curves of states."""
    table = {"x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "y": [1.0, 2.5, 2.0, 4.0, 3.0, 3.5, 2.0, 1.0]}
    curved, plain_fit = st.fit(st.glm("y ~ s(x, k=5)", table, family="normal")), st.fit(st.ols("y ~ x", table))
    with pytest.raises(st.IncompatibleError, match=r"^fit\.smooth has no values=: use at=\[0\.0, 1\.0\]\.$"):
        curved.smooth("x", values=[0.0, 1.0])
    with pytest.raises(st.IncompatibleError, match=r"Linear regression has none: write s\(x\) in the formula"):
        plain_fit.smooth("x")
    for fit in (curved, plain_fit):
        with pytest.raises(AttributeError, match=r'use st\.bootstrap\(fit, kind="parametric", draws=200, seed=1\)'):
            fit.simulate(10)
