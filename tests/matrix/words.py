"""What is said of a fit: the printed page, sentences, equations, reports, tables of several fits."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np

import stattools as st
from stattools.reporting import equations
from tests.families import ALONE, link_of
from tests.matrix.asked import Asked
from tests.matrix.question import question

OF_LINK = {"log": ("The mean of y", 1), "logit": ("The log odds of the mean of y", 0)}
"""Of a family that only st.glm has, by its own link."""

SAID = {
    "ols": ("The mean of y", 0),
    "logistic trials": ("The odds of a success", 1),
    "logistic": ("The odds that y is 1", 1),
    "probit": ("The normal score of the probability that y is 1", 0),
    "softmax": ("The odds of three against one", 1),
    "aft": ("The time to the event (survival(y))", 1),
    "ordinal": ("The odds of a higher y", 1),
    "ordinal scores": ("The normal score of y", 0),
    "poisson": ("The expected count of y", 1),
    "negative_binomial": ("The expected count of y", 1),
    "zero_inflated": ("The expected count of y beside its extra zeros", 1),
    "hurdle": ("The rate of the positive counts of y", 1),
    "gamma": ("The mean of y", 1),
    "gumbel": ("The location of y", 0),
    "own scipy": ("The loc of y", 0),
    "own mu": ("The mu of y", 1),
    "own weibull": ("The scale of y", 1),
    "cloglog": ("The complementary log-log of the probability that y is 1", 0),
    "glm loglog": ("The log-log of the probability of a success", 0),
    "glm inverse": ("The inverse of the mean of y", 0),
    **{f"glm {name}": OF_LINK[link_of(name)] for name in ALONE},
    "glm normal": ("The mean of y", 1),
    "glm identity": ("The mean of y", 0),
    "glm log": ("The probability that y is 1", 1),
    "glm sqrt": ("The square root of the mean of y", 0),
    "beta_binomial": ("The odds of the mean share of successes", 1),
    "one_vs_rest": ("The odds that y is three", 1),
}
"""What a coefficient moves, and whether it is the logarithm of a factor."""


def printed(text: str) -> list[tuple[float, float]]:
    """The numbers in a text, each with half a unit of its last digit."""
    found = re.findall(r"[-−]?\d+(?:\.\d+)?", text)
    return [(float(word.replace("−", "-")), 0.501 * 10.0 ** -len(word.partition(".")[2])) for word in found]


def is_printed(value: float, numbers: list[tuple[float, float]]) -> bool:
    return any(abs(number - value) <= half for number, half in numbers)


@question("str")
def page(a: Asked) -> None:
    text = str(a.fit)
    lines = text.splitlines()
    names = [name.replace(": ", "  ") for name in a.fit.names]
    width = max(len(name.split("  ")[0]) for name in names)
    for name, value, se in zip(names, a.theta, a.unit, strict=True):
        start = name if "  " not in name else f"{name.split('  ')[0]:{width}}  {name.split('  ')[1]}"
        numbers = printed(next(line for line in lines if line.startswith(f"{start} ")).removeprefix(start))
        for (number, half), wanted in zip(numbers, (value, se, value / se), strict=False):
            assert abs(number - wanted) <= half
    assert f"{a.own_loglik:.4f}" in text
    assert f"{a.case.rows} rows" in text


@question("st.sentences")
def sentences(a: Asked) -> None:
    """One for each coefficient but the intercepts: what moves, how far, with its interval."""
    said = st.sentences(a.fit)
    subject, factor = next(SAID[key] for key in sorted(SAID, key=len)[::-1] if set(key.split()) <= a.case.words)
    assert len(said) == len(a.theta) - a.extra - (2 if a.is_softmax else a.at_x)
    sentence, value = said[0], a.theta[a.at_x]
    assert sentence.startswith(subject), sentence
    half, in_percent = a.t.ppf(0.975) * a.unit[a.at_x], " % per unit" in sentence
    wanted = np.array([value, value - half, value + half])
    if factor:
        wanted = np.exp(wanted)
        wanted = 100.0 * (wanted - 1.0) if in_percent else wanted
    if not factor or in_percent:  # a fall is told as its size, ends on both sides of nothing as theirs
        straddles = wanted[1] < 0 < wanted[2]
        wanted = np.abs(wanted) if straddles else -wanted if value < 0 else wanted
        assert (" lower and " in sentence) == straddles
    numbers = printed(sentence)
    assert all(is_printed(w, numbers) for w in wanted), (sentence, wanted)


@question("report's equations")
def equation(a: Asked) -> None:
    """What an outcome is given its predictor, with the offset and the weights where there are any."""
    text = " ".join(
        str(getattr(block, "tex", getattr(block, "text", block))) for block in equations.likelihood(a.model)
    )
    assert "y_i" in text
    assert r"\eta_{i" in text.replace("eta_i", "eta_{i")
    assert ("o_i" in text) == ("offset" in a.case.beside or "exposure" in a.case.beside)
    assert ("w_i" in text) == ("weights" in a.case.beside)


@question("st.report_table")
def table_of_fits(a: Asked) -> None:
    rows = st.report_table(a.fit, a.refitted("y ~ g").fit).splitlines()
    for name, value, se in zip(a.fit.names, a.theta, a.unit, strict=True):
        row = next(row for row in rows if all(f"`{part}`" in row.replace("\\|", "|") for part in name.split(": ")))
        first = row.split("|")[-3]
        assert is_printed(value, printed(first)), row
        assert is_printed(se, printed(first)), row
    assert any("log-likelihood" in row and is_printed(a.own_loglik, printed(row)) for row in rows)


@question("st.report", slow=True)
def report(a: Asked) -> None:
    """Question, data, likelihood, fit, diagnostics and conclusion, with the estimates in it."""
    with tempfile.TemporaryDirectory() as folder:
        text = st.report(a.whole, to=Path(folder) / "report").read_text(encoding="utf-8")
    for value in a.theta[: a.p]:
        assert re.search(rf"[-−]?{abs(value):.2f}"[:-1], text), value
    assert "nan" not in text.lower().split()
