"""An AWS Organization in moto, whose accounts have Stackery Roles, and faults in what AWS answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import boto3
import botocore.handlers
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectTimeoutError
from moto import mock_aws

from private_packages.aws.aws import Aws
from tests.aws import Attempts, RawAnswer

BUILD_ROLES = ("stackery/stackery-factory-role", "stackery/stackery-deployer")
ROLE = "OrganizationAccountAccessRole"


@dataclass(frozen=True)
class Call:
    """A call that is about to be sent."""

    operation: str
    region: str
    parameters: dict[str, str]
    key: str
    """The access key that it is signed with."""


Fault = Callable[[Call], RawAnswer | None]
"""What AWS answers to a call, or raises; None where the call is answered as usual."""


def refusal(code: str, message: str = "said AWS.", status: int = 400) -> RawAnswer:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return RawAnswer(f"<ErrorResponse>{error}</ErrorResponse>", status)


def timeout(call: Call) -> ConnectTimeoutError:
    return ConnectTimeoutError(endpoint_url=f"https://{call.operation}.{call.region}")


@dataclass
class MotoOrganization:
    """The organization, from its management account."""

    session: boto3.Session
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        organizations = self.session.client("organizations")
        created = organizations.create_organization(FeatureSet="ALL")["Organization"]
        self.id: str = created["Id"]
        self.management_account: str = created["MasterAccountId"]
        self.root: str = organizations.list_roots()["Roots"][0]["Id"]

    @property
    def aws(self) -> Aws:
        return Aws(self.session)

    def unit(self, name: str, parent: str = "") -> str:
        """Add an organizational unit and return its id."""
        answer = self.session.client("organizations").create_organizational_unit(
            ParentId=parent or self.root, Name=name
        )
        return str(answer["OrganizationalUnit"]["Id"])

    def account(self, name: str, unit: str = "") -> str:
        """Add an account without a Stackery Role and return its id."""
        organizations = self.session.client("organizations")
        created = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        account = str(created["CreateAccountStatus"]["AccountId"])
        if unit:
            organizations.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)
        return account

    def suspend(self, account: str) -> None:
        self.session.client("organizations").close_account(AccountId=account)

    def builder(self, name: str, version: str = "1.25.0", region: str = "us-east-1", unit: str = "") -> str:
        """Add an account with a Stackery Role and return its id."""
        account = self.account(name, unit)
        self.install(account, version, region)
        return account

    def install(self, account: str, version: str, region: str = "us-east-1") -> None:
        """Install what stands in for the Stackery Role."""
        self.install_build_roles(account)
        template = {
            "Resources": {"Agent": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {"Version": {"Value": version}},
        }
        self._client(account, "cloudformation", region).create_stack(
            StackName="stackery", TemplateBody=json.dumps(template)
        )

    def install_build_roles(self, account: str) -> None:
        """Install the build roles without the stack."""
        iam = self._client(account, "iam")
        for role in BUILD_ROLES:
            path, name = role.split("/")
            iam.create_role(Path=f"/{path}/", RoleName=name, AssumeRolePolicyDocument="{}")

    def asked(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    def _client(self, account: str, service: Any, region: str = "us-east-1") -> Any:
        keys = self.session.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="test"
        )["Credentials"]
        return self.session.client(
            service,
            region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def before_send(self, request: AWSRequest, **_: Any) -> AWSResponse | None:
        call = _call(request)
        self.calls.append(call)
        for fault in self.faults:
            if answer := fault(call):
                return Attempts([answer]).next(request)
        return None


@contextmanager
def running(patch: pytest.MonkeyPatch) -> Iterator[MotoOrganization]:
    """Let all clients of boto3 meet an organization of its management account alone."""
    with mock_aws():
        organizations: list[MotoOrganization] = []

        def before_send(request: AWSRequest, **parameters: Any) -> AWSResponse | None:
            return organizations[0].before_send(request, **parameters) if organizations else None

        # As moto does; before moto, so that a fault comes first.
        handlers = [("before-send", before_send), *botocore.handlers.BUILTIN_HANDLERS]
        patch.setattr(botocore.handlers, "BUILTIN_HANDLERS", handlers)
        session = boto3.Session("AKIATESTING", "not-a-real-key", region_name="us-east-1")
        organizations.append(MotoOrganization(session))
        yield organizations[0]


def _call(request: AWSRequest) -> Call:
    authorization = request.headers["Authorization"]
    authorization = authorization.decode() if isinstance(authorization, bytes) else authorization
    key, _, region, *_ = authorization.split("Credential=")[1].split("/")
    if target := request.headers.get("X-Amz-Target"):
        target = target.decode() if isinstance(target, bytes) else target
        return Call(target.split(".")[1], region, {}, key)
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    parameters = {name: values[0] for name, values in parse_qs(body).items()}
    return Call(parameters["Action"], region, parameters, key)
