"""Outcomes that are times: what can be written, and what is refused."""

import pytest

import stattools as st
from stattools.data.formula.parts import survival_formula
from stattools.errors import DomainError

COLUMNS = ["entry", "time", "died", "survival", "my.time", "odd, name", "x", "g"]


def read(text, apart=()):
    found = survival_formula("st.cox", text, COLUMNS, apart)
    return {name: part.text for name, part in found.parts.items()}, found


@pytest.mark.parametrize(
    ("outcome", "parts"),
    [
        ("survival(time)", {"time": "time"}),
        ("survival(time, died)", {"time": "time", "event": "died"}),
        (" survival ( entry,time , died == 2)", {"entry": "entry", "time": "time", "event": "died == 2"}),
        ("survival(survival, died)", {"time": "survival", "event": "died"}),
        ("survival(my.time, `odd, name`)", {"time": "my.time", "event": "odd, name"}),
        ("survival(I(time / 365), died == 'a,b)')", {"time": "I(time / 365)", "event": "died == 'a,b)'"}),
        ("survival(log(time + 1), died)", {"time": "log(time + 1)", "event": "died"}),
    ],
)
def test_the_parts_have_names(outcome, parts):
    found, formula = read(f"{outcome} ~ x + g")
    assert found == parts
    assert formula.columns == ("x", "g")
    assert formula.outcome.text == f"survival({', '.join(parts.values())})"
    assert formula.text == f"{formula.outcome.text} ~ x + g"


def test_a_dot_leaves_out_the_parts_and_what_stands_beside():
    _, formula = read("survival(entry, time, died) ~ .", apart=["g", "odd, name", "my.time"])
    assert formula.columns == ("survival", "x")
    assert formula.text == "survival(entry, time, died) ~ survival + x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time ~ x", r"needs an outcome that is a time; got 'time ~ x'\. The outcome is survival\(time, died\)"),
        ("Surv(time, died) ~ x", r'Write "survival\(time, died\) ~ x"'),
        ("survival(time, died) + x ~ g", r"after the outcome .* a ~"),
        ("survival(time, died", "bracket is not closed"),
        ("survival() ~ x", "cannot read the outcome"),
        ("survival(time, , died) ~ x", "cannot read the outcome"),
        ("survival(x, entry, time, died) ~ g", "cannot read the outcome"),
        ('survival(entry, time, type="left") ~ g', "cannot read the outcome"),
        ('survival(entry, time, type="interval") ~ g', "is for st.aft"),
        ("survival(tim, died) ~ x", "no column 'tim'. Did you mean 'time'"),
        ("survival(time, 1) ~ x", "names no column"),
        ("survival(time, died) ~ x + time", "'time' is part of the outcome"),
        ("survival(time, died) ~ x + strata(g)", r'it is strata="column", beside the table'),
        ("survival(time, died) ~ x + frailty(g)", "it is not there"),
        ("survival(time, __import__('os')) ~ x", "may not contain"),
    ],
)
def test_what_is_no_outcome_is_refused(text, said):
    with pytest.raises(st.DomainError, match=said):
        read(text)


@pytest.mark.parametrize(
    "call", [st.logistic, st.ols, st.poisson, st.permutation_test, st.gamma], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("word", ["survival", "Surv"])
def test_other_models_refuse_a_time_with_a_hint(call, word):
    with pytest.raises(st.DomainError, match=r"st\.kaplan_meier\(\"survival\(time, died\) ~ group\", table\)"):
        call(f"{word}(t, d) ~ x", {"t": [1, 2, 3], "d": [0, 1, 1], "x": [1, 2, 4]})


def test_a_suggestion_has_the_outcome():
    with pytest.raises(st.DomainError, match=r'Write "survival\(time, died\) ~ x \+ `ph\.ecog`"\.'):
        survival_formula("st.cox", "survival(time, died) ~ x + Q('ph.ecog')", ["time", "died", "x", "ph.ecog"])


def test_a_formula_is_read_for_the_model_and_the_columns_that_are_given():
    text = "survival(time, died) ~ x"
    dotted = "survival(entry, time, died) ~ ."
    assert read(dotted, apart=["g"])[1].columns != read(dotted, apart=["x"])[1].columns
    with pytest.raises(DomainError, match="no column 'x'"):
        survival_formula("st.cox", text, ["time", "died"])
    for who in ("st.cox", "st.aft"):
        with pytest.raises(DomainError, match=f"^{who} "):
            survival_formula(who, "x ~ g", COLUMNS)
