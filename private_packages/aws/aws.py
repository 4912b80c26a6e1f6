"""AWS as one identity reaches it: its clients, and its errors in sentences.

boto3 and botocore are imported here and nowhere else, and only when AWS is asked: a third of a second.
"""

import getpass
import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from private_packages.aws.clients import Clients, prepared, undocumented
from private_packages.aws.errors import AwsError
from private_packages.aws.text import hide, one_line

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

    from private_packages.aws.organization.roles import Roles

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")

_SIGN_IN = "sign in, or give --profile"
_NO_REGION = "No Region is set: give --region or set AWS_REGION."
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
"""The codes with which AWS says that the credentials have expired."""
_UNKNOWN = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure")
_SECRET_KEY = 20
"""Characters; AWS's have 40, and what a test or an imitation of AWS is given may be a word of any text."""
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

    @classmethod
    def of(cls, arn: str, by: str) -> "Identity":
        """Return whose ARN it is.

        Args:
            arn: as AWS says it, so that a finding can never be told of another account.
            by: the call that answered it, as in a policy.

        Raises:
            AwsError: it is no ARN.
        """
        parts = arn.split(":", 5)
        if len(parts) < 6:
            raise undocumented(by, f"with {one_line(arn, 100)} as ARN")
        return cls(parts[4], arn)

    @property
    def partition(self) -> str:
        """The partition, such as aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]


def _calls(**retries: int) -> "Config":
    """Return how to call: how often AWS is asked again stays the user's choice (AWS_MAX_ATTEMPTS).

    A new one each time, because botocore writes that choice into it.

    Args:
        retries: what takes the place of that choice.
    """
    from botocore.config import Config

    return Config(retries={"mode": "adaptive", **retries}, connect_timeout=5, read_timeout=30)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Aws(Clients):
    """AWS with the credentials of one identity."""

    session: "boto3.Session"
    config: "Config" = field(default_factory=_calls)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of an assumed role, as the arguments of boto3's client; none means the session's own."""
    lock: AbstractContextManager[Any] = field(default_factory=Lock, repr=False, compare=False)
    has_tokens: bool = False
    """Whether a token may pass, which must not be read on its way."""

    @property
    def region(self) -> str:
        """The Region that is asked unless a call names another."""
        return str(self.session.region_name)

    def _client(self, service: str, region_name: str | None, config: "Config | None") -> Any:
        merged = config.merge(self.config) if config else self.config
        # boto3 makes clients one at a time only.
        with asking(f"reach {service}"), settings(), self.lock:
            client = prepared(
                self.session.client(  # type: ignore[call-overload]
                    service, region_name=region_name or self.region, config=merged, **self.credentials
                )
            )
            if not self.credentials and (found := self.session.get_credentials()):
                keys = found.get_frozen_credentials()  # which looks for them, and may ask
                hide(key for key in (keys.secret_key or "", keys.token or "") if len(key) >= _SECRET_KEY)
            endpoint = client.meta.endpoint_url
            _ = urlsplit(endpoint).port  # no number is told only when it is called
        if self.has_tokens and not _is_private(endpoint):
            raise AwsError(
                f"No token goes to {endpoint}, where it could be read on its way: use https, or correct"
                " AWS_ENDPOINT_URL and endpoint_url of the profile."
            )
        return client

    @cached_property
    def at_endpoint(self) -> str:
        """What to say after account and Region where something else than AWS is asked; empty elsewhere."""
        from botocore.config import Config

        at_aws = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # the stubs lack it
        for service in ("secretsmanager", "cloudformation"):
            endpoint = str(self.client(service).meta.endpoint_url)
            if endpoint != self.client(service, config=at_aws).meta.endpoint_url:
                return f", at {endpoint}"
        return ""

    @cached_property
    def identity(self) -> Identity:
        """Who calls.

        Raises:
            AwsError: there are no credentials, or they are not valid.
        """
        with asking("look up who is calling"):
            answer = self.client("sts").get_caller_identity()
        return Identity.of(answer["Arn"], "sts:GetCallerIdentity")

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
        hide((found["SecretAccessKey"], found["SessionToken"]))
        return replace(self, credentials=credentials)

    def for_many_accounts(self) -> "Aws":
        """Return AWS for calls on behalf of many accounts, which together make AWS throttle the caller.

        The caller does well to slow down then.
        """
        return replace(self, config=_calls(total_max_attempts=8))

    def roles(self, role_name: str, *, actions: Sequence[str], connections: int) -> "Roles":
        """Return the role of this name in any account, held to these actions."""
        from private_packages.aws.organization.roles import Roles

        return Roles(self, role_name, actions=actions, connections=connections)


def sign_in(profile: str | None = None, region: str | None = None, *, has_tokens: bool = False) -> Aws:
    """Return AWS with the credentials that the AWS CLI would use; it is not asked yet.

    Args:
        profile: the profile's name; None for the one that the environment says.
        region: the Region; None for the one that environment or profile say.
        has_tokens: whether a token may pass.

    Raises:
        AwsError: there is no such profile, or no Region is set.
    """
    import boto3
    from botocore.session import Session

    with asking("sign in"), settings():
        core = Session(profile=profile)
        if region:
            core.set_config_variable("region", region)
        # It would ask on standard input, which may carry a token, where there is no terminal.
        core.get_component("credential_provider").get_provider("assume-role")._prompter = _ask_for_code
        session = boto3.Session(botocore_session=core)
        has_region = bool(session.region_name)
    if not has_region:
        raise AwsError(_NO_REGION)
    return Aws(session, has_tokens=has_tokens)


def _ask_for_code(prompt: str) -> str:
    """Ask on the terminal for the code of a device.

    Raises:
        AwsError: there is no terminal.
    """
    try:
        with open("/dev/tty", "rb"):  # noqa: PTH123 - a device
            pass
    except OSError as error:
        raise AwsError(
            "There is no terminal to type the code of the MFA device on: run this in one (ssh -t), or sign in"
            " before, to credentials that need no code."
        ) from error
    return getpass.getpass(prompt)


def _is_private(endpoint: str) -> bool:
    """Return whether nobody can read on its way what is sent there: by TLS, or as it stays here."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "https" or is_here


@contextmanager
def settings() -> Iterator[None]:
    """Turn what the settings of AWS make boto3 raise into a sentence, whatever that is.

    It opens files, starts programs and reads what they write, and lets through what goes wrong there.

    Raises:
        AwsError: a setting cannot be used.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (AwsError, BotoCoreError, ClientError):
        raise
    except Exception as error:  # noqa: BLE001 - there is no end of what it lets through
        said = f"{type(error).__name__}: {one_line(error, _SHORT).rstrip('.')}"
        # Without the cause, which may hold what a program wrote: credentials.
        raise AwsError(
            f"The settings for AWS cannot be used ({said}): correct the profile, what it names, and the"
            " variables AWS_…, or give another --profile."
        ) from None


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what botocore raises into a sentence; what completes "AWS did not let this command …".

    Raises:
        AwsError: botocore raised something.
    """
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    try:
        yield
    except exceptions.NoRegionError as error:
        raise AwsError(_NO_REGION) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise AwsError(f"No AWS credentials: {_SIGN_IN}.") from error
    except (exceptions.SSOError, exceptions.TokenRetrievalError) as error:
        said = one_line(error, _SHORT).rstrip(".")
        raise AwsError(f"The sign-in has ended: sign in again (aws sso login). {said}.") from error
    except ResponseParserError:
        # It holds the whole answer, and that may be a token.
        raise AwsError(
            "AWS cannot be asked: what answers is not AWS. See that nothing stands in between (a proxy, a"
            " sign-in to the network, AWS_ENDPOINT_URL).",
            is_network=True,
        ) from None
    except exceptions.ClientError as error:
        told = error.response["Error"]
        code, said = told.get("Code", "")[:100], one_line(told.get("Message", ""), _WORDS)
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
    if code in EXPIRED:
        return f"The AWS credentials have expired: {_SIGN_IN}."
    if code in _UNKNOWN:
        return f"AWS does not know these credentials ({code}): {_SIGN_IN}."
    if code in DENIED:
        return f"May not {what}: get the permission, or use another --profile ({code}: {message})."
    return f"Cannot {what} ({code}): {message}."
