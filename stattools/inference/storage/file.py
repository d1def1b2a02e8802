"""Fits in a file, written by `save` and read by `load`: numbers and words only, no data, no code, no pickle.

The file is a zip of `fit.json` (what was fitted: names, formula, levels, learned constants, log-likelihood),
`arrays.npz` (estimate, covariance, trace) and `about.json` (certificate in words, hashes of the columns of the data, so
that anyone who has data can see whether it was made from these), sealed by the SHA-256 of its bytes in the zip comment.
In the place of the rows stands their shape. With `design=True` what the fit was made from is added in plain arrays for
the verifier, with a witness that a maximum exists. The same fit gives the same bytes. Cost: milliseconds; about 10 kB
for 20 coefficients, and a second for the hashes of 50 million numbers.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from stattools import __version__
from stattools.data.tables.table import is_frame, table
from stattools.errors import DomainError, FileError, IncompatibleError, StattoolsError
from stattools.inference.estimates import Estimates
from stattools.inference.existence.separation import witness
from stattools.inference.storage.walker import AGAIN, decoded, encoded
from stattools.interface.arguments import require_truth
from stattools.interface.files import path_of, replace_file, require_regular
from stattools.interface.record import nearest
from stattools.interface.when_needed import pd
from stattools.models.mixed.mixed_model import LinearMixed, MixedModel
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.regressions.categories import OneVsRest
from stattools.models.samples.proportions import BernoulliTrials
from stattools.models.survival.cox import CoxRegression

LOADED = "said_when_saved"
"""Where a fit that was loaded keeps what its file said, so that it is saved with the same again."""

NUMBERS = "float64:"
"""What the hash of a column of numbers begins with; that of words has nothing before it."""

ARRAYS = ("weight", "offset", "precision")

Arrays = dict[str, NDArray[Any]]


def about(fit: Any) -> dict[str, object]:
    """The certificate in words, and the hashes of the data.

    >>> import stattools as st
    >>> said = about(st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})))
    >>> said["certificate"].split(" (")[0]
    'Within 1e-8 standard errors of the maximum'
    >>> said["data"]["of"], list(said["data"]["columns"])
    ('a table', ['y', 'x'])
    """
    if LOADED in vars(fit):
        return vars(fit)[LOADED]
    return {"certificate": fit.certificate.sentence, "data": data_of(fit.model)}


def data_of(model: AnyModel) -> dict[str, object]:
    """The hashes of the columns of a model's data, or why there are none."""
    given, why = nearest(DATA, model), "its likelihood is a function that holds its data"
    if given is not None:
        source, arrays = given(model)
        try:
            if not model.in_memory:
                why = "its rows are not in memory"
            elif is_frame(source):
                return {"of": "a table", "columns": hashes(source), "why": ""}
            else:
                columns = {name: column_hash(column) for name, column in arrays().items()}
                return {"of": "arrays", "columns": columns, "why": ""}
        except IncompatibleError:  # of a fit that was loaded
            why = "its rows were not saved with it"
    return {"of": "", "columns": {}, "why": why}


def flat(**given: Any) -> Arrays:
    """Arrays as columns with names; None is left out.

    >>> sorted(flat(y=[1.0, 2.0], X=[[1.0, 2.0], [3.0, 4.0]], weight=None))
    ['X1', 'X2', 'y']
    """
    columns = {name: np.asarray(value) for name, value in given.items() if value is not None}
    parts = {name: value.reshape(len(value), -1).T for name, value in columns.items()}
    return {
        name if len(part) == 1 else f"{name}{k + 1}": one for name, part in parts.items() for k, one in enumerate(part)
    }


def arrays_of(model: Any) -> Arrays:
    """The columns of a regression on arrays, those of X by their names."""
    rows, names, added = vars(model.rows), model.design.names, int(model.design.added)
    X = dict(zip(names[added:], rows["X"].T[added:], strict=True))
    return flat(**{model.outcome_name: rows["y"]}) | X | flat(**{name: rows[name] for name in ARRAYS})


DATA: dict[type, Callable[[Any], tuple[Any, Callable[[], Arrays]]]] = {
    Model: lambda it: (it.source, lambda: arrays_of(it)),
    MixedModel: lambda it: DATA[Model](it.fixed),
    OneVsRest: lambda it: DATA[Model](it.parts[0]),
    CoxRegression: lambda it: (it.said.source, lambda: flat(X=it.X, time=it.said.time, event=it.said.event)),
    BernoulliTrials: lambda it: (None, lambda: flat(successes=[it.successes], trials=[it.trials])),
}
"""By the class of a model its table, and what makes the columns of its arrays where there is none."""


def hashes(source: object, like: dict[str, str] | None = None) -> dict[str, str]:
    """The SHA-256 of each column of a table, also of those that a fit does not use; none of arrays. Columns that are
    `like` words are hashed as words, as all columns once were.
    """
    if source is None or not is_frame(source):
        return {}
    frame, as_words = table(source), {name for name, one in (like or {}).items() if not one.startswith(NUMBERS)}
    columns = {str(name): frame.column(name) for name in frame.names}
    return {name: words_hash(one) if name in as_words else column_hash(one) for name, one in columns.items()}


def plain_column(values: Sequence[object] | pd.Series | NDArray[np.generic]) -> NDArray[np.generic]:
    """A column as it is hashed: float64 numbers in the order of bytes of most machines, NaN where there is none; words
    where not all are numbers, "" where there is none.

    >>> plain_column(["1", "2.0", ""]).tolist(), plain_column(["a", None, 2]).tolist()
    ([1.0, 2.0, nan], ['a', '', '2.0'])
    """
    each = np.asarray(values)
    try:
        if each.dtype.kind not in "biufOUS":
            raise TypeError("dates are no numbers")
        gaps = [None if one == "" else one for one in each.tolist()] if each.dtype.kind in "OUS" else each
        numbers = np.array(gaps, dtype="<f8")
    except (TypeError, ValueError, OverflowError):
        return np.array(_lines(values), dtype=str)
    return np.where(np.isnan(numbers), np.nan, numbers + 0.0).astype("<f8")  # one NaN, and no 0 with a sign


def column_hash(values: Sequence[object] | pd.Series | NDArray[np.generic]) -> str:
    """The SHA-256 of the numbers of a column; of a column with words, of a line for each value.

    >>> column_hash([1, 2.0, None]) == column_hash(["1", "2.0", ""])
    True
    """
    column = plain_column(values)
    return words_hash(values) if column.dtype.kind == "U" else NUMBERS + hashlib.sha256(column.tobytes()).hexdigest()


def words_hash(values: Sequence[object] | pd.Series | NDArray[np.generic]) -> str:
    """The SHA-256 of a line for each value: numbers as Python writes a float, nothing where there is none."""
    return hashlib.sha256("\n".join(_lines(values)).encode("utf-8", "surrogatepass")).hexdigest()


def _lines(values: Sequence[object] | pd.Series | NDArray[np.generic]) -> list[str]:
    try:
        lines = {one: _line(one) for one in set(values)}
        return [lines[one] for one in values]
    except TypeError:  # values that are no keys, such as lists
        return list(map(_line, values))


def _line(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return "" if value is None else str(value)
    return "" if number != number else repr(number)


Plain = tuple[dict[str, Any], Arrays]
"""What a design says, and its arrays."""

ROWS = ("X", "y", "weight", "offset", "precision")

WITNESSED = ("binomial", "poisson", "multinomial", "ordinal")
"""Families of which rows can want an infinite linear predictor, so that a maximum has to be proven."""

MOST = 20_000_000
"""Numbers of a design that is written: 160 MB, which a file of a fit still holds."""

DESIGN_VERSION = 2
"""Raised when a verifier of the version before would misread the design."""

DATA_PREFIX = "data: "
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
    numbers = {"version": DESIGN_VERSION, "loglik": float(fit.loglik), "scale": float(fit.scale), "covariance": fit.cov}
    made = {"estimate": fit.estimate, "covariance": fit.covariance, "ends": fit.interval(fit.level)}
    table = {f"{DATA_PREFIX}{name}": column for name, column in columns_of(fit.model).items()}
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
        of = model.fixed if model.facts.is_mixed else model
        asked, labels = of.extras, None if of.labels is None else encoded([*of.labels], {})
        for read, term in zip(model.read.random, model.random, strict=True) if model.facts.is_mixed else ():
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
        said = model.fixed if model.facts.is_mixed else model
        given = [*said.extras.values(), *(model.read.said.columns if model.facts.is_mixed else ())]
    if model.design.parsed is None:
        return {name: plain_column(one) for name, one in arrays_of(said).items()}
    if not is_frame(said.source):
        return {}
    formulas = [model.design.parsed, *model.design.beside.values()]
    names = [name for formula in formulas for name in (*formula.outcome.columns, *formula.columns)]
    frame = table(said.source)
    used = [name for name in dict.fromkeys([*names, *given, *said.dropped]) if name in frame.names]
    return {name: plain_column(frame.column(name)) for name in used}


def members(fit: Estimates, others: Mapping[str, bytes]) -> dict[str, bytes]:
    """The design as members of the file of a fit, with the hashes of the `others`, which it is the design of."""
    said, arrays = design_of(fit)
    said["of"] = {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return {"design.json": json.dumps(said, indent=1).encode(), "design.npz": packed.getvalue()}


def _not_checked(what: str) -> Plain:
    return {"kind": None, "why": f"{UNKNOWN}{what}"}, {}


def _regression(fit: Estimates) -> Plain:
    model, rows = fit.model, fit.model.rows
    family = model.likelihood.facts.verified
    form = model.likelihood.facts.form or next(iter(model.likelihood.parameters.values()))
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
    said: dict[str, Any] = {"kind": "rows", "family": family, "form": form, "offset_on": predictor.n_first}
    said["predictors"] = [list(range(predictor.columns) if use is None else use) for use in predictor.uses]
    said["parts"] = [[part.start, part.stop] for part in predictor.parts]
    if family in WITNESSED:
        found = witness(model, fit.estimate)
        arrays |= {} if found is None else {"witness": found}
    return said, {name: value[there] for name, value in arrays.items()}


def _cox(fit: Estimates) -> Plain:
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

FORMAT = "stattools.fit"

VERSION = 1
"""Raised when a reader of the version before would misread the file."""

SAVED = ("Fit", "OneVsRestFit", "NetworkFit", "NetworkEnsemble", *AGAIN)
"""What is saved: everything else is a part of it."""

WRITER = f"stattools {__version__}"

LARGEST_FILE = 2**28

SEAL = b"sha256:"


def save(fit: Any, path: str | os.PathLike[str], design: bool = False) -> Path:
    """Write a fit to a file, which `st.load(path)` reads; an existing file is replaced.

    With `design` the rows are written too, in plain arrays for `stattools verify`.
    Estimates, covariance, certificate and the design are kept, the rows are not: after loading the summary, the table,
    Wald intervals and predictions for new rows are the same to the last bit. Of a long trace every k-th step is kept.
    Several writers of one path do not mix: the last one wins, and a reader sees a whole file. Raises IncompatibleError
    for a fit with parts that cannot be written, FileError where the file cannot be, which leaves an old one as it was.

    >>> import tempfile
    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     same = st.load(save(fit, f"{folder}/line.stattools"))
    >>> same.predict({"x": [4]}).round(6).tolist()
    [10.0]
    """
    require_truth(design, "design= of save")
    target = path_of(path, "save")
    arrays: Arrays = {}
    content = {"format": FORMAT, "version": VERSION, "written_by": WRITER}
    text = json.dumps(content | {"fit": encoded(fit, arrays)}, indent=1, allow_nan=False)
    try:
        _restored(json.loads(text), arrays)
    except MemoryError:  # which says nothing of the fit
        raise
    except Exception as error:  # what `load` would say of it
        raise IncompatibleError(f"save keeps no fit that load would refuse: {error}. Fit the model again.") from error
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    said = json.dumps(about(fit), indent=1).encode()
    parts = {"fit.json": text.encode(), "arrays.npz": packed.getvalue(), "about.json": said}
    data = sealed(parts | (members(fit, parts) if design else {}))
    return replace_file(target, lambda file: file.write(data), "save")


def read(path: str | os.PathLike[str]) -> Any:
    """The fit in a file, for `load`."""
    path = path_of(path, "load")
    if require_regular(path, "load").st_size > LARGEST_FILE:
        raise DomainError(f"load cannot read {str(path)!r}: it is larger than any fit.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError.of(f"load cannot read {str(path)!r}: {error.strerror or error}.", error) from error
    version: Any = None
    content: Any = None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            _check_size(folder)
            content = json.loads(folder.read("fit.json"))
            version = content["version"] if content["format"] == FORMAT else None
            body, seal = data[: -len(SEAL) - 64], data[-len(SEAL) - 64 :]
            is_sealed = seal == SEAL + hashlib.sha256(body).hexdigest().encode()
            if type(version) is not int or not 1 <= version <= VERSION or not is_sealed:
                raise ValueError("not a fit, or changed")
            with zipfile.ZipFile(io.BytesIO(folder.read("arrays.npz"))) as packed:
                _check_size(packed)
                arrays = {name.removesuffix(".npy"): _array(packed, name) for name in packed.namelist()}
            said = json.loads(folder.read("about.json")) if "about.json" in folder.namelist() else None
        held = _restored(content, arrays)
        if said is not None:  # files of before say nothing
            vars(held)[LOADED] = said
        return held
    except MemoryError:  # which says nothing of the file
        raise
    except Exception as error:  # whatever a broken file makes the readers say
        if type(version) is int and version > VERSION:
            raise DomainError(
                f"load cannot read {str(path)!r}: it was written by {content.get('written_by')!s:.40} in format "
                f"{version}, and this is {WRITER}, which reads formats up to {VERSION}. Upgrade stattools."
            ) from None
        rule = f" ({error})" if isinstance(error, StattoolsError) else ""
        raise DomainError(
            f"load cannot read {str(path)!r}: it is damaged, was edited, or is not a fit written by fit.save{rule}. "
            "Save the fit again."
        ) from error


def sealed(members: Mapping[str, bytes]) -> bytes:
    """A zip of the members, with the hash of all its other bytes as its comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, data in members.items():
            folder.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
        folder.comment = SEAL + b"0" * 64
    body = file.getvalue()[: -len(SEAL) - 64]
    return body + SEAL + hashlib.sha256(body).hexdigest().encode()


def _check_size(folder: zipfile.ZipFile) -> None:
    members = folder.infolist()
    names = {one.filename for one in members}
    if sum(member.file_size for member in members) > LARGEST_FILE or len(names) < len(members):
        raise ValueError("larger than any fit, or a member twice")


def _array(packed: zipfile.ZipFile, name: str) -> NDArray[np.generic]:
    """An array as long as its header says, before room is made for it."""
    data = packed.read(name)
    file = io.BytesIO(data)
    read_header = {1: npy.read_array_header_1_0, 2: npy.read_array_header_2_0}[npy.read_magic(file)[0]]
    shape, _, dtype = read_header(file)
    if dtype.kind not in "biuf" or file.tell() + math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array of another length")
    return npy.read_array(io.BytesIO(data), allow_pickle=False)


def _restored(content: dict[str, Any], arrays: Arrays) -> Any:
    """The fit of a file; ValueError for what is none."""
    if content["fit"]["@"] not in SAVED:
        raise ValueError("not a fit")
    return decoded(content["fit"], arrays)
