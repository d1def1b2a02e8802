import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.smooths.curved import fitted, table


def test_a_curve_is_named_by_its_variable_as_it_was_written_or_as_it_is_printed():
    fit = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)")
    assert [len(fit.smooth(name).curves) for name in ("x", "s(x, by=g)", "s(x):g", "s(x):g[b]")] == [2, 2, 2, 1]
    with pytest.raises(DomainError, match=r"one curve of 's\(x\):g\[a\]', 's\(x\):g\[b\]'; got 'z'"):
        fit.smooth("z")
    with pytest.raises(DomainError, match="needs the name of one curve"):  # pandas has no truth value of a table
        fit.smooth(table())


def test_a_fit_without_curves_says_so():
    fit = st.fit(st.linear_mixed("y ~ x + (1 | h)", table()))
    for ask in (lambda: fit.smooth("x"), fit.smooths, lambda: fit.smooth_test("x")):
        with pytest.raises(IncompatibleError, match=r"write s\(x\) in the formula"):
            ask()
