"""How fast an operation of a stack set goes, and when it gives up."""

from dataclasses import dataclass
from typing import Any


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

    def parameters(self) -> dict[str, Any]:
        """Return them as the API's OperationPreferences."""
        return {
            "RegionConcurrencyType": "PARALLEL",
            # STRICT, the default, would slow down with each failure.
            "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
            _name("MaxConcurrent", self.max_concurrent): self.max_concurrent.number,
            _name("FailureTolerance", self.failure_tolerance): self.failure_tolerance.number,
        }


def _name(prefix: str, amount: Amount) -> str:
    return f"{prefix}{'Percentage' if amount.is_percentage else 'Count'}"
