"""What a fit was made from, in plain arrays for the verifier: the outcome, the columns, groups, and a witness that a
maximum exists, for a program that knows nothing of this package (`validation/verifier.py`).
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.term_spaces import TermSpaces
from stattools.inference.existence.witness import witness
from stattools.inference.storage.data_of_fit import column_hash, data_of
from stattools.interface.record import nearest
from stattools.models.mixed.linear_mixed import LinearMixed
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression

Arrays = dict[str, NDArray[Any]]
Plain = tuple[dict[str, Any], Arrays]
"""What a design says, and its arrays."""
ROWS = ("X", "y", "weight", "offset", "precision")
WITNESSED = ("binomial", "poisson", "multinomial", "ordinal")
"""Families of which rows can want an infinite linear predictor, so that a maximum has to be proven."""
MOST = 20_000_000
"""Numbers of a design that is written: 160 MB, which a file of a fit still holds."""
UNKNOWN = "the verifier does not check "


def design_of(fit: Any) -> Plain:
    """What the verifier reads of a fit: words for JSON, and plain arrays; `kind` is None, with the reason, where it
    does not know such a fit. Raises StateError for rows that are not in memory.

    >>> import stattools as st
    >>> fit = st.fit(st.poisson("y ~ x", {"y": [1, 0, 2, 5], "x": [0, 1, 2, 3]}))
    >>> said, arrays = design_of(fit)
    >>> said["kind"], said["family"], sorted(arrays)
    ('rows', 'poisson', ['X', 'covariance', 'estimate', 'witness', 'y'])
    """
    make = nearest(MODELS, fit.model)
    said, arrays = _not_checked(f"a {fit.model.title}") if make is None else make(fit)
    numbers = {"names": list(fit.names), "loglik": float(fit.loglik), "scale": float(fit.scale), "covariance": fit.cov}
    if said["kind"] is None:
        return said, arrays
    data = data_of(fit.model)["columns"]
    said = numbers | said | {"same": columns_of_data(arrays, data), "from": made_from(fit.model, data)}
    return said, arrays | {"estimate": fit.estimate, "covariance": np.asarray(fit.covariance)}


def columns_of_data(arrays: Arrays, data: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Which columns of the arrays are columns of the data to the last digit: an array, a place in it, and a name."""
    names = {digest: name for name, digest in data.items()}
    parts = [(name, k, one) for name, array in arrays.items() for k, one in enumerate(array.reshape(len(array), -1).T)]
    found = ((name, k, names.get(column_hash(one))) for name, k, one in parts)
    return [(name, k, column) for name, k, column in found if column is not None]


def made_from(model: Any, data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The columns of the data that each column of X came from, and the outcome `y` and the groups `group`, with their
    hashes; nothing where the data were arrays.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3], "g": list("abab")}
    >>> made_from(st.ols("y ~ log(1 + x) + g", data), {"y": "1f", "x": "2f", "g": "3f"})
    {'y': {'y': '1f'}, 'log(1 + x)': {'x': '2f'}, 'g[T.b]': {'g': '3f'}}
    """
    of = model.fixed if model.is_mixed else model
    design = of.design
    if design.parsed is None or not data:
        return {}
    uses = design.uses or (tuple(range(len(design.names))),)
    columns = {"y": design.parsed.outcome.columns}
    for formula, use in zip([design.parsed, *design.beside.values()], uses, strict=True):
        spaces = TermSpaces(formula, tuple(design.names[k] for k in use), design.levels)
        for term, places in zip(filter(None, formula.terms), spaces.columns, strict=True):
            names = tuple(name for factor in term for name in factor.columns)
            columns |= {spaces.names[k]: names for k in places}
    columns |= {"group": model.random[0].group.split(":")} if model.is_mixed else {}
    return {made: {name: data[name] for name in names if name in data} for made, names in columns.items()}


def members(fit: Any) -> dict[str, bytes]:
    """The design as members of the file of a fit."""
    said, arrays = design_of(fit)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return {"design.json": json.dumps(said, indent=1).encode(), "design.npz": packed.getvalue()}


def _not_checked(what: str) -> Plain:
    return {"kind": None, "why": f"{UNKNOWN}{what}"}, {}


def _regression(fit: Any) -> Plain:
    model, rows = fit.model, fit.model.rows
    family, form = model.likelihood.verified, model.likelihood.form or next(iter(model.likelihood.parameters.values()))
    rows.at_hand("save(design=True) writes rows in memory", model.title, "Save a fit of a sample.")
    if fit.penalty is not None or rows.low is not None:
        return _not_checked("fits with a penalty, and columns with more digits than float64 holds")
    if math.prod(rows.X.shape) > MOST:
        return _not_checked(f"designs of more than {MOST} numbers, which are not written")
    if not family and not model.has_scale:
        return _not_checked(f"a {model.title}")
    arrays = {name: np.asarray(value) for name in ROWS if (value := vars(rows)[name]) is not None}
    there = slice(None) if rows.weight is None else rows.weight > 0
    if model.has_scale:
        return {"kind": "least-squares", "told": list(model.design.names)}, {
            name: value[there] for name, value in arrays.items()
        }
    predictor = model.predictor
    said = {
        "kind": "rows",
        "told": list(model.design.names),
        "family": family,
        "form": form,
        "offset_on": predictor.n_first,
    }
    said["predictors"] = [list(range(predictor.columns) if use is None else use) for use in predictor.uses]
    said["parts"] = [[part.start, part.stop] for part in predictor.parts]
    if family in WITNESSED:
        found = witness(model, fit.estimate)
        arrays |= {} if found is None else {"witness": found}
        said["no_witness"] = "a row is so far from its alternative that float64 holds no witness"
    return said, {name: value[there] for name, value in arrays.items()}


def _cox(fit: Any) -> Plain:
    model, rows = fit.model, fit.model.said
    if model.ties == "exact" or fit.penalty is not None:
        return _not_checked("exact ties, and fits with a penalty")
    given = {"X": model.X, "time": rows.time, "event": rows.event, "entry": rows.entry, "weight": rows.weights}
    given["strata"] = rows.labels["strata"][0] if "strata" in rows.labels else None
    arrays = {name: np.asarray(value, dtype=float) for name, value in given.items() if value is not None}
    return {"kind": "partial", "told": list(model.design.names), "ties": model.ties}, arrays


def _mixed(fit: Any) -> Plain:
    model = fit.model
    if model.summed is not None or model.smooths or len(model.random) != 1:
        return _not_checked("mixed models of rows in files, with curves, or with several random terms")
    (term,), (root,) = model.random, fit.found.roots
    arrays = {"X": model.X, "y": model.y, "Z": term.z, "group": term.codes}
    arrays["T"] = np.linalg.qr(root.T, mode="r").T  # the lower triangle with the same Var(u) = T T'
    arrays |= {} if model.precision is None else {"precision": model.precision}
    return {"kind": "mixed", "told": list(model.fixed.design.names), "reml": fit.reml}, {
        name: np.asarray(value) for name, value in arrays.items()
    }


MODELS: dict[type, Callable[[Any], Plain]] = {Model: _regression, CoxRegression: _cox, LinearMixed: _mixed}
