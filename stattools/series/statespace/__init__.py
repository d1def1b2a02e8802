"""State space models as banded Gaussian systems: local level, local linear trend, smooth trend, seasonal, regressors.

    y_t = level_t + seasonal_t + x_t' beta + irregular_t
    level_{t+1} = level_t + trend_t + e_t,   trend_{t+1} = trend_t + z_t,
    seasonal_{t+1} = -(sum of the last s - 1) + w_t

with variances sigma2.irregular, sigma2.level, sigma2.trend, sigma2.seasonal and flat (exactly diffuse) initial states.
Everything costs O(n). Source: Durbin & Koopman, Time Series Analysis by State Space Methods (2012), ch. 2-7.
"""
