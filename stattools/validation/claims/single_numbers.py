"""Single numbers beside a table of coefficients: how many rows, the log-likelihood, AIC and so on, by their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from stattools.validation.claims.characters import DASHES, GREEK
from stattools.validation.claims.printed import Printed, is_number, printed

WORDS = {
    "n": "n nobs obs observations numobs noobs noobservations nofobservations numberofobs numberofobservations "
    "nobservations samplesize numobservations nofobs totalobservations",
    "-2 loglik": "2log 2logl",
    "concordance": "concordance concordanceindex cindex",
    "loglik": "loglik ll loglikelihood logl loglike logpseudolikelihood pseudologlikelihood llf loglikmodel "
    "partialloglikelihood",
    "loglik_null": "llnull ll0 loglikinterceptonly nullloglikelihood llnul",
    "aic": "aic partialaic akaikeinfcrit akaikeinformationcriterion akaike",
    "bic": "bic bayesianinfcrit bayesianinformationcriterion schwarz sic",
    "r_squared": "r2 rsquared rsq multiplersquared rsqr pseudor2 pseudorsq pseudorsqu pseudorsquared mcfaddenr2 r2p "
    "pseudor2mcfadden mcfaddensr2",
    "adj_r_squared": "adjr2 adjustedr2 adjrsquared adjustedrsquared r2adj rsquaredadj r2a adjrsq r2adjusted",
    "deviance": "deviance residualdeviance resdeviance resdev",
    "null_deviance": "nulldeviance nulldev",
    "scale": "scale dispersion dispersionparameter phi sigma residualstderror residualstandarderror rse rootmse rmse",
    "df_resid": "dfresid dfresiduals dfresidual residualdf dfr dfresidualdf dofresiduals",
    "df_model": "dfmodel dfm modeldf",
    "f_statistic": "f fstatistic fstat",
    "lr_statistic": "lrchi2 loglikelihoodratiotest likelihoodratiotest lrtest modelchi2",
    "wald_statistic": "waldchi2 waldtest",
    "events": "numberofevents numberofeventsobserved numevents events noevents nofevents noofevents nooffailures "
    "failures",
    "groups": "nogroups numberofgroups groups numgroups ngroups ng noclusters clusters nclust nclusters "
    "numberofclusters",
    "theta": "theta",
    "reml_criterion": "remlcriterionatconvergence remlcriterion",
}
"""What single numbers are called, in letters and digits alone."""
NAMES = {word: name for name, words in WORDS.items() for word in words.split()}
NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
SAID = re.compile(
    r"(?<!\w)(?<!\w[.-])([A-Za-z][\w.\-\u00b2]*+(?:[ -][A-Za-z(][\w.\-\u00b2]*+\)?+){0,4})"
    r"(?:\s?\([^()=:]*\))*\s*[=:]\s*"
    rf"({NUMBER})(?!\w|[.,:/-]?\d)"
)


def fact(label: str) -> str | None:
    """The name of the fact that a label is of, or None.

    >>> fact("No. Observations"), fact("Log-Likelihood"), fact("Adj. R2"), fact("age")
    ('n', 'loglik', 'adj_r_squared', None)
    """
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\([^()]*\)", "", label).casefold().translate(GREEK))
    return NAMES.get(plain)


def facts(notes: str) -> dict[str, Printed]:
    """The facts that are said in words around a table: "Log likelihood = -100.7", "n= 228", "AIC: 153.78".

    >>> facts("Number of obs = 189   Log likelihood = -100.724")["n"].value
    array(189.)
    """
    found: dict[str, Printed] = {}
    notes = notes.translate(DASHES)
    for label, number in SAID.findall(notes):
        words = label.split()
        ends = (" ".join(words[start:]) for start in range(len(words)))
        name = next((name for end in ends if (name := fact(end)) is not None), None)
        name = None if OTHER.search(label) else name
        if name is not None and not re.search(r"2 x log|-2 ?log", label, re.I):
            found.setdefault(name, one(number))
    if twice := re.search(rf"2 x log-likelihood:\s*({NUMBER})", notes):
        both = one(twice[1])
        found["loglik"] = Printed(0.5 * both.value, 0.5 * both.half)
    for pattern, name in SPOKEN.items():
        if (spoken := re.search(pattern, notes)) is not None:
            found[name] = one(spoken[1])
    if "Loglik(intercept only)" in notes and "scale" in found:  # survreg calls the scale of times so
        found["scale of times"] = found.pop("scale")
    for pattern, name in TESTS.items():
        if (test := re.search(rf"{pattern}\s*=?\s*({NUMBER}){FREEDOM}", notes)) is not None:
            found |= {name: one(test[1]), f"df of {name}": one(test[2])}
            found |= {f"p of {name}": one(test[3])} if test[3] else {}
    if (
        ratio := re.search(rf"F-statistic: *({NUMBER}) on *(\d+) and *(\d+) DF, *p-value: *(<? *{NUMBER})", notes)
    ) is not None:
        parts = ("f_statistic", "df of f_statistic", "df_resid of f_statistic", "p of f_statistic")
        found |= {name: one(text) for name, text in zip(parts, ratio.groups(), strict=True)}
    if "PHReg" in notes and "n" in found:  # without the rows that were gone before the first event
        found["rows at risk"] = found.pop("n")
    return {**_in_lines(notes), **found}


FREEDOM = rf"\s+on\s+(\d+)\s+(?:df|degrees of freedom),\s+p\s*=?\s*(<?\s*{NUMBER})?"
TESTS = {
    r"[Ll]ikelihood ratio test": "lr_statistic",
    r"Chisq": "lr_statistic",
    r"Wald test": "wald_statistic",
    r"Score \(logrank\) test": "score_statistic",
}
"""Tests of all coefficients, as R prints them."""
OTHER = re.compile(r"\b(?:pearson|within|between|overall|prob|min|max|mean|median|average|per)\b", re.I)
"""Words that make another number of a fact."""
SPOKEN = {
    rf"Dispersion parameter for .*? taken to be ({NUMBER})": "scale",
    rf"Residual standard error: ({NUMBER})": "scale",
    r"Null deviance:.* on +(\d+) +degrees": "df_null",
    r"Residual deviance:.* on +(\d+) +degrees": "df_resid",
    rf"Loglik\(intercept only\)= *({NUMBER})": "loglik_null",
    rf"Prob \(F-statistic\): +({NUMBER})": "p of f_statistic",
    rf"LLR p-value: +({NUMBER})": "p of lr_statistic",
    rf"Theta: +({NUMBER})": "theta",
    rf"Theta:.*\s+Std\. Err\.: +({NUMBER})": "se of theta",
    rf"Concordance= *{NUMBER} +\(se = *({NUMBER})": "se of concordance",
    r"Residual standard error: .* on (\d+) degrees of freedom": "df_resid",
    r"groups:\s+\w+, (\d+)": "groups",
}
"""What R says of facts in sentences."""


def one(text: str, mark: str = ".") -> Printed:
    """A single number that was printed."""
    value, half = printed(text, "a fact", mark)
    return Printed(np.asarray(value), np.asarray(half))


def _in_lines(notes: str) -> Mapping[str, Printed]:
    """Facts whose names stand in one line and whose numbers stand in the next, as lme4 prints them."""
    found: dict[str, Printed] = {}
    lines = notes.splitlines()
    for line, below in pairwise(lines):
        names, numbers = line.split(), below.split()
        if len(names) != len(numbers) or len(names) < 3 or any(map(is_number, names)):
            continue
        pairs = [(known, text) for name, text in zip(names, numbers, strict=True) if (known := fact(name))]
        if len(pairs) > 1 and all(is_number(text) for _, text in pairs):
            found |= {known: one(text) for known, text in pairs if known not in found}
    return found
