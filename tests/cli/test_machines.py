"""Results for machines are JSON that reads back as the numbers of the fit."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

import stattools as st
from stattools.cli import machines
from stattools.cli.failures import failure
from stattools.errors import DomainError


def test_what_is_no_number_is_null_at_any_depth():
    given = {"a": [1.5, np.nan, np.float64("inf")], "b": {"c": (np.int64(3), True, None)}, "ü": "x"}
    text = machines.text(given)
    assert json.loads(text) == {"a": [1.5, None, None], "b": {"c": [3, True, None]}, "ü": "x"}
    assert "ü" in text


def test_letters_are_escapes_where_standard_output_lacks_them(monkeypatch):
    monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding="ascii"))
    assert machines.text({"ü": 1}).isascii()
    assert json.loads(machines.text({"ü": 1})) == {"ü": 1}


@pytest.mark.parametrize("penalty", [None, st.Ridge(2.0)])
def test_a_fit_has_its_numbers_and_its_certificate(penalty):
    fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 2.0, 5.0, None], "x": [0, 1, 2, 3, 4]}), penalty=penalty)
    told = json.loads(machines.text(machines.fit(fit)))
    assert [row["estimate"] for row in told["coefficients"]] == fit.estimate.tolist()
    assert (told["rows"], told["rows_dropped"], told["loglik"]) == (4, 1, fit.loglik)
    assert told["penalty"] == (None if penalty is None else "Ridge(2)")
    assert told["coefficients"][0]["se"] == (fit.se[0] if penalty is None else None)
    assert told["certificate"]["standard_errors_from_maximum"] == fit.solution.decrement


def test_failures_and_exact_posteriors():
    assert failure(DomainError("no")) == {"ok": False, "error": "DomainError", "message": "no"}
    assert failure(OSError("gone"))["message"] == "gone"
    exact = st.posterior(st.coin([1, 0, 1]), prior=st.Beta(1, 1))
    assert machines.posterior(exact) == {"exact": True, "distribution": "Beta(3, 2)"}
