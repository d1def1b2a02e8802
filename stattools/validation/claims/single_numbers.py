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
    "loglik": "loglik ll loglikelihood logl loglike logpseudolikelihood pseudologlikelihood llf loglikmodel",
    "loglik_null": "llnull ll0 loglikinterceptonly nullloglikelihood llnul",
    "aic": "aic akaikeinfcrit akaikeinformationcriterion akaike",
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
    "lr_statistic": "lrchi2 likelihoodratiotest lrtest modelchi2",
    "wald_statistic": "waldchi2 waldtest",
    "events": "numberofevents numevents events noevents nofevents noofevents nooffailures failures",
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
    if "Loglik(intercept only)" in notes:  # survreg calls the scale of times so
        found.pop("scale", None)
    if "PHReg" in notes and "n" in found:  # without the rows that were gone before the first event
        found["rows at risk"] = found.pop("n")
    return {**_in_lines(notes), **found}


OTHER = re.compile(r"\b(?:pearson|within|between|overall|prob|min|max|mean|median|average|per)\b", re.I)
"""Words that make another number of a fact."""
SPOKEN = {
    rf"Dispersion parameter for .*? taken to be ({NUMBER})": "scale",
    rf"Residual standard error: ({NUMBER})": "scale",
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
        if len(names) == len(numbers) > 2 and all(map(is_number, numbers)) and not any(map(is_number, names)):
            for name, number in zip(names, numbers, strict=True):
                if (known := fact(name)) is not None:
                    found.setdefault(known, one(number))
    return found
