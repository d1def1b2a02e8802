"""Every regression is asked every question of a fit: its answer is right, or an IncompatibleError says why it has none.

Right is what SciPy's distribution of the outcomes says (`asked.py`), by differences, simulation or an identity. A
regression that the package does not know, `tests/gumbel.py`, is one of them. Whoever adds a regression adds a row to
`REGRESSIONS`, whoever adds a question of a fit a function here.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.cases import REGRESSIONS, RegressionCase
from tests.matrix import bayesian, effects, estimates, evidence, predictions, rows, ways, words
from tests.matrix.asked import asked
from tests.matrix.question import QUESTIONS, Question

ENTERED = (bayesian, effects, estimates, evidence, predictions, rows, ways, words)

ELSEWHERE = {
    "a question of a posterior that is a distribution": (
        *("difference", "expected_loss", "ledger", "prior_sensitivity", "probability_best", "probability_greater"),
        *("ratio", "rope_probability", "surprise", "tipping_prior"),
    ),
    "a question of somebody's numbers: tests/validation/conventions": ("reproduce",),
    "a model that is no regression": (
        *("binomial", "categories", "coin", "correlation", "custom", "exponential_rate"),
        *("exponential_smoothing", "geometric"),
        *("local_level", "local_linear_trend", "multinomial", "multivariate_normal", "normal", "pascal"),
        *("odds_ratio", "poisson_rate", "smooth_trend"),
    ),
    "a question of a series": (
        *("decay_weights", "exponential_filter", "exponential_filter_adjoint", "exponential_filter_state"),
        *("exponential_moments", "hodrick_prescott", "linear_recurrence", "linear_recurrence_adjoint"),
        *("loglik_conventions", "states", "whittaker"),
    ),
    "several maxima: tests/networks": ("network",),
    "a likelihood of the caller's: tests/models/regressions/test_own_regression.py": ("likelihood", "regression"),
    "no question but a file of pixels": ("read_idx",),
    "times: tests/inference/survival, tests/models/survival": ("conditional_logit", "cox", "kaplan_meier"),
    "groups and curves: tests/matrix/mixed": ("linear_mixed",),
    "a question of p-values": ("p_adjust",),
    "a test without a fit": ("exact_test", "independence", "permutation_test"),
}
"""Public functions that are no question of a regression's fit, and why."""

ASKED_ELSEWHERE = dict.fromkeys(
    (
        "group_influence", "intraclass", "local_maxima", "random_effects", "smooth", "smooth_test", "smooths",
        "variance_components", "variance_test",
    ),
    "tests/matrix/mixed/questions.py: of groups and curves, which the regressions of the matrix have not",
) | {
    "plot": "tests/inference/plots/test_kinds.py: every regression and every figure",
    "certificate": "tests/inference/test_certificate.py: every kind of fit",
    "wild_bootstrap": "tests/inference/wild: of clustered fits, which those of the matrix are not",
}  # fmt: skip
"""Questions of a fit that are asked by other tables."""


def cells() -> list[object]:
    """Of the regressions with columns beside the table the README's command asks every other cell."""
    found = []
    for row, case in enumerate(REGRESSIONS):
        for column, question in enumerate(QUESTIONS):
            other = bool(case.beside) and (row + column) % 2 == 1
            slow = [pytest.mark.slow] * (other or question.is_slow(case.words))
            late = case.slow or (question.slow and bool(case.beside))
            marks = [pytest.mark.nightly] if late else slow
            found.append(pytest.param(case, question, marks=marks, id=f"{case.name}: {question}"))
    return found


@pytest.mark.parametrize(("case", "question"), cells())
def test_answer_is_right_or_refused(case: RegressionCase, question: Question):
    if not question.is_refused(case.words):
        question.check(asked(case))
        return
    with pytest.raises(IncompatibleError):
        question.check(asked(case))


def test_every_regression_is_a_row():
    """What takes a formula and a table is a regression."""
    made = {getattr(case.make, "func", case.make) for case in REGRESSIONS}
    elsewhere = {"network", "regression", "permutation_test", "kaplan_meier", "cox", "conditional_logit"}
    for name in FUNCTIONS:
        function = getattr(st, name)
        if list(inspect.signature(function).parameters)[:2] == ["formula_or_y", "data_or_X"]:
            assert function in made or name in elsewhere, name


def test_every_answer_of_a_fit_is_asked_for():
    asked_for = {name for question in QUESTIONS for of in question.of for name in re.findall(r"[\w.]+", of)}
    for name in [name for name in dir(st.Fit) if not name.startswith("_")]:
        assert name in asked_for or name in ASKED_ELSEWHERE, f"Fit.{name} is no question in tests/matrix"
    known = {name for names in ELSEWHERE.values() for name in names}
    made = {getattr(case.make, "func", case.make) for case in REGRESSIONS}
    for name in FUNCTIONS:
        assert f"st.{name}" in asked_for or name in known or getattr(st, name) in made, f"st.{name} is no question"


def test_what_is_asked_elsewhere_is_there():
    for where in [*ELSEWHERE, *ASKED_ELSEWHERE.values()]:
        for path in re.findall(r"tests/[\w/.]+", where):
            assert (ROOT / path).exists(), path


ROOT = Path(__file__).parents[2]
FUNCTIONS = [name for name in dir(st) if inspect.isfunction(getattr(st, name)) and not name.startswith("_")]
