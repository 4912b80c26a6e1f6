"""The clients of boto3 that this project calls, each with its type."""

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, overload

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

    @overload
    def client(
        self,
        service: Literal["cloudformation"],
        region_name: str | None = None,
        config: Settings = None,
    ) -> "CloudFormationClient": ...
    @overload
    def client(
        self, service: Literal["iam"], region_name: str | None = None, config: Settings = None
    ) -> "IAMClient": ...
    @overload
    def client(
        self, service: Literal["kms"], region_name: str | None = None, config: Settings = None
    ) -> "KMSClient": ...
    @overload
    def client(
        self,
        service: Literal["organizations"],
        region_name: str | None = None,
        config: Settings = None,
    ) -> "OrganizationsClient": ...
    @overload
    def client(
        self, service: Literal["s3"], region_name: str | None = None, config: Settings = None
    ) -> "S3Client": ...
    @overload
    def client(
        self,
        service: Literal["secretsmanager"],
        region_name: str | None = None,
        config: Settings = None,
    ) -> "SecretsManagerClient": ...
    @overload
    def client(
        self, service: Literal["sts"], region_name: str | None = None, config: Settings = None
    ) -> "STSClient": ...
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
    """Return a client of boto3 whose answers are AWS's own, and harmless, before anybody sees them."""
    client.meta.events.register("before-parse", _require_an_answer)
    client.meta.events.register("after-call", make_harmless)
    return client


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
