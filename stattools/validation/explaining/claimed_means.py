"""Tables of estimated marginal means, as R's emmeans prints them, beside `fit.means(..., over="grid")`.

g emmean     SE  df lower.CL upper.CL
a  -0.06 0.0927 195   -0.242    0.124

Of means by a further column each of its levels has a table of its own, below a line such as `h = u:`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.hypotheses import against_zero
from stattools.likelihoods.links import LINKS
from stattools.validation.claims.facts import Right, facts_of
from stattools.validation.claims.printed import Claim, column_of
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.claim_audit import ClaimAudit, called, unclaimed
from stattools.validation.explaining.claim_causes import slips

OF_MEANS = ("emmean", "lsmean", "response", "prob", "rate", "the.emmean")
ENDS = (("lower.CL", "asymp.LCL", "lower.HPD"), ("upper.CL", "asymp.UCL", "upper.HPD"))
"""Headings of a table of means, behind what they are by: what they are of, standard errors, and ends of intervals."""
OF_LINK = ("emmean", "lsmean", "the.emmean")
"""Means of the linear predictor, which is the mean itself where the link is the identity."""
LEVEL = re.compile(r"Confidence level used: (0?\.\d+)")


def claim_of_means(text: Any, name: str = "the claim") -> Claim | None:
    """The claim of a table of means; None for what is none.

    >>> claim = claim_of_means(" g emmean   SE df lower.CL upper.CL\\n a   1.50 0.10  7     1.26     1.74\\n")
    >>> claim.terms, claim.said["means"], claim.columns["se"].value.tolist()
    (('g = a',), 'g', [0.1])
    """
    names, of, p, rows, block, inside = [], "", 0, [], [], False
    for line in text.splitlines() if isinstance(text, str) else []:
        words, pairs = line.split(), [part.split(" = ") for part in line.strip().removesuffix(":").split(", ")]
        if len(words) > 5 and words[-5] in OF_MEANS and words[-4:-2] == ["SE", "df"] and _are_ends(words[-2:]):
            names, of, p, inside = words[:-5] + [name for name, _ in block], words[-5], len(words) - 5, True
        elif inside and len(words) == p + 5:
            rows.append([*words[:p], *(value for _, value in block), *words[p:]])
        elif line.rstrip().endswith(":") and all(len(pair) == 2 for pair in pairs):
            block, inside = pairs, False  # the rows of one level of what the means are by
        else:
            inside = False
    if not names:
        return None
    if not rows:
        raise DomainError(f"a claim needs rows of numbers below its headings; {name} has none.")
    p = len(names)
    terms = tuple(", ".join(f"{one} = {row[k]}" for k, one in enumerate(names)) for row in rows)
    places = {"estimate": p, "se": p + 1, "lower": p + 3, "upper": p + 4}
    columns = {kind: column_of([row[k] for row in rows], kind, terms) for kind, k in places.items()}
    used = LEVEL.search(text)
    said = {"means": " ".join(names), "of": of, "level": used[1] if used else "0.95"}
    said |= {"df": " ".join(row[p + 2] for row in rows)}
    return Claim(name, terms, columns, {}, said)


def _are_ends(words: list[str]) -> bool:
    return words[0] in ENDS[0] and words[1] in ENDS[1]


def audit_means(claim: Claim, model: Any, level: float | None = None, cov: Any = None) -> ClaimAudit:
    """The verdict on claimed means of a model: of each level of its columns, at the average of all others."""
    level = float(claim.said["level"]) if level is None else level
    options: dict[str, Any] = {} if cov is None else {"cov": cov}
    found: Any = fit(model, level=level, **options)
    claim, beside = _with_df(claim, found)
    first, *by = claim.said["means"].split()
    frame = found.means(first, by=by or None, over="grid", level=level)
    names = [", ".join(f"{one} = {row[one]}" for one in (first, *by)) for row in frame.to_dict("records")]
    lost = [term for term in claim.terms if term not in names]
    if lost:
        raise DomainError(
            f"{claim.name} has means of {lost[0]}, and those of this model are of {'; '.join(names[:6])}."
        )
    columns = {kind: frame[kind].to_numpy(dtype=float) for kind in ("estimate", "se", "lower", "upper")}
    columns = _of_link(columns, model) if claim.said["of"] in OF_LINK else columns
    statistic, p = against_zero(columns["estimate"], columns["se"], np.inf)
    columns |= {"statistic": statistic, "p": p}
    right = Right(tuple(names), columns, columns["se"], facts_of(found), solved=model.has_scale)
    ours = np.array([names.index(term) for term in claim.terms], dtype=np.intp)
    now = standing(claim, ours, right)
    about, notes = f"means of {model.title}", (*beside, *unclaimed(now, right.names, ours))
    if now.ok:
        sentence = f"{called(claim.name)} is right: its {now.count} numbers hold, as far as their digits go."
        return ClaimAudit(claim.name, about, now, True, sentence, (), "", notes)
    findings = tuple(slips(now, model).findings)
    causes = "; ".join(one.cause for one in findings) or "none that was tried"
    off = f"{now.failing} of {now.count} numbers {'does' if now.failing == 1 else 'do'} not hold"
    sentence = f"{called(claim.name)} is not right: {off}. Cause: {causes}."
    return ClaimAudit(claim.name, about, now, False, sentence, findings, "", notes)


def _with_df(claim: Claim, found: Any) -> tuple[Claim, tuple[str, ...]]:
    """The claim with the degrees of freedom of its rows that are farthest from those of the fit; or a note on them."""
    given = [one for one in claim.said["df"].split() if one != "Inf"]
    if not given:
        return claim, ()
    if np.ndim(found.t_df) or not np.isfinite(found.t_df):
        return claim, ("Not checked: the degrees of freedom of the means.",)
    farthest = max(given, key=lambda one: abs(float(one) - found.t_df))
    return replace(claim, facts={"df_resid": column_of([farthest], "df", ("df",))}), ()


def _of_link(columns: dict[str, Any], model: Any) -> dict[str, Any]:
    """Means on the scale of the linear predictor, with the standard errors that they have there."""
    likelihood = (model.fixed if model.is_mixed else model).likelihood
    link = LINKS[next(iter(likelihood.parameters.values()))]
    eta = link.of(columns["estimate"])
    ends = {name: link.of(columns[name]) for name in ("lower", "upper")}
    return {"estimate": eta, "se": columns["se"] / np.abs(link.slope(eta))} | ends
