from stattools.qualification.dossier import qualifying
from stattools.qualification.exam.examination import Examination, Mark
from stattools.qualification.exam.laws import LAWS


def test_each_law_is_a_test():
    assert [one.name for one in qualifying.of_laws()] == [f"law: {law.name}" for law in LAWS]


def test_a_law_that_is_broken_fails_in_words(monkeypatch):
    marks = (
        Mark("scale", "linear", "right", 1e-9, ""),
        Mark("origin", "linear", "right", 1e-9, ""),
        Mark("origin", "Cox", "silent", 0.4, "off"),
    )
    monkeypatch.setattr(qualifying, "_exam", lambda: Examination("stattools", "1", marks))
    assert qualifying.observe_law("scale").ok
    found = qualifying.observe_law("origin")
    assert (found.ok, found.words) == (False, "Cox is silent: off")
    assert not qualifying.observe_law("weights").ok, "a law without a mark was not asked"
