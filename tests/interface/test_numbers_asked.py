"""Whatever is given where a question takes numbers, times or a word: an answer, or an error of ours."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, StattoolsError
from tests.fuzz.calls import is_method, parameters, questions
from tests.kinds import OF_ARRAYS, OF_TABLES, arrays, columns

BAD = {
    "text": "a",
    "texts": ["a"],
    "nested texts": [["a"]],
    "None in a list": [None],
    "NaN": float("nan"),
    "NaNs": [float("nan")],
    "complex": 1j,
    "complex numbers": [1j],
    "ragged": [[1.0], [2.0, 3.0]],
    "three axes": [[[0.5]]],
    "an array of text": np.array(["a"]),
    "an empty array": np.array([]),
    "nothing": [],
    "a dict": {"x": "a"},
    "an object": object(),
    "beyond float64": 10**400,
    "a date": pd.Timestamp("2020-01-01"),
    "mixed": [0.5, "a"],
    "bytes": b"a",
    "a set": {0.5},
    "infinite": float("inf"),
    "below 0": -1.0,
}
FILES = {"save", "report", "plot", "to_arviz", "predict_to", "check", "sample"}

ASKED = {
    **{name: lambda make=make: st.fit(make(columns())) for name, make in OF_TABLES.items() if name != "network"},
    **{name: lambda make=make: st.fit(make(arrays())) for name, make in OF_ARRAYS.items() if "network" not in name},
    "Kaplan-Meier": lambda: st.kaplan_meier("survival(time, died) ~ g", columns()),
    "Beta": lambda: st.Beta(2.0, 3.0),
    "Normal": lambda: st.Normal(0.0, 1.0),
    "Dirichlet": lambda: st.Dirichlet([1.0, 2.0, 3.0]),
    "posterior": lambda: st.posterior(OF_TABLES["ols"](columns()), draws=20, chains=1, tune=50, seed=1),
    "many": lambda: st.fit_many("y ~ x", columns(), by="g"),
    "smoothing": lambda: st.exponential_smoothing(columns()["y"]),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_no_number_is_refused_in_our_words(name):
    """Every question that needs one argument or none, with each of its parameters."""
    thing = ASKED[name]()
    for question in [one for one in questions(type(thing)) if one not in FILES and is_method(type(thing), one)]:
        ask = getattr(thing, question)
        known = [one for one in parameters(ask) if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
        required = [one for one in known if one.default is one.empty]
        if len(required) > 1:
            continue
        for parameter in required or known:
            for what, given in BAD.items():
                args, named = (
                    ([given], {}) if parameter.kind is parameter.POSITIONAL_ONLY else ([], {parameter.name: given})
                )
                try:
                    ask(*args, **named)
                except StattoolsError:
                    pass
                except Exception as error:
                    raise AssertionError(f"{question}({parameter.name}= {what}) ended in {error!r}") from error


NO_NUMBERS = ["text", "texts", "NaNs", "None in a list", "complex numbers", "ragged", "three axes", "nothing", "mixed"]


@pytest.mark.parametrize("what", NO_NUMBERS)
@pytest.mark.parametrize(
    "ask",
    [
        lambda given: ASKED["Kaplan-Meier"]().quantile(given),
        lambda given: ASKED["Kaplan-Meier"]().at_risk(given),
        lambda given: ASKED["Kaplan-Meier"]().table(given),
        lambda given: ASKED["aft"]().predict(kind="survival", times=given),
        lambda given: ASKED["cox"]().predict(kind="survival", times=given),
        lambda given: ASKED["cox"]().predict(kind="cumulative_hazard", times=given),
        lambda given: ASKED["ols, curved"]().smooth("x", at=given),
    ],
    ids=["quantile", "at_risk", "table", "survival of times", "survival", "hazard", "smooth"],
)
def test_times_and_shares_say_what_they_need(ask, what):
    with pytest.raises(DomainError, match=r"numbers?|values of x|probabilities between 0 and 1"):
        ask(BAD[what])
