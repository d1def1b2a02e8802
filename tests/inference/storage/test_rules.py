"""Sealed files with nonsense in them: refused when they are read, by the rules of what they hold."""

import copy
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.fits.loading import load
from stattools.inference.storage.file import save, sealed
from stattools.inference.storage.walker import CLASSES, _class, _may_hold
from tests.inference.storage.test_file import FRAME, contents, write


def test_a_field_holds_what_its_class_declares():
    assert all(_class(name).__name__ == name for name in CLASSES)
    for kind, right, wrong in (
        ("int", 3, True),
        ("int", 0, "0"),
        ("float | None", None, "1"),
        ("bool", False, 1),
        ("str | None", "QR", 1),
        ("Floats", np.zeros(2), [0.0]),
        ("tuple[str, ...]", ("a",), ["a"]),
        ("Mapping[str, Formula]", {}, ()),
        ("Penalty | None", st.Ridge(1.0), 1),
        ("Solution", st.Ridge(1.0), None),
    ):
        assert _may_hold(kind, right)
        assert not _may_hold(kind, wrong)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The content and the arrays of a linear regression and of logistic ones."""
    folder = tmp_path_factory.mktemp("whole")
    fits = {
        "line": st.fit(st.ols("y ~ x + g", FRAME), level=0.9),
        "odds": st.fit(st.logistic("b ~ x + z", FRAME, weights="w")),
        "robust": st.fit(st.logistic("b ~ x", FRAME), cov="HC0"),
    }
    return {name: contents(save(fit, folder / name)) for name, fit in fits.items()}


def forged(folder, content, arrays, place, value):
    """A file, correctly sealed, with another value at a place of its JSON."""
    content = copy.deepcopy(content)
    *path, last = place.split(".")
    inner = content["fit"]["fields"]
    for key in path:
        inner = inner[key]
        inner = inner.get("fields", inner)
    inner[last] = value
    write(folder / "forged", content, arrays)
    return folder / "forged"


def number(word):
    return {"@": "float", "value": word}


FORGED = {
    "a level of 95": ("line", "level", 95),
    "a level of NaN": ("line", "level", number("nan")),
    "a level of text": ("line", "level", "0.95"),
    "a scale below 0": ("line", "scale", -1.0),
    "another scale": ("line", "scale", 1.0),
    "a covariance of no kind": ("odds", "cov", "\x1b[31mHC7"),
    "a covariance of the penalized": ("odds", "cov", "penalized: no standard errors"),
    "robust errors under another name": ("robust", "cov", "information"),
    "degrees of freedom of NaN": ("line", "t_df", number("nan")),
    "other degrees of freedom": ("line", "t_df", 7.0),
    "a status": ("line", "solution.status", "max-steps"),
    "a rung": ("line", "solution.rung", "hope"),
    "steps of true": ("line", "solution.steps", True),
    "no design": ("line", "model.design", None),
    "a name too many": ("line", "model.design.names", {"@": "tuple", "items": ["x", "z", "a", "b", "c"]}),
    "another family": ("odds", "model.kind", "poisson"),
    "an unknown family": ("odds", "model.kind", "\x1b[31mred"),
    "a field that no fit has": ("line", "color", "red"),
    "a field of facts": ("line", "facts", {}),
    "a model alone": ("line", "@", "Model"),
}


@pytest.mark.parametrize("which, place, value", FORGED.values(), ids=FORGED)
def test_nonsense_is_refused_when_it_is_read(tmp_path, whole, which, place, value):
    path = forged(tmp_path, *whole[which], place, value)
    with pytest.raises(st.DomainError, match="was edited, or is not a fit") as caught:
        load(path)
    assert str(caught.value).isprintable()


def other_arrays(packed, change):
    """The arrays after `change(name, array)`."""
    with np.load(io.BytesIO(packed)) as arrays:
        found = {name: change(name, arrays[name]) for name in arrays.files}
    file = io.BytesIO()
    np.savez(file, **found)
    return file.getvalue()


ARRAYS = {
    "NaN": lambda name, array: array * np.nan,
    "infinite": lambda name, array: np.full_like(array, np.inf),
    "text": lambda name, array: array.astype(str),
}


@pytest.mark.parametrize("change", ARRAYS.values(), ids=ARRAYS)
def test_arrays_of_nonsense_are_refused(tmp_path, whole, change):
    content, packed = whole["line"]
    write(tmp_path / "forged", content, other_arrays(packed, change))
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")


@pytest.mark.parametrize("version", [-5, 0, True, 1.0, "1", None])
def test_a_version_is_a_count(tmp_path, whole, version):
    content, arrays = whole["line"]
    write(tmp_path / "forged", content | {"version": version}, arrays)
    with pytest.raises(st.DomainError, match="is not a fit"):
        load(tmp_path / "forged")


def test_messages_show_what_the_terminal_would_obey(tmp_path, whole):
    content, arrays = whole["line"]
    write(tmp_path / "forged", content | {"version": 9, "written_by": "\x1b[2Jstattools\u202e"}, arrays)
    with pytest.raises(st.DomainError, match=r"written by \\x1b\[2Jstattools\\u202e in format 9"):
        load(tmp_path / "forged")


@pytest.mark.parametrize(
    "text",
    [
        b'{"format": "stattools.fit", "format": "stattools.fit", "version": 1, "written_by": "", "fit": null}',
        b'{"format": "stattools.fit", "version": 1, "written_by": "", "fit": NaN}',
        b'{"format": "stattools.fit", "version": 1, "written_by": "", "fit": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"format": "stattools.fit", "version": ' + b"9" * 10_000 + b"}",
        b'{"format": "stattools.fit", "version": 1, "written_by": "", "fit": null, "more": 1}',
    ],
    ids=["a name twice", "NaN", "deep", "a large number", "more"],
)
def test_json_that_no_fit_has(tmp_path, text):
    (tmp_path / "forged").write_bytes(sealed({"fit.json": text, "arrays.npz": b""}))
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")


def test_an_array_that_says_to_be_larger_than_it_is_takes_no_memory(tmp_path, whole):
    content, _ = whole["line"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as folder:
        header = (
            b"\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000000,), }".ljust(117)
            + b"\n"
        )
        folder.writestr("a0.npy", header + bytes(32))
    write(tmp_path / "forged", content, file.getvalue())
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")


def test_a_fit_that_would_not_be_read_is_not_written(tmp_path):
    fit = st.fit(st.ols("y ~ x", FRAME))
    for broken in (replace(fit, level=95.0), replace(fit, covariance=-fit.covariance)):
        with pytest.raises(st.IncompatibleError, match="save keeps no fit that load would refuse"):
            save(broken, tmp_path / "a")
    assert not list(tmp_path.iterdir())
