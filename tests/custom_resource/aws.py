"""An AWS account as the role check sees it."""

from dataclasses import dataclass, field
from typing import Any

from tests.aws import Answer, ErrorAnswer, StubbedSession

ACCOUNT = "111122223333"
ORGANIZATION = "o-a1b2c3d4e5"


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


@dataclass
class Account(StubbedSession):
    """What a test does not change is as the role check wants it.

    Whatever is not in one of the dictionaries does not exist.
    """

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

    def asked(self, operation: str) -> list[str]:
        """Return the Regions that were asked, in alphabetical order since they are asked at once."""
        return sorted(region for called, region in self.calls if called == operation)

    def answer(self, operation: str, region: str, params: dict[str, Any]) -> Answer:
        match operation, params:
            case "GetRole", {"RoleName": name}:
                missing = ErrorAnswer("NoSuchEntity", f"The role with name {name} cannot be found.")
                return self.roles.get(name, missing)
            case "DescribeStacks", {"StackName": name} if name.startswith("arn:"):
                return self.own_stack
            case "DescribeStacks", {"StackName": name}:
                missing = ErrorAnswer("ValidationError", f"Stack with id {name} does not exist")
                found = self.stacks.get(region, missing)
                other = (
                    isinstance(found, dict) and found["Stacks"] and found["Stacks"][0]["StackName"] != name
                )
                return missing if other else found
            case "GetTemplate", {"StackName": name}:
                return self.templates.get(
                    name, ErrorAnswer("ValidationError", f"Stack {name} does not exist")
                )
            case "DescribeOrganization", {}:
                return self.organization
        raise AssertionError(f"The role check is not known to call {operation} with {params}.")
