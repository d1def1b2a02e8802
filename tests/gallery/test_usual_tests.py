"""The table that compares p-values counts the digits that agree."""

from stattools.gallery.tests import UsualTest, data, nights


def test_digits_are_counted():
    assert UsualTest("t", "st.fit", 0.0300001, 0.03, "ttest_ind").cells[-1] == "5"
    assert UsualTest("t", "st.fit", 0.03, 0.03, "ttest_ind").cells[-1] == "≥ 6"


def test_the_data_are_those_of_the_text():
    sleep, wide, class_ = data()
    assert (len(sleep), len(wide), len(class_)) == (20, 10, 32)
    assert int(class_.grade[class_.psi == 1].sum()) == 8
    assert nights().groupby("night").hours.sum().round(6).tolist() == [0.0, 7.5, 23.3]
