"""Fits in a file, written by `save` and read by `load`: numbers and words only, no data, no code, no pickle.

The file is a zip of `fit.json` (what was fitted: names, formula, levels, learned constants, log-likelihood),
`arrays.npz` (estimate, covariance, trace) and `about.json` (certificate in words, hashes of the data), sealed by the
SHA-256 of its bytes in the zip comment. In the place of the rows stands their shape: what needs them says that they
were not saved. The same fit gives the same bytes. Cost:
milliseconds; about 10 kB for 20 coefficients.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from stattools import __version__
from stattools.errors import DomainError, FileError, IncompatibleError, StattoolsError
from stattools.inference.storage.cox_fits import SavedCoxFit
from stattools.inference.storage.data_of_fit import LOADED, about
from stattools.inference.storage.design_of_fit import members
from stattools.inference.storage.encoding import decoded, encoded
from stattools.inference.storage.field_kinds import is_whole
from stattools.inference.storage.mixed_regressions import SavedMixedRegression
from stattools.inference.storage.rules import BrokenRule
from stattools.interface.arguments import require_truth
from stattools.interface.paths import path_of, require_regular
from stattools.interface.record import nearest
from stattools.interface.writing import replace_file
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.models.survival.cox import CoxRegression

FORMAT = "stattools.fit"
VERSION = 1
"""Raised when a reader of the version before would misread the file."""

WHOLE = dict.fromkeys(("Fit", "OneVsRestFit", "NetworkFit", "NetworkEnsemble"), lambda it: it)
PARTS = dict.fromkeys(("SavedCoxFit", "SavedMixedFit", "SavedMixedRegression"), lambda it: it.fit)
SAVED: dict[str, Callable[[Any], Any]] = {**WHOLE, **PARTS}
"""What is saved, and how it becomes what `load` returns; everything else is a part of it."""

KEPT: dict[type, Callable[[Any], Any]] = {
    CoxRegression: SavedCoxFit.of,
    MixedRegression: SavedMixedRegression.of,
}
"""By the class of the model what is saved in the place of its fit."""

LARGEST_FILE = 2**28
SEAL = b"sha256:"


def save(fit: Any, path: str | os.PathLike[str], whole: Any = None, design: bool = False) -> Path:
    """Write a fit to a file, which `st.load(path)` reads; an existing file is replaced.

    With `design` the rows of the `whole` fit are written too, in plain arrays for `stattools verify`.
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
    arrays: dict[str, NDArray[Any]] = {}
    content = {"format": FORMAT, "version": VERSION, "written_by": _writer()}
    text = json.dumps(content | {"fit": encoded(fit, arrays)}, indent=1, allow_nan=False)
    try:
        _restored(json.loads(text), arrays)
    except MemoryError:  # which says nothing of the fit
        raise
    except Exception as error:  # what `load` would say of it
        raise IncompatibleError(f"save keeps no fit that load would refuse: {error}. Fit the model again.") from error
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    said = json.dumps(about(fit if whole is None else whole), indent=1).encode()
    parts = {"fit.json": text.encode(), "arrays.npz": packed.getvalue(), "about.json": said}
    data = sealed(parts | (members(whole, parts) if design else {}))
    return replace_file(target, lambda file: file.write(data), "save")


def kept(fit: Any) -> Any:
    """What is saved of a fit: itself, or what `KEPT` makes of it."""
    made = nearest(KEPT, fit.model)
    return fit if made is None else made(fit)


def read(path: str | os.PathLike[str]) -> Any:
    """The object in a file, for `load`."""
    path = path_of(path, "load")
    if require_regular(path, "load").st_size > LARGEST_FILE:
        raise DomainError(f"load cannot read {str(path)!r}: it is larger than any fit.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError.of(f"load cannot read {str(path)!r}: {error.strerror or error}.", error) from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            _check_size(folder)
            content = json.loads(folder.read("fit.json"), object_pairs_hook=_each_once, parse_constant=_no_number)
            _check_format(content, path)
            if not _is_sealed(data):
                raise ValueError("checksum")
            with zipfile.ZipFile(io.BytesIO(folder.read("arrays.npz"))) as packed:
                _check_size(packed)
                arrays = {name.removesuffix(".npy"): _array(packed, name) for name in packed.namelist()}
            said = json.loads(folder.read("about.json")) if "about.json" in folder.namelist() else None
        held = _restored(content, arrays)
        if said is not None:  # files of before say nothing
            vars(held)[LOADED] = said
        return held
    except _Newer as error:
        raise DomainError(str(error)) from None
    except MemoryError:  # which says nothing of the file
        raise
    except Exception as error:  # whatever a broken file makes the readers say
        rule = f" ({error})" if isinstance(error, BrokenRule | StattoolsError) else ""
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


def _is_sealed(data: bytes) -> bool:
    body, seal = data[: -len(SEAL) - 64], data[-len(SEAL) - 64 :]
    return seal == SEAL + hashlib.sha256(body).hexdigest().encode()


def _check_size(folder: zipfile.ZipFile) -> None:
    members = folder.infolist()
    if sum(member.file_size for member in members) > LARGEST_FILE or len({one.filename for one in members}) < len(
        members
    ):
        raise ValueError("larger than any fit, or a member twice")


def _array(packed: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """An array as long as its header says, before room is made for it."""
    data = packed.read(name)
    file = io.BytesIO(data)
    read_header = {1: npy.read_array_header_1_0, 2: npy.read_array_header_2_0}[npy.read_magic(file)[0]]
    shape, _, dtype = read_header(file)
    if dtype.kind not in "biuf" or file.tell() + math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array of another length")
    return npy.read_array(io.BytesIO(data), allow_pickle=False)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


class _Newer(Exception):
    """A file of a later format, or of something else."""


def _check_format(content: Any, path: Any) -> None:
    if not isinstance(content, dict) or content.get("format") != FORMAT or not is_whole(content["version"], least=1):
        raise ValueError("not a fit")
    if content["version"] > VERSION:
        raise _Newer(
            f"load cannot read {str(path)!r}: it was written by {content.get('written_by')!s:.40} in format "
            f"{content['version']}, and this is {_writer()}, which reads formats up to {VERSION}. Upgrade stattools."
        )


def _writer() -> str:
    return f"stattools {__version__}"


def _restored(content: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Any:
    if content.keys() != {"format", "version", "written_by", "fit"}:
        raise BrokenRule("it has parts that no fit has")
    held = decoded(content["fit"], arrays)
    if type(held).__name__ not in SAVED:
        raise BrokenRule(f"it holds a {type(held).__name__}")
    return SAVED[type(held).__name__](held)
