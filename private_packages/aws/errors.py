"""What can go wrong in talking to AWS, each with a message that its user can act on."""


class RolloutError(Exception):
    """Base of the errors that this package raises."""


class AwsError(RolloutError):
    """AWS cannot be asked, or refuses a call."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
        """AWS's error code; empty where the call did not get as far."""


class StackError(RolloutError):
    """A stack cannot be read, or does not hold what it should."""


class OrganizationError(RolloutError):
    """An account or organizational unit is not where it was said to be."""


class TokenError(RolloutError):
    """A token cannot be one."""


class StackSetError(RolloutError):
    """A stack set cannot be rolled out as it was asked for."""


class SecretNameError(RolloutError):
    """No secret can be created under a name."""


class BucketError(RolloutError):
    """A bucket cannot hold the template."""
