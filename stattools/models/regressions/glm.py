"""Regressions as likelihoods, each from a formula and a table or from arrays.

`ols`, `logistic`, `probit`, `softmax`, `gamma` and `beta_binomial` have a constructor each; `glm` makes a regression by
the names of a family and a link, `regression` one of any likelihood, with a formula for each of its parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.formula.formula import grouped_formula
from stattools.data.tables.arrays import binary, categories, numeric
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.interface.names.answers import did_you_mean, is_one_of, plain, vocabulary, word_of
from stattools.likelihoods import (
    Bernoulli,
    BetaBinomial,
    BetaFamily,
    Binomial,
    Categorical,
    GammaFamily,
    Gaussian,
    InverseGaussian,
    Linked,
    LocationScale,
    NegativeBinomial,
    Poisson,
    Probit,
)
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.model import Model
from stattools.models.regressions import binding
from stattools.models.regressions.binding import Column
from stattools.models.regressions.counts import negative_binomial, poisson

NORMAL, BERNOULLI, GROUPED_PROBIT = Gaussian(), Bernoulli(), Linked(Binomial(), LINKS["probit"])


def ols(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    precision: Column = None,
) -> Model:
    """Linear regression with normal errors: y_i ~ Normal(x_i^T beta, sigma^2 / precision_i), sigma estimated.

    Give `(formula, table)` (pandas, Polars, PyArrow or a dict of columns) or arrays `(y, X)` with X of shape (n, p),
    which get an intercept unless `intercept=False`. `offset` is added to x^T beta, in the units of y; `weights` are
    frequencies: 2 means that the row was seen twice. Both are column names or arrays of length n. Raises DomainError
    for data that the model cannot take. Source: Seber & Lee, Linear Regression Analysis (2003).

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> model.names, model.n
    (('Intercept', 'x'), 4.0)
    """
    data = binding.read_rows(
        formula_or_y, data_or_X, names, intercept, products=True, offset=offset, weights=weights, precision=precision
    )
    y = numeric(data.outcome, data.outcome_name)
    return binding.bind("ols", "Linear regression", NORMAL, data, y)


def logistic(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
) -> Model:
    """Logistic regression: y_i ~ Bernoulli(p_i), log(p_i / (1 - p_i)) = x_i^T beta.

    The outcome is 0/1, bool, or a string or category with two levels, of which the second is 1; the summary says
    which. Grouped data are counts: `"successes + failures ~ x"`, or the successes with `trials`, and then y_i ~
    Binomial(trials_i, p_i); rows of 0 trials are dropped and counted. Other arguments as in `st.ols`; the offset is in
    log odds. With "y ~ x + (1 | g)" rows share effects of their groups, u ~ N(0, Sigma), as in `st.linear_mixed`: the
    model is a `MixedRegression`, and `st.fit` integrates them out. Raises DomainError for data that the model cannot
    take, an outcome with one class included. Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 4.

    >>> import stattools as st
    >>> model = st.logistic("ill ~ dose", {"ill": ["no", "yes", "no", "yes"], "dose": [1, 2, 3, 4]})
    >>> model.labels
    ('no', 'yes')
    >>> st.logistic("ill + well ~ dose", {"ill": [1, 4], "well": [9, 6], "dose": [1, 2]}).rows.y.tolist()
    [[1.0, 10.0], [4.0, 10.0]]
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "weights": weights, "trials": trials}
    either = BERNOULLI, Binomial()
    return binding.bind_events("st.logistic", "logistic", "Logistic regression", either, *given, **columns)


def probit(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
) -> Model:
    """Probit regression: y_i ~ Bernoulli(Phi(x_i^T beta)), Phi the standard normal distribution function.

    The outcome and the arguments as in `st.logistic`, effects of groups included; the offset is in units of the normal
    scale. Raises DomainError for data that the model cannot take. Source: McCullagh & Nelder (1989), 4.3.

    >>> import stattools as st
    >>> st.probit("ill ~ dose", {"ill": [0, 1, 0, 1], "dose": [1, 2, 3, 4]}).title
    'Probit regression'
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "weights": weights, "trials": trials}
    either = Probit(), GROUPED_PROBIT
    return binding.bind_events("st.probit", "probit", "Probit regression", either, *given, **columns)


def softmax(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    reference: object = None,
    weights: Column = None,
) -> Model:
    """Softmax (multinomial logistic) regression: log(P(y = k) / P(y = reference)) = x^T beta_k.

    The outcome is a string, a category, a bool or whole numbers; `reference` is the category that the others are
    compared with, by default the first. Each category has a curve of its own, as rough as it is, where the formula has
    `s(x)`. Other arguments as in `st.ols`. Raises DomainError for data that the model cannot take. Source: Agresti,
    Categorical Data Analysis (2013), 8.1.

    >>> import stattools as st
    >>> basket = {"fruit": ["fig", "kiwi", "plum", "fig"], "day": [1, 2, 3, 4]}
    >>> model = st.softmax("fruit ~ day", basket, reference="plum")
    >>> model.names
    ('fig: Intercept', 'fig: day', 'kiwi: Intercept', 'kiwi: day')
    """
    data = binding.read_rows(formula_or_y, data_or_X, names, intercept, grouped=True, weights=weights)
    if data.latent is not None and data.latent.terms:
        raise IncompatibleError(
            "st.softmax: effects of groups, (1 | g), move one linear predictor, and here each category has one. "
            "Compare categories two at a time with st.logistic, or write st.one_vs_rest in the place of st.softmax."
        )
    codes, labels = categories(data.outcome, data.outcome_name, reference)
    likelihood = Categorical(len(labels))
    return binding.bind("softmax", "Softmax regression", likelihood, data, codes.astype(float), labels=labels)


def gamma(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Gamma regression: y_i > 0 of mean exposure_i m_i, log m_i = x_i^T beta + offset_i, and variance phi times mean^2.

    For costs, times and sizes, whose spread is proportional to their mean: phi, the dispersion, is the square of the
    coefficient of variation. Its logarithm is estimated jointly with beta and is the last coefficient, "log
    dispersion"; beta does not depend on it. `dispersion="~ g"` gives it columns of its own, whose coefficients are
    named "log dispersion: g". Other arguments as in `st.poisson`. Raises DomainError for data that the model cannot
    take, an outcome of 0 included; `st.fit` raises IdentificationError where the means fit every outcome exactly.
    Source: McCullagh & Nelder (1989), ch. 8.

    >>> import stattools as st
    >>> st.gamma("cost ~ age", {"cost": [9.5, 31.0, 12.5, 80.0], "age": [20, 30, 40, 50]}).names
    ('Intercept', 'age', 'log dispersion')
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "exposure": exposure, "weights": weights}
    formulas = {"dispersion": dispersion}
    return binding.bind_numbers("gamma", "Gamma regression", GammaFamily(), *given, formulas=formulas, **columns)


def beta_binomial(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Beta-binomial regression: y_i ~ Binomial(n_i, theta_i), theta_i ~ Beta(s p_i, s q_i), logit p_i = x_i^T beta.

    Each row is a group: `"successes + failures ~ x"`, or the successes with `trials`. The log of the precision s, what
    a group's theta_i is known to beforehand in trials, is estimated jointly with beta and is the last coefficient, "log
    precision"; two trials of a group correlate by 1 / (1 + s). `dispersion="~ g"` gives it columns of its own, whose
    coefficients are then "log precision: Intercept" and so on. Other arguments as in `st.logistic`. `st.fit` raises
    IdentificationError where the shares are not overdispersed: s then has its maximum at infinity, the binomial.
    Raises DomainError for data that the model cannot take, IdentificationError where no group has two trials. Source:
    Prentice (1986), JASA 81, 321-327.

    >>> import stattools as st
    >>> st.beta_binomial("ill + well ~ dose", {"ill": [1, 4, 9], "well": [9, 6, 3], "dose": [1, 2, 3]}).names
    ('Intercept', 'dose', 'log precision')
    """
    formula_or_y, failures = grouped_formula(formula_or_y)
    if (failures is None) == (trials is None):
        got = "neither" if failures is None else "both"
        raise DomainError(
            f'st.beta_binomial needs "successes + failures ~ ..." or trials=, one of the two; got {got}. '
            "For outcomes of 0 and 1 use st.logistic."
        )
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "weights": weights, "trials": trials, "failures": failures}
    formulas = {"precision": binding.right_side("dispersion", dispersion)}
    data = binding.read_rows(*given, formulas=formulas, grouped=True, **columns)
    data, y = binding.successes_and_trials(data)
    if np.max(BetaBinomial().trials_of(y)) < 2:
        raise IdentificationError(
            "st.beta_binomial needs groups of two trials or more: single trials say nothing about how the groups "
            "vary. Group the rows, or use st.logistic."
        )
    return binding.bind("beta_binomial", "Beta-binomial regression", BetaBinomial(), data, y)


@dataclass(frozen=True)
class Family:
    """A family of `glm`: its likelihood, the links that make sense, the usual one first, and those that have a
    constructor of their own.
    """

    title: str
    likelihood: Likelihood
    links: tuple[str, ...]
    named: dict[str, Callable[..., Model]] = field(default_factory=dict)
    takes: tuple[str, ...] = ()


def normal(formula_or_y: Any, data_or_X: object, /, *, offset: Column, weights: Column, **arrays: Any) -> Any:
    """`st.ols`, and of a formula with groups or curves what `st.linear_mixed` returns."""
    if not binding.has_latent(formula_or_y) or arrays != {"names": None, "intercept": True}:
        return ols(formula_or_y, data_or_X, offset=offset, weights=weights, **arrays)
    for name, column, instead in (
        ("offset", offset, "take it from the outcome, I(y - offset)"),
        ("weights", weights, "repeat the rows; of inverse variances st.linear_mixed has precision="),
    ):
        if column is not None:
            raise IncompatibleError(
                f"st.glm of the family normal takes no {name}= beside groups and curves. Leave it out: {instead}."
            )
    from stattools.models.regressions.linear_mixed import linear_mixed

    return linear_mixed(formula_or_y, data_or_X)


SPREAD = ("exposure", "dispersion")
UNIT = ("logit", "probit", "cloglog", "loglog", "cauchit", "log")

GENERALIZED = {
    "normal": Family("Normal", LocationScale(), ("identity", "log", "inverse"), {"identity": normal}, ("scale",)),
    "binomial": Family("Binomial", Binomial(), (*UNIT, "identity"), {"logit": logistic, "probit": probit}, ("trials",)),
    "poisson": Family("Poisson", Poisson(), ("log", "identity", "sqrt"), {"log": poisson}, ("exposure",)),
    "gamma": Family("Gamma", GammaFamily(), ("log", "inverse", "identity"), {"log": gamma}, SPREAD),
    "inverse-gaussian": Family(
        "Inverse Gaussian", InverseGaussian(), ("log", "inverse-squared", "inverse", "identity"), {}, SPREAD
    ),
    "negative-binomial": Family(
        "Negative binomial", NegativeBinomial(), ("log", "identity", "sqrt"), {"log": negative_binomial}, SPREAD
    ),
    "beta": Family("Beta", BetaFamily(), UNIT, {}, ("dispersion",)),
}
"""By the names under which callers know them."""


def glm(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    family: str,
    link: str | None = None,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
    trials: Column = None,
    dispersion: str | None = None,
    scale: str | None = None,
) -> Model:
    """A generalized linear model: an outcome of a family whose mean m_i has link(m_i) = x_i^T beta + offset_i.

    | family | links, the usual one first | variance | estimated beside beta |
    |---|---|---|---|
    | normal | identity, log, inverse | sigma^2 | identity: sigma, unbiased, as in `st.ols`; others: log scale |
    | binomial | logit, probit, cloglog, loglog, cauchit, log, identity | m (1 - m) / trials | |
    | poisson | log, identity, sqrt | m | |
    | gamma | log, inverse, identity | phi m^2 | log dispersion, of phi |
    | inverse-gaussian | log, inverse-squared, inverse, identity | phi m^3 | log dispersion, of phi |
    | negative-binomial | log, identity, sqrt | m + alpha m^2 | log alpha |
    | beta | logit, probit, cloglog, loglog, cauchit, log | m (1 - m) / (1 + s) | log precision, of s |

    All are estimated jointly by maximum likelihood. `dispersion="~ g"` gives phi, alpha or s columns of its own, and
    `scale="~ x"` the sigma of the normal, which is then a maximum-likelihood estimate too: the logarithm in the last
    column of the table has a linear predictor, with coefficients such as "log dispersion: g". R and statsmodels take
    the canonical links inverse and inverse-squared of the gamma and the inverse Gaussian where none is given, and a
    moment estimate of phi, which leaves beta the same and scales its standard errors. Of names, `-`, `_` and a space
    are alike. The outcome and the other arguments are those of `st.logistic` for the binomial, where groups are
    `"successes + failures ~ x"` or have `trials`, and of `st.poisson` for the others; `exposure` goes with the link
    log. Effects of groups, (1 | g), stand in the formula as in `st.logistic`, for links that take every number. Where
    the link allows means that the family does not have, such as a rate below 0, the maximum is looked for
    among those that it has, and `st.fit` raises IdentificationError where it lies at their edge. Raises DomainError for
    names that are none and for data that the model cannot take, IncompatibleError for a family and a link that make no
    sense together. Source: McCullagh & Nelder, Generalized Linear Models (1989); Ferrari & Cribari-Neto (2004) for the
    beta.

    >>> import stattools as st
    >>> table = {"cost": [9.5, 31.0, 12.5, 80.0], "age": [20, 30, 40, 50]}
    >>> st.glm("cost ~ age", table, family="inverse gaussian").names
    ('Intercept', 'age', 'log dispersion')
    >>> doses = {"ill": [1, 4], "well": [9, 6], "dose": [1, 2]}
    >>> st.glm("ill + well ~ dose", doses, family="binomial", link="log").title
    'Binomial regression with link log'
    """
    name = _known("family", family, tuple(GENERALIZED))
    kind = GENERALIZED[name]
    chosen = kind.links[0] if link is None else _known("link", link, tuple(LINKS))
    if chosen not in kind.links:
        raise IncompatibleError(
            f"st.glm needs for family={name!r} one of the links {', '.join(kind.links)}; got link={chosen!r}."
        )
    _require_taken(name, kind, chosen, exposure=exposure, trials=trials, dispersion=dispersion, scale=scale)
    beside = {"offset": offset, "weights": weights}
    if chosen in kind.named and scale is None:
        own = {"exposure": exposure, "trials": trials, "dispersion": dispersion}
        beside |= {word: own[word] for word in kind.takes if word in own}
        return kind.named[chosen](formula_or_y, data_or_X, names=names, intercept=intercept, **beside)
    title = f"{kind.title} regression" + (f" with link {chosen}" if chosen != kind.links[0] else "")
    given, usual = (formula_or_y, data_or_X, names, intercept), next(iter(kind.likelihood.parameters.values()))
    likelihood = kind.likelihood if chosen == usual else Linked(kind.likelihood, LINKS[chosen])
    if name == "binomial":
        either = Linked(Bernoulli(), LINKS[chosen]), likelihood
        return binding.bind_events("st.glm", "glm", title, either, *given, trials=trials, **beside)
    formulas = {
        parameter: binding.right_side(word, text)
        for parameter, _ in kind.likelihood.others
        for word, text in (("dispersion", dispersion), ("scale", scale))
        if word in kind.takes
    }
    return binding.bind_numbers("glm", title, likelihood, *given, formulas=formulas, exposure=exposure, **beside)


def _known(what: str, name: object, names: tuple[str, ...]) -> str:
    """The name as it stands in the table, however its parts are joined; DomainError where it does not."""
    found = word_of(name, names)
    if is_one_of(found, names):
        return found
    said = name if isinstance(name, str) else type(name).__name__  # an object of statsmodels' families
    bare = plain(said)
    for ours, theirs in vocabulary().values[f"{what} of glm"].items():
        if bare and bare in {plain(word) for word in theirs.split()}:
            raise DomainError(f"st.glm has no {what} {quoted(name)}: its name here is {ours!r}.")
    known = f"st.glm needs {what}=, one of {', '.join(map(repr, names))}; got {quoted(name)}."
    instead = vocabulary().instead.get(bare)
    raise DomainError(f"{known[:-1]}; {instead}." if instead else known + did_you_mean(said, names))


def _require_taken(name: str, kind: Family, link: str, **given: Any) -> None:
    """IncompatibleError for a column or a formula that this family has no use for."""
    for word, column in given.items():
        if column is not None and word not in kind.takes:
            whose = " and ".join(other for other, one in GENERALIZED.items() if word in one.takes)
            raise IncompatibleError(f"{word}= goes with the family {whose}; got family={name!r}. Leave it out.")
    if given["exposure"] is not None and link != "log":
        raise IncompatibleError(
            f"exposure= multiplies the mean, which adds its logarithm where the link is log; got link={link!r}. "
            "Multiply the columns by the exposure (0 + exposure + exposure:x for the identity), or give link='log'."
        )


FAMILIES: dict[str, tuple[str, ...]] = {
    "ols": ("Gaussian",),
    "logistic": ("Bernoulli", "Binomial"),
    "probit": ("Probit", "Linked"),
    "softmax": ("Categorical",),
    "ordinal": ("Cumulative",),
    "aft": ("FailureTime",),
    "poisson": ("Poisson",),
    "negative_binomial": ("NegativeBinomial",),
    "gamma": ("GammaFamily",),
    "beta_binomial": ("BetaBinomial",),
    "zero_inflated": ("ZeroInflated",),
    "hurdle": ("Hurdle",),
}
"""The classes of their likelihoods; `glm` has those that no other constructor has, and links."""
FAMILIES["glm"] = "Linked", *{type(f.likelihood).__name__ for f in GENERALIZED.values()}.difference(*FAMILIES.values())

HOUSE = (Outcome.TRIALS, Outcome.ORDERED, Outcome.TIME)
"""Outcomes that are read in ways of their own, by constructors of their own."""


def regression(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    likelihood: Likelihood,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    **formulas: str,
) -> Model:
    """A regression of any likelihood: y_i ~ p(y | eta_i), the first parameter's predictor x_i^T beta behind its link.

    `likelihood` is `st.likelihood(...)`, or an object of a class derived from `stattools.likelihoods.Likelihood`. Every
    other parameter has a formula of its own by its name, `scale="~ z"`, and is a constant without one. The coefficients
    are those of the first parameter, then those of the others in their order, "log scale: z", a constant "log scale".
    Other arguments as in `st.ols`; offset and effects of groups, (1 | g), are added to the first predictor. Raises
    IncompatibleError for a parameter that the likelihood does not have, DomainError for data that it cannot take.

    >>> import scipy.stats
    >>> import stattools as st
    >>> table = {"y": [0.3, 1.9, 1.2, 3.1, 2.2, 4.9], "x": [0, 1, 2, 3, 4, 5]}
    >>> gumbel = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
    >>> st.regression("y ~ x", table, gumbel, scale="~ x").names
    ('Intercept', 'x', 'log scale: Intercept', 'log scale: x')
    """
    if not isinstance(likelihood, Likelihood):
        raise IncompatibleError(
            f"st.regression needs a likelihood, st.likelihood(...) or one of a class derived from Likelihood; got "
            f"{quoted(likelihood)}."
        )
    own = isinstance(likelihood, OwnLikelihood)
    called = likelihood.name if own else type(likelihood).__name__
    title = f"{called[0].upper()}{called[1:]} regression"
    if own and likelihood.distribution is not None:
        title = f"Regression with {called}"  # that of scipy.stats.logistic is no logistic regression
    first, *others = likelihood.parameters
    for name in formulas:
        if name == first:
            raise IncompatibleError(f"{name!r} is the first parameter of {called}: its formula is the regression's.")
        if name not in others:
            has = f"beside {first!r} it has {', '.join(map(repr, others))}" if others else f"{first!r} is all it has"
            raise IncompatibleError(f"{called} has no parameter {name!r}; {has}.")
    if likelihood.outcome in HOUSE or likelihood.facts.has_scale or likelihood.facts.by_category:
        raise IncompatibleError(f"{called} has a constructor of its own, such as st.ols, st.logistic or st.softmax.")
    data = binding.read_rows(
        formula_or_y, data_or_X, names, intercept, formulas=formulas, offset=offset, weights=weights, grouped=True
    )
    labels = None
    if likelihood.outcome is Outcome.BINARY:
        y, labels = binary(data.outcome, data.outcome_name)
    elif likelihood.outcome is Outcome.CATEGORY:
        codes, labels = categories(data.outcome, data.outcome_name)
        of_labels: Any = likelihood
        y, likelihood = codes.astype(float), of_labels.among(len(labels))
    else:
        y = numeric(data.outcome, data.outcome_name)
    if isinstance(likelihood, OwnLikelihood):
        likelihood = likelihood.scaled(likelihood.check(y))
    return binding.bind("regression", title, likelihood, data, y, labels=labels)
