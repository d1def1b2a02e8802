"""What solvers refuse before they start, by name."""

import numpy as np
import pytest

import stattools as st
from stattools.solvers.requirements import require_choice, require_rows, require_tolerance


@pytest.mark.parametrize("tolerance", [0.0, -1e-8, np.nan, np.inf, "small", None])
def test_a_tolerance_is_positive(tolerance):
    with pytest.raises(st.DomainError, match=r"Newton needs a positive tolerance, in standard errors; got"):
        require_tolerance("Newton", tolerance, 10)
    require_tolerance("Newton", 1e-300, 1)


@pytest.mark.parametrize("steps", [0, -1, 2.5, "ten", True])
def test_steps_are_counted(steps):
    with pytest.raises(st.DomainError, match="max_steps= of Newton"):
        require_tolerance("Newton", 1e-8, steps)


def test_a_sample_with_a_closed_form_is_sent_there():
    with pytest.raises(st.IncompatibleError, match=r"Newton needs rows; got .*Leave solver= out"):
        require_rows("Newton", "rows", st.binomial(1, 2))
    require_rows("Newton", "rows", st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))


def test_choices_are_named():
    with pytest.raises(st.DomainError, match="Adam needs pace to be one of 'a', 'b'; got 'c'"):
        require_choice("Adam", "pace", "c", ("a", "b"))
    require_choice("Adam", "pace", "b", ("a", "b"))
