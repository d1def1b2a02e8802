"""The likelihood of a regression by family and link written out: the family at its mean, and the link of that mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stattools.likelihoods.links import LINKS
from stattools.reporting.document import code


@dataclass(frozen=True)
class Written:
    """One row of a family: what an outcome is, its distribution at the mean, and what it adds to the log-likelihood.

    `{phi}` in the formulas is the other parameter, with the number of the row where it differs between rows; `mean` is
    what the mean is called, in words and in a formula. `beside` says what the other parameter is.
    """

    each: Callable[[Any], str]
    distribution: str
    term: str
    mean: tuple[str, str] = ("mean", r"\mu_i")
    phi: str | None = None
    beside: str = ""


def _counts(words: str) -> Callable[[Any], str]:
    return lambda model: f"Each count in {code(model.outcome_name)} {words}"


def _values(words: str) -> Callable[[Any], str]:
    return lambda model: f"Each value of {code(model.outcome_name)} {words}"


def _events(model: Any) -> str:
    one = 1 if model.labels is None else model.labels[1]
    return f"Let $y_i = 1$ where {code(model.outcome_name)} is {code(one)}, and 0 otherwise"


def _groups(model: Any) -> str:
    return f"Row $i$ counts $y_i$ successes, {code(model.outcome_name)}, in $n_i$ trials that are independent and alike"


P = ("probability", "p_i")

FAMILIES: dict[str, Written] = {
    "Bernoulli": Written(_events, "P(y_i = 1) = p_i", r"\left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]", P),
    "Probit": Written(_events, "P(y_i = 1) = p_i", r"\left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]", P),
    "Binomial": Written(
        _groups,
        r"y_i \sim \mathrm{{Binomial}}(n_i, p_i)",
        r"\left[ \log \binom{{n_i}}{{y_i}} + y_i \log p_i + (n_i - y_i) \log(1 - p_i) \right]",
        P,
    ),
    "Poisson": Written(
        _counts("is Poisson"),
        r"y_i \sim \mathrm{{Poisson}}(\mu_i)",
        r"\left[ y_i \log \mu_i - \mu_i - \log(y_i!) \right]",
    ),
    "NegativeBinomial": Written(
        _counts("is negative binomial, with more variance than a Poisson count"),
        r"y_i \sim \mathrm{{NB2}}(\mu_i, {phi}), \qquad \mathrm{{Var}}(y_i) = \mu_i + {phi} \mu_i^2",
        r"\left[ \log \frac{{\Gamma(y_i + 1 / {phi})}}{{\Gamma(1 / {phi}) \cdot y_i!}} - \frac{{1}}{{{phi}}} "
        r"\log(1 + {phi} \mu_i) + y_i \log \frac{{{phi} \mu_i}}{{1 + {phi} \mu_i}} \right]",
        phi=r"\alpha",
        beside="As $\\alpha$ falls to 0 this becomes the Poisson log-likelihood.",
    ),
    "GammaFamily": Written(
        _values("has a gamma distribution, whose standard deviation is a share of the mean"),
        r"y_i \sim \mathrm{{Gamma}}(\mu_i, {phi}), \qquad \mathrm{{Var}}(y_i) = {phi} \mu_i^2",
        r"\left[ \frac{{1}}{{{phi}}} \left(\log \frac{{y_i}}{{{phi} \mu_i}} - \frac{{y_i}}{{\mu_i}}\right) "
        r"- \log \Gamma(1 / {phi}) - \log y_i \right]",
        phi=r"\phi",
    ),
    "InverseGaussian": Written(
        _values("has an inverse Gaussian distribution, whose variance grows with the cube of the mean"),
        r"y_i \sim \mathrm{{InverseGaussian}}(\mu_i, {phi}), \qquad \mathrm{{Var}}(y_i) = {phi} \mu_i^3",
        r"\left[ - \frac{{1}}{{2}} \log(2 \pi {phi} y_i^3) - \frac{{(y_i - \mu_i)^2}}{{2 {phi} \mu_i^2 y_i}} \right]",
        phi=r"\phi",
    ),
    "BetaFamily": Written(
        _values("is a share, with a beta distribution"),
        r"y_i \sim \mathrm{{Beta}}({phi} \mu_i, {phi} (1 - \mu_i)), \qquad "
        r"\mathrm{{Var}}(y_i) = \frac{{\mu_i (1 - \mu_i)}}{{1 + {phi}}}",
        r"\left[ ({phi} \mu_i - 1) \log y_i + ({phi} (1 - \mu_i) - 1) \log(1 - y_i) "
        r"- \log B({phi} \mu_i, {phi} (1 - \mu_i)) \right]",
        phi="s",
    ),
    "LocationScale": Written(
        _values("is normal around its mean"),
        r"y_i \sim \mathrm{{Normal}}(\mu_i, {phi}^2)",
        r"\left[ - \log {phi} - \frac{{1}}{{2}} \log(2 \pi) - \frac{{(y_i - \mu_i)^2}}{{2 {phi}^2}} \right]",
        phi=r"\sigma",
    ),
}
"""By the class of the family."""

LINK = {
    "identity": "{m}",
    "log": r"\log {m}",
    "logit": r"\log \frac{{{m}}}{{1 - {m}}}",
    "probit": r"\Phi^{{-1}}({m})",
    "cloglog": r"\log(- \log(1 - {m}))",
    "loglog": r"- \log(- \log {m})",
    "cauchit": r"\tan(\pi ({m} - 1 / 2))",
    "inverse": r"\frac{{1}}{{{m}}}",
    "inverse-squared": r"\frac{{1}}{{{m}^2}}",
    "sqrt": r"\sqrt{{{m}}}",
}
"""The linear predictor as a function of the mean m."""


def written(model: Any) -> tuple[str, str, str, str, str] | None:
    """What a row is, its distribution with the link, the parameters, what it adds to the log-likelihood, and words on
    the parameter beside the mean; None where the family is in no row.
    """
    row = FAMILIES.get(type(model.likelihood.unlinked).__name__)
    if row is None:
        return None
    (_, link), *others = model.likelihood.parameters.items()
    moves = any(model.predictor.own)
    phi = "" if row.phi is None else row.phi + "_i" * moves
    word, symbol = row.mean
    what = "The" if link == "identity" else f"The {LINKS[link].words} of the"
    verb = "are" if link == "logit" else "is"
    link_of = LINK[link].format(m=symbol)
    said = ""
    if others:
        called = code(model.others[0])
        made = f"is {called}, a coefficient too, the last one"
        if moves:
            made = f"has a linear predictor too, {code(model.formulas[1]) if len(model.formulas) > 1 else called}"
        said = f"$\\log {phi}$ {made}. {row.beside}".strip()
    return (
        f"{row.each(model)}. {what} {word} {verb} a linear predictor:",
        rf"{row.distribution.format(phi=phi)}, \qquad {link_of} = \eta_i",
        r"\beta" + (f", {row.phi}" if row.phi else ""),
        row.term.format(phi=phi),
        said,
    )
