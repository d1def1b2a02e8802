import pytest

from stattools.errors import DomainError
from stattools.qualification.dossier.filing import check_folder
from tests.qualification.dossier.tiny import dossier, file, procedures


def test_the_folder_has_pages_evidence_and_manifest(tmp_path, monkeypatch):
    folder = file(tmp_path / "filed", monkeypatch)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "evidence/001-inspection-files.json",
        "evidence/002-answer-mean.json",
        "evidence/003-law-scale.json",
        "manifest.json",
        "qualification.html",
        "qualification.md",
    ]


def test_a_second_one_takes_the_place_of_the_first_and_leaves_what_is_not_its_own(tmp_path, monkeypatch):
    folder = file(tmp_path / "filed", monkeypatch)
    (folder / "signed.pdf").write_text("scan")
    before = (folder / "qualification.md").read_bytes()
    file(folder, monkeypatch, dossier(procedures()[:1], requirements=()))
    assert (folder / "signed.pdf").is_file()
    assert not (folder / "evidence/002-answer-mean.json").exists()
    assert (folder / "qualification.md").read_bytes() != before


def test_the_same_results_are_the_same_bytes(tmp_path, monkeypatch):
    one, two = (file(tmp_path / name, monkeypatch) for name in ("a", "b"))
    for name in ("qualification.md", "qualification.html", "evidence/002-answer-mean.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(DomainError, match="has other files"):
        check_folder(tmp_path)
    with pytest.raises(DomainError, match="is a file"):
        check_folder(tmp_path / "thesis.tex")
    check_folder(tmp_path / "new")
