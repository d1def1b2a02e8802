"""Sealed files with what no fit has: refused when they are read, and before anything of them is made."""

import copy
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.fits.loading import load
from stattools.inference.storage.file import save, sealed
from stattools.inference.storage.walker import CLASSES, class_named
from tests.inference.storage.test_file import FRAME, contents, write
from tests.inference.storage.test_mixed_fits import TABLE


def test_every_class_stands_where_the_table_says():
    assert all(class_named(name).__name__ == name for name in CLASSES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The content and the arrays of a linear regression, of logistic ones and of a mixed model."""
    folder = tmp_path_factory.mktemp("whole")
    fits = {
        "line": st.fit(st.ols("y ~ x + g", FRAME), level=0.9),
        "odds": st.fit(st.logistic("b ~ x + z", FRAME, weights="w")),
        "robust": st.fit(st.logistic("b ~ x", FRAME), cov="HC0"),
        "mixed": st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE)),
    }
    return {name: contents(fit.save(folder / name)) for name, fit in fits.items()}


def forged(folder, content, arrays, place, value):
    """A file, correctly sealed, with another value at a place of its JSON."""
    content = copy.deepcopy(content)
    *path, last = place.split(".")
    inner = content["fit"]
    for key in path:
        inner = inner[key]
    inner[last] = value
    write(folder / "forged", content, arrays)
    return folder / "forged"


FORGED = {
    "a field that no fit has": ("line", "fields.color", "red"),
    "no facts": ("line", "facts", {}),
    "a class that no fit has": ("line", "fields.model.@", "Popen"),
    "a model alone": ("line", "@", "Model"),
    "a covariance of no kind": ("odds", "fields.cov", "\x1b[31mHC7"),
    "a covariance of the penalized": ("odds", "fields.cov", "penalized: no standard errors"),
    "robust errors under another name": ("robust", "fields.cov", "information"),
    "a penalty of 1": ("line", "fields.penalty", 1),
    "other degrees of freedom": ("line", "fields.t_df", 7.0),
    "another scale": ("line", "fields.scale", 1.0),
    "a status": ("line", "fields.solution.fields.status", "max-steps"),
    "another family": ("odds", "fields.model.fields.kind", "poisson"),
    "an unknown family": ("odds", "fields.model.fields.kind", "\x1b[31mred"),
    "the other likelihood": ("mixed", "fields.reml", False),
    "another unit": ("mixed", "fields.unit", 3.0),
    "more rows": ("mixed", "fields.n", 600),
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


def test_arrays_of_text_are_refused(tmp_path, whole):
    content, packed = whole["line"]
    write(tmp_path / "forged", content, other_arrays(packed, lambda name, array: array.astype(str)))
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
    for broken in (replace(fit, t_df=95.0), replace(fit, covariance=-fit.covariance)):
        with pytest.raises(st.IncompatibleError, match="save keeps no fit that load would refuse"):
            save(broken, tmp_path / "a")
    assert not list(tmp_path.iterdir())
