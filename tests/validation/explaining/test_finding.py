"""A finding as text."""

from stattools.validation.verdict import Finding


def test_a_finding_is_one_sentence():
    found = Finding("penalty", "It has one.", "Refit without.")
    assert str(found) == found.sentence == "penalty: It has one. Refit without."
    assert repr(found) == "<Finding: penalty, serious>"
