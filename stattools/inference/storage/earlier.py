"""Files of earlier versions: fields that a class had then, as the fields that it has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.inference.penalties.ridge import Ridge, no_covariance

Fields = dict[str, Any]


def as_now(name: str, fields: Fields) -> tuple[str, Fields]:
    """A class of today and its fields, from those that a file has.

    >>> as_now("Dispersed", {"columns": 2, "extra": ("log alpha",)})
    ('Linear', {'columns': 2, 'width': 2, 'own': ((),)})
    """
    for old, renewed in RENEWED.get(name, {}).items():
        if old <= fields.keys():
            name, fields = renewed(fields)
    return name, fields


def _extras(fields: Fields) -> tuple[str, Fields]:
    """A model named the columns of its offset and of its exposure; what else was given beside X could have been an
    array or a column, so it is taken for an array, which is asked for again where new rows need it.
    """
    fields = dict(fields)
    columns = {name: fields.pop(f"{name}_column") for name in ("offset", "exposure")}
    rows, extras = fields["rows"], {name: column for name, column in columns.items() if column is not None}
    if rows.offset is not None and not extras:
        extras["offset"] = None
    given = {"weights": rows.weight is not None, "precision": rows.precision is not None}
    given["trials"] = "trials" in fields["likelihood"].parts
    return "Model", fields | {"extras": extras | {name: None for name, there in given.items() if there}}


def _predictor(fields: Fields) -> tuple[str, Fields]:
    """Names of parameters that all rows share stood in the predictor, whose class was another where there were some."""
    own = ((),) * len(fields["extra"])
    return "Linear", {"columns": fields["columns"], "width": fields.get("width", 1 + len(own)), "own": own}


def _index(fields: Fields) -> tuple[str, Fields]:
    """A model had the index of its rows, which was not saved."""
    return "Model", {name: value for name, value in fields.items() if name != "index"}


def _covariance(fields: Fields) -> tuple[str, Fields]:
    """A ridge fit has no covariance: NaN in the file, and what refuses to be one in the fit."""
    model, penalty, given = fields["model"], fields["penalty"], fields["covariance"]
    if isinstance(penalty, Ridge) and given.shape == (len(model.names),) * 2 and np.isnan(given).all():
        fields = fields | {"covariance": no_covariance(model, penalty)}
    return "Fit", fields


RENEWED: dict[str, dict[frozenset[str], Callable[[Fields], tuple[str, Fields]]]] = {
    "Dispersed": {frozenset({"extra"}): _predictor},
    "Fit": {frozenset({"covariance"}): _covariance},
    "Linear": {frozenset({"extra"}): _predictor},
    "Model": {frozenset({"offset_column", "exposure_column"}): _extras, frozenset({"index"}): _index},
}
"""By class: fields that are otherwise in a file than in the class, and what makes today's fields of them."""
