"""Is a saved fit what it says? Asked by a program that shares nothing with the one that made it: `verifier.py FIT`.

`fit.save(path, design=True)` writes beside the fit, in plain arrays, what it was made from: read here with NumPy, SciPy
and the standard library alone, in one sitting. Each log-likelihood is written again for complex numbers: after a tiny
imaginary step the imaginary part is the derivative to the last digit (Squire & Trapp, SIAM Review 40 (1998), 110-112).
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import gammaln, log_ndtr, loggamma

STEP, WIDE = 1e-30, 1e-4  # the imaginary step of a derivative; the step of a difference of derivatives, in its unit
AT_MAXIMUM, SAME, SAME_SE = 1e-3, 1e-8, 1e-4  # in standard errors; relative, of a log-likelihood; of a standard error
Check = namedtuple("Check", "name ok words")  # ok is None where something was not checked


def softplus(x: Any) -> Any:  # log(1 + exp(x))
    return np.where(x.real > 0, x, 0) + np.log1p(np.exp(np.where(x.real > 0, -x, x)))


SHARES: dict[str, Any] = {
    "logit": lambda x: (-softplus(-x), -softplus(x)), "probit": lambda x: (log_ndtr(x), log_ndtr(-x)),
    "cloglog": lambda x: (np.log(-np.expm1(-np.exp(x))), -np.exp(x)),
    "loglog": lambda x: (-np.exp(-x), np.log(-np.expm1(-np.exp(-x)))),
    "cauchit": lambda x: (np.log(0.5 + np.arctan(x) / np.pi), np.log(0.5 - np.arctan(x) / np.pi)),
    "log": lambda x: (x, np.log(-np.expm1(x))), "identity": lambda x: (np.log(x), np.log1p(-x)),
}  # fmt: skip # by link: the logarithm of a mean, and of what is left to 1
MEANS: dict[str, Any] = {"identity": np.positive, "log": np.exp, "inverse": np.reciprocal, "sqrt": np.square}
ERRORS: dict[str, Any] = {
    "weibull": (lambda z: z - np.exp(z), lambda z: -np.exp(z)),
    "lognormal": (lambda z: -0.5 * z * z - 0.5 * np.log(2 * np.pi), lambda z: log_ndtr(-z)),
    "loglogistic": (lambda z: -softplus(z) - softplus(-z), lambda z: -softplus(z)),
}  # by the distribution of a time: log density and log upper tail of the error of its logarithm


def row_logliks(said: Any, y: Any, eta: Any) -> Any:
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
    raise KeyError(f"the family {said['family']!r} is not known here")


def of_rows(said: Any, a: Any) -> Callable[[Any], Any]:
    """A sum over rows; coefficients of one linear predictor after the other, each over columns of X."""

    def loglik(theta: Any) -> Any:
        eta = np.zeros((len(a["X"]), len(said["predictors"])), dtype=theta.dtype)
        for k, (part, uses) in enumerate(zip(said["parts"], said["predictors"], strict=True)):
            eta[:, k] = a["X"][:, uses] @ theta[slice(*part)] if uses else theta[slice(*part)].sum()
        eta[:, : said["offset_on"]] += np.reshape(a.get("offset", 0.0), (-1, 1))
        return (a.get("weight", 1.0) * row_logliks(said, a["y"], eta)).sum()

    return loglik


def partial(said: Any, a: Any) -> Callable[[Any], Any]:
    """Cox's partial likelihood with Breslow's or Efron's ties: sums over those at risk at each time of an event."""
    entry, weight = a.get("entry", a["time"] - np.inf), a.get("weight", np.ones(len(a["time"])))
    strata, died = a.get("strata", 0.0 * a["time"]), a["event"].astype(bool) & (weight > 0)
    groups = [(strata == one, died & (strata == one)) for one in np.unique(strata[died])]

    def since(when: Any, values: Any, times: Any) -> Any:
        order = np.argsort(when)
        return np.append(np.cumsum(values[order][::-1])[::-1], 0.0)[np.searchsorted(when[order], times)]

    def loglik(theta: Any) -> Any:
        eta = a["X"] @ theta
        risk, total = weight * np.exp(eta - eta.real.max()), 0.0
        for here, dead in groups:
            times, place = np.unique(a["time"][dead], return_inverse=True)
            count, tied = np.bincount(place, weight[dead]), np.zeros(len(times), dtype=risk.dtype)
            np.add.at(tied, place, risk[dead])
            at_risk = since(a["time"][here], risk[here], times) - since(entry[here], risk[here], times)
            total = total + (weight[dead] * (eta[dead] - eta.real.max())).sum()
            for k in range(int(count.max())):  # of tied events the k-th meets what the ones before it left
                share = np.where(k < count, k / count, 0.0) * (said["ties"] == "efron")
                total = total - np.where(k < count, np.log(at_risk - share * tied), 0).sum()
        return total

    return loglik


def mixed(said: Any, a: Any) -> Callable[[Any], Any]:
    """A linear mixed model with one grouping; of T alone, Var(u) = sigma^2 T T', beta and sigma follow."""
    root = np.sqrt(a.get("precision", np.ones(len(a["y"]))))[:, None]
    (Q, U), Z, group, q = np.linalg.qr(a["X"] * root), a["Z"] * root, a["group"].astype(int), a["Z"].shape[1]
    C, U = np.column_stack([Q, a["y"] * root[:, 0]]), np.linalg.inv(U)
    ZZ, ZC = np.zeros((group.max() + 1, q, q)), np.zeros((group.max() + 1, q, C.shape[1]))
    np.add.at(ZZ, group, Z[:, :, None] * Z[:, None, :])
    np.add.at(ZC, group, Z[:, :, None] * C[:, None, :])
    m, CC, det = len(C) - said["reml"] * (C.shape[1] - 1), C.T @ C, np.linalg.det(U)

    def loglik(t: Any, everything: bool = False) -> Any:
        T = np.zeros((q, q), dtype=t.dtype)
        T[np.tril_indices(q)] = t
        inner, right = np.eye(q) + T.T @ ZZ @ T, T.T @ ZC
        R = CC - np.einsum("gqa,gqb->ab", right, np.linalg.solve(inner, right))
        beta = np.linalg.solve(R[:-1, :-1], R[:-1, -1])
        scale = (R[-1, -1] - R[-1, :-1] @ beta) / m
        logs = np.log(np.linalg.det(inner)).sum() + said["reml"] * np.log(np.linalg.det(R[:-1, :-1]) / det**2)
        value = np.log(root).sum() - 0.5 * (m * (1.0 + np.log(2.0 * np.pi * scale)) + logs)
        return (value, U @ beta, scale, U @ np.linalg.inv(R[:-1, :-1]) @ U.T) if everything else value

    return loglik


def curved(loglik: Callable[[Any], Any], theta: Any, L: Any) -> tuple[Any, Any]:
    """The score, and minus the second derivative, along the columns of L."""

    def score(point: Any) -> Any:
        return np.array([loglik(point + 1j * STEP * step).imag for step in L.T]) / STEP

    found = np.array([score(theta - WIDE * step) - score(theta + WIDE * step) for step in L.T]) / WIDE
    return score(theta), 0.25 * (found + found.T)


def ask_maximum(loglik: Any, said: Any, a: Any) -> list[Check]:
    """A maximum over all parameters together, and what proves that there is one."""
    se = np.sqrt(np.diagonal(a["covariance"]))
    values, vectors = np.linalg.eigh(a["covariance"] / np.outer(se, se))
    L = se[:, None] * vectors * np.sqrt(np.maximum(values, 1e-15))  # directions in which estimates are independent
    slope, curve = curved(loglik, a["estimate"], L)
    if not (np.isfinite(curve).all() and np.linalg.eigvalsh(curve)[0] > 0):
        return [Check("maximum", False, "the information is not positive definite")]
    V, found = np.linalg.inv(curve), same("log-likelihood", float(loglik(a["estimate"])), said["loglik"])
    exists = [witnessed(said, a)] if "witness" in a or "no_witness" in said else []
    return [found, *near(slope @ V @ slope, L @ V @ L.T, said, se), *exists]


def ask_squares(loglik: Any, said: Any, a: Any) -> list[Check]:
    """Least squares: the normal equations, and the scale from the residuals; independent columns have one minimum."""
    weight, precision = (np.ones(len(a["X"])) * a.get(name, 1.0) for name in ("weight", "precision"))
    A, n = a["X"] * np.sqrt(weight * precision)[:, None], float(weight.sum())
    rest = np.sqrt(weight * precision) * (a["y"] - a.get("offset", 0.0)) - A @ a["estimate"]
    R = np.linalg.inv(np.linalg.qr(A, mode="r"))
    squares, slope = float(rest @ rest), R.T @ (A.T @ rest)
    scale = squares / (n - len(R))
    value = 0.5 * (float(weight @ np.log(precision)) - n * (np.log(2.0 * np.pi * squares / n) + 1.0))
    found = same("log-likelihood", value, said["loglik"])
    return [found, *near(slope @ slope / scale, scale * R @ R.T, said, np.sqrt(np.diagonal(a["covariance"])))]


def ask_mixed(loglik: Any, said: Any, a: Any) -> list[Check]:
    """A maximum over T, with beta and sigma that follow; where a variance is 0, no rise beside it."""
    t, se = (a["T"] / said["scale"])[np.tril_indices(len(a["T"]))], np.sqrt(np.diagonal(a["covariance"]))
    value, beta, scale, V = loglik(t, True)
    slope, curve = curved(loglik, t, np.diag(np.maximum(np.abs(t), 1e-3 * np.abs(t).max(initial=1e-3))))
    values, vectors = np.linalg.eigh(curve)
    free = values > 1e-6 * abs(values[-1])  # along the others T turns and nothing changes, or it is 0
    away, rest = a["estimate"] - beta, vectors[:, free].T @ slope
    found = near(away @ np.linalg.solve(V, away) / scale + (rest**2 / values[free]).sum(), scale * V, said, se)
    if (values < -1e-6 * abs(values[-1])).any():
        found[0] = Check("maximum", False, "the likelihood rises beside this point")
    spread = same("residual standard deviation", float(np.sqrt(scale)), said["scale"], SAME_SE)
    return [same("log-likelihood", float(value), said["loglik"]), *found, spread]


def witnessed(said: Any, a: Any) -> Check:
    """There is a maximum where no direction leads up for ever. Numbers u for each row and linear predictor, with the
    signs in which each row can rise and X'u = 0, are the proof (Stiemke, Math. Annalen 76 (1915), 340-342).
    """
    if "witness" not in a:
        return Check("existence", None, said["no_witness"])
    u, left = a["witness"].reshape(len(a["X"]), -1), 0.0
    for part, uses, v in zip(said["parts"], said["predictors"], u.T, strict=True):
        X = a["X"][:, uses] if uses else np.ones((len(u), part[1] - part[0]))
        left = max(left, *np.abs(X.T @ v) / np.maximum(np.abs(X).T @ np.abs(v), 1e-300), 0.0)
    right, words = float(signs(said["family"], a["y"], u).mean()), "the right signs of a witness are in"
    return Check("existence", bool(right == 1.0 and left < 1e-10), f"{words} {right:.1%} of rows, |X'u| = {left:.1g}")


def signs(family: str, y: Any, u: Any) -> Any:
    """Which rows of u have the signs in which their log-likelihood can rise."""
    row, last = np.arange(len(y)), u.shape[1]
    match family:
        case "binomial":
            k, m = y.T if y.ndim == 2 else (y, y**0)
            return np.where(k == m, (u[:, 0] > 0) | (m == 0), (u[:, 0] < 0) | (k > 0))
        case "poisson":
            return (y > 0) | (u[:, 0] < 0)
        case "multinomial":
            every = np.column_stack([-u.sum(axis=1), u])
            return (every[row, y.astype(int)] > 0) & ((every < 0).sum(axis=1) == last)
        case _:  # ordinal: down at the threshold below the label, up at that above, and against the location
            wanted = np.zeros((len(y), last + 1))
            wanted[row, y.astype(int)], wanted[row, y.astype(int) + 1] = -1.0, 1.0
            against = np.isclose(u[:, 0], -u[:, 1:].sum(axis=1), rtol=1e-9, atol=0)
            return against & (np.sign(u[:, 1:]) == wanted[:, 1:last]).all(axis=1)


KINDS: dict[str | None, tuple[Any, Any]] = {
    "rows": (of_rows, ask_maximum), "partial": (partial, ask_maximum), "mixed": (mixed, ask_mixed),
    "least-squares": (lambda said, a: None, ask_squares),
    None: (lambda said, a: None, lambda loglik, said, a: [Check("design", None, said["why"])]),
}  # fmt: skip


def same(name: str, right: float, said: float, tolerance: float = SAME) -> Check:
    ok = bool(abs(right - said) < tolerance * max(abs(right), 1.0))
    return Check(name, ok, f"{said:.12g}, and {right:.12g} when it is computed again")


def near(square: float, V: Any, said: Any, se: Any) -> list[Check]:
    """The distance from the maximum, and the standard errors beside those of the inverse information V."""
    off = float(np.max(np.abs(np.sqrt(np.diagonal(V)) / se - 1.0)))
    ok = None if said["covariance"] != "information" else off < SAME_SE
    top = Check("maximum", bool(square < AT_MAXIMUM**2), f"{abs(square) ** 0.5:.2g} standard errors from it")
    return [top, Check("standard errors", ok, f"of kind {said['covariance']}, {off:.1g} from those of the information")]


def read(path: str) -> tuple[Any, Any]:
    """What the design says, and its arrays; ValueError for a file that was changed, or the design of another fit."""
    data = Path(path).read_bytes()
    if data[-71:] != b"sha256:" + hashlib.sha256(data[:-71]).hexdigest().encode():
        raise ValueError("it was changed after it was written: its hash is another")
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        about = json.loads(folder.read("about.json")) if "about.json" in folder.namelist() else None
        if "design.json" not in folder.namelist():
            return {"kind": None, "about": about, "why": "the file has no design: save the fit with design=True"}, {}
        said, whole = json.loads(folder.read("design.json")), folder.read("fit.json").decode()
        kept, design = (dict(np.load(io.BytesIO(folder.read(name)))) for name in ("arrays.npz", "design.npz"))
    there = [any(np.array_equal(design.get(it, 0), one) for one in kept.values()) for it in ("estimate", "covariance")]
    if said["kind"] and not all([*there, *(json.dumps(it) in whole for it in (said["loglik"], *said.get("told", ())))]):
        raise ValueError("its numbers or names are others than those of its design")
    return said | {"about": about}, design


def carried(said: Any, arrays: Any) -> Check:
    """What every file says of itself: the hashes of its data, also of columns of the design, and its certificate."""
    about = said["about"] or {"data": {"columns": {}, "why": "it was saved before files had certificates and hashes"}}
    data, each = about["data"], said.get("from", {}).values()
    other = [name for one in each for name, digest in one.items() if data["columns"].get(name) != digest]
    for name, place, column in said.get("same", ()):
        values = arrays[name].reshape(len(arrays[name]), -1)[:, place] + 0.0
        digest = hashlib.sha256(np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()).hexdigest()
        other += [column] * (data["columns"].get(column) != f"float64:{digest}")
    words = data["why"] or f"hashes of {len(data['columns'])} columns of {data['of']}; {about['certificate']}"
    return Check("carries", None if data["why"] else not other, f"others: {', '.join(other)}" if other else words)


def verify(path: str) -> list[Check]:
    """All checks of a file."""
    try:
        said, arrays = read(path)
        told, (make, ask) = [Check("file", True, "as it was written"), carried(said, arrays)], KINDS[said["kind"]]
        with np.errstate(all="ignore"):
            return [*told, *ask(make(said, arrays), said, arrays)]
    except (ValueError, OSError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        return [Check("file", False, f"it is no fit that was saved: {error}")]


if __name__ == "__main__":
    for check in (checks := verify(sys.argv[1])):
        print(f"{ {True: 'holds', False: 'WRONG', None: 'not checked'}[check.ok]:12s} {check.name}: {check.words}")
    sys.exit(1 if any(one.ok is False for one in checks) else 2 if any(one.ok is None for one in checks) else 0)
