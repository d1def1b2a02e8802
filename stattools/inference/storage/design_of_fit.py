"""What a fit was made from, in plain arrays for the verifier: the outcome, the columns, groups, and a witness that a
maximum exists, for a program that knows nothing of this package (`validation/verifier.py`).
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.table import is_frame, table
from stattools.inference.existence.witness import witness
from stattools.inference.storage.data_of_fit import arrays_of, plain_column
from stattools.inference.storage.encoding import encoded
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
VERSION = 2
"""Raised when a verifier of the version before would misread the design."""
DATA = "data: "
"""Before the name of a column of the table, among the arrays."""
UNKNOWN = "the verifier does not check "


def design_of(fit: Any) -> Plain:
    """What the verifier reads of a fit: words for JSON, and plain arrays; `kind` is None, with the reason, where it
    does not know such a fit. Raises StateError for rows that are not in memory.

    >>> import stattools as st
    >>> fit = st.fit(st.poisson("y ~ x", {"y": [1, 0, 2, 5], "x": [0, 1, 2, 3]}))
    >>> said, arrays = design_of(fit)
    >>> said["kind"], said["family"], sorted(arrays)
    ('rows', 'poisson', ['X', 'covariance', 'data: x', 'data: y', 'ends', 'estimate', 'witness', 'y'])
    """
    make = nearest(MODELS, fit.model)
    said, arrays = _not_checked(f"a {fit.model.title}") if make is None else make(fit)
    if said["kind"] is None:
        return said, arrays
    said["speaks"] = spoken(fit.model, arrays)
    numbers = {"version": VERSION, "loglik": float(fit.loglik), "scale": float(fit.scale), "covariance": fit.cov}
    made = {"estimate": fit.estimate, "covariance": fit.covariance, "ends": fit.interval(fit.level)}
    table = {f"{DATA}{name}": column for name, column in columns_of(fit.model).items()}
    return numbers | said, arrays | {name: np.asarray(value, dtype=float) for name, value in made.items()} | table


def spoken(model: Any, arrays: Arrays) -> list[tuple[str, str, int | None, list[Any] | None]]:
    """Which name speaks of which column: the name, the array, the place of the column in it (None for all of them), and
    the labels of its codes.

    >>> import stattools as st
    >>> model = st.logistic("y ~ x", {"y": ["no", "yes", "no", "yes"], "x": [1.0, 2.0, 3.0, 3.0]})
    >>> spoken(model, {"X": model.rows.X})
    [('Intercept', 'X', 0, None), ('x', 'X', 1, None), ('y', 'y', 0, ['no', 'yes'])]
    """
    parsed, asked, labels, coded = model.design.parsed, {}, None, []
    names = model.design.names[-arrays["X"].shape[1] :]
    found: list[Any] = [(name, "X", k, None) for k, name in enumerate(names)]
    if isinstance(model, CoxRegression):
        strata = model.said.asked.get("strata", ())
        coded = [(strata, "strata", model.strata if len(strata) > 1 else [(one,) for one in model.strata])]
    else:
        of = model.fixed if model.is_mixed else model
        asked, labels = of.extras, None if of.labels is None else encoded([*of.labels], {})
        for read, term in zip(model.read.random, model.random, strict=True) if model.is_mixed else ():
            found += [(name, "Z", k, None) for k, name in enumerate(term.columns)]
            coded += [(read.part.groups, "group", read.levels)]
    outcome = model.outcome_name if parsed is None else parsed.outcome.text.strip("`")
    found += [(outcome, "y", None if outcome.startswith("survival(") else 0, labels)]
    shift = [(key, asked[key]) for key in ("offset", "exposure") if key in asked]
    whole = " + ".join(f"log({name})" if key == "exposure" else f"{name}" for key, name in shift)
    beside = {"weight": asked.get("weights"), "precision": asked.get("precision")}
    beside |= {"offset": None if None in dict(shift).values() else whole}
    found += [(name, part, 0, None) for part, name in beside.items() if name]
    found += [(asked["trials"], "y", 1, None)] if asked.get("trials") else []
    for columns, part, levels in coded:
        each = zip(columns, zip(*levels, strict=True), strict=True)
        found += [(name, part, 0, encoded([*one], {})) for name, one in each]
    return found


def columns_of(model: Any) -> Arrays:
    """The columns of the table that the model read, with rows that were dropped: numbers, or words as they are hashed.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3], "g": list("abab"), "z": [0, 0, 1, 1]}
    >>> {name: column.tolist() for name, column in columns_of(st.ols("y ~ log(1 + x) + g", data)).items()}
    {'y': [1.0, 3.0, 5.0, 8.0], 'x': [0.0, 1.0, 2.0, 3.0], 'g': ['a', 'b', 'a', 'b']}
    """
    if isinstance(model, CoxRegression):
        said, given = model.said, [name for names in model.said.asked.values() for name in names]
    else:
        said = model.fixed if model.is_mixed else model
        given = [*said.extras.values(), *(model.read.said.columns if model.is_mixed else ())]
    if model.design.parsed is None:
        return {name: plain_column(one) for name, one in arrays_of(said).items()}
    if not is_frame(said.source):
        return {}
    formulas = [model.design.parsed, *model.design.beside.values()]
    names = [name for formula in formulas for name in (*formula.outcome.columns, *formula.columns)]
    frame = table(said.source)
    used = [name for name in dict.fromkeys([*names, *given, *said.dropped]) if name in frame.names]
    return {name: plain_column(frame.column(name)) for name in used}


def members(fit: Any, others: Mapping[str, bytes]) -> dict[str, bytes]:
    """The design as members of the file of a fit, with the hashes of the `others`, which it is the design of."""
    said, arrays = design_of(fit)
    said["of"] = {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
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
        return {"kind": "least-squares"}, {name: value[there] for name, value in arrays.items()}
    predictor = model.predictor
    said = {
        "kind": "rows",
        "family": family,
        "form": form,
        "offset_on": predictor.n_first,
    }
    said["predictors"] = [list(range(predictor.columns) if use is None else use) for use in predictor.uses]
    said["parts"] = [[part.start, part.stop] for part in predictor.parts]
    if family in WITNESSED:
        found = witness(model, fit.estimate)
        arrays |= {} if found is None else {"witness": found}
    return said, {name: value[there] for name, value in arrays.items()}


def _cox(fit: Any) -> Plain:
    model, rows = fit.model, fit.model.said
    if model.ties == "exact" or fit.penalty is not None:
        return _not_checked("exact ties, and fits with a penalty")
    ends = [rows.time, np.where(rows.event, rows.time, np.inf), *([] if rows.entry is None else [rows.entry])]
    given = {"X": model.X, "y": np.column_stack(ends), "weight": rows.weights}
    given["strata"] = rows.labels["strata"][0] if "strata" in rows.labels else None
    arrays = {name: np.asarray(value, dtype=float) for name, value in given.items() if value is not None}
    return {"kind": "partial", "ties": model.ties}, arrays


def _mixed(fit: Any) -> Plain:
    model = fit.model
    if model.summed is not None or model.smooths or len(model.random) != 1:
        return _not_checked("mixed models of rows in files, with curves, or with several random terms")
    (term,), (root,) = model.random, fit.found.roots
    arrays = {"X": model.X, "y": model.y, "Z": term.z, "group": term.codes}
    arrays["T"] = np.linalg.qr(root.T, mode="r").T  # the lower triangle with the same Var(u) = T T'
    arrays |= {} if model.precision is None else {"precision": model.precision}
    return {"kind": "mixed", "reml": fit.reml}, {name: np.asarray(value) for name, value in arrays.items()}


MODELS: dict[type, Callable[[Any], Plain]] = {Model: _regression, CoxRegression: _cox, LinearMixed: _mixed}
