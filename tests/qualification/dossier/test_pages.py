from stattools.qualification.dossier.filing import SELF, evidence, results, sha256
from stattools.qualification.dossier.pages import document
from stattools.reporting.markdown import markdown
from tests.qualification.dossier.tiny import dossier, procedures


def page(found):
    told = [one | {SELF: sha256(evidence(one))} for one in results(found, {}, None)]
    return markdown(document(found, told, command="stattools qualify --out filed"), figures="x"), told


def test_the_page_has_all_that_is_signed():
    text, told = page(dossier())
    for words in (
        "## Deviations\n\nNone.",
        "Performed by",
        "Approved by",
        "**Pass.** Of 3 requirements 3 are met in 3 tests.",
    ):
        assert words in text, words
    for one in told:
        assert f"`{one[SELF][:16]}`" in text
    for heading in ("Installation", "Operational", "Performance"):
        assert f"## {heading} qualification" in text


def test_a_failure_stands_first_in_words():
    text, _ = page(dossier(procedures(good=False)))
    assert "- answer: mean: as it is." in text
    assert "**Fail.** Of 3 requirements 1 are not met, in 3 tests; see the deviations." in text
    assert "0 of 1" in text
