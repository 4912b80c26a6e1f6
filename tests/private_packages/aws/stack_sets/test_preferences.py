"""How fast an operation goes, and when it gives up."""

from private_packages.aws.stack_sets.preferences import ALL, Amount, Preferences


def test_the_defaults_reach_every_account() -> None:
    assert Preferences().parameters() == {
        "RegionConcurrencyType": "PARALLEL",
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
        "MaxConcurrentPercentage": 100,
        "FailureTolerancePercentage": 100,
    }


def test_amounts_are_counts_or_percentages() -> None:
    found = Preferences(Amount(10), Amount(5, is_percentage=True)).parameters()
    assert (found["MaxConcurrentCount"], found["FailureTolerancePercentage"]) == (10, 5)
    assert (str(Amount(3)), str(Amount(3, is_percentage=True)), str(ALL)) == ("3", "3%", "100%")
