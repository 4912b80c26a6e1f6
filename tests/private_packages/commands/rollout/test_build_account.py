"""`private-packages rollout --template build-account`: what builds without Stackery need."""

import json
import re
from pathlib import Path

import boto3
import pytest

from private_packages.commands.files import load_configuration, template_text
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import Outcome, StackSets, called
from tests.private_packages.conftest import Run

NAME = "private-packages-build-account"
SECRETS = [
    f"arn:aws:secretsmanager:us-east-1:123456789012:secret:/acme/{name}-AbCdEf" for name in ("npm", "pip")
]
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
OF_BUILDS = ("--template", "build-account")


def configuration(*roles: str) -> str:
    entry = {"id": "Npm", "manager": "npm", "url": "https://npm.acme.example", "secret": "/acme/npm"}
    return json.dumps({"repositories": [entry], "role_check": "none", "build_roles": list(roles)})


@pytest.fixture(autouse=True)
def _file(folder: Path) -> None:
    (folder / "repositories.yaml").write_text(configuration("ci/builder", "jenkins"))


@pytest.fixture
def stack(stack_sets: StackSets) -> None:
    """The stack that keeps the tokens, in the management account."""
    assert stack_sets
    outputs = {"PipSecretArn": SECRETS[1], "NpmSecretArn": SECRETS[0], "KeyArn": KEY, "OrganizationId": "o-x"}
    body = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    boto3.client("cloudformation").create_stack(StackName="private-packages", TemplateBody=json.dumps(body))


def parameters(service: StackSets, operation: str = "CreateStackSet") -> dict[str, str]:
    given = called(service, operation)[-1]["Parameters"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in given}


@pytest.mark.usefixtures("stack")
class TestWhatIsFilledIn:
    def test_arns_come_from_the_stack_and_names_from_the_configuration(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(3)
        result = run("rollout", "start", "--yes", *OF_BUILDS)
        assert (result.exit_code, result.stdout) == (0, "3 of 3 instances done.\n"), result.output
        assert parameters(stack_sets) == {
            "SecretArns": ",".join(SECRETS),
            "KeyArn": KEY,
            "BuildRoleNames": "builder,jenkins",
        }
        [created] = called(stack_sets, "CreateStackSet")
        assert (created["StackSetName"], created["Capabilities"]) == (NAME, ["CAPABILITY_IAM"])
        assert created["TemplateBody"] == template_text("build-account", load_configuration(None)).body
        assert "Nothing to do" in run("rollout", "start", *OF_BUILDS).stdout

    def test_a_name_that_nobody_knows_is_left_to_the_reader_which_is_said(
        self, run: Run, organization: Grow, stack_sets: StackSets, folder: Path
    ) -> None:
        organization(1)
        (folder / "repositories.yaml").write_text(configuration("codebuild-*", "ci/a,b", "ci/c"))
        told = run("rollout", "plan", *OF_BUILDS)
        assert (
            "Note: codebuild-*, ci/a,b: is no role's name, so attach the policy yourself (the output"
            " PolicyArn of the stack in each account), or give --parameter BuildRoleNames=NAME,…"
            in told.stdout
        )
        run("rollout", "start", "--yes", *OF_BUILDS)
        assert parameters(stack_sets)["BuildRoleNames"] == "c"
        given = run("rollout", "start", "--yes", *OF_BUILDS, "--parameter", "BuildRoleNames=codebuild-1,c")
        assert given.exit_code == 0
        assert "is no role's name" not in given.output
        assert parameters(stack_sets, "UpdateStackSet")["BuildRoleNames"] == "codebuild-1,c"

    def test_whoever_loses_access_needs_consent(
        self, run: Run, organization: Grow, stack_sets: StackSets, folder: Path
    ) -> None:
        organization(1)
        run("rollout", "start", "--yes", *OF_BUILDS)
        (folder / "repositories.yaml").write_text(configuration("ci/builder", "ci/new"))
        refused = run("rollout", "start", "--yes", *OF_BUILDS, "--parameter", f"SecretArns={SECRETS[0]}")
        assert refused.exit_code == 1
        assert refused.stderr.splitlines()[-1] == (
            "Error: This needs --allow-removal: The policy in the accounts no longer lets the role jenkins"
            f" read all tokens. The policy in the accounts no longer lets build roles read {SECRETS[1]}."
            " Nothing was changed."
        )
        assert not called(stack_sets, "UpdateStackSet")
        plan = run("rollout", "plan", *OF_BUILDS)
        assert "The policy in the accounts lets the role new read all tokens." in " ".join(
            plan.stdout.split()
        )

    def test_an_account_without_the_role_says_so_alone(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(3)
        reason = (
            "ResourceLogicalId:ReadTokensPolicy, ResourceType:AWS::IAM::ManagedPolicy, ResourceStatusReason:"
            'Resource handler returned message: "The role with name builder cannot be found."'
        )
        stack_sets.script = lambda account, _: (
            Outcome("FAILED", reason) if account == tree.accounts[0] else Outcome()
        )
        assert run("rollout", "start", "--yes", *OF_BUILDS).exit_code == 1
        status = run("rollout", "status", *OF_BUILDS, "--html", "page.html")
        assert "The role with name builder cannot be found." in status.stdout
        # Its style has a label for a column that is not there.
        page = re.sub("<style>.*</style>", "", Path("page.html").read_text(), flags=re.DOTALL)
        for said in (status.output, page):
            assert "stackery" not in said.lower()
            assert "role check" not in said.lower()
        stack_sets.script = lambda *_: Outcome()
        assert run("rollout", "start", "--yes", *OF_BUILDS).stdout == "1 of 1 instance done.\n"

    def test_the_management_account_is_told_how_to_get_it(self, run: Run, organization: Grow) -> None:
        organization(1)
        told = run("rollout", "plan", *OF_BUILDS).stdout.splitlines()[-1]
        assert told.endswith(
            f"aws cloudformation deploy --stack-name {NAME} --template-file templates/build-account.yaml"
            f" --capabilities CAPABILITY_IAM --parameter-overrides SecretArns={','.join(SECRETS)}"
            f" KeyArn={KEY} BuildRoleNames=builder,jenkins --region us-east-1"
        )


class TestWithoutTheStack:
    """As in the management account, where the tokens are kept in another."""

    def test_the_arns_are_asked_for(self, run: Run, organization: Grow, stack_sets: StackSets) -> None:
        organization(1)
        result = run("rollout", "start", "--yes", *OF_BUILDS, "--stack-name", "tokens")
        assert result.exit_code == 1
        assert result.stderr == (
            "Error: Give --stack-name, or --parameter SecretArns=ARN,… and --parameter KeyArn=ARN, from the"
            " outputs of the stack in the account that keeps the tokens: there is no stack tokens with these"
            " in us-east-1 of account 123456789012.\n"
        )
        assert not stack_sets.sets

    def test_those_that_are_given_are_taken(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        arns = ("--parameter", f"SecretArns={','.join(SECRETS)}", "--parameter", f"KeyArn={KEY}")
        assert run("rollout", "start", "--yes", *OF_BUILDS, *arns).exit_code == 0
        assert parameters(stack_sets)["SecretArns"] == ",".join(SECRETS)

    @pytest.mark.parametrize(
        "given", ["SecretArns=/acme/npm", f"SecretArns={SECRETS[0]},{SECRETS[0][:-7]}", "KeyArn=alias/x"]
    )
    def test_what_is_no_whole_arn_is_refused(self, run: Run, given: str) -> None:
        result = run("rollout", "start", "--yes", *OF_BUILDS, "--parameter", given)
        assert result.exit_code == 2
        assert "arn:aws:" in result.stderr.splitlines()[-1]


def test_with_the_role_check_there_is_no_such_template(run: Run, folder: Path) -> None:
    (folder / "repositories.yaml").unlink()
    result = run("rollout", "start", "--yes", *OF_BUILDS)
    assert result.exit_code == 2
    assert "there is no template build-account: choose" in result.stderr


@pytest.mark.usefixtures("stack_sets")
def test_what_is_of_the_role_check_alone_is_refused(run: Run) -> None:
    for arguments in (("status", "--versions"), ("plan", "--preflight")):
        result = run("rollout", *arguments, *OF_BUILDS)
        assert result.exit_code == 2
        assert "leave it out" in result.stderr
