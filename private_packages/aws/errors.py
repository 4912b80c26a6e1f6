"""What can go wrong in talking to AWS, each with a message that its user can act on."""

SERVER_ERRORS = (
    *("InternalError", "InternalFailure", "InternalServiceError", "InternalServerError"),
    *(
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "DependencyTimeoutException",
        "KMSInternalException",
    ),
    *("500", "502", "503", "504"),
)
"""AWS's codes that say nothing of what became of the call, and botocore's names for those without."""
_THROTTLED = (
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "SlowDown"),
    *("RequestLimitExceeded", "TooManyRequestsException"),
)


class UserError(Exception):
    """Base of the errors of this package."""


class AwsError(UserError):
    """AWS cannot be asked, or refuses a call."""

    def __init__(self, message: str, code: str = "", said: str = "", *, is_network: bool = False) -> None:
        super().__init__(message)
        self.code = code
        """AWS's error code; empty where the call did not get as far."""
        self.said = said
        """AWS's own words, whole, on one line; empty where it said none."""
        self.is_network = is_network
        """Whether AWS was not reached, or did not answer."""

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed some time later."""
        return self.is_network or self.code in (*_THROTTLED, *SERVER_ERRORS)


class StackError(UserError):
    """A stack cannot be read, or does not hold what it should."""


class OrganizationError(UserError):
    """An account or organizational unit is not where it was said to be."""


class TokenError(UserError):
    """A token cannot be one."""


class StackSetError(UserError):
    """A stack set cannot be rolled out as it was asked for."""


class SecretNameError(UserError):
    """No secret can be created under a name."""


class BucketError(UserError):
    """A bucket cannot hold the template."""


class TemplateError(UserError):
    """CloudFormation does not take a template."""


class DeploymentStoppedError(UserError):
    """The user did not agree to a deployment: nothing failed."""


class InterruptedDeploymentError(UserError):
    """The user interrupted a deployment; the message says what goes on without it."""


class WatchingEndedError(UserError):
    """The user stopped watching what goes on in AWS; the message says how to watch it again."""
