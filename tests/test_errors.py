"""Messages: objects are shown by their kind, and nothing is missing from a sentence."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import StattoolsError


class Thing:
    pass


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (st.Ridge, "the class Ridge"),
        (st.fit, "the function fit"),
        (lambda: 0, "the function <lambda>"),
        ("text".title, "the method title"),
        (Thing(), "an object Thing"),
        ("<b>", "'<b>'"),
    ],
)
def test_objects_are_shown_by_their_kind(given, shown):
    said = str(StattoolsError(f"fit needs a model; got {given!r}. Use st.ols."))
    assert said.endswith(f"got {shown}. Use st.ols.") or "<locals>" in said


def test_values_are_shown_by_the_function_that_says_that_they_are_cut():
    """`{value!r:.60}` cuts without a word, and raises where a value cannot be written."""
    package = Path(st.__file__).parent
    cut = re.compile(r"!r:\.\d")
    assert not [str(path) for path in package.rglob("*.py") if cut.search(path.read_text("utf-8"))]
    with pytest.raises(st.IncompatibleError, match=r"got an object of type int\."):
        st.fit(LINE.model, cov=10**5000)
    with pytest.raises(st.IncompatibleError, match=r"got 'xxx(x+)\.\.\.\."):
        st.fit(LINE.model, cov="x" * 1000)


G = np.random.default_rng(0)
D = pd.DataFrame({"x": G.normal(size=40), "z": G.normal(size=40)})
D["y"], D["g"] = D.x + G.normal(size=40), list("abcd") * 10
LINE, LARGER = st.fit(st.ols("y ~ x", D)), st.fit(st.ols("y ~ x + z", D))
BELIEF = st.posterior(st.coin([0, 1, 1]), prior=st.Beta(1, 1))
NETWORK = st.fit(st.network("y ~ x", D, hidden=[2]), seed=0, solver=st.LBFGS(max_steps=3))
SERIES = st.local_level(D.y.to_numpy())
KINDS = {
    "text": "x = 0",
    "nothing": None,
    "model": LINE.model,
    "fit": LINE,
    "class": st.Ridge,
    "table": D,
    "number": 3,
    "array": np.arange(3.0),
    "dict": {},
    "list": [LINE, LARGER],
    "belief": BELIEF,
    "network": NETWORK,
    "function": st.fit,
    "series": SERIES,
    "prior": st.Normal(0, 1),
}
VERBS = {
    "fit": lambda o: st.fit(o),
    "posterior": lambda o: None if hasattr(o, "evaluate") else st.posterior(o),
    "validate": st.validate,
    "audit": st.audit,
    "explain": lambda o: st.explain(LINE, o),
    "compare": lambda o: st.compare(o, o),
    "compare with a fit": lambda o: st.compare(LINE, o),
    "score test of": lambda o: st.score_test(o, LARGER.model),
    "score test against": lambda o: st.score_test(LINE, o),
    "likelihood ratio": lambda o: st.likelihood_ratio(LARGER, o),
    "separation": st.separation,
    "sentences": st.sentences,
    "held out": lambda o: st.held_out(o, data=D),
    "held out with data": lambda o: st.held_out(LINE, data=o),
    "bootstrap": lambda o: st.bootstrap(o, draws=5, seed=1),
    "predictive check": lambda o: st.predictive_check(o, np.mean, seed=1),
    "empirical Bayes": st.empirical_bayes,
    "report table": lambda o: st.report_table(LINE, o),
    "contrasts": LINE.contrasts,
    "table": LINE.table,
    "test": LINE.test,
    "predict": LINE.predict,
    "penalty": lambda o: st.fit(LINE.model, penalty=o),
    "solver": lambda o: st.fit(LINE.model, solver=o),
    "solver of a series": lambda o: st.fit(SERIES, solver=o),
    "covariance": lambda o: st.fit(LINE.model, cov=o),
    "level": lambda o: st.fit(LINE.model, level=o),
    "method": lambda o: st.posterior(LINE.model, method=o, draws=10, chains=1, tune=50) if o is not None else None,
    "intercept": lambda o: st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0], intercept=o),
    "formula": lambda o: st.ols(o, D),
    "data": lambda o: st.ols("y ~ x", o),
}
HOLES = re.compile(
    r"; ?\.|  |, ,|(?<!\w)\(\)|<built-in|<class|<function|object at 0x|(?<!\.)\.\.(?!\.)|[:,] ?\.(?![\w.])"
)


def message(call) -> str:
    """What an error of ours says; other errors are not caught."""
    try:
        call()
    except StattoolsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_given_another_kind_says_so(verb, kind):
    said = message(lambda: VERBS[verb](KINDS[kind]))
    if kind not in ("table", "array", "dict"):  # which print themselves with spaces and brackets
        assert not HOLES.search(said)


SHOWN_OR_RECORDED = {
    "stattools.errors": "a value is shown in an error of its own",
    "stattools.text.one_line": "an object is shown, half made or not",
    "stattools.qualification.dossier.procedure": "the error is what the test found, and is recorded with its name",
    "stattools.qualification.exam.harness": "the error is the answer of another package, and is recorded with its name",
}
"""Where any error is caught, memory that runs out among them, and why it is."""


def test_memory_that_runs_out_is_not_taken_for_another_error():
    """Where any error is caught and told in other words, a MemoryError is raised again before."""
    package = Path(st.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text if re.search(r"except(:| .*Exception\b)", text) else "")):
            if not isinstance(node, ast.Try):
                continue
            caught = [ast.unparse(handler.type) if handler.type else "everything" for handler in node.handlers]
            if {"Exception", "everything"} & set(caught) and "MemoryError" not in " ".join(caught):
                found.add(".".join(path.relative_to(package.parent).with_suffix("").parts))
    assert found == SHOWN_OR_RECORDED.keys()
