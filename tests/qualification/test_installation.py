import numpy as np
import pytest

from stattools.qualification import installation


@pytest.mark.parametrize("question", installation.QUESTIONS)
def test_this_installation_is_good(question):
    ok, found = installation.QUESTIONS[question]()
    assert ok is True, found


def test_a_missing_and_an_old_package_are_named(monkeypatch):
    wanted = ["nonesuch-of-all>=1", "numpy>=99.0,<100", "scipy>=1.0,<1.1", "polars>=1; extra == 'x'"]
    monkeypatch.setattr(installation.metadata, "requires", lambda name: wanted)
    ok, found = installation.dependencies_installed()
    assert not ok
    assert "nonesuch-of-all is missing" in found
    assert "is older than 99.0" in found
    assert "is not below 1.1" in found
    assert "polars" not in found


def test_a_changed_file_is_named(tmp_path, monkeypatch):
    import base64
    import hashlib
    from types import SimpleNamespace

    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()

    class File:
        hash = SimpleNamespace(mode="sha256", value=digest)
        parts = ("stattools", "a.py")

        def locate(self):
            return path

        def __str__(self):
            return "stattools/a.py"

    monkeypatch.setattr(installation.metadata, "files", lambda name: [File()])
    assert installation.files_unchanged() == (True, "1 files, all as shipped")
    path.write_text("x = 2\n")
    assert installation.files_unchanged() == (False, "changed or missing: stattools/a.py")


def test_wrong_special_functions_are_found(monkeypatch):
    from scipy import special

    monkeypatch.setattr(special, "gammaln", lambda x: np.float64(0.57))
    assert installation.special_functions()[0] is False
