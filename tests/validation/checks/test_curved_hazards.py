"""Cox's regression with curves against its second form, and faults that it finds."""

from dataclasses import replace
from typing import Any

import pytest

import stattools as st
from tests.models.mixed.hazards import TABLE


def fitted(right: str, **options: Any) -> Any:
    return st.fit(st.cox(f"survival(time, event) ~ {right}", TABLE, **options))


@pytest.mark.parametrize(
    ("right", "options"),
    [
        ("z + s(x, k=7)", {}),
        pytest.param("s(x, k=7)", {"ties": "breslow", "strata": "g"}, marks=pytest.mark.slow),
        pytest.param("z + s(x, k=7) + s(u, k=6)", {}, marks=pytest.mark.slow),
    ],
)
def test_the_second_form_agrees(right, options):
    found = st.validate(fitted(right, **options))
    assert found.ok, found.sentence
    assert abs(found.reference_loglik - found.loglik) < 1e-6
    assert found.rows["digits"].min() > 6.0


def test_a_wrong_penalty_and_a_wrong_likelihood_are_found():
    fit = fitted("s(x, k=5)")
    wrong = replace(fit.found, at=1.1 * fit.found.at)
    assert not st.validate(replace(fit, found=wrong, loglik=wrong.marginal.evaluate(wrong.at, 0).loglik)).ok
    assert not st.validate(replace(fit, loglik=fit.loglik + 1e-3)).ok


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("stattools.validation.checks.curves.MOST_EVENTS", 1e3)
    with pytest.raises(st.IncompatibleError, match="takes minutes"):
        st.validate(fitted("s(x, k=5)"))
