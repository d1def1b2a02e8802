import re


def test_descent_reaches_the_printed_digits_and_the_long_step_is_diagnosed(text_of):
    text = text_of("ols")
    for digits in ("4.344435", "4.387702", "0.450958"):
        assert len(re.findall(rf"\| +{digits} \| +{digits} \| +{digits} \|", text)) == 1
    assert "GradientDescent(step=0.05) diverges on these data: the largest stable step is 4.490e-04" in text
    assert "4.490e-05" in text
