"""Parameters that we have as logarithms and others print as they are: alpha of a negative binomial, the scale of times.

our log a:   a = exp,   1 / a (R's theta, Stata's p),   -log a (Stata's /ln_p);   se(a) = a se(log a)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from scipy import special

from stattools.interface.arrays import Floats

LOGARITHMS = re.compile(r"log|ln", re.IGNORECASE)
INVERSES = {
    "log alpha": ("theta", "size"),
    "log scale": ("p", "shape"),
    "log dispersion": ("shape", "precision"),
    "log precision": ("dispersion",),
}
"""Parameters that are 1 / a where ours is log a."""


def power_of(term: str, name: str) -> tuple[float, bool]:
    """What a row of a claim is of our parameter: (power, True) for exp(power theta), (power, False) for power theta.

    >>> power_of("alpha", "log alpha"), power_of("/lnalpha", "log alpha"), power_of("Theta", "log alpha")
    ((1.0, True), (1.0, False), (-1.0, True))
    >>> power_of("/ln_p", "log scale"), power_of("log(scale)", "log scale"), power_of("x", "x")
    ((-1.0, False), (1.0, False), (1.0, False))
    """
    if not name.startswith("log "):
        return 1.0, False
    bare = re.sub(r"[^a-z]", "", LOGARITHMS.sub("", term.casefold()))
    power = -1.0 if bare in INVERSES.get(name, ()) else 1.0
    return power, LOGARITHMS.search(term) is None


def on_their_scale(
    columns: dict[str, Floats], terms: Sequence[str], names: Sequence[str], shown: Sequence[str] = ()
) -> list[dict[str, Floats]]:
    """The right columns, a row for each term, as these terms say them, or where `shown` is "exp" of a row, as exp of
    the parameter; where a logarithm was taken off, with errors, ends and tests by the delta method, with ends and tests
    of the logarithm, and with its errors too.
    """
    if not any(shown) and not any(name.startswith("log ") for name in names):
        return [columns]
    forms = [power_of(term, name) for term, name in zip(terms, names, strict=True)]
    power, bare = np.array([form[0] for form in forms]), np.array([form[1] for form in forms], dtype=bool)
    if len(shown):
        bare = bare | (np.array(shown) == "exp")
    if not bare.any() and (power == 1).all():
        return [columns]
    turned = power < 0
    made = {name: np.where(turned, -values, values) for name, values in columns.items()}
    made |= {"se": columns["se"], "p": columns["p"]}
    made["lower"] = np.where(turned, -columns["upper"], columns["lower"])
    made["upper"] = np.where(turned, -columns["lower"], columns["upper"])
    if not bare.any():
        return [made]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = np.exp(made["estimate"])
        se = value * made["se"]
        reach = 0.5 * (made["upper"] - made["lower"]) / made["se"]
        delta = {
            "estimate": value,
            "se": se,
            "statistic": 1.0 / made["se"],
            "lower": value - reach * se,
            "upper": value + reach * se,
        }
        logs = delta | {name: np.exp(made[name]) for name in ("lower", "upper")} | {"statistic": made["statistic"]}
        of_z = 2.0 * special.ndtr(-np.abs(delta["statistic"]))
    forms = [delta | {"p": of_z}, logs | {"p": made["p"]}, logs | {"p": made["p"], "se": made["se"]}]
    return [{name: np.where(bare, form[name], values) for name, values in made.items()} for form in forms]
