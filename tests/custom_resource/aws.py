"""An AWS account as the role check sees it: real clients of boto3, each with botocore's Stubber before it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.stub import Stubber

ACCOUNT = "111122223333"
ORGANIZATION = "o-a1b2c3d4e5"


@dataclass(frozen=True)
class AwsError:
    """An error that AWS answers with."""

    code: str
    message: str = "said AWS."


@dataclass(frozen=True)
class RawAnswer:
    """The bytes that arrive from AWS, for botocore's own parser."""

    body: str
    status: int = 200


@dataclass
class Attempts:
    """What happens below the client: an exception of the connection or a raw answer; the last one stays."""

    outcomes: list[Exception | RawAnswer]
    made: int = 0

    def next(self, request: AWSRequest, **_: Any) -> AWSResponse:
        outcome = self.outcomes[min(self.made, len(self.outcomes) - 1)]
        self.made += 1
        if isinstance(outcome, Exception):
            raise outcome
        return AWSResponse(request.url or "", outcome.status, HTTPHeaders(), _Body(outcome.body))


@dataclass(frozen=True)
class _Body:
    text: str

    def stream(self) -> list[bytes]:
        return [self.text.encode()]


Answer = dict[str, Any] | AwsError | Attempts
"""What AWS says to one call."""


def role(path: str, name: str) -> Answer:
    return {
        "Role": {
            "Path": path,
            "RoleName": name,
            "RoleId": "AROAEXAMPLEEXAMPLE",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
            "CreateDate": "2019-01-01T00:00:00Z",
        }
    }


def stack_id(region: str, name: str = "stackery", partition: str = "aws") -> str:
    return (
        f"arn:{partition}:cloudformation:{region}:{ACCOUNT}:stack/{name}/66666666-7777-8888-9999-000000000000"
    )


def stack(region: str, name: str = "stackery", partition: str = "aws", **outputs: str) -> dict[str, Any]:
    return {
        "Stacks": [
            {
                "StackId": stack_id(region, name, partition),
                "StackName": name,
                "CreationTime": "2019-01-01T00:00:00Z",
                "StackStatus": "UPDATE_COMPLETE",
                "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
            }
        ]
    }


def own_stack(status: str) -> dict[str, Any]:
    """Return the stack of the role check, with the outputs of its last deployment."""
    outputs = {"OrganizationId": "o-lastdeployed", "StackeryRoleVersion": "1.26.0", "KeyAlias": "alias/x"}
    answer = stack("us-east-1", "private-packages", **outputs)
    answer["Stacks"][0]["StackStatus"] = status
    return answer


def _healthy_roles() -> dict[str, Answer]:
    names = ("stackery-factory-role", "stackery-deployer")
    return {name: role("/stackery/", name) for name in names}


def _healthy_stacks() -> dict[str, Answer]:
    return {"us-east-1": stack("us-east-1", Version="1.25.0")}


@dataclass
class Account:
    """Takes the place of boto3's Session. What a test does not change is as the role check wants it.

    Whatever is not in one of the dictionaries does not exist.
    """

    boto: boto3.Session
    roles: dict[str, Answer] = field(default_factory=_healthy_roles)
    """By name."""
    stacks: dict[str, Answer] = field(
        default_factory=lambda: {"us-east-1": stack("us-east-1", Version="1.25.0")}
    )
    """The stack of the Stackery Role, by Region."""
    own_stack: Answer = field(default_factory=lambda: own_stack("UPDATE_IN_PROGRESS"))
    """The stack that holds the role check itself, which is looked up by its ARN."""
    templates: dict[str, Answer] = field(default_factory=dict)
    """Its template, by the stack's id."""
    organization: Answer = field(default_factory=lambda: {"Organization": {"Id": ORGANIZATION}})
    before_call: Callable[[str, str], None] | None = None
    """Called in the caller's thread with the operation and the Region."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The operations and the Regions that were asked."""
    configs: list[Config] = field(default_factory=list)

    def client(self, service: str, *, region_name: str, config: Config) -> Any:
        client: Any = self.boto.client(service, region_name=region_name, config=config)  # type: ignore[call-overload]
        self.configs.append(config)
        client.meta.events.register("provide-client-params", partial(self._prepare, client, Stubber(client)))
        return client

    def asked(self, operation: str) -> list[str]:
        """Return the Regions that were asked, in alphabetical order since they are asked at once."""
        return sorted(region for called, region in self.calls if called == operation)

    def _prepare(self, client: Any, stubber: Stubber, params: dict[str, str], model: Any, **_: Any) -> None:
        region = client.meta.region_name
        self.calls.append((model.name, region))
        if self.before_call:
            self.before_call(model.name, region)
        answer = self._answer(model.name, region, params)
        if isinstance(answer, Attempts):
            stubber.deactivate()
            client.meta.events.register("before-send", answer.next)
            return
        stubber.activate()
        method = xform_name(model.name)
        if isinstance(answer, AwsError):
            stubber.add_client_error(method, answer.code, answer.message, 400, expected_params=params)
        else:
            stubber.add_response(method, answer, params)

    def _answer(self, operation: str, region: str, params: dict[str, str]) -> Answer:
        match operation, params:
            case "GetRole", {"RoleName": name}:
                missing = AwsError("NoSuchEntity", f"The role with name {name} cannot be found.")
                return self.roles.get(name, missing)
            case "DescribeStacks", {"StackName": name} if name.startswith("arn:"):
                return self.own_stack
            case "DescribeStacks", {"StackName": name}:
                missing = AwsError("ValidationError", f"Stack with id {name} does not exist")
                found = self.stacks.get(region, missing)
                other = (
                    isinstance(found, dict) and found["Stacks"] and found["Stacks"][0]["StackName"] != name
                )
                return missing if other else found
            case "GetTemplate", {"StackName": name}:
                return self.templates.get(name, AwsError("ValidationError", f"Stack {name} does not exist"))
            case "DescribeOrganization", {}:
                return self.organization
        raise AssertionError(f"The role check is not known to call {operation} with {params}.")
