import re
from shutil import copytree

import pytest

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, INDEX, Gallery
from stattools.gallery.verification import made_by, verify
from stattools.reporting.files import write
from tests.gallery.conftest import REPORTS


@pytest.fixture(scope="module")
def written(gallery, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    write(gallery.document("coin"), folder / "coin")
    return folder


@pytest.fixture
def coin(written, tmp_path):
    """The coin report, for a test to spoil."""
    copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path / "coin.md"


@pytest.mark.nightly  # CI asks the command
@pytest.mark.parametrize("name", [*ANALYSES, INDEX])
def test_the_committed_reports_stand(name, gallery):
    assert verify(REPORTS / f"{name}.md", gallery).same


def test_a_fresh_report_stands(coin, gallery):
    verdict = verify(coin, gallery)
    assert verdict.same
    assert verdict.environment == verdict.diff == ()


def test_newer_packages_with_the_same_numbers_are_no_drift(coin, gallery):
    text = re.sub(r"\| numpy( +)\| \S+", r"| numpy\1| 1.0.0", coin.read_text())
    coin.write_text(text.replace("| scipy ", "| scipoi "))
    verdict = verify(coin, gallery)
    assert verdict.same
    assert verdict.environment[0].startswith("numpy 1.0.0 -> ")
    assert len(verdict.environment) == 3


@pytest.mark.parametrize(
    "old, new, moved",
    [
        (r"0\.583", "0.585", ("numbers",)),
        (r"0\.583", "0.584", ("round-off of the platform (last digits)",)),
        (r"Ten flips", "Nine flips", ("words",)),
        (r"\| seed( +)\| 1 ", r"| seed\1| 2 ", ("the seed",)),
        (r"(\| stattools +\| )\d\S*", r"\g<1>9.9", ("the version of stattools",)),
        (r"`[0-9a-f]{64}`", "`0`", ("the data",)),
    ],
)
def test_drift_says_what_moved(coin, old, new, moved, gallery):
    text = coin.read_text()
    spoiled = re.sub(old, new, text)
    assert spoiled != text
    coin.write_text(spoiled)
    verdict = verify(coin, gallery)
    assert verdict.moved == moved
    assert any(line.startswith("+") for line in verdict.diff)


def test_padding_alone_is_no_drift(coin, gallery):
    coin.write_text(coin.read_text().replace(" | value", "   | value").replace("-----", "-------"))
    assert verify(coin, gallery).same


def test_a_missing_figure_is_drift(coin, gallery):
    (coin.parent / "coin" / "posterior.svg").unlink()
    assert verify(coin, gallery).moved == ("the figure coin/posterior.svg is missing",)


@pytest.mark.parametrize(
    "text",
    ["", "# A letter\n", "## Provenance\n\n```sh\nrm -rf /\n```\n", "```sh\nstattools gallery coin\n```\n"],
)
def test_a_report_that_the_gallery_did_not_make_is_refused(text, tmp_path):
    with pytest.raises(DomainError, match="verify needs a report of the gallery"):
        made_by(text, tmp_path / "letter.md")


def test_timings_are_known_by_their_command_and_not_measured_again(tmp_path, gallery):
    path = tmp_path / "benchmarks.md"
    path.write_text("## Provenance\n\n```sh\nstattools bench --out reports/benchmarks.md\n```\n")
    verdict = verify(path, gallery)
    assert verdict.same
    assert verdict.unverified == "timings"


def test_the_validation_of_the_package_is_known_by_its_command(gallery, tmp_path, monkeypatch):
    from stattools.qualification import qualification
    from stattools.qualification.document import document

    monkeypatch.setattr(qualification, "checks", lambda extent="usual", nist=None: ())
    command = "stattools validate --quick"
    write(document(qualification.qualify("quick"), command=command), tmp_path / "mine")
    assert made_by((tmp_path / "mine.md").read_text(), tmp_path / "mine.md") == command
    assert verify(tmp_path / "mine.md", Gallery()).same


def test_a_validation_made_with_a_folder_of_nist_needs_it_again(gallery, tmp_path, monkeypatch):
    from stattools.qualification import qualification
    from stattools.qualification.document import document

    asked = []
    monkeypatch.setattr(qualification, "checks", lambda extent="usual", nist=None: asked.append((extent, nist)) or ())
    write(document(qualification.qualify("quick"), command="stattools validate --quick --nist sets"), tmp_path / "mine")
    with pytest.raises(DomainError, match=r"verify needs the folder sets .*Add --data DIR"):
        verify(tmp_path / "mine.md", gallery)
    (tmp_path / "far" / "sets").mkdir(parents=True)
    for place in (tmp_path / "far", tmp_path / "far" / "sets"):
        assert verify(tmp_path / "mine.md", gallery, place).same
        assert asked[-1] == ("quick", tmp_path / "far" / "sets")
