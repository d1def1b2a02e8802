"""What a likelihood says of itself: its linear predictor in words, formulas, the ends of its parameters, its pieces.

Reports, sentences and figures read these records and know no likelihood by its name. Words in braces are filled in for
a model: {y} is its outcome and {event} says what a mean is the probability of; `reporting/equations.py` lists the rest.
The families of the house have a row each in `families.toml`, which is read when its words are first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.files import table_beside
from stattools.likelihoods.cumulants import Cumulants
from stattools.likelihoods.links import Link
from stattools.likelihoods.predictive import Tails, mixture_interval, slope_of_quantile, tails_of
from stattools.text.one_line import prints


@dataclass(frozen=True)
class Equation:
    """A likelihood written out in TeX: `each` says what a row is, `distribution` how it is distributed, and `loglik`,
    which `sum` announces, is what all rows add up to, as a function of `of`. `beside` says what the other parameters
    are: `phi` is the symbol of the last, `others` are the linear predictors of all. Where `mean` is given, in words and
    as a symbol, the distribution is written at its mean, whatever the link is, which follows it.
    """

    each: str
    distribution: str
    loglik: str
    of: str = r"\beta"
    sum: str = "The log-likelihood of all rows is"
    beside: str = ""
    phi: str = ""
    others: tuple[str, ...] = ()
    mean: tuple[str, str] | None = None


@dataclass(frozen=True)
class Dispersion:
    """What the last parameter does to the variance, where its logarithm is a coefficient that all rows share: its
    `symbol`, and a sentence about the `value` that follows from the parameter and from {mean}, the mean outcome, or
    {trials}, the median number of trials, whichever the sentence speaks of. {name} is the coefficient.
    """

    symbol: str
    said: str
    value: Callable[[float, float], float]


@dataclass(frozen=True)
class Words:
    """What a linear predictor is called ("the log odds"), and what the exponential of a coefficient is ("odds ratio")
    where the predictor is a logarithm; `factor` says the same of a logarithm of what sentences do not speak of, such as
    a hazard. What else is given replaces words that are made from the predictor: `asked` is what depends on the
    columns, `effect` what a coefficient multiplies or changes, `moved` the phrase for it with its verb, `beside` why
    there is a maximum, after "the columns are linearly independent". `equation` is for the family's own link,
    `with_precision` for rows of given precisions, `at_mean` for any other link. `figures` names those of a report.
    """

    predictor: str
    ratio: str | None = None
    factor: str | None = None
    asked: str | None = None
    effect: str | None = None
    moved: str | None = None
    beside: str = ""
    equation: Equation | None = None
    with_precision: Equation | None = None
    at_mean: Equation | None = None
    dispersion: Dispersion | None = None
    figures: tuple[str, ...] | None = None

    @property
    def exponential(self) -> str | None:
        """What the exponential of a coefficient is; None where it is no ratio.

        >>> Words("the log odds", "odds ratio").exponential, Words("the mean").exponential
        ('odds ratio', None)
        """
        return self.ratio or self.factor

    @property
    def subject(self) -> str:
        """What a column multiplies ("the odds") where there is a ratio, or moves."""
        return self.predictor.replace("the log ", "the ", 1) if self.ratio else self.predictor


def words_of_link(what: str, link: Link, ratio: str, factor: str | None) -> Words:
    """What the linear predictor of a mean or of another parameter is called; `ratio` where it is a logarithm."""
    if link.name == "log":
        return Words(f"the log {what}", ratio)
    return Words(f"the {what}" if link.name == "identity" else f"the {link.words} of the {what}", factor=factor)


@dataclass(frozen=True)
class Edge:
    """A parameter whose maximum may lie at the end of its range: beyond `lower` or `upper` of its linear predictor.

    Both are of outcomes of size 1, and `power` is that of the outcome's unit in the parameter: 1 of a scale. `below`
    and `above` say, as an error does, what the data are then and what to do; None where there is no such end.
    """

    lower: float = -np.inf
    upper: float = np.inf
    power: float = 0.0
    below: str | None = None
    above: str | None = None


@dataclass(frozen=True)
class Piece:
    """A family whose log-likelihood is one of those that another adds up: of which linear predictors, by number, of
    which rows, and with which outcome; `what` is told apart, `label` is what its coefficients are called by, and `of`
    what stands behind the title.
    """

    what: str
    label: str
    of: str
    predictors: tuple[int, ...]
    family: Any
    outcome: Callable[[Any], Any]
    rows: Callable[[Any], Any]

    def called(self, term: str) -> str:
        """The name of a coefficient."""
        return f"{self.label}: {term}" if self.label else term


VALUES: dict[str, Callable[[float, float], float]] = {
    "NegativeBinomial": lambda alpha, mean: 1.0 + alpha * mean,
    "GammaFamily": lambda phi, _: float(np.sqrt(phi)),
    "BetaBinomial": lambda s, trials: 1.0 + (trials - 1.0) / (1.0 + s),
}
"""The value of a dispersion, by the row of its family."""


@cache
def rows() -> dict[str, dict[str, Any]]:
    """The rows of `families.toml`, the lines of a text joined."""

    def joined(value: object) -> Any:
        if isinstance(value, dict):
            return {key: joined(part) for key, part in value.items()}
        if isinstance(value, list):
            return tuple(value)
        return value.replace("\n", " ") if isinstance(value, str) else value

    return joined(table_beside(__file__, "families.toml"))


@cache
def words_of(row: str) -> Words:
    """The words of a row.

    >>> words_of("Poisson").exponential
    'rate ratio'
    """
    said = {key: value for key, value in rows()[row].items() if key not in ("edge", "refused", "options")}
    if "equation" in said:
        said["equation"] = Equation(**said["equation"])
    for other in ("with_precision", "at_mean"):
        if other in said:
            said[other] = replace(said.get("equation", Equation("", "", "")), **said[other])
    if "dispersion" in said:
        said["dispersion"] = Dispersion(**said["dispersion"], value=VALUES[row])
    return Words(**said)


def equation_of(row: str, options: Collection[str], others: tuple[str, ...] = ()) -> Equation:
    """The equation of a row with `options`, whose texts take the place of names in braces: of other options nothing.

    >>> equation_of("ZeroInflated", ["alpha"]).of, equation_of("ZeroInflated", []).of
    ('\\\\beta, \\\\gamma, \\\\alpha', '\\\\beta, \\\\gamma')
    """
    said, of_options = rows()[row]["equation"], rows()[row]["options"]
    texts = {name: "" for texts in of_options.values() for name in texts}
    for option in options:
        texts |= of_options[option]
    pattern = re.compile(rf"\{{({'|'.join(texts)})\}}")
    filled: dict[str, Any] = {key: pattern.sub(lambda name: texts[name[1]], text) for key, text in said.items()}
    return Equation(**filled, others=others)


@cache
def edge_of(row: str) -> Edge:
    """The ends of the last parameter of a row: the table has the numbers, and the linear predictor is the logarithm.

    >>> round(edge_of("NegativeBinomial").lower, 6)
    -18.420681
    """
    said = rows().get(row, {}).get("edge", {})
    return Edge(**said | {end: float(np.log(said[end])) for end in ("lower", "upper") if end in said})


@prints
class HalfSpaces(NamedTuple):
    """Moves d of the linear predictors along which observations rise or stay: `normals` d >= 0, (m, width), each that
    of one of the `rows`, (m,).
    """

    rows: NDArray[np.intp]
    normals: Floats


def bounded(family: object, y: Floats) -> None:
    """Every observation has a maximum."""


@dataclass(frozen=True)
class Facts:
    """What is known of a family beside its mathematics; a family states what differs from these defaults.

    >>> Facts("Poisson").words.exponential, Facts("Poisson").has_scale
    ('rate ratio', False)
    """

    row: str = ""
    """The row of `families.toml` with the words, the ends of the last parameter and the refusals of the family."""
    own_words: Words | None = None
    """Its words, where they are not those of the row."""
    verified: str = ""
    """What the verifier of saved fits calls the family, if it knows it."""
    form: str = ""
    """Which of its forms this is, in a word, of a class that has several: a distribution."""
    is_event: bool = False
    """True where the mean is the probability of an event, and trials are independent of each other."""
    by_category: bool = False
    """True where each linear predictor is that of a category, against the first."""
    inflated: bool = False
    """True where the parameter "zero" is that of extra zeros, of which the data may have none."""
    has_scale: bool = False
    """True where a scale is estimated beside the linear predictors, and `loglik` takes it as known."""
    canonical: bool = False
    """True where `cumulants` are those of the outcome: the linear predictor is the natural parameter."""
    natural: str = ""
    """The link with which the linear predictor is the natural parameter of an exponential family, a dispersion held."""
    from_zero: bool = False
    """True where log p(y | eta) is y eta + log p(0 | eta) and what does not depend on eta."""
    linear_score: bool = False
    """True where the score in the first linear predictor is (observed - mean) slope / variance."""
    has_firth: bool = False
    """True where Jeffreys' penalty makes every maximum finite; it needs `cumulants`, but not of ordered outcomes."""
    concave_with: tuple[str, ...] = ()
    """The links of the first parameter with which the log-likelihood is concave in all linear predictors together."""
    concave_if_shared: tuple[str, ...] = ()
    """The links of the first parameter with which a maximum is the only one where all rows share the other parameter,
    by whose value the coefficients that maximize do not change.
    """
    concave_in_units: bool = False
    """True where it is concave in (eta_0 / sigma, 1 / sigma) or the like, linear in the first, so that a maximum is the
    only one where all rows share the others, and with these held.
    """
    starts_at_zero: bool = False
    """True where a climb may begin at zeros."""
    side: Callable[[Any, Floats], Floats | None] | None = None
    """Of a family and y, (n,): +1 where loglik rises with eta for ever, -1 where it falls for ever, 0 where it has a
    maximum, nan where the observation says nothing; of several categories their codes. None, as by `bounded`, where
    every one has a maximum.
    """
    half_spaces: Callable[[Any, Floats], HalfSpaces | None] = bounded
    """The same of a family of several linear predictors that move together; None where `side` says it."""
    reach: Callable[[Any, Floats, Floats], float] | None = None
    """Of a family, eta and y, where observations are separated: the largest size of what runs off, if not of eta_0."""
    curvatures: Callable[[Any, Floats, Floats, float], tuple[Floats, Floats]] | None = None
    """Of a family whose derivatives are differences, eta and y: minus the second derivatives along each linear
    predictor, (n, K), by the steps that suit each row and by so many times these.
    """
    far: Callable[[float], float] = float
    """A linear predictor beyond this size may have a row of probability within exp(-size) of 1."""
    knows_ends: bool = True
    """False where `side` does not tell whether the log-likelihood of an observation rises for ever."""
    tails: Callable[[Any, Floats, Floats], Tails] = tails_of
    """Both sides of the distribution at y, and for whole outcomes at the number before it, of times at both ends."""
    interval: Callable[[Any, Floats, Floats, float, Floats | None], tuple[Floats, Floats]] = mixture_interval
    """The ends (m,), in equal tails, of a new outcome, or of successes out of trials, of eta with a normal error of
    covariance V (m, width, width).
    """
    slope_of_quantile: Callable[[Any, Floats, float, Floats], Floats] = slope_of_quantile
    """The slope (n, width) of a quantile in eta, by differences over a step (n, width): of the log of a positive
    outcome, of the log odds of a share.
    """
    center: Callable[[Any, Floats], Floats] | None = None
    """Of a family and eta, where a distribution is searched for its quantiles, if that is not the mean."""
    cumulants: Callable[[Any, Floats, Floats, Floats], Cumulants] | None = None
    """Of a family, eta, y and weights, how the expected information of each row moves with eta, times its weight."""
    reversed: Callable[[Any, Floats], Floats | None] = bounded
    """The other outcome, event and no event exchanged; None where there are no two."""
    domain: tuple[float, float] = (-np.inf, np.inf)
    """The first linear predictor lies between these: the others are of a mean that the family does not have."""
    limits: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """By the name of a parameter, the family, or its class, at an end of its range, and where that is: "alpha = 0"."""
    holds: Mapping[str, Any] = field(default_factory=dict)
    """Those where one is held within its range, its linear predictor being 0: a Weibull scale of 1."""
    pieces: tuple[Piece, ...] = ()
    """Families of which the log-likelihood is a sum, each of linear predictors of its own."""
    taken_up: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """Numbers of linear predictors without a constant, each with those whose constants take up a shift of it."""
    added: tuple[str, ...] = ()
    """Names of the formulas that gave this family parameters which its plain one does not have."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What linear predictors beside the first are called, where it is not the link and the parameter."""
    formulas: Mapping[str, str] = field(default_factory=dict)
    """The names of the formulas of parameters beside the first, where they are not those of the parameters."""
    convention: str = ""
    """What a page says of the signs of coefficients, of the {outcome}, where that is not the same in all packages."""
    remarks: tuple[str, ...] = ()
    """What a certificate says of how the derivatives were made, where there is something to say."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Questions without an answer in this family, such as "deviance", each with the reason, beside those of the row."""
    unlinked: Any = None
    """The family whose first parameter has another link here."""
    averaged: Any = None
    """The family that is averaged over effects of groups here, by whose link intervals of means are made."""

    @cached_property
    def words(self) -> Words:
        """What reports and sentences say of the family."""
        return words_of(self.row) if self.own_words is None else self.own_words

    @property
    def edge(self) -> Edge:
        """The ends of the last parameter."""
        return edge_of(self.row)

    @property
    def refused(self) -> Mapping[str, str]:
        """Questions that have no answer in this family, each with the reason."""
        return {**rows().get(self.row, {}).get("refused", {}), **self.reasons}
