"""Tables of estimated marginal means and of their contrasts, as R's emmeans prints them, beside `fit.means(...,
over="grid")` and `fit.contrasts(..., over="grid")`.

g emmean     SE  df lower.CL upper.CL        contrast estimate    SE  df t.ratio p.value
a  -0.06 0.0927 195   -0.242    0.124        a - b       -0.31 0.131 195  -2.366  0.0492

Of means by a further column each of its levels has a table of its own, below a line such as `h = u:`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.inference.estimates import against_zero
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.hypotheses.result import METHODS
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model
from stattools.validation.claims.facts import Right, facts_of
from stattools.validation.claims.page_numbers import left_over
from stattools.validation.claims.printed import Claim, column_of
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.claim_audit import ClaimAudit, called, unclaimed
from stattools.validation.explaining.claim_causes import slips

OF_MEANS = ("emmean", "lsmean", "response", "prob", "rate", "the.emmean")
ENDS = (("lower.CL", "asymp.LCL", "lower.HPD"), ("upper.CL", "asymp.UCL", "upper.HPD"))
"""Headings of a table of means, behind what they are by: what they are of, standard errors, and ends of intervals."""
OF_LINK = ("emmean", "lsmean", "the.emmean")
"""Means of the linear predictor, which is the mean itself where the link is the identity."""
OF_CONTRASTS = ("estimate", "ratio", "odds.ratio")
RATIOS = ("t.ratio", "z.ratio")
"""Headings of a table of contrasts: what they are, and their statistic."""
LEVEL = re.compile(r"Confidence level used: (0?\.\d+)")
ADJUSTED = re.compile(r"P value adjustment: (\w+) method.*")
KINDS = ("estimate", "se", "lower", "upper", "statistic", "p")


def claim_of_means(text: Any, name: str = "the claim") -> Claim | None:
    """The claim of tables of means and of contrasts; None for what is none.

    >>> claim = claim_of_means(" g emmean   SE df lower.CL upper.CL\\n a   1.50 0.10  7     1.26     1.74\\n")
    >>> claim.terms, claim.said["means"], claim.columns["se"].value.tolist()
    (('g = a',), 'g', [0.1])
    """
    said, rows, dfs, block, heads, found = {"means": "", "of": ""}, [], [], [], [], False
    for line in text.splitlines() if isinstance(text, str) else []:
        words, pairs = line.split(), [part.split(" = ") for part in line.strip().removesuffix(":").split(", ")]
        if (kinds := _kinds(words)) is not None:
            heads, found = kinds, True
            if "lower" in kinds:
                said |= {"means": " ".join([*words[:-5], *(one for one, _ in block)]), "of": words[-5]}
            else:
                said |= {"by": " ".join(one for one, _ in block), "contrasts": words[-len(kinds)]}
        elif heads and len(words) > len(heads):
            label, numbers = words[: -len(heads)], dict(zip(heads, words[-len(heads) :], strict=True))
            names = [*said["means"].split()[: len(label)], *(one for one, _ in block)]
            levels = [*label, *(value for _, value in block)]
            pairs = [f"{one} = {level}" for one, level in zip(names, levels, strict=False)]
            of_pair = [" ".join(label), *(f"{one} = {value}" for one, value in block)]
            rows.append({"term": ", ".join(pairs if "lower" in numbers else of_pair)} | numbers)
            dfs.append(numbers["df"])
        elif line.rstrip().endswith(":") and all(len(pair) == 2 for pair in pairs):
            block, heads = pairs, []  # the rows of one level of what the means are by
        else:
            heads = []
            block = block if words else []
    if not found:
        return None
    if not rows:
        raise DomainError(f"a claim needs rows of numbers below its headings; {name} has none.")
    terms = tuple(row["term"] for row in rows)
    kinds = [kind for kind in KINDS if any(kind in row for row in rows)]
    columns = {kind: column_of([row.get(kind, "") for row in rows], kind, terms) for kind in kinds}
    for key, pattern, usual in (("level", LEVEL, "0.95"), ("adjusted", ADJUSTED, "none")):
        said[key] = found[1] if (found := pattern.search(text)) else usual
    claim = Claim(name, terms, columns, {}, said | {"df": " ".join(dfs)})
    page = ADJUSTED.sub("", LEVEL.sub("", text))
    return replace(claim, left=tuple(one for one in left_over(page, claim) if one.text not in dfs))


def _kinds(words: list[str]) -> list[str] | None:
    """What the last columns of a table of means or contrasts are, by its headings; None for other words."""
    if len(words) > 5 and words[-5] in OF_MEANS and words[-4:-2] == ["SE", "df"] and _are_ends(words[-2:]):
        return ["estimate", "se", "df", "lower", "upper"]
    rest = [word for word in words if word != "null"]  # of ratios, what they are tested against
    if len(rest) == 6 and rest[0] == "contrast" and rest[1] in OF_CONTRASTS and rest[2:4] == ["SE", "df"]:
        null = ["null"] * (len(words) - len(rest))
        return ["estimate", "se", "df", *null, "statistic", "p"] if rest[4] in RATIOS and rest[5] == "p.value" else None
    return None


def _are_ends(words: list[str]) -> bool:
    return words[0] in ENDS[0] and words[1] in ENDS[1]


def audit_means(claim: Claim, model: Any, level: float | None = None, cov: Any = None) -> ClaimAudit:
    """The verdict on claimed means of a model: of each level of its columns, at the average of all others."""
    level = float(claim.said["level"]) if level is None else level
    options: dict[str, Any] = {} if cov is None else {"cov": cov}
    found: Any = fit(model, level=level, **options)
    claim, beside = _with_df(claim, found)
    parts = [
        *([_means(found, claim, model, level)] if claim.said["means"] else []),
        *([_contrasts(found, claim, model)] if "contrasts" in claim.said else []),
    ]
    names = [name for part in parts for name in part["term"]]
    lost = [term for term in claim.terms if term not in names]
    if lost:
        raise DomainError(
            f"{claim.name} has means of {lost[0]}, and those of this model are of {'; '.join(names[:6])}."
        )
    columns = {kind: np.concatenate([part[kind] for part in parts]) for kind in KINDS}
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


def _means(found: Fit, claim: Claim, model: Model, level: float) -> dict[str, Any]:
    """The means that a claim is of, with what they are called."""
    first, *by = claim.said["means"].split()
    frame = found.means(first, by=by or None, over="grid", level=level)
    columns = {kind: frame[kind].to_numpy(dtype=float) for kind in ("estimate", "se", "lower", "upper")}
    columns = _of_link(columns, model) if claim.said["of"] in OF_LINK else columns
    columns["statistic"], columns["p"] = against_zero(columns["estimate"], columns["se"], np.inf)
    names = [", ".join(f"{one} = {row[one]}" for one in (first, *by)) for row in frame.to_dict("records")]
    return {"term": names} | columns


def _contrasts(found: Any, claim: Claim, model: Any) -> dict[str, Any]:
    """The contrasts that a claim is of, of the first category of which all are, the way round that they are claimed;
    p-values are NaN by an adjustment that the fit does not have.
    """
    design, by = (model.fixed if model.facts.is_mixed else model).design, claim.said["by"].split()
    every = [factor.category for term in design.parsed.terms for factor in term if factor.text in design.levels]
    adjusted, is_ratio = claim.said["adjusted"], claim.said["contrasts"] != "estimate"
    known, mark = adjusted in ("tukey", *METHODS), " / " if is_ratio else " - "
    asked, made = {term for term in claim.terms if mark in term}, {}
    for variable in dict.fromkeys([*claim.said["means"].split()[:1], *every]):
        if variable in by:
            continue
        frame = found.contrasts(variable, by=by or None, over="grid", adjust=adjusted if known else None)
        beside = ["".join(f", {one} = {row[one]}" for one in by) for row in frame.to_dict("records")]
        pairs = [one.split(" - ") for one in frame["contrast"]]
        both = [[mark.join(one) + said for one in (pair, pair[::-1])] for pair, said in zip(pairs, beside, strict=True)]
        sign = np.array([-1.0 if back in asked else 1.0 for _, back in both])
        made = {kind: sign * frame[kind].to_numpy(dtype=float) for kind in ("estimate", "statistic")}
        made |= {"se": frame["se"].to_numpy(dtype=float), "term": [back if back in asked else on for on, back in both]}
        made["p"] = frame["p_value"].to_numpy(dtype=float) if known else np.full(len(frame), np.nan)
        if asked <= {*made["term"]}:
            break
    if is_ratio:
        made["estimate"] = np.exp(made["estimate"])
        made["se"] = made["estimate"] * made["se"]
    return made | dict.fromkeys(("lower", "upper"), np.full(len(made["term"]), np.nan))


def _with_df(claim: Claim, found: Fit) -> tuple[Claim, tuple[str, ...]]:
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
    likelihood = (model.fixed if model.facts.is_mixed else model).likelihood
    link = LINKS[next(iter(likelihood.parameters.values()))]
    eta = link.of(columns["estimate"])
    ends = {name: link.of(columns[name]) for name in ("lower", "upper")}
    return {"estimate": eta, "se": columns["se"] / np.abs(link.slope(eta))} | ends
