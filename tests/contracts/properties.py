"""Settings of property tests that stand in an inherited suite."""

from hypothesis import HealthCheck, settings

# Each inheriting class runs the property on its own store, which outlives an example; a failing
# example of one class means nothing to another, so none is kept.
inherited = settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
    ],
)
