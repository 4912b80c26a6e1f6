"""AWS as one identity reaches it: its clients, and its errors in sentences.

boto3 and botocore are imported here and nowhere else, and only when AWS is asked: a third of a second.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from private_packages.aws.clients import Clients
from private_packages.aws.errors import AwsError
from private_packages.aws.text import one_line

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

    from private_packages.aws.organization.roles import Roles

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")

_SIGN_IN = "sign in, or give --profile"
_NO_REGION = "No Region is set: give --region or set AWS_REGION."
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure")
_WORDS = 4_000
"""Characters; longer than AWS's messages are, even with the longest names in them."""
_SHORT = 500
"""Characters of AWS's words in a sentence."""
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
"""The codes with which AWS says that the caller may not."""


@dataclass(frozen=True)
class Identity:
    """Who calls AWS."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """The partition, such as aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]


def _calls() -> "Config":
    """Return how to call: how often AWS is asked again stays the user's choice (AWS_MAX_ATTEMPTS).

    A new one each time, because botocore writes that choice into it.
    """
    from botocore.config import Config

    return Config(retries={"mode": "adaptive"}, connect_timeout=5, read_timeout=30)


@dataclass(frozen=True)
class Aws(Clients):
    """AWS with the credentials of one identity."""

    session: "boto3.Session"
    config: "Config" = field(default_factory=_calls)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of an assumed role, as the arguments of boto3's client; none means the session's own."""
    lock: AbstractContextManager[Any] = field(default_factory=Lock, repr=False, compare=False)

    @property
    def region(self) -> str:
        """The Region that is asked unless a call names another."""
        return str(self.session.region_name)

    def _client(self, service: str, region_name: str | None, config: "Config | None") -> Any:
        merged = config.merge(self.config) if config else self.config
        # boto3 makes clients one at a time only.
        with asking(f"reach {service}"), self.lock:
            return self.session.client(  # type: ignore[call-overload]
                service, region_name=region_name or self.region, config=merged, **self.credentials
            )

    @cached_property
    def identity(self) -> Identity:
        """Who calls.

        Raises:
            AwsError: there are no credentials, or they are not valid.
        """
        with asking("look up who is calling"):
            answer = self.client("sts").get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])

    def assume(self, role_arn: str) -> "Aws":
        """Return AWS as this role reaches it, for the hour that its credentials last at the most.

        Raises:
            AwsError: the role cannot be assumed.
        """
        with asking(f"assume {role_arn}"):
            answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="private-packages")
        found = answer["Credentials"]
        credentials = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }
        return Aws(self.session, self.config, credentials, self.lock)

    def for_many_accounts(self) -> "Aws":
        """Return AWS for calls on behalf of many accounts, which together make AWS throttle the caller.

        The caller does well to slow down then.
        """
        from botocore.config import Config

        retries = {"mode": "adaptive", "total_max_attempts": 8}
        return replace(self, config=Config(retries=retries, connect_timeout=5, read_timeout=30))  # type: ignore[arg-type]

    def roles(self, role_name: str, *, actions: Sequence[str], connections: int) -> "Roles":
        """Return the role of this name in any account, held to these actions."""
        from private_packages.aws.organization.roles import Roles

        return Roles(self, role_name, actions=actions, connections=connections)


def sign_in(profile: str | None = None, region: str | None = None) -> Aws:
    """Return AWS with the credentials that the AWS CLI would use; it is not asked yet.

    Raises:
        AwsError: there is no such profile, or no Region is set.
    """
    import boto3

    with asking("sign in"):
        session = boto3.Session(profile_name=profile, region_name=region)
    if not session.region_name:
        raise AwsError(_NO_REGION)
    return Aws(session)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what botocore raises into a sentence; what completes "AWS did not let this command …".

    Raises:
        AwsError: botocore raised something.
    """
    from botocore import exceptions

    try:
        yield
    except exceptions.NoRegionError as error:
        raise AwsError(_NO_REGION) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise AwsError(f"No AWS credentials: {_SIGN_IN}.") from error
    except (exceptions.SSOError, exceptions.TokenRetrievalError) as error:
        raise AwsError(f"The sign-in has ended: sign in again (aws sso login). {error}") from error
    except exceptions.ClientError as error:
        told = error.response["Error"]
        code, said = told.get("Code", ""), one_line(told.get("Message", ""), _WORDS)
        raise AwsError(_explain(what, code, said[:_SHORT].rstrip(".")), code, said) from error
    except exceptions.BotoCoreError as error:
        is_network = isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError)
        message = f"AWS cannot be asked: {one_line(error, _SHORT).rstrip('.')}."
        raise AwsError(message, is_network=is_network) from error


def if_allowed(
    call: Callable[Arguments, Answer], *arguments: Arguments.args, **options: Arguments.kwargs
) -> Answer | None:
    """Return what a call returns, or None where AWS says that the caller may not know it.

    Raises:
        AwsError: the call failed for another reason.
    """
    try:
        return call(*arguments, **options)
    except AwsError as error:
        if error.code in DENIED:
            return None
        raise


def _explain(what: str, code: str, message: str) -> str:
    if code in _EXPIRED:
        return f"The AWS credentials have expired: {_SIGN_IN}."
    if code in _UNKNOWN:
        return f"AWS does not know these credentials ({code}): {_SIGN_IN}."
    if code in DENIED:
        return f"May not {what}: get the permission, or use another --profile ({code}: {message})."
    return f"Cannot {what} ({code}): {message}."
