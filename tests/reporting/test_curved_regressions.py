"""A report on counts with a curve asks, tests and draws it."""

import pytest

import stattools as st
from tests.inference.smooths.curved import table


@pytest.mark.parametrize("groups", ["", pytest.param(" + (1 | h)", marks=pytest.mark.slow)])
def test_the_page_of_a_report(tmp_path, groups):
    fit = st.fit(st.poisson(f"counts ~ s(x, k=8){groups}", table()))
    text = st.report(fit, to=tmp_path / "report").read_text(encoding="utf-8")
    for part in (
        "depend on `x`, along a smooth curve of `x`",
        "| `s(x)` |",
        "`s(x)` has an effect (p < 0.001)",
        "report/curve_1.svg",
        f"Restricted log-likelihood {fit.loglik:.4f}",
        "Laplace's approximation",
    ):
        assert part in text
    assert ("how much do levels of `h` differ?" in text) == bool(groups)
