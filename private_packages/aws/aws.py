"""AWS as one identity reaches it: its clients, and its errors in sentences."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from custom_resource.role_check import plain
from private_packages.aws.errors import AwsError

_SIGN_IN = "sign in, or give --profile"
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure")
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
"""The codes with which AWS says that the caller may not."""


@dataclass(frozen=True)
class Identity:
    """Who calls AWS."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """The partition: aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]


def _calls() -> Config:
    """Return how to call: how often AWS is asked again stays the user's choice (AWS_MAX_ATTEMPTS).

    A new one each time, because botocore writes that choice into it.
    """
    return Config(retries={"mode": "adaptive"}, connect_timeout=5, read_timeout=30)


@dataclass(frozen=True)
class Aws:
    """AWS with the credentials of one identity."""

    session: boto3.Session
    config: Config = field(default_factory=_calls)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of an assumed role, as the arguments of boto3's client; none means the session's own."""
    lock: Any = field(default_factory=Lock, repr=False, compare=False)

    @property
    def region(self) -> str:
        """The Region that is asked unless a call names another."""
        return str(self.session.region_name)

    def client(self, service: str, region_name: str | None = None, config: Config | None = None) -> Any:
        """Return a client; config's settings apply beside the retries of this object's own.

        Raises:
            AwsError: there is no such Region.
        """
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
        with asking("find out who calls"):
            answer = self.client("sts").get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])

    def assume(self, role_arn: str) -> "Aws":
        """Return AWS as this role reaches it, for the hour that its credentials last at the most.

        Raises:
            AwsError: the role cannot be assumed.
        """
        with asking(f"assume {role_arn}"):
            answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="private-packages")
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        arguments = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        credentials = {
            argument: answer["Credentials"][name] for name, argument in zip(names, arguments, strict=True)
        }
        return Aws(self.session, self.config, credentials, self.lock)


def sign_in(profile: str | None = None, region: str | None = None) -> Aws:
    """Return AWS with the credentials that the AWS CLI would use; it is not asked yet.

    Raises:
        AwsError: there is no such profile, or no Region is set.
    """
    with asking("sign in"):
        session = boto3.Session(profile_name=profile, region_name=region)
    if not session.region_name:
        raise AwsError("No Region is set: say --region or set AWS_REGION.")
    return Aws(session)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what botocore raises into a sentence; what completes "AWS did not let this command …".

    Raises:
        AwsError: botocore raised something.
    """
    try:
        yield
    except NoRegionError as error:
        raise AwsError("No Region is set: say --region or set AWS_REGION.") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise AwsError(f"No AWS credentials: {_SIGN_IN}.") from error
    except (SSOError, TokenRetrievalError) as error:
        raise AwsError(f"The sign-in has ended: sign in again (aws sso login). {error}") from error
    except ClientError as error:
        code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        raise AwsError(_explain(what, code, plain(message, 500).rstrip(".")), code) from error
    except BotoCoreError as error:
        raise AwsError(f"AWS cannot be asked: {plain(error, 500).rstrip('.')}.") from error


def _explain(what: str, code: str, message: str) -> str:
    if code in _EXPIRED:
        return f"The AWS credentials have expired: {_SIGN_IN}."
    if code in _UNKNOWN:
        return f"AWS does not know these credentials ({code}): {_SIGN_IN}."
    if code in DENIED:
        return f"May not {what}: get the permission, or use another --profile ({code}: {message})."
    return f"Cannot {what} ({code}): {message}."
