"""The verdict on a claim: every claimed number beside the right one, and what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import quoted
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.names import first_few
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page
from stattools.validation.claims.right import COLUMNS
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.explaining.exchanged import shown
from stattools.validation.explaining.finding import Finding

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
    return text + (("" if found.holds[name][k] else f" {WRONG}") if found.holds[name].all() else _mark(found, name, k))


def _mark(found: ClaimStanding, name: str, k: int) -> str:
    """A mark, or the room of one, so that digits stay in their columns."""
    return "  " if found.holds[name][k] else f" {WRONG}"


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


def unclaimed(standing: ClaimStanding, names: tuple[str, ...], ours: Any) -> tuple[str, ...]:
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
