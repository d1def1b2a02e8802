from stattools.interface.nearest_class import nearest


class Above:
    pass


class Below(Above):
    pass


def test_the_nearest_class_above_answers():
    assert nearest({Above: 1, Below: 2}, Below()) == 2
    assert nearest({Above: 1, object: 0}, Below()) == 1
    assert nearest({object: 0}, Below()) == 0
    assert nearest({Below: 2}, Above()) is None
    assert nearest({Below: 2}, Below) is None  # the class is no object of itself
