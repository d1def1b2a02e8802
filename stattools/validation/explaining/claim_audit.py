"""The verdict on a claim: every claimed number beside the right one, and what is wrong.

Are claimed numbers right? Each is compared with our maximum as far as its digits go; where some do not hold, the
search says why.

A right claim costs one fit and a comparison. What follows is looked for only where a number does not hold: slips of the
pen, conventions, other rows or weights, other families, loops that stopped, each proven by numbers that then hold.

A claim of finite numbers where the likelihood has no maximum: separated outcomes, aliased columns.

Stars that contradict the footnote that says what they mean: so many stars claim that p lies between two limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import DomainError, IdentificationError, quoted
from stattools.inference.estimates import against_zero, quantile_of
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.text.columns import first_few, number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page
from stattools.validation.claims.facts import COLUMNS, Right, right_at, right_of_fit
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.rows import fits_stars
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.claims.terms import known_places, places
from stattools.validation.conventions.state import declared_covariances, declared_options, declared_recipe, is_joint
from stattools.validation.explaining.causes import LEAVE_OUT, existence, gather, limit_se
from stattools.validation.explaining.claim_causes import (
    ClaimTrial,
    Verdict,
    by_another_definition,
    searched,
    whole_point,
)
from stattools.validation.explaining.slips import shown
from stattools.validation.foreign.description import Foreign
from stattools.validation.recipes.points import Regression
from stattools.validation.recipes.recipe import Numbers, Recipe, Refit
from stattools.validation.verdict import Finding

HEADS = {"estimate": "estimate", "se": "se", "statistic": "statistic", "p": "p", "lower": "lower", "upper": "upper"}

WRONG = "!"
"""What stands beside a claimed number that does not hold."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class ClaimAudit(Faces):
    """The verdict of `st.audit` on claimed numbers.

    `ok` is True where every claimed number is the right one as far as its digits go, under what the model says.
    `convention` is the convention under which the numbers hold where they do not under the model's own, "" otherwise;
    of a right claim it is the kind of standard errors that its words leave open.
    `findings` name what is wrong, with evidence and what to do; `notes` what the digits do not decide, and what was
    not claimed or not checked, each number of a printed page that nothing checks among them, with its line.
    `distance` is how far the estimates are from the maximum beyond their rounding, in
    standard errors. `rows` has a row for each claimed number: term, quantity, claimed, rounding (half of its last
    digit), right, apart (how far it is off beyond its rounding: in standard errors of the estimate, for p in itself),
    holds. `facts` has the single numbers: fact, claimed, right, holds, definition.
    """

    name: str
    about: str
    standing: ClaimStanding
    ok: bool
    sentence: str
    findings: tuple[Finding, ...]
    convention: str = ""
    notes: tuple[str, ...] = ()

    @property
    def distance(self) -> float:
        """How far the estimates are beyond their rounding, in standard errors, at most."""
        return self.standing.distance

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row for each claimed number that was compared."""
        found, claim, columns = self.standing, self.standing.claim, list(self._columns)
        parts = [(k, name) for k in range(len(claim.terms)) for name in columns if found.checked[name][k]]
        of = {name: claim.columns[name] for name in columns}
        table = {
            "term": [claim.terms[k] for k, _ in parts],
            "quantity": [name for _, name in parts],
            "claimed": [float(of[name].value[k]) for k, name in parts],
            "rounding": [float(of[name].half[k]) for k, name in parts],
            "right": [float(found.right[name][k]) for k, name in parts],
            "apart": [float(found.apart[name][k]) for k, name in parts],
            "holds": [bool(found.holds[name][k]) for k, name in parts],
        }
        return pd.DataFrame(table)

    @cached_property
    def facts(self) -> pd.DataFrame:
        """One row for each single number that was compared."""
        found = self.standing
        rows = [
            {
                "fact": name,
                "claimed": float(np.ravel(found.claim.facts[name].value)[0]),
                "right": found.values[name],
                "holds": words is not None,
                "definition": words or "",
            }
            for name, words in found.facts.items()
        ]
        return pd.DataFrame(rows, columns=["fact", "claimed", "right", "holds", "definition"])

    def table(self) -> pd.DataFrame:
        """One row for each claimed number beside the right one, as a frame of your own."""
        return self.rows.copy()

    @property
    def _columns(self) -> tuple[str, ...]:
        return tuple(name for name in COLUMNS if name in self.standing.checked and self.standing.checked[name].any())

    def _headline(self) -> str:
        causes = "; ".join(one.cause for one in self.findings if one.serious) or self.convention
        verdict = "right" if self.ok else f"not right: {causes or 'no cause found'}"
        return headline(self, "", self.name, verdict, f"{self.standing.failing} of {self.standing.count} numbers off")

    def _page(self) -> Page:
        told = [f"- {finding.sentence}" for finding in self.findings] + [f"Note: {note}" for note in self.notes]
        legend = [f"{WRONG}: does not hold, as far as its digits go."] if self.standing.failing else []
        facts = [self._facts_grid()] if self.standing.facts else []
        return Page(
            self.sentence,
            "",
            f"Claimed, and right for {self.about}:",
            "",
            self._grid(),
            *(["", *facts] if facts else []),
            *(["", *legend] if legend else []),
            *([""] if told else []),
            *told,
        )

    def _grid(self) -> Grid:
        found, columns = self.standing, self._columns
        body = []
        for k, term in enumerate(found.claim.terms):
            seen = [name for name in columns if found.checked[name][k]]
            if not seen:
                body.append([term, "claimed", *("not checked" if name == columns[0] else "" for name in columns)])
                continue
            given = [_claimed(found, name, k) if name in seen else "" for name in columns]
            right = [_right(found, name, k) if name in seen else "" for name in columns]
            body += [[term, "claimed", *given], ["", "right", *right]]
        return Grid(["", "", *(HEADS[name] for name in columns)], body, "ll" + "r" * len(columns))

    def _facts_grid(self) -> Grid:
        found = self.standing
        body = []
        for name, words in found.facts.items():
            given = found.claim.facts[name]
            value, half = (np.ravel(part) for part in (given.value, given.half))
            mark = f" {WRONG}" if words is None else "  " if found.failing else ""
            right = as_printed(found.values[name], float(half[0]))
            body.append([name, f"{as_printed(float(value[0]), float(half[0]))}{mark}", right, words or ""])
        return Grid(["", "claimed", "right", ""], body, "lrrp")

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


SMALL = 1e-4
"""Numbers below are written with an exponent."""


def _claimed(found: ClaimStanding, name: str, k: int) -> str:
    given = found.claim.columns[name]
    value, half = float(given.value[k]), float(given.half[k])
    is_bound = name == "p" and value == half and half > 0
    text = f"<{number(2.0 * half)}" if is_bound else as_printed(value, half)
    holds = found.holds[name]  # the room of a mark keeps digits in their columns
    return text + ("" if holds.all() else "  " if holds[k] else f" {WRONG}")


def _right(found: ClaimStanding, name: str, k: int) -> str:
    given, value = found.claim.columns[name], float(found.right[name][k])
    half = float(given.half[k])
    if name == "p" and half > 0 and (float(given.value[k]) == half or 0.0 < value < SMALL):
        text = number(value, 2)
    else:
        text = shown(value, given, k) if half > 0 and np.isfinite(value) and abs(value) < 1e9 else number(value, 6)
    return text if found.holds[name].all() else text + "  "


def as_printed(value: float, half: float) -> str:
    """A number with the digits that it was printed with."""
    if half <= 0 or not np.isfinite(value) or half < 5e-13:
        return number(value, 6)
    digits = max(int(np.ceil(-np.log10(2.0 * half) - 1e-9)), 0)
    if 0.0 < abs(value) < SMALL and digits > 5:
        return f"{value:.{max(digits + int(np.floor(np.log10(abs(value)))), 0)}e}"
    return f"{value:.{digits}f}"


def called(name: str) -> str:
    """A claim at the beginning of a sentence; files keep their names.

    >>> called("the claim"), called("table.csv")
    ('The claim', 'table.csv')
    """
    return f"T{name[1:]}" if name.startswith("the ") else name


def unclaimed(standing: ClaimStanding, names: tuple[str, ...], ours: object) -> tuple[str, ...]:
    """Notes on what was not claimed or could not be checked."""
    notes, places = [], np.asarray(ours).tolist()
    away = [names[k] for k in sorted(set(range(len(names))).difference(places))]
    if away:
        notes.append(f"Not claimed, so not checked: {first_few(away)}.")
    blind = [term for term, place in zip(standing.claim.terms, places, strict=True) if place < 0]
    steps = [term for term in blind if re.fullmatch(r"[^/|]+[/|][^/|]+", term)]
    blind = [term for term in blind if term not in steps]
    if steps:
        notes.append(f"Logarithms of steps between thresholds, so not checked: {first_few(steps)}.")
    if blind:
        notes.append(f"Not a parameter of this model, so not checked: {first_few(blind)}.")
    if unread := standing.claim.said.get("unread"):
        notes.append(f"Columns of which the heading is unknown, so not checked: {unread}.")
    if standing.unchecked:
        facts = standing.claim.facts
        said = [
            f"{name} {as_printed(float(np.ravel(facts[name].value)[0]), float(np.ravel(facts[name].half)[0]))}"
            for name in standing.unchecked
        ]
        notes.append(f"Not checked, as the model has no such number: {', '.join(said)}.")
    if standing.unseen:
        notes.append(f"Not checked, as there is no right number: {', '.join(standing.unseen)}.")
    by_line: dict[tuple[int, str], list[str]] = {}
    for one in standing.claim.left:
        by_line.setdefault((one.line, one.quote), []).append(one.text)
    if by_line:
        lines = [f"line {at} {quoted(words)}: {', '.join(texts)}" for (at, words), texts in by_line.items()]
        notes.append(f"Numbers of the page that are not checked: {'; '.join(lines)}.")
    notes += [f"{name} holds by another definition: {words}." for name, words in standing.facts.items() if words]
    return tuple(notes)


def without_maximum(claim: Claim, model: Regression, ours: NDArray[np.intp], error: IdentificationError) -> ClaimAudit:
    """The verdict where a fit found no maximum: the claim cannot be right, and why."""
    limit = np.full(len(model.names), np.nan)
    columns: dict[str, Floats] = dict.fromkeys(COLUMNS, limit)
    findings = [Finding("no maximum", f"{error.message.split('. ')[0]}.", LEAVE_OUT)]
    if type(model) is Model:
        absent, found = existence(model)
        findings = findings if absent is None else [absent]
        if found is not None:
            columns |= {"estimate": found.solution.estimate, "se": limit_se(found)}
        findings += _made_by(claim, model, ours, absent)
    now = standing(claim, ours, Right(tuple(model.names), columns, columns["se"], lambda name: {}))
    causes = "; ".join(dict.fromkeys(one.cause for one in findings if one.serious))
    sentence = (
        f"{called(claim.name)} is not right: its numbers are finite, and the likelihood has no unique maximum. "
        f"Cause: {causes}."
    )
    about = " ".join(filter(None, (str(model.title), f"of {model.formula}" if model.formula else "")))
    notes = unclaimed(now, tuple(model.names), ours)
    return ClaimAudit(claim.name, about, now, False, sentence, tuple(findings), notes=notes)


def _made_by(claim: Claim, model: Model, ours: NDArray[np.intp], absent: Finding | None) -> list[Finding]:
    """What made finite numbers, where all are claimed: a penalty, or the end of a loop."""
    theta = whole_point(claim, ours, len(model.names))
    if theta is None:
        return []
    none = np.full(len(theta), np.nan)
    foreign = Foreign(claim.name, Recipe(model), Numbers(theta, none, none, none), "information")
    known = () if absent is None else (absent.cause,)
    return [one for one in gather(foreign).findings if one.cause not in known]


TESTED = ("se", "statistic", "p", "lower", "upper")
"""Columns of which any tells which standard errors the stars are made from."""


def wrong_stars(claim: Claim, ours: NDArray[np.intp], right: Right) -> Finding | None:
    """The finding on stars that are not those of the right statistics; None where all are, or where there are none.

    Statistics so near a limit that t or the normal distribution decides are on neither side of it.
    """
    if not claim.stars or not claim.limits:
        return None
    p, limits = right.columns["p"], dict(claim.limits)
    z = -special.ndtri(0.5 * p)  # a statistic may be a square
    wrong = [
        f"{claim.terms[row]} has {count or 'no'} star{'s' * (count != 1)} and p = {number(float(p[place]), 2)}"
        for row, (place, count) in enumerate(zip(ours.tolist(), claim.stars, strict=True))
        if place >= 0 and not np.isnan(z[place]) and not fits_stars(float(z[place]), count, limits)
    ]
    if not wrong:
        return None
    legend = ", ".join(f"{'*' * count} p < {limit:g}" for count, limit in sorted(claim.limits.items()))
    return Finding("stars", f"By its footnote, {legend}: {'; '.join(wrong)}.", "Print the stars of these p-values.")


SECONDS = 5.0
"""How long causes are looked for, by the work of the processor, so that a busy machine finds the same."""


def audit_claim(
    claim: Claim,
    model: Any,
    *,
    terms: Mapping[str, str] | None = None,
    cov: object = None,
    level: float | None = None,
    seconds: float = SECONDS,
) -> ClaimAudit:
    """The verdict on what somebody claims of a model and its data, with standard errors of kind `cov` and intervals at
    `level`; None takes what the claim says of itself, and by default the model's own and 0.95.

    >>> import stattools as st
    >>> from stattools.validation.claims.reading import read_claim
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> audit_claim(read_claim({"(Intercept)": "1.10", "x": "2.00"}), model).ok
    True
    """
    level = _said_level(claim) if level is None else level
    placed = known_places(claim, model.names, terms)
    silent = cov is None
    kinds = declared_covariances(claim, model) if silent else (cov,)
    compared: Any = None
    try:
        for kind in kinds:
            here = _compared(claim, model, kind, level, placed.ours)
            compared = here if compared is None or here.now.ok else compared
            if here.now.ok:
                break
    except IdentificationError as error:
        return without_maximum(claim, model, placed.ours, error)
    meant = f"standard errors of kind {compared.cov}" if len(kinds) > 1 and compared.now.ok else ""
    claim, cov, found, right, now = compared
    lost = any(place < 0 and not shown for place, shown in zip(placed.ours.tolist(), placed.shown, strict=True))
    if lost and not now.count:
        places(claim, model.names, terms)  # says which row is no parameter, and what to do
    if now.ok and not lost:
        return _right_claim(claim, model, now, placed.ours, right, meant)
    if silent and kinds == ("information",) and not lost:
        other = by_another_definition(claim, found, level, placed.ours, now)
        if other is not None:
            return _right_claim(claim, model, other[1], placed.ours, other[0], other[2])
    trial = ClaimTrial(claim, model, terms, cov, level, placed.ours, right, now, found, seconds, lost)
    verdict = searched(trial)
    if lost and not verdict.solved:
        places(claim, model.names, terms)
    return _judged(trial, verdict)


class Compared(NamedTuple):
    """A claim beside the fit with standard errors of one kind, and the right numbers."""

    claim: Claim
    cov: Any
    found: Any
    right: Right
    now: ClaimStanding


def _compared(claim: Claim, model: Any, cov: object, level: float, ours: NDArray[np.intp]) -> Compared:
    options: dict[str, Any] = {} if isinstance(cov, str) and cov == "information" else {"cov": cov}
    found = fit(model, level=level, **(options | declared_options(claim, model)))
    right = _declared(claim, found, cov, level) or right_of_fit(found, level)
    now = standing(claim, ours, right)
    if not now.ok:
        claim, right, now = _as_said(
            replace(claim, said=_without(claim.said, "level")), model, found, right, level, ours
        )
    return Compared(claim, cov, found, right, now)


def _said_level(claim: Claim) -> float:
    try:
        level = float(claim.said.get("level", 0.95))
    except ValueError:
        return 0.95
    return level if 0.0 < level < 1.0 else 0.95


def _without(said: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: words for key, words in said.items() if key != name}


def _declared(claim: Claim, found: Any, cov: Any, level: float) -> Right | None:
    """The right numbers made as the claim declares; None where it declares nothing."""
    if is_joint(claim, found.model):
        refit = Refit(found.model, {"reml": found.reml}, joint=True, level=level)
        at, fact = refit.point, right_of_fit(found, level).fact
        return right_at(refit.names, at.estimate, at.se, np.inf, level, fact)
    changes = declared_recipe(claim, found.model)
    if not changes:
        return None
    divisor: Any = "n - p" if found.model.has_scale else "1"
    df = None if found.model.has_scale else np.inf
    return Recipe(found.model, cov=cov, divisor=divisor, df=df, level=level, **changes).right(found.estimate)


def _as_said(
    claim: Claim, model: Regression, found: Fit, own: Right, level: float, ours: NDArray[np.intp]
) -> tuple[Claim, Right, ClaimStanding]:
    """Right numbers and how the claim stands beside them, with tests by the normal distribution, by t, or chi-squared,
    where the claim says that its statistics are that and more of it then holds; otherwise it does not say so any more.
    """
    right = own
    other = _tested_as(claim.said.get("statistic", ""), model, right, found.t_df, level)
    pairs = [(one, standing(claim, ours, one)) for one in (right, other) if one is not None]
    right, now = min(pairs, key=lambda pair: pair[1].failing)
    return (claim if right is other else replace(claim, said=_without(claim.said, "statistic"))), right, now


def _tested_as(said: str, model: Regression, right: Right, df: float | Floats, level: float) -> Right | None:
    """The right numbers with statistics that are t, z or the square of z; None where they are so, or cannot be."""
    rest = float(model.n) - _coefficients(model) if said == "t" else np.inf
    is_t = bool(np.isfinite(df).any())
    if said == "chi2" and not is_t:
        return replace(right, columns={**right.columns, "statistic": np.square(right.columns["statistic"])})
    if said not in ("t", "z") or is_t == (said == "t") or model.facts.has_intervals or rest <= 0:
        return None
    theta, se = right.columns["estimate"], right.columns["se"]
    statistic, p = against_zero(theta, se, rest)
    half = quantile_of(rest, level) * se
    tests = {"statistic": statistic, "p": p, "lower": theta - half, "upper": theta + half}
    return replace(right, columns={**right.columns, **tests})


def _coefficients(model: Regression) -> int:
    """How many parameters packages count beside the degrees of freedom of t: without those beside the mean."""
    return model.predictor.size_first if type(model) is Model else len(model.names)


def _right_claim(
    claim: Claim, model: Regression, now: ClaimStanding, ours: NDArray[np.intp], right: Right, meant: str
) -> ClaimAudit:
    """The verdict on a claim that is right, with the kind of standard errors that it was found to mean."""
    if not now.count:
        raise DomainError(f"{claim.name} has no number that can be compared with {model.title}.")
    many, digits = f"its {now.count} numbers hold", "their digits"
    if now.total > now.count:
        many = f"{now.count} of its {now.total} numbers are checked and hold"
    elif now.count == 1:
        many, digits = "its one number holds", "its digits"
    notes = unclaimed(now, right.names, ours)
    if (stars := wrong_stars(claim, ours, right)) is not None:
        if any(name in claim.columns for name in TESTED):
            sentence = f"{called(claim.name)} is not right: {many}, and its stars do not. Cause: stars."
            return ClaimAudit(claim.name, about(model), now, False, sentence, (stars,), meant, notes)
        notes = (*notes, f"Stars, if they are of the model's own standard errors: {stars.evidence}")
    sentence = f"{called(claim.name)} is right: {many}, as far as {digits} go{f', with {meant}' if meant else ''}."
    return ClaimAudit(claim.name, about(model), now, True, sentence, (), meant, notes)


def _judged(trial: ClaimTrial, verdict: Verdict) -> ClaimAudit:
    claim, now = trial.claim, trial.now
    off = f"{now.failing} of {now.count} numbers {'does' if now.failing == 1 else 'do'} not hold"
    causes = "; ".join(one.cause for one in verdict.findings if one.serious)
    if verdict.convention:
        sentence = (
            f"{verdict.convention[0].upper()}{verdict.convention[1:]}: only so is {claim.name} right. Under what the "
            f"model says {off}."
        )
    else:
        sentence = f"{called(claim.name)} is not right: {off}{_where(now)}. Cause: {causes or 'none that was tried'}."
    notes = (*verdict.notes, *unclaimed(now, trial.right.names, trial.ours))
    return ClaimAudit(claim.name, about(trial.model), now, False, sentence, verdict.findings, verdict.convention, notes)


def _where(now: ClaimStanding) -> str:
    far = now.distance
    return f", the estimates by up to {far:.2g} standard errors" if far > 0 and np.isfinite(far) else ""


def about(model: Regression) -> str:
    """A model in a few words."""
    return " ".join(filter(None, (str(model.title), f"of {model.formula}" if model.formula else "")))
