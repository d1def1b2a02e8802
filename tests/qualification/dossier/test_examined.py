from stattools.qualification.dossier import examined
from stattools.qualification.exam.examination import Examination, Mark
from stattools.qualification.exam.laws import LAWS


def test_each_law_is_a_test():
    assert [one.name for one in examined.procedures()] == [f"law: {law.name}" for law in LAWS]


def test_a_law_that_is_broken_fails_in_words(monkeypatch):
    marks = (
        Mark("scale", "linear", "right", 1e-9, ""),
        Mark("origin", "linear", "right", 1e-9, ""),
        Mark("origin", "Cox", "silent", 0.4, "off"),
    )
    monkeypatch.setattr(examined, "_exam", lambda: Examination("stattools", "1", marks))
    assert examined.observe("scale").ok
    found = examined.observe("origin")
    assert (found.ok, found.words) == (False, "Cox is silent: off")
    assert not examined.observe("weights").ok, "a law without a mark was not asked"
