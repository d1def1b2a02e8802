from stattools.qualification.differences import public_data


def test_the_data_have_the_rows_that_the_sources_have():
    tables = {
        "lung": 170,
        "bladder": 178,
        "ovarian": 26,
        "growth": 108,
        "herds": 56,
        "absences": 146,
        "drug_trial": 30,
        "diseases": 58,
    }
    for name, rows in tables.items():
        assert {len(column) for column in getattr(public_data, name)().values()} == {rows}, name


def test_spells_of_a_person_follow_each_other():
    table = public_data.bladder()
    assert sum(table["event"]) == 112
    assert max(table["id"]) == 84
    assert all(stop > start for start, stop in zip(table["start"], table["stop"], strict=True))
