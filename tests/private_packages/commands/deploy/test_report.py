"""What is printed of a deployment's result."""

import json
from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.stack.change_set import Action, Change
from private_packages.aws.stack.deployment import Ending, Proposal, Result
from private_packages.commands.deploy.report import print_document, print_result
from private_packages.invocation import Invocation, running
from tests.aws import Scripted
from tests.private_packages.aws.stack.test_deployment import SECRET_ARN, STACK, WANTED

WHO = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"}
PROPOSAL = Proposal(True, [Change(Action.REPLACE, "Key", "AWS::KMS::Key")], [])
DESCRIPTION: Any = STACK


@pytest.fixture
def aws(boto: boto3.Session) -> Aws:
    return Aws(Scripted(boto, script={"GetCallerIdentity": WHO}))  # type: ignore[arg-type]


def test_what_to_do_next_leads_to_the_same_stack(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    result = Result(Ending.DEPLOYED, PROPOSAL, DESCRIPTION, ["GitHubPackages"])
    with running(Invocation("deploy", {"profile": ["--profile", "secrets"]})):
        print_result(aws, WANTED, result)
    options = "--stack-name packages --profile secrets"
    assert capsys.readouterr().out.splitlines() == [
        "Deployed: the stack packages in us-east-1, account 111122223333, is CREATE_COMPLETE.",
        "  KeyArn                   arn:aws:kms:us-east-1:1:key/1",
        f"  GitHubPackagesSecretArn  {SECRET_ARN}",
        "Next, add what was left out:",
        f"  private-packages token set GitHubPackages {options}",
        "Next, in the source repository of each stack that installs private packages:",
        f"  private-packages hook {options}",
    ]


def test_a_dry_run_says_what_consent_it_would_take(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(aws, WANTED, Result(Ending.DRY_RUN, PROPOSAL, None))
    assert capsys.readouterr().out == (
        "Nothing was changed, as --dry-run says.\nThe same without --dry-run needs --allow-replacement.\n"
    )


def test_programs_get_all_of_it(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    print_document(aws, WANTED, Result(Ending.DRY_RUN, PROPOSAL, None))
    document = json.loads(capsys.readouterr().out)
    assert document["result"] == "dry-run"
    assert {action: count for action, count in document["counts"].items() if count} == {"replaced": 1}
    assert (document["stack_id"], document["status"], document["failure"]) == (None, None, None)
