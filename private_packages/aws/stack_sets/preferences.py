"""How fast an operation of a stack set goes, and when it gives up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackSetOperationPreferencesUnionTypeDef


@dataclass(frozen=True)
class Amount:
    """Some of the accounts: so many, or so many percent of them."""

    number: int
    is_percentage: bool = False

    def __str__(self) -> str:
        """Return it as one would write it: 3 or 3%."""
        return f"{self.number}%" if self.is_percentage else f"{self.number}"


ALL = Amount(100, is_percentage=True)


@dataclass(frozen=True)
class Preferences:
    """For each Region: in how many accounts at once, and in how many it may fail before it gives up.

    The defaults reach every account, whatever happens in the others: what a check needs.
    """

    max_concurrent: Amount = ALL
    failure_tolerance: Amount = ALL

    def parameters(self) -> "StackSetOperationPreferencesUnionTypeDef":
        """Return them as the API's OperationPreferences."""
        result: StackSetOperationPreferencesUnionTypeDef = {
            "RegionConcurrencyType": "PARALLEL",
            # STRICT, the default, would slow down with each failure.
            "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
        }
        if self.max_concurrent.is_percentage:
            result["MaxConcurrentPercentage"] = self.max_concurrent.number
        else:
            result["MaxConcurrentCount"] = self.max_concurrent.number
        if self.failure_tolerance.is_percentage:
            result["FailureTolerancePercentage"] = self.failure_tolerance.number
        else:
            result["FailureToleranceCount"] = self.failure_tolerance.number
        return result
