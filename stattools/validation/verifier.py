"""Is a saved fit what it says? Asked by a program that shares nothing with the one that made it: `verifier.py FIT`.

It reads what `fit.save(path, design=True)` adds. Log-likelihoods are of complex numbers: after a tiny imaginary step
the imaginary part is the derivative to the last digit (Squire & Trapp, SIAM Review 40 (1998), 110-112).
"""

# fmt: off
import io
import json
import re
import sys
import zipfile
from collections import namedtuple
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from scipy.interpolate import BSpline
from scipy.special import gammaln, log_ndtr, loggamma, stdtrit

STEP, WIDE = 1e-30, 1e-4  # the imaginary step of a derivative; the step of a difference of derivatives, in its unit
LEAST, SAME, SAME_SE = 1e-6, 1e-8, 1e-4  # in standard errors; relative, of a log-likelihood; of a standard error
CALLS: Any = {name: getattr(np, name) for name in ("log", "exp", "sqrt", "log2", "log10", "log1p", "expm1", "abs")}
CALLS |= {"survival": lambda *t: np.array([t[-2], np.where(t[-1] > 0, t[-2], np.inf), *t[:-2]]).T, "I": np.positive}
LEVEL = re.compile(r"(?:\bC\(([^,()]+)(,[^:]*)?\)|(\w+))\[(?:T\.)?(.*?)\](?=:|$)")  # C(g)[T.b], g[b]: where g is b
BASIS = re.compile(r"\b(?:poly\((\w+), (?:degree=)?|bs\((\w+), (?:df=)?)(\d+)\)\[(\d+)\]")  # poly(x, 2)[1], bs(x, 5)[1]
APART = {"estimate", "covariance", "ends", "T", "witness", "weight", "precision", "offset"}  # may be of no column
OLD, NONE = {"columns": {}, "why": "it has no hashes"}, "the file has no design: save the fit with design=True"
Check = namedtuple("Check", "name ok words")  # ok is None where something was not checked

def softplus(x: Any) -> np.ndarray:
    """log(1 + exp(x)), without overflow."""
    return np.where(x.real > 0, x, 0) + np.log1p(np.exp(np.where(x.real > 0, -x, x)))

SHARES: dict[str, Any] = {
    "logit": lambda x: (-softplus(-x), -softplus(x)), "probit": lambda x: (log_ndtr(x), log_ndtr(-x)),
    "cloglog": lambda x: (np.log(-np.expm1(-np.exp(x))), -np.exp(x)), "log": lambda x: (x, np.log(-np.expm1(x))),
    "loglog": lambda x: (-np.exp(-x), np.log(-np.expm1(-np.exp(-x)))), "identity": lambda x: (np.log(x), np.log1p(-x)),
    "cauchit": lambda x: (np.log(0.5 + np.arctan(x) / np.pi), np.log(0.5 - np.arctan(x) / np.pi)),
}  # by link: the logarithm of a mean, and of what is left to 1
MEANS: dict[str, Any] = {"identity": np.positive, "log": np.exp, "inverse": np.reciprocal, "sqrt": np.square}
ERRORS: dict[str, Any] = {
    "weibull": (lambda z: z - np.exp(z), lambda z: -np.exp(z)),
    "lognormal": (lambda z: -0.5 * z * z - 0.5 * np.log(2 * np.pi), lambda z: log_ndtr(-z)),
    "loglogistic": (lambda z: -softplus(z) - softplus(-z), lambda z: -softplus(z)),
}  # by the distribution of a time: log density and log upper tail of the error of its logarithm

def row_logliks(said: Any, y: np.ndarray, eta: Any) -> Any:
    """log p(y | eta) of each row, by family; eta (n, width) are its linear predictors."""
    first, row, form = eta[:, 0], np.arange(len(y)), said["form"]
    mean = MEANS[form](first) if form in MEANS else first
    match said["family"]:
        case "binomial":
            (k, m), (up, down) = y.T if y.ndim == 2 else (y, y**0), SHARES[form](first)
            chosen = gammaln(m + 1) - gammaln(k + 1) - gammaln(m - k + 1)
            return chosen + np.where(k > 0, k * up, 0) + np.where(m > k, (m - k) * down, 0)
        case "poisson":
            return np.where(y > 0, y * np.log(mean), 0) - mean - gammaln(y + 1)
        case "negative-binomial":
            r = np.exp(-eta[:, 1])
            counted = loggamma(y + r) - loggamma(r) - gammaln(y + 1) - r * np.log1p(mean / r)
            return counted + np.where(y > 0, y * (np.log(mean) - np.log(mean + r)), 0)
        case "gamma":
            k = np.exp(-eta[:, 1])
            return k * np.log(k * y / mean) - k * y / mean - loggamma(k) - np.log(y)
        case "normal":
            return -0.5 * ((y - mean) * np.exp(-eta[:, 1])) ** 2 - eta[:, 1] - 0.5 * np.log(2.0 * np.pi)
        case "multinomial":
            every: Any = np.column_stack([0.0 * first, eta])
            top = every.real.max(axis=1)
            return every[row, y.astype(int)] - np.log(np.exp(every - top[:, None]).sum(axis=1)) - top
        case "ordinal":
            far, link, j = np.full(len(y), 300.0), SHARES[form], y.astype(int)  # nothing of any distribution is beyond
            cuts: Any = np.column_stack([first - far, eta[:, 1:], first + far])
            (up, rest), (below, left) = link(cuts[row, j + 1] - first), link(cuts[row, j] - first)
            upper = cuts[row, j].real > first.real  # where there is no difference of numbers near 1
            return np.log(np.exp(np.where(upper, left, up)) - np.exp(np.where(upper, rest, below)))
        case "failure-time":
            density, tail = ERRORS[form.replace("exponential", "weibull")]
            scale, ends = eta[:, 1] if eta.shape[1] > 1 else 0.0 * first, y.T if y.ndim == 2 else np.array([y, y])
            logs = np.log(np.where(np.isfinite(ends) & (ends > 0), ends, 1.0))
            z, seen = (logs - first) * np.exp(-scale), ends[0] == ends[1]
            over = np.where(ends == 0, 0.0, np.where(np.isinf(ends), -np.inf, tail(z)))  # log P(T > end)
            between = over[0] + np.log(-np.expm1(np.where(seen, -1.0, over[1] - over[0])))
            return np.where(seen, density(z[0]) - scale - logs[0], between) - (over[2] if len(ends) == 3 else 0.0)

def predicted(said: Any, a: dict[str, np.ndarray], theta: np.ndarray) -> np.ndarray:
    """The linear predictors (n, width); coefficients of one after those of the other, each over columns of X."""
    eta = np.zeros((len(a["X"]), len(said["predictors"])), dtype=theta.dtype)
    for k, (part, uses) in enumerate(zip(said["parts"], said["predictors"], strict=True)):
        eta[:, k] = a["X"][:, uses] @ theta[slice(*part)] if uses else theta[slice(*part)].sum()
    eta[:, : said["offset_on"]] += np.reshape(a.get("offset", 0.0), (-1, 1))
    return eta

def partial(said: Any, a: Any) -> Any:
    """Cox's partial likelihood with Breslow's or Efron's ties: sums over those at risk at each time of an event."""
    (time, end, *more), weight = a["y"].T, a.get("weight", np.ones(len(a["y"])))
    strata, died, entry = a.get("strata", 0 * time), np.isfinite(end) & (weight > 0), [*more, time - np.inf][0]
    groups = [(strata == one, died & (strata == one)) for one in np.unique(strata[died])]
    def loglik(theta: Any) -> Any:
        eta = a["X"] @ theta
        risk, total = weight * np.exp(eta - eta.real.max()), 0.0
        for here, dead in groups:
            times, place = np.unique(time[dead], return_inverse=True)
            count, tied = np.bincount(place, weight[dead]), np.zeros(len(times), dtype=risk.dtype)
            np.add.at(tied, place, risk[dead])
            since, values = np.append(time[here], entry[here]), np.append(risk[here], -risk[here])
            sums = np.append(np.cumsum(values[order := np.argsort(since)][::-1])[::-1], 0.0)
            at_risk = sums[np.searchsorted(since[order], times)]
            total = total + (weight[dead] * (eta[dead] - eta.real.max())).sum()
            for k in range(int(count.max())):  # of tied events the k-th meets what the ones before it left
                share = np.where(k < count, k / count, 0.0) * (said["ties"] == "efron")
                total = total - np.where(k < count, np.log(at_risk - share * tied), 0).sum()
        return total
    return loglik

def mixed(said: Any, a: dict[str, np.ndarray]) -> Any:
    """A linear model with one grouping or none; of T alone, Var(u) = sigma^2 T T', beta and sigma follow."""
    weight, precision = (np.ones(len(a["y"])) * a.get(name, 1.0) for name in ("weight", "precision"))
    root, group, reml = np.sqrt(weight * precision)[:, None], a.get("group", 0 * weight).astype(int), said.get("reml")
    (Q, U), Z, p = np.linalg.qr(a["X"] * root), a.get("Z", root[:, :0]) * root, a["X"].shape[1]
    C, U, q = np.column_stack([Q, (a["y"] - a.get("offset", 0.0)) * root[:, 0]]), np.linalg.inv(U), Z.shape[1]
    ZZ, ZC = np.zeros((group.max() + 1, q, q)), np.zeros((group.max() + 1, q, p + 1))
    np.add.at(ZZ, group, Z[:, :, None] * Z[:, None, :])
    np.add.at(ZC, group, Z[:, :, None] * C[:, None, :])
    m, CC, det, own = weight.sum() - bool(reml) * p, C.T @ C, np.linalg.det(U), p * (said["kind"] == "least-squares")
    def loglik(t: Any, everything: bool = False) -> Any:
        T = np.zeros((q, q), dtype=t.dtype)
        T[np.tril_indices(q)] = t
        inner, right = np.eye(q) + T.T @ ZZ @ T, T.T @ ZC
        R = CC - np.einsum("gqa,gqb->ab", right, np.linalg.solve(inner, right))
        beta = np.linalg.solve(R[:-1, :-1], R[:-1, -1])
        scale = (R[-1, -1] - R[-1, :-1] @ beta) / m
        logs = np.log(np.linalg.det(inner)).sum() + bool(reml) * np.log(np.linalg.det(R[:-1, :-1]) / det**2)
        value = 0.5 * weight @ np.log(precision) - 0.5 * (m * (1.0 + np.log(2.0 * np.pi * scale)) + logs)
        return (value, U @ beta, scale * m / (m - own), U @ np.linalg.inv(R[:-1, :-1]) @ U.T) if everything else value
    return loglik

def curved(loglik: Any, theta: np.ndarray, L: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The score and the negative second derivatives at theta, along the columns of L."""
    def score(point: np.ndarray) -> np.ndarray:
        return np.array([loglik(point + 1j * STEP * step).imag for step in L.T]) / STEP
    found = np.array([score(theta - WIDE * step) - score(theta + WIDE * step) for step in L.T]).reshape(L.shape) / WIDE
    return score(theta), 0.25 * (found + found.T)

def ask_maximum(loglik: Any, said: Any, a: dict[str, np.ndarray]) -> list[Check]:
    """A maximum over all parameters together, and what proves that there is one."""
    se = np.sqrt(np.diagonal(a["covariance"]))
    values, vectors = np.linalg.eigh(a["covariance"] / np.outer(se, se))
    L = se[:, None] * vectors * np.sqrt(np.maximum(values, 1e-15))  # directions in which estimates are independent
    slope, curve = curved(loglik, a["estimate"], L)
    if not (np.isfinite(curve).all() and np.linalg.eigvalsh(curve)[0] > 0):
        return [Check("maximum", False, "the information is not positive definite")]
    V, value = np.linalg.inv(curve), float(loglik(a["estimate"]))
    exists = [witnessed(said, a)] if said.get("family") in ("binomial", "poisson", "multinomial", "ordinal") else []
    return [*near(value, float(slope @ V @ slope), L @ V @ L.T, said, a, np.inf), *exists]

def ask_linear(loglik: Any, said: Any, a: dict[str, np.ndarray]) -> list[Check]:
    """A maximum over T, with beta and sigma that follow; where a variance is 0, no rise beside it."""
    T, weight = a.get("T", np.zeros((0, 0))), np.ones(len(a["y"])) * a.get("weight", 1.0)
    t, m = (T / said["scale"])[np.tril_indices(len(T))], weight.sum() - said.get("reml", True) * a["X"].shape[1]
    value, beta, scale, V = loglik(t, True)
    L = np.diag(np.maximum(np.abs(t), 1e-3 * np.abs(t).max(initial=1e-3)))
    slope, curve = curved(loglik, t, L)
    values, vectors = np.linalg.eigh(curve)
    free = values > 1e-6 * np.abs(values).max(initial=0.0)  # along the others T turns and nothing changes, or it is 0
    away, rest = a["estimate"] - beta, vectors[:, free].T @ slope
    moved = [loglik(t + 1j * STEP * step, True) for step in (L @ vectors[:, free]).T]
    moves = np.array([np.imag(np.diagonal(one[2] * one[3])) for one in moved]).reshape(len(moved), len(V)) / STEP
    df = 2.0 / (2.0 / m + (moves**2 / values[free, None]).sum(axis=0) / np.diagonal(scale * V) ** 2)  # Satterthwaite's
    edge = T.any() and np.abs(np.diagonal(T)).min() < 1e-6 * np.abs(T).max()
    square, df = away @ np.linalg.solve(V, away) / scale + (rest**2 / values[free]).sum(), np.nan if edge else df
    found, sigma = [*near(float(value), square, scale * V, said, a, df)], float(np.sqrt(scale))
    if (values < -1e-6 * np.abs(values).max(initial=0.0)).any():
        found[1] = Check("maximum", False, "the likelihood rises beside this point")
    return [*found, Check("scale", abs(sigma / said["scale"] - 1.0) < SAME_SE, f"{said['scale']:.9g}, and {sigma:.9g}")]

def witnessed(said: Any, a: dict[str, np.ndarray]) -> Check:
    """No direction leads up for ever where numbers u with the signs of the scores of rows, which never change, have
    X'u = 0 (Stiemke, Math. Annalen 76 (1915), 340-342)."""
    if "witness" not in a:
        return Check("existence", None, "there is no witness: float64 holds none, or it was taken out")
    u, eta, y, left = a["witness"].reshape(len(a["X"]), -1), predicted(said, a, a["estimate"]), a["y"], 0.0
    for part, uses, v in zip(said["parts"], said["predictors"], u.T, strict=True):
        X = a["X"][:, uses] if uses else np.ones((len(u), part[1] - part[0]))
        left = max(left, *np.abs(X.T @ v) / np.maximum(np.abs(X).T @ np.abs(v), 1e-300), 0.0)
    score = np.array([row_logliks(said, y, eta + 1j * STEP * one).imag for one in np.eye(u.shape[1])]).T / STEP
    sums = [v.sum(axis=1) * (np.abs(v.sum(axis=1)) > 1e-9 * np.abs(v).sum(axis=1)) for v in (u, score)]
    (k, m), same_sign = y.T if y.ndim == 2 else (y, y**0), np.sign([*u.T, sums[0]]) == np.sign([*score.T, sums[1]])
    free = {"binomial": ((k > 0) & (k < m)) | (m == 0), "poisson": k > 0}.get(said["family"], k < 0)
    right, words = float((same_sign.all(axis=0) | free).mean()), "the right signs of a witness are in"
    return Check("existence", bool(right == 1.0 and left < 1e-10), f"{words} {right:.1%} of rows, |X'u| = {left:.1g}")

KINDS: dict[str | None, tuple[Any, Any]] = {
    "rows": (lambda said, a: lambda at: (a.get("weight", 1) * row_logliks(said, a["y"], predicted(said, a, at))).sum(),
    ask_maximum), "partial": (partial, ask_maximum), "mixed": (mixed, ask_linear), "least-squares": (mixed, ask_linear),
    None: (lambda *_: None, lambda _, said, a: [Check("design", None, said["why"])]),
}

def near(loglik: Any, square: float, V: np.ndarray, said: Any, a: dict[str, np.ndarray], df: Any) -> Any:
    """How far the maximum is, the standard errors by the inverse information V, and intervals of the level with df."""
    fit, se, told = said["fit"], np.sqrt(np.diagonal(a["covariance"])), f"{said['loglik']:.12g}"
    ok = bool(abs(loglik - said["loglik"]) < SAME * max(abs(loglik), 1.0))
    yield Check("log-likelihood", ok, f"{told}, and {loglik:.12g} when it is computed again")
    within, off = max(fit["solution"]["decrement"], 1e-8), float(np.max(np.abs(np.sqrt(np.diagonal(V)) / se - 1.0)))
    told = said["about"]["certificate"].startswith(f"Within {within:.0e} standard errors".replace("e-0", "e-"))
    top = f"{abs(square) ** 0.5:.2g} standard errors from it, {'' if told else 'not '}as the certificate says"
    yield Check("maximum", told and bool(square < max(within, LEAST) ** 2), top)
    ok, level = None if said["covariance"] != "information" else off < SAME_SE, fit["level"]
    yield Check("standard errors", ok, f"of kind {said['covariance']}, {off:.1g} from those of the information")
    q = (a["ends"].T - a["estimate"]) / se * [[-1.0], [1.0]] - stdtrit(np.minimum(df, 1e300), 0.5 + 0.5 * level)
    ok = None if np.isnan(q).any() else ok and bool(np.abs(q).max() < SAME_SE)
    yield Check("intervals", ok, f"of level {level:g}, {np.abs(q).max():.1g} standard errors from where they end")

def coded(it: re.Match[str], table: dict[str, np.ndarray], levels: Any) -> np.ndarray:
    """Where a factor is at a level; of sum contrasts -1 where it is at the last of its levels."""
    of, own, label = table[it[1] or it[3]], it[2] or "", it[4]
    if own and label.startswith("S."):
        return 1.0 * (of == like(of, [label[2:]])) - (of == like(of, dict(levels)[it[0][: it[0].rindex("[")]][-1:]))
    here = of == like(of, [label])
    if own and not here.any():  # other contrasts
        raise KeyError(label)
    return here

def basis(it: re.Match[str], table: dict[str, np.ndarray], weight: np.ndarray) -> np.ndarray:
    """A column of orthogonal polynomials, or of cubic B-splines whose knots are quantiles; rows count by weight."""
    if (weight % 1).any():
        raise KeyError(it[0])
    x, k = table[it[1] or it[2]], int(it[3])
    rows = np.repeat(x, weight.astype(int))
    if it[1]:
        powers = chebvander(2.0 * (x - rows.min()) / np.ptp(rows) - 1.0, k)
        R = np.linalg.qr(powers * np.sqrt(weight)[:, None], mode="r")
        return (powers @ np.linalg.inv(R * np.sign(np.diagonal(R))[:, None]))[:, int(it[4])]
    ends, inner = np.ones(4), np.quantile(rows, np.linspace(0.0, 1.0, k - 1)[1:-1])
    knots = np.concatenate([rows.min() * ends, inner, rows.max() * ends])
    return BSpline.design_matrix(x, knots, 3).toarray()[:, int(it[4])]

def value(name: str, table: dict[str, np.ndarray], weight: np.ndarray, levels: Any) -> np.ndarray:
    """The column that a name speaks of, made of columns of the table; KeyError for what is not known here."""
    if name in table:
        return table[name]
    one: Any = {"Intercept": np.ones(len(weight)), "center": lambda x: x - np.average(x, weights=weight)}
    one["scale"] = lambda x: one["center"](x) / np.sqrt(weight @ one["center"](x) ** 2 / (weight.sum() - 1.0))
    known = CALLS | one | table | {f"basis{it.start()}": basis(it, table, weight) for it in BASIS.finditer(name)}
    text = BASIS.sub(lambda it: f"basis{it.start()}", name)
    known |= {f"level{it.start()}": coded(it, table, levels) for it in LEVEL.finditer(text)}
    text = LEVEL.sub(lambda it: f"level{it.start()}", text).replace(":", " * ")
    if not re.fullmatch(r"(?:[^\W\d]\w*|\d+[.]?\d*|[-+*/(), ])+", text):  # names, numbers, signs and brackets
        raise KeyError(name)
    return eval(re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"\1.0", text), {"__builtins__": {}}, known)

def like(column: np.ndarray, labels: list[str]) -> np.ndarray:
    """Labels as they stand in a column of words or numbers."""
    kind = str if column.dtype.kind == "U" else lambda it: float(1 if it == "True" else 0 if it == "False" else it)
    return np.array([kind(it) for it in labels])

def named(said: Any, a: Any) -> Any:
    """Columns of the table have their hashes, the names in the file speak of them, and its counts are theirs."""
    data, table = said["about"].get("data", OLD), {name[6:]: it for name, it in a.items() if name.startswith("data: ")}
    lines = {name: "\n".join(it).encode("utf-8", "surrogatepass") for name, it in table.items() if it.dtype.kind == "U"}
    digests = {name: "float64:" * (name not in lines) + sha256(it).hexdigest() for name, it in (table | lines).items()}
    other = [name for name, it in digests.items() if data["columns"].get(name) != it]
    words = f"others: {', '.join(other)}" if other else f"hashes of {len(data['columns'])} columns of {data.get('of')}"
    yield Check("carries", None if data["why"] else not other, data["why"] or words)
    if said["kind"] is None:
        return
    fit, n, weight, speaks = said["fit"], len(a["X"]), a.get("weight", np.ones(len(a["X"]))), said["speaks"]
    model, at = fit.get("model", fit.get("fixed", fit)), fit["solution"]
    rows, given, levels = model["rows"], dict(model.get("extras", ())), model["design"]["levels"]
    gaps = {name: (column != column) | (column == "") for name, column in table.items()}
    kept = ~np.logical_or.reduce([*gaps.values()] or [np.full(n, False)]) & (table.get(given.get("trials"), 1) != 0)
    T = {name: column[kept & (table.get(given.get("weights"), 1) != 0)] for name, column in table.items()}
    wrong, unknown = [], sorted({*a} - APART - {one[1] for one in speaks} - {f"data: {name}" for name in table})
    for name, part, place, labels in speaks:
        column = a[part] if place is None else a[part].reshape(n, -1)[:, place]
        try:
            here, near_0 = value(name, T, weight, levels), 1e-9 * np.abs(column[np.isfinite(column)]).max(initial=0.0)
            right = like(here, labels)[column.astype(int)] == here if labels else np.isclose(here, column, 1e-9, near_0)
            wrong += [] if right.all() else [name]
        except (KeyError, ValueError, TypeError, NameError, SyntaxError, OverflowError):
            unknown += [name]
    text = (model["design"]["parsed"] or {"text": model.get("outcome_name")})["text"].split("~")[0].strip(" `")
    names = [*model["design"]["names"][-a["X"].shape[1] :], *(fit["designs"][0]["names"] if "Z" in a else [])]
    told = [[one[0] for one in speaks if one[1] in "XZ"], *[[one[0], one[3]] for one in speaks if one[1] == "y"][:1]]
    wrong += ["others"] * (told != [names, [text, model.get("labels")]] or model.get("outcome_name", text) != text)
    words = f"of other columns: {', '.join(wrong)}" if wrong else f"not known here: {', '.join(unknown)}"
    yield Check("names", not wrong and (None if unknown else True), words if wrong or unknown else "of these columns")
    total = fit["weight"] if "rows" in fit else (rows["weight"] or {"sums": [None]})["sums"][0]
    told = [model["n_dropped"], dict(model["dropped"]), rows if "rows" in fit else rows["X"]["shape"][0], total]
    here = [(~kept).sum(), {it: gap.sum() for it, gap in gaps.items() if gap.any()}, kept.sum(), total and weight.sum()]
    ok = told == here and (model.get("n_events") is None or model["n_events"] == weight @ np.isfinite(a["y"].T[1]))
    yield Check("counts", bool(ok), f"{kept.sum()} rows, {(~kept).sum()} dropped")
    told: Any = [fit.get("loglik", at["loglik"]), fit.get("scale"), fit.get("estimate", at["estimate"])]
    here = [said["loglik"], said["scale"] if "scale" in fit else None, a["estimate"], a["covariance"]]
    is_same = isinstance(V := fit["covariance"], dict) and np.allclose(whole(*V["parts"]), here[-1], 1e-9, 0.0)
    told.append(here[-1] if is_same else V)  # made of its parts it is the same to round-off
    yield Check("numbers", all(map(np.array_equal, told, here)), "of the fit, those of its design")

def whole(d: np.ndarray, U: np.ndarray, K: np.ndarray, at: Any = None, off: Any = None, v: Any = None) -> np.ndarray:
    """A covariance that is kept as products U K U' beside a diagonal and blocks, with variances v."""
    V = U @ K @ U.T + np.diag(d)
    if at is not None:
        V[at[:, :, None], at[:, None, :]] += off
    return V if v is None else V + np.diag(v - V.diagonal())

def read(path: str) -> tuple[Any, Any]:
    """What the file and its design say, and its arrays; ValueError for a file that was changed, or another's design."""
    data = Path(path).read_bytes()
    if data[-71:] != b"sha256:" + sha256(data[:-71]).hexdigest().encode():
        raise ValueError("it was changed after it was written: its hash is another")
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        parts = {name: folder.read(name) for name in folder.namelist()}
    about, said = (json.loads(parts.get(name, b"{}")) for name in ("about.json", "design.json"))
    if said.get("kind") is None or said.get("version") != 2:
        return {"why": NONE, **said, "kind": None, "about": about}, {}
    kept, a = (dict(np.load(io.BytesIO(parts[name]))) for name in ("arrays.npz", "design.npz"))
    def plain(node: Any) -> Any:  # what is written with the name of its class
        number = float(node["value"]) if node.get("@") == "float" else kept.get(node.get("name"), node)
        return node.get("fields", node.get("items", number))
    if any(sha256(parts[name]).hexdigest() != said["of"][name] for name in ("fit.json", "arrays.npz", "about.json")):
        raise ValueError("its numbers or words are others than those of its design")
    return said | {"about": about, "fit": json.loads(parts["fit.json"], object_hook=plain)["fit"]}, a

def verify(path: str) -> list[Check]:
    """All checks of a file."""
    try:
        said, a = read(path)
        make, ask = KINDS[said["kind"]]
        with np.errstate(all="ignore"):
            return [Check("file", True, "as it was written"), *named(said, a), *ask(make(said, a), said, a)]
    except (ValueError, OSError, KeyError, TypeError, IndexError, AttributeError, zipfile.BadZipFile) as error:
        return [Check("file", False, f"it is no fit that was saved: {error}")]

if __name__ == "__main__":
    for check in (checks := verify(sys.argv[1])):
        print(f"{ {True: 'holds', False: 'WRONG', None: 'not checked'}[check.ok]:12s} {check.name}: {check.words}")
    sys.exit(1 if any(one.ok is False for one in checks) else 2 if any(one.ok is None for one in checks) else 0)
