"""What is loaded is a fit or an error of ours, and runs nothing."""

import io
import json
import os
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import stattools as st
from stattools.inference.fits.loading import load
from stattools.inference.storage.file import FORMAT, VERSION, save
from tests.inference.storage.test_file import FRAME, SWAPS, contents, nodes, saved, write
from tests.sizes import examples


def test_a_newer_format_says_so_sealed_or_not(tmp_path):
    saved(tmp_path)
    content, arrays = contents(tmp_path / "whole.stattools")
    assert content["format"] == FORMAT
    assert content["version"] == VERSION
    write(tmp_path / "new", content | {"version": VERSION + 1, "written_by": "stattools 9.0"}, arrays)
    message = f"written by stattools 9.0 in format {VERSION + 1}.*reads formats up to {VERSION}. Upgrade stattools"
    with pytest.raises(st.DomainError, match=message):
        load(tmp_path / "new")
    with zipfile.ZipFile(tmp_path / "loose", "w") as folder:
        folder.writestr("fit.json", json.dumps(content | {"version": VERSION + 1, "written_by": "stattools 9.0"}))
    with pytest.raises(st.DomainError, match=message):
        load(tmp_path / "loose")


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.integers(0, 10**6), some.sampled_from(SWAPS))
def test_forged_contents_give_a_fit_or_an_error_of_ours(tmp_path, number, swap):
    """A correctly sealed file with other contents is read, or refused; nothing else is raised."""
    whole = tmp_path / "whole.stattools"
    if not whole.exists():
        saved(tmp_path)
    content, arrays = contents(whole)
    places = list(nodes(content))[1:]
    *path, last = places[number % len(places)]
    inner = content
    for key in path:
        inner = inner[key]
    inner[last] = swap
    write(tmp_path / "forged", content, arrays)
    try:
        fit = load(tmp_path / "forged")
    except st.DomainError:
        return
    assert type(fit) is st.Fit


@pytest.mark.parametrize("formula", ["color ~ __import__('os').getcwd()", "color ~ x.__class__", "color ~ {x}", "("])
def test_a_forged_formula_runs_nothing(formula, tmp_path):
    saved(tmp_path)
    content, arrays = contents(tmp_path / "whole.stattools")
    content["fit"]["fields"]["model"]["fields"]["design"]["fields"]["parsed"]["text"] = formula
    write(tmp_path / "forged", content, arrays)
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")


def test_pickled_arrays_are_not_read(tmp_path):
    saved(tmp_path)
    content, _ = contents(tmp_path / "whole.stattools")
    packed = io.BytesIO()
    np.savez(packed, a0=np.array([{"code": 1}], dtype=object))
    write(tmp_path / "forged", content, packed.getvalue())
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "forged")


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(st.DomainError, match="no_such_file': No such file or directory"):
        load(tmp_path / "no_such_file")
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):  # the one waits for ever, the other has no end
        with pytest.raises(st.FileError, match=r"load cannot read .*Give a file on a disk"):
            load(path)
    with pytest.raises(st.DomainError, match="load needs a path without the character NUL"):
        load("a\0")
    (tmp_path / "pipe").unlink()
    fit = st.fit(st.ols("y ~ x", FRAME))
    with pytest.raises(st.DomainError, match=r"save cannot write .*No such file or directory"):
        save(fit, tmp_path / "no_such_folder" / "a.stattools")
    with pytest.raises(st.DomainError, match="save cannot write"):
        save(fit, tmp_path)
    assert not list(tmp_path.iterdir())
