"""A program deploys: without a command, a terminal or a word of click."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.configuration import DEFAULT, Repository
from private_packages.aws.errors import DeploymentStoppedError, StackError
from private_packages.aws.stack.deployment import Deployment, Ending, Proposal, Wanted
from private_packages.aws.stack.events import Event
from private_packages.aws.template import TemplateText
from private_packages.aws.tokens.token import Token
from tests.aws import ErrorAnswer
from tests.custom_resource.aws import ACCOUNT, ORGANIZATION, role
from tests.custom_resource.aws import stack as role_stack
from tests.private_packages.aws.stack.test_change_set import CHANGE_SET_ID, NO_STACK, resource_change
from tests.private_packages.aws.stack.test_events import STACK_ID, page, told
from tests.private_packages.aws.stack.test_made_from import summary

SECRET_ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:/stackery/ghpackagerepotoken-a1b2c3"
PARAMETERS: dict[str, dict[str, Any]] = {
    "OrganizationId": {"Default": ""},
    "MinimumRoleVersion": {"Default": "1.25.0"},
    "StackeryStackName": {"Default": "stackery"},
    "StackeryStackRegion": {"Default": ""},
    "RoleCheck": {"Default": "Enforce"},
    "GitHubPackagesSecretName": {"Default": "/stackery/ghpackagerepotoken"},
    "GitHubPackagesToken": {"NoEcho": True},
}
WANTED = Wanted(
    DEFAULT, TemplateText("private-packages", "{}", "Tokens", "0.1.0", PARAMETERS), {}, "packages"
)
STACK = {
    "StackName": "packages",
    "StackId": STACK_ID,
    "StackStatus": "CREATE_COMPLETE",
    "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
    "Outputs": [
        {"OutputKey": "KeyArn", "OutputValue": "arn:aws:kms:us-east-1:1:key/1"},
        {"OutputKey": "GitHubPackagesSecretArn", "OutputValue": SECRET_ARN},
    ],
}
READY: dict[str, Any] = {
    "GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "x"},
    "GetRole": lambda asked: role("/stackery/", asked["RoleName"]),
    "DescribeOrganization": {"Organization": {"Id": ORGANIZATION, "MasterAccountId": "999988887777"}},
    "DescribeSecret": ErrorAnswer("ResourceNotFoundException", "Secrets Manager can't find it."),
    "ListAliases": {"Aliases": []},
    "GetTemplateSummary": summary(),
    "CreateChangeSet": {"Id": CHANGE_SET_ID, "StackId": STACK_ID},
    "DescribeChangeSet": {"Status": "CREATE_COMPLETE", "Changes": [resource_change("Key")]},
    "ExecuteChangeSet": {},
    "UpdateTerminationProtection": {},
    "DeleteChangeSet": {},
}
"""What AWS answers in an account that is ready, but for what it says of the stack and its events."""


@dataclass
class Program:
    """A dialogue without a person."""

    answer: bool = True
    told: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        self.told.append(sentence)

    def agrees(self, question: str) -> bool:
        self.told.append(question)
        return self.answer

    def foresee_tokens(self, repositories: Sequence[Repository]) -> None:
        self.told.append(f"tokens of {[each.id for each in repositories]}")

    def tokens(self, repositories: Sequence[Repository]) -> Mapping[str, Token]:
        return {repository.id: Token("not-a-real-token") for repository in repositories}

    def propose(self, proposal: Proposal) -> None:
        self.told.append(f"new: {proposal.is_new}, {len(proposal.changes)} changes")

    def show(self, coming: Iterable[Event], seen: list[Event], total: int | None = None) -> None:
        assert total == 1
        seen.extend(coming)


@pytest.fixture
def cloud(scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """An account that is ready, in which a first deployment succeeds."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def cloud(**script: Any) -> Any:
        looks: list[Any] = [NO_STACK, NO_STACK, {"Stacks": [STACK]}]

        def describe_stacks(asked: dict[str, Any]) -> Any:
            if asked["StackName"] == "stackery":
                return role_stack("us-east-1", Version="1.25.0")
            return looks.pop(0) if len(looks) > 1 else looks[0]

        healthy = READY | {
            "DescribeStacks": describe_stacks,
            "DescribeStackEvents": [page(), page(told(1, "packages", "CREATE_COMPLETE"))],
            "GetSecretValue": ErrorAnswer(
                "ResourceNotFoundException", "Can't find the specified secret value for staging label"
            ),
            "PutSecretValue": {},
        }
        return scripted(**healthy | script)

    return cloud


def test_a_program_deploys(cloud: Callable[..., Any]) -> None:
    aws, session = cloud()
    program = Program()
    result = Deployment(aws, WANTED, program).run()
    assert (result.ending, result.failure, result.without_token) == (Ending.DEPLOYED, "", [])
    assert result.stored == ["GitHubPackages"]
    assert program.told == [
        f"Role check: account {ACCOUNT} has version 1.25.0, passed.",
        "tokens of ['GitHubPackages']",
        "new: True, 1 changes",
        "Deploy this?",
        "The termination protection of the stack packages in us-east-1 is on now.",
    ]
    [asked] = [asked for operation, asked in session.sent if operation == "CreateChangeSet"]
    assert asked["Description"] == "Made by private-packages deploy 0.1.0"
    assert "not-a-real-token" not in str(asked)
    [put] = [asked for operation, asked in session.sent if operation == "PutSecretValue"]
    assert (put["SecretId"], put["SecretString"]) == (SECRET_ARN, "not-a-real-token")


def test_a_token_that_cannot_be_stored_is_told_with_the_way_to_store_it(cloud: Callable[..., Any]) -> None:
    aws, _ = cloud(PutSecretValue=ErrorAnswer("AccessDeniedException"))
    result = Deployment(aws, WANTED, Program()).run()
    assert (result.ending, result.stored) == (Ending.DEPLOYED, [])
    assert result.failure.startswith("The stack is deployed, but the token of GitHubPackages is not stored: ")
    assert "`private-packages token set GitHubPackages --stack-name packages`" in result.failure


PROTECTED = ("UpdateTerminationProtection", {"StackName": STACK_ID, "EnableTerminationProtection": True})


def test_what_is_deployed_is_protected(cloud: Callable[..., Any]) -> None:
    aws, session = cloud()
    result = Deployment(aws, WANTED, Program()).run()
    assert PROTECTED in session.sent
    assert result.description
    assert result.description["EnableTerminationProtection"]


def test_unless_that_is_not_wanted(cloud: Callable[..., Any]) -> None:
    aws, session = cloud()
    result = Deployment(aws, replace(WANTED, protect=False), Program()).run()
    assert result.ending is Ending.DEPLOYED
    assert PROTECTED not in session.sent


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "Throttling"])
def test_that_aws_refuses_to_protect_it_is_told_and_hinders_nothing(
    cloud: Callable[..., Any], code: str
) -> None:
    aws, _ = cloud(UpdateTerminationProtection=ErrorAnswer(code, "Not here."))
    program = Program()
    result = Deployment(aws, WANTED, program).run()
    assert (result.ending, result.failure, result.stored) == (Ending.DEPLOYED, "", ["GitHubPackages"])
    assert program.told[-1].startswith("Note: the stack packages in us-east-1 can be deleted by mistake. ")
    assert "Not here" in program.told[-1]
    assert program.told[-1].endswith(". To leave it so: --no-termination-protection.")


def test_a_program_that_does_not_agree_changes_nothing(cloud: Callable[..., Any]) -> None:
    aws, session = cloud()
    with pytest.raises(DeploymentStoppedError, match=r"^Nothing was deployed: there is no stack packages"):
        Deployment(aws, WANTED, Program(answer=False)).run()
    assert "ExecuteChangeSet" not in [operation for operation, _ in session.sent]


def test_the_role_check_refuses_before_anything_is_asked(cloud: Callable[..., Any]) -> None:
    aws, session = cloud(GetRole=ErrorAnswer("NoSuchEntity", "no such role"))
    program = Program()
    with pytest.raises(StackError, match=rf"^Install or upgrade the Stackery Role in account {ACCOUNT}"):
        Deployment(aws, WANTED, program).run()
    assert program.told == []
    assert "CreateChangeSet" not in [operation for operation, _ in session.sent]


def test_no_repr_shows_a_token() -> None:
    wanted = Wanted(
        DEFAULT, WANTED.template, {}, "packages", tokens={"GitHubPackages": Token("secret-value")}
    )
    assert "secret-value" not in repr(wanted)


@pytest.mark.parametrize("module", ["stack.deployment", "stack_sets.rollout", "stack_sets.overview"])
def test_no_terminal_is_known_and_boto3_not_loaded_unasked(module: str) -> None:
    program = (
        f"import sys, private_packages.aws.{module}; print({{'click', 'rich', 'boto3'}} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
