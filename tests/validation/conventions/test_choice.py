from stattools.validation.conventions.search import CONVENTIONS


def test_each_choice_has_words_and_advice():
    for choice in CONVENTIONS:
        assert choice.name
        assert choice.advice.endswith(".")
        assert choice.moves in ("estimates", "errors", "print")
    assert len({choice.name for choice in CONVENTIONS}) == len(CONVENTIONS)


def test_refits_stand_before_errors_and_these_before_the_print():
    order = ["estimates", "errors", "print"]
    moves = [order.index(choice.moves) for choice in CONVENTIONS]
    assert moves == sorted(moves)
