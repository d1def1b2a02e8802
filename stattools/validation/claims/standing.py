"""How a claim stands beside right numbers: the one place where a claimed number is compared.

holds:   |claimed - right| <= half of its last digit;   of one in full precision 1e-3 standard errors

Parameters that we have as logarithms and others print as they are: alpha of a negative binomial, the scale of times.

our log a:   a = exp,   1 / a (R's theta, Stata's p),   -log a (Stata's /ln_p);   se(a) = a se(log a)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.interface.arrays import Floats
from stattools.validation.claims.facts import Right
from stattools.validation.claims.printed import Claim, Printed

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


EXACT = 1e-3
"""A claim in full precision holds within so many standard errors, or this share of a standard error."""

LONG = 5e-6
"""Half a last digit is this share of a number of six digits; longer ones are compared in standard errors too."""

LOOP = 0.5
"""Numbers that loops approach may be off by this share of `EXACT` beside their rounding, whatever their digits."""

NOISE = 1e-11
"""What is left of a single number that is 0, such as R^2 of an intercept alone, is no claim."""

FACT = 1e-5
"""A single number in full precision holds within this share of it, or of 1."""

BESIDE = re.compile(r"\||^log ")
"""Thresholds and logarithms of dispersions, which a table of ratios shows as they are."""

COUNTS = frozenset(("n", "df", "df_null", "df_resid", "df_model", "events", "groups"))
"""Facts that are whole numbers, and were not rounded for print."""


@dataclass(frozen=True, eq=False)
class ClaimStanding:
    """`right` are the right numbers of each column, one for each row of the claim, on its scale; `holds` which claimed
    numbers are these (True where nothing is claimed), `checked` which were claimed and compared. `apart` is how far a
    number is beyond its rounding: in standard errors for estimates and ends, as a share of a standard error, in units
    of a statistic and, for p, of a probability. `facts` says of each single number under which words it holds, "" for
    the model's own, None where it is wrong; `unchecked` are facts that the model has not; `values` are the right ones.
    `unit` (rows,) are the standard errors that distances are measured in.
    """

    claim: Claim
    right: Mapping[str, Floats]
    holds: Mapping[str, NDArray[np.bool_]]
    checked: Mapping[str, NDArray[np.bool_]]
    apart: Mapping[str, Floats]
    facts: Mapping[str, str | None]
    values: Mapping[str, float]
    unchecked: tuple[str, ...]
    unit: Floats
    solved: bool = False

    @cached_property
    def failing(self) -> int:
        """How many of the claimed numbers do not hold."""
        wrong = sum(mask.size - np.count_nonzero(mask) for mask in self.holds.values())
        return int(wrong) + list(self.facts.values()).count(None)

    @cached_property
    def count(self) -> int:
        """How many numbers were compared."""
        return int(sum(np.count_nonzero(mask) for mask in self.checked.values())) + len(self.facts)

    @cached_property
    def unseen(self) -> tuple[str, ...]:
        """The claimed numbers that were not compared, of terms that have others: there is no right number."""
        return tuple(
            f"{name} of {term}"
            for name, one in self.claim.columns.items()
            for row, term in enumerate(self.claim.terms)
            if np.isfinite(one.value[row])
            and not (name in self.checked and self.checked[name][row])
            and any(mask[row] for mask in self.checked.values())
        )

    @cached_property
    def total(self) -> int:
        """How many numbers the claim has, with those that nothing checks and those that its page has beside it."""
        claimed = sum(np.count_nonzero(np.isfinite(one.value)) for one in self.claim.columns.values())
        return int(claimed) + len(self.claim.facts) + len(self.claim.left)

    @property
    def ok(self) -> bool:
        """Whether every number holds."""
        return self.failing == 0

    @cached_property
    def distance(self) -> float:
        """How far the estimates are beyond their rounding, in standard errors, at most."""
        apart = self.apart.get("estimate")
        return 0.0 if apart is None or not len(apart) else float(np.max(apart, initial=0.0))

    def wrong(self, column: str) -> list[int]:
        """The rows of a column that do not hold."""
        return np.flatnonzero(~self.holds[column]).tolist() if column in self.holds else []


LOOSE_VARIANCE = 3e-4
"""How far a variance or correlation of random effects may be off: lme4 climbs without derivatives."""

VARIANCE = re.compile(r"(?:variance|sd|correlation) of ")

LOOSE_FACT = 5e-6
"""How far a single number of a climb that ended early may be off, as a share: R's dispersion is one step behind."""


def standing(claim: Claim, ours: NDArray[np.intp], right: Right) -> ClaimStanding:
    """The claim beside right numbers; `ours` (rows,) is the place of each row among the parameters, -1 for a row that
    is none of them, which is not compared.
    """
    made = np.array([*right.columns.values(), right.unit])[:, ours]
    if (lost := ours < 0).any():
        made[:, lost] = np.nan
    plain, unit = dict(zip(right.columns, made, strict=False)), made[-1]
    names = [right.names[max(k, 0)] for k in ours.tolist()]
    shown = claim.shown
    if claim.said.get("exponentiated"):
        shown = tuple("" if BESIDE.search(name) else "exp" for name in names)
    forms = on_their_scale(plain, claim.terms, names, shown)
    claimed = {name: given for name, given in claim.columns.items() if name in plain}
    if len(forms) == 1 and forms[0] is plain and _all_near(claimed, plain):
        yes, zero = np.ones(len(ours), dtype=bool), np.zeros(len(ours))
        every, none = dict.fromkeys(claimed, yes), dict.fromkeys(claimed, zero)
        return ClaimStanding(claim, plain, every, every, none, *_facts(claim, right), unit, right.solved)
    spare = np.where(plain["estimate"] == forms[0]["estimate"], unit, forms[0]["se"])
    holds, checked, apart, shown = {}, {}, {}, dict(forms[0])
    for name, given in claimed.items():
        gaps = [beyond(name, given, form, spare, right.solved) for form in forms]
        best = np.minimum.reduce([np.where(np.isnan(gap), np.inf, gap) for gap in gaps])
        seen = np.isfinite(given.value) & np.logical_or.reduce([~np.isnan(form[name]) for form in forms])
        if len(forms) > 1:
            nearest = np.argmin(np.where(np.isnan(gaps), np.inf, gaps), axis=0)
            shown[name] = np.choose(nearest, [form[name] for form in forms])
        checked[name], holds[name] = seen, ~seen | (best <= 0)
        apart[name] = np.where(seen, np.maximum(best, 0.0), 0.0)
    return ClaimStanding(claim, shown, holds, checked, apart, *_facts(claim, right), spare, right.solved)


def _all_near(claimed: Mapping[str, Printed], right: Mapping[str, Floats]) -> bool:
    """Whether every number is there and within its rounding of the right one, which `beyond` need not be asked then; an
    infinite one is right for none.
    """
    return all(
        abs(value - target) <= half * (1.0 + 1e-9) + 1e-9 * abs(target) < np.inf
        for name, given in claimed.items()
        for value, half, target in zip(given.value.tolist(), given.half.tolist(), right[name].tolist(), strict=True)
    )


def beyond(name: str, given: Printed, right: Mapping[str, Floats], unit: Floats, solved: bool = False) -> Floats:
    """How far numbers are beyond their rounding from a right column, in the units of `ClaimStanding.apart`; at most 0
    where they hold, NaN where there is none.
    """
    value, target = given.value, right[name]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        size = np.where(np.isfinite(unit) & (unit > 0), unit, np.maximum(np.abs(target), np.finfo(float).tiny))
        gap = np.abs(value - target) - given.half * (1.0 + 1e-9)
        long = (given.half <= LONG * np.abs(value)) | (not solved)
        part = np.where(given.half > 0, np.where(long, LOOP * EXACT, 0.0), EXACT)
        slack = part * _exact(name, right, target, size) + 1e-9 * np.abs(target)
        gap = np.where(value == target, 0.0, gap - slack)
        return gap if name in ("statistic", "p") else gap / size


def _exact(name: str, right: Mapping[str, Floats], target: Floats, size: Floats) -> Floats:
    """What 1e-3 standard errors are of a number of this column."""
    if name == "statistic":
        return 1.0 + np.abs(target)
    if name == "p":  # p changes by its density, at most (1 + z^2) p, with each unit of the statistic
        return np.clip(target * (1.0 + right["statistic"] ** 2), 1e-12, 1.0)
    return size


def _facts(claim: Claim, right: Right) -> tuple[dict[str, str | None], dict[str, float], tuple[str, ...]]:
    facts: dict[str, str | None] = {}
    values: dict[str, float] = {}
    unchecked = []
    for name, given in claim.facts.items():
        known = right.fact(name)
        if not known:
            unchecked.append(name)
            continue
        value, half = given.value.item(), given.half.item()
        counted = name.partition(" of ")[0] in COUNTS
        half = 1e-6 * (1.0 + abs(value)) if counted or not half else half
        slack = LOOSE_VARIANCE if VARIANCE.match(name) else LOOSE_FACT
        half += 0.0 if right.solved or counted else slack * abs(value)
        fits = [words for words, number in known.items() if _near(value, half, number)]
        own = fits[0] if fits else None
        facts[name], values[name] = own, known[next(iter(known)) if own is None else own]
    return facts, values, tuple(unchecked)


def _near(value: float, half: float, right: float) -> bool:
    return abs(value - right) <= (
        half * (1.0 + 1e-9) + 1e-9 * abs(right) + NOISE if half else FACT * (1.0 + abs(right))
    )
