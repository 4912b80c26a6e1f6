"""The clients of boto3 that this project calls, each with its type."""

import json
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, overload

from private_packages.aws.errors import AwsError
from private_packages.aws.text import make_harmless

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

    from private_packages.aws.aws import Identity


Settings: TypeAlias = "Config | None"


class Clients(ABC):
    """Makes the clients of one identity."""

    # With the options that it is called with; with others a client has no type.
    @overload
    def client(self, service: Literal["cloudformation"]) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["iam"]) -> "IAMClient": ...
    @overload
    def client(self, service: Literal["kms"]) -> "KMSClient": ...
    @overload
    def client(self, service: Literal["organizations"]) -> "OrganizationsClient": ...
    @overload
    def client(self, service: Literal["s3"]) -> "S3Client": ...
    @overload
    def client(
        self, service: Literal["secretsmanager"], region_name: str | None = None
    ) -> "SecretsManagerClient": ...
    @overload
    def client(self, service: Literal["sts"], *, config: Settings = None) -> "STSClient": ...
    @overload
    def client(self, service: str, region_name: str | None = None, config: Settings = None) -> Any: ...
    def client(self, service: str, region_name: str | None = None, config: Settings = None) -> Any:
        """Return a client that calls as this identity.

        Args:
            service: as boto3 names it.
            region_name: the Region that is asked; None for this identity's own.
            config: settings that apply beside the retries of this identity's own.

        Raises:
            AwsError: there is no such Region.
        """
        return self._client(service, region_name, config)

    @abstractmethod
    def _client(self, service: str, region_name: str | None, config: Settings) -> Any: ...


class Caller(Protocol):
    """Who calls AWS: an identity of the user's own, or a role in one of many accounts."""

    @property
    def identity(self) -> "Identity":
        """Who calls."""

    @property
    def region(self) -> str:
        """The Region that is asked unless a call names another."""

    def client(self, service: str, region_name: str | None = None, config: Settings = None) -> Any:
        """Return a client that calls as this identity."""


def prepared(client: Any) -> Any:
    """Return a client of boto3 whose answers are AWS's own, and harmless, before anybody sees them.

    Whoever asks such an answer for what AWS always gives, and it lacks that, raises an AwsError that says so.
    """
    client.meta.events.register("before-parse", _require_an_answer)
    client.meta.events.register("after-call", make_harmless)
    client._make_api_call = partial(_call, client._make_api_call, client.meta.service_model.service_name)
    return client


def _call(call: Any, service: str, operation: str, arguments: dict[str, Any]) -> Any:
    return _answered(call(operation, arguments), f"{service}:{operation}")


def _answered(value: Any, by: str) -> Any:
    if isinstance(value, dict):
        return _Structure({key: _answered(each, by) for key, each in value.items()}, by)
    if isinstance(value, list):
        return _List([_answered(each, by) for each in value], by)
    return value


class _Structure(dict[str, Any]):
    """A structure of an answer, or a whole one."""

    def __init__(self, members: dict[str, Any], by: str) -> None:
        super().__init__(members)
        self._by = by

    def __missing__(self, member: str) -> Any:
        raise undocumented(self._by, f"without {member}")


class _List(list[Any]):
    """A list of an answer."""

    def __init__(self, entries: list[Any], by: str) -> None:
        super().__init__(entries)
        self._by = by

    def __getitem__(self, place: Any) -> Any:
        try:
            return super().__getitem__(place)
        except IndexError:
            raise undocumented(self._by, "with an empty list") from None


def document(text: str, by: str) -> Any:
    """Return a policy that AWS answered as JSON.

    Args:
        text: the policy.
        by: the call, as in a policy: iam:GetRole.

    Raises:
        AwsError: it is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError:
        raise undocumented(by, "with a policy that is no JSON") from None


def undocumented(by: str, how: str) -> AwsError:
    """Return what to raise where an answer is not as AWS documents it.

    Args:
        by: the call, as in a policy: iam:GetRole.
        how: completes "AWS answered …".
    """
    return AwsError(
        f"AWS answered {by} {how}, which is not as it documents: see that nothing stands in between (a proxy,"
        " AWS_ENDPOINT_URL), and try again."
    )


def _require_an_answer(operation_model: Any, response_dict: Any, **_: object) -> None:
    """Refuse what botocore takes for an answer that says nothing, or fails to parse with any error.

    Raises:
        ResponseParserError: it is no answer of AWS.
    """
    from botocore.parsers import ResponseParserError

    is_success = response_dict["status_code"] == 200 and not operation_model.has_streaming_output
    if is_success and not _is_an_answer(response_dict["body"], operation_model):
        raise ResponseParserError("This is no answer of AWS.")


def _is_an_answer(body: bytes, operation: Any) -> bool:
    if "json" not in operation.service_model.resolved_protocol:
        wrapper = operation.output_shape and operation.output_shape.serialization.get("resultWrapper")
        return not wrapper or f"<{wrapper}".encode() in body
    try:
        return isinstance(json.loads(body or b"{}"), dict)
    except ValueError:
        return False
