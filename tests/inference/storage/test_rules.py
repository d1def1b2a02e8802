"""Sealed files with nonsense in them: refused when they are read, by the rules of what they hold."""

import copy
import io
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.fits.loading import load
from stattools.inference.storage.file import save, sealed
from stattools.inference.storage.walker import CLASSES, RULES, UNIONS, _class, is_covariance
from stattools.inference.storage.walker import FIELD_KINDS as KINDS
from tests.inference.storage.test_file import FRAME, NETWORKS, contents, write


def test_every_class_and_every_field_has_a_rule():
    assert RULES.keys() == CLASSES.keys()
    for name in CLASSES:
        for field in fields(_class(name)):
            for kind in [str(field.type)] if str(field.type) in KINDS else str(field.type).split(" | "):
                one = kind[6 : -len(", ...]")] if kind.startswith("tuple[") and kind not in KINDS else kind
                assert one in KINDS or one in CLASSES or one in UNIONS, (name, field.name, kind)
    assert {one for union in UNIONS.values() for one in union} <= set(CLASSES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The content and the arrays of a linear regression, a logistic one, and a network."""
    folder = tmp_path_factory.mktemp("whole")
    fits = {
        "line": st.fit(st.ols("y ~ x + g", FRAME), level=0.9),
        "odds": st.fit(st.logistic("b ~ x + z", FRAME, weights="w")),
        "robust": st.fit(st.logistic("b ~ x", FRAME), cov="HC0"),
        "network": NETWORKS["quantity"](FRAME.dropna().head(40).rename(columns={"x": "a"}).assign(q=lambda t: 2 * t.a)),
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
    "a level of 95": ("line", "level", 95, "level is a probability"),
    "a level of NaN": ("line", "level", number("nan"), "level is a probability"),
    "a level of text": ("line", "level", "0.95", "the level of its Fit is '0.95'"),
    "a scale below 0": ("line", "scale", -1.0, "the scale is none"),
    "another scale": ("line", "scale", 1.0, "the scale is not that of the residuals"),
    "a covariance of no kind": ("odds", "cov", "\x1b[31mHC7", "the covariance has no such name"),
    "a covariance of the penalized": (
        "odds",
        "cov",
        "penalized: no standard errors",
        "the covariance has no such name",
    ),
    "robust errors under another name": ("robust", "cov", "information", "the covariance is not that of the solution"),
    "degrees of freedom of NaN": ("line", "t_df", number("nan"), "degrees of freedom are none"),
    "other degrees of freedom": ("line", "t_df", 7.0, "not those of the rows"),
    "a log-likelihood of NaN": ("line", "loglik", number("nan"), "no number"),
    "another log-likelihood": ("odds", "loglik", -1.0, "not that of the solution"),
    "a status": ("line", "solution.status", "max-steps", "the status of its Solution is 'max-steps'"),
    "steps below 0": ("line", "solution.steps", -3, "the steps of its Solution is -3"),
    "steps of true": ("line", "solution.steps", True, "the steps of its Solution is True"),
    "a decrement of NaN": ("line", "solution.decrement", number("nan"), "the decrement is no distance"),
    "no design": ("line", "model.design", None, "the design of its Model is None"),
    "two names alike": (
        "line",
        "model.design.names",
        {"@": "tuple", "items": ["x", "x", "a", "b"]},
        "the names of the columns are none",
    ),
    "a name too many": (
        "line",
        "model.design.names",
        {"@": "tuple", "items": ["x", "z", "a", "b", "c"]},
        "the columns are not those of the design",
    ),
    "levels of one name": (
        "line",
        "model.design.levels",
        {"@": "dict", "items": [["g", {"@": "tuple", "items": ["a", "a"]}]]},
        "the levels of its Design",
    ),
    "another family": ("odds", "model.kind", "poisson", "the kind has another likelihood"),
    "an unknown family": ("odds", "model.kind", "\x1b[31mred", "the kind has another likelihood"),
    "dropped rows": ("odds", "model.n_dropped", 3, "the numbers of dropped rows do not agree"),
    "weights below 0": ("odds", "model.rows.weight.sums", [-5.0], "the sums are none"),
    "no rows": ("odds", "model.rows.X", {"@": "unsaved", "shape": [0, 3], "sums": []}, "there are none"),
    "a field that no fit has": ("line", "color", "red", ""),
    "a field of facts": ("line", "facts", {}, ""),
    "a model alone": ("line", "@", "Model", ""),
    "a temperature of 0": ("network", "temperature", 0.0, "the temperature is none"),
    "a unit below 0": ("network", "model.unit", -2.0, "the unit of the outcome is none"),
    "layers that do not meet": ("network", "model.perceptron.layers", {"@": "tuple", "items": []}, "layers"),
}


@pytest.mark.parametrize("which, place, value, words", FORGED.values(), ids=FORGED)
def test_nonsense_is_refused_when_it_is_read(tmp_path, whole, which, place, value, words):
    path = forged(tmp_path, *whole[which], place, value)
    with pytest.raises(st.DomainError, match=rf"was edited, or is not a fit .*{words}") as caught:
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
    "negative variances": lambda name, array: -array if array.ndim == 2 and array.shape[0] == array.shape[1] else array,
    "not symmetric": lambda name, array: array + np.eye(4, k=1) if array.shape == (4, 4) else array,
    "a correlation of 3": lambda name, array: (
        np.diag(array.diagonal()) + 3 * array.diagonal().max() * (1 - np.eye(len(array)))
        if array.shape == (4, 4)
        else array
    ),
    "one number less": lambda name, array: array[:-1],
    "another estimate": lambda name, array: array + 1 if name == "a1" else array,
    "text": lambda name, array: array.astype(str),
    "single precision": lambda name, array: array.astype(np.float32),
}  # fmt: skip


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
    for broken in (
        replace(fit, level=95.0),
        replace(fit, covariance=-fit.covariance),
        replace(fit, estimate=fit.estimate * np.nan),
    ):
        with pytest.raises(st.IncompatibleError, match="save keeps no fit that load would refuse"):
            save(broken, tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_what_is_a_covariance():
    assert is_covariance(np.array([[4.0, 2.0], [2.0, 1.0]]), 2)  # a correlation of 1
    assert is_covariance(np.diag([0.0, 1e-320]), 2)
    two_ways = np.array([[1.0, 1.2], [1.2, 1.0]])  # which sums of clusters two ways may be
    assert not is_covariance(two_ways, 2)
    assert is_covariance(two_ways, 2, definite=False)
    for wrong in (np.diag([-1e-9, 1.0]), np.array([[1.0, 0.5], [0.4, 1.0]]), np.full((2, 2), np.nan), np.eye(3)):
        assert not is_covariance(wrong, 2, definite=False)
