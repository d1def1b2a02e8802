"""Regressions by the name of a family and of a link: `glm`. Those with a name of their own are made by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from stattools.data.tables.outcome import numeric
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.names.answers import did_you_mean
from stattools.interface.names.of_values import VALUES
from stattools.interface.names.rows import plain
from stattools.likelihoods import (
    Bernoulli,
    BetaFamily,
    Binomial,
    GammaFamily,
    InverseGaussian,
    Likelihood,
    Linked,
    LocationScale,
    NegativeBinomial,
    Poisson,
)
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, has_latent, read_rows, right_side
from stattools.models.regressions.count_regression import negative_binomial, poisson, require_some
from stattools.models.regressions.regression import events, gamma, logistic, ols, probit


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


def normal(formula_or_y: Any, data_or_X: Any, /, *, offset: Column, weights: Column, **arrays: Any) -> Any:
    """`st.ols`, and of a formula with groups or curves what `st.linear_mixed` returns."""
    if not has_latent(formula_or_y) or arrays != {"names": None, "intercept": True}:
        return ols(formula_or_y, data_or_X, offset=offset, weights=weights, **arrays)
    from stattools.models.mixed.linear_mixed import linear_mixed

    for name, column, instead in (
        ("offset", offset, "take it from the outcome, I(y - offset)"),
        ("weights", weights, "repeat the rows; of inverse variances st.linear_mixed has precision="),
    ):
        if column is not None:
            raise IncompatibleError(
                f"st.glm of the family normal takes no {name}= beside groups and curves. Leave it out: {instead}."
            )
    return linear_mixed(formula_or_y, data_or_X)


UNIT = ("logit", "probit", "cloglog", "loglog", "cauchit", "log")

GENERALIZED = {
    "normal": Family("Normal", LocationScale(), ("identity", "log", "inverse"), {"identity": normal}, ("scale",)),
    "binomial": Family("Binomial", Binomial(), (*UNIT, "identity"), {"logit": logistic, "probit": probit}, ("trials",)),
    "poisson": Family("Poisson", Poisson(), ("log", "identity", "sqrt"), {"log": poisson}, ("exposure",)),
    "gamma": Family("Gamma", GammaFamily(), ("log", "inverse", "identity"), {"log": gamma}, ("exposure", "dispersion")),
    "inverse-gaussian": Family(
        "Inverse Gaussian",
        InverseGaussian(),
        ("log", "inverse-squared", "inverse", "identity"),
        {},
        ("exposure", "dispersion"),
    ),
    "negative-binomial": Family(
        "Negative binomial",
        NegativeBinomial(),
        ("log", "identity", "sqrt"),
        {"log": negative_binomial},
        ("exposure", "dispersion"),
    ),
    "beta": Family("Beta", BetaFamily(), UNIT, {}, ("dispersion",)),
}
"""By the names under which callers know them."""

NOT_HERE = {
    "multinomial": "st.softmax has outcomes of more than two classes",
    "categorical": "st.softmax has outcomes of more than two classes",
    "softmax": "st.softmax has outcomes of more than two classes",
    "betabinomial": "st.beta_binomial has counts that vary more than binomial ones",
    "studentt": "st.regression takes a likelihood of your own, st.likelihood",
    "t": "st.regression takes a likelihood of your own, st.likelihood",
    "tweedie": "its members here are poisson, gamma and inverse-gaussian",
    "quasi": 'st.fit(model, cov="quasi") has standard errors at the Pearson dispersion',
    "weibull": "st.regression takes a likelihood of your own, st.likelihood",
    "lognormal": 'a lognormal outcome is st.ols("log(y) ~ x", table)',
    "exponential": 'an exponential outcome is nearly that of family="gamma", whose dispersion is estimated',
    "geometric": 'a geometric outcome is nearly that of family="negative-binomial", whose alpha is estimated',
    "power": "links of any power are not among them: log is that of 0, sqrt, identity and inverse have names",
}
"""Families and links of other packages that are none here, and what there is for them."""


def glm(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
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
    given: dict[str, Any] = {"names": names, "intercept": intercept, "offset": offset, "weights": weights}
    beside = {"exposure": exposure, "trials": trials, "dispersion": dispersion}
    if chosen in kind.named and scale is None:
        own = {word: beside[word] for word in kind.takes if word in beside}
        return kind.named[chosen](formula_or_y, data_or_X, **given, **own)
    title = f"{kind.title} regression" + (f" with link {chosen}" if chosen != kind.links[0] else "")
    if name == "binomial":
        rows = events("st.glm", formula_or_y, data_or_X, names, intercept, offset, weights, trials)
        likelihood = Linked(kind.likelihood if rows.are_grouped else Bernoulli(), LINKS[chosen])
        return bind("glm", title, likelihood, rows.data, rows.y, labels=rows.labels)
    formulas = {
        parameter: right_side(word, text)
        for parameter, _ in kind.likelihood.others
        for word, text in (("dispersion", dispersion), ("scale", scale))
        if word in kind.takes
    }
    data = read_rows(
        formula_or_y,
        data_or_X,
        names,
        intercept,
        offset=offset,
        exposure=exposure,
        weights=weights,
        formulas=formulas,
        grouped=True,
    )
    y = numeric(data.outcome, data.outcome_name)
    if kind.likelihood.outcome is Poisson.outcome:
        require_some(y, title, data)
    usual = next(iter(kind.likelihood.parameters.values()))
    return bind("glm", title, kind.likelihood if chosen == usual else Linked(kind.likelihood, LINKS[chosen]), data, y)


def _known(what: str, name: Any, names: tuple[str, ...]) -> str:
    """The name as it stands in the table, however its parts are joined; DomainError where it does not."""
    found = word_of(name, names)
    if is_one_of(found, names):
        return found
    said = name if isinstance(name, str) else type(name).__name__  # an object of statsmodels' families
    bare = plain(said)
    for ours, theirs in VALUES[f"{what} of glm"].items():
        if bare and bare in {plain(word) for word in theirs.split()}:
            raise DomainError(f"st.glm has no {what} {quoted(name)}: its name here is {ours!r}.")
    known = f"st.glm needs {what}=, one of {', '.join(map(repr, names))}; got {quoted(name)}."
    instead = NOT_HERE.get(bare)
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
