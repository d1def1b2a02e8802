import re


def test_the_survey_is_statsmodels_own(text_of):
    from statsmodels.api import Logit, add_constant
    from statsmodels.datasets import fair

    data = fair.load_pandas().data
    columns = ["rate_marriage", "age", "yrs_married", "children", "religious", "educ"]
    reference = Logit(data["affairs"] > 0, add_constant(data[columns])).fit(disp=0)
    for column in columns:
        assert re.search(rf"\| `{column}` +\| +{reference.params[column]:.7g}0* \|", text_of("logistic"))
