"""`private-packages deploy`: how it is refused, fails or is interrupted, and what it says then."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from generator.configuration_file import parse
from private_packages.main import main
from tests import ROOT
from tests.aws import Answer, ErrorAnswer, Scripted
from tests.custom_resource.aws import ORGANIZATION
from tests.custom_resource.aws import stack as role_stack
from tests.private_packages.aws.stack.test_change_set import resource_change
from tests.private_packages.aws.stack.test_deployment import READY, SECRET_ARN
from tests.private_packages.aws.stack.test_events import STACK_ID, page
from tests.private_packages.aws.stack.test_events import told as event
from tests.private_packages.aws.stack.test_made_from import body, summary
from tests.test_docs import permissions

TOKEN = "not-a-real-token"
NOBODY = "There is no terminal to ask on: give --yes to deploy, or --dry-run to look."
YES = ("--yes", "--no-token")
DENIED = ErrorAnswer("AccessDenied", "User x is not authorized.")
NO_CHANGES = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
OUTPUTS = {
    "KeyArn": "arn:aws:kms:us-east-1:111122223333:key/1",
    "GitHubPackagesSecretArn": SECRET_ARN,
}
PARAMETERS = {
    "OrganizationId": "",
    "MinimumRoleVersion": "1.25.0",
    "StackeryStackName": "stackery",
    "StackeryStackRegion": "",
    "RoleCheck": "Enforce",
    "Recheck": "",
    "GitHubPackagesSecretName": "/stackery/ghpackagerepotoken",
    "GitHubPackagesToken": "****",
}


def described(status: str, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "StackName": "private-packages",
        "StackId": STACK_ID,
        "StackStatus": status,
        "CreationTime": "2026-01-01T00:00:00Z",
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    }


@dataclass
class Cloud:
    """An account that is ready, with a stack that goes through states."""

    session: Scripted
    invoke: Callable[..., Result]
    states: list[str | None] = field(default_factory=list)
    """What the stack is each time that somebody looks, None where there is none; the last one stays."""
    histories: list[list[dict[str, Any]]] = field(default_factory=lambda: [[]])
    """The stack's events each time that somebody looks, the oldest first; the last one stays."""

    tags: dict[str, str] = field(default_factory=dict)

    def deploy(self, *arguments: str, stdin: str = "") -> Result:
        """Deploy and see that it ends as a command should, without a token."""
        result = self.invoke(main, ["deploy", *arguments], input=stdin, prog_name="private-packages")
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        assert "Traceback" not in result.output
        assert TOKEN not in result.output
        return result

    def refused(self, *arguments: str, stdin: str = "", code: int = 1) -> str:
        """The last line of a call that fails."""
        result = self.deploy(*arguments, stdin=stdin)
        assert result.exit_code == code, result.output
        return result.stderr.splitlines()[-1]

    @property
    def called(self) -> list[str]:
        return [operation for operation, _ in self.session.sent]

    def script(self, **answers: Any) -> None:
        self.session.script |= answers

    def describe_stacks(self, asked: dict[str, Any]) -> Answer:
        if asked["StackName"] == "stackery":
            return role_stack("us-east-1", Version="1.25.0")
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state is None:
            return ErrorAnswer("ValidationError", "Stack with id private-packages does not exist")
        return {"Stacks": [described(state, self.tags)]}

    def describe_events(self, _: dict[str, Any]) -> Answer:
        return page(*(self.histories.pop(0) if len(self.histories) > 1 else self.histories[0]))


@pytest.fixture
def cloud(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Cloud:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "repositories.yaml", tmp_path)
    monkeypatch.setattr("time.sleep", lambda _: None)
    session = Scripted(boto)
    cloud = Cloud(session, CliRunner().invoke)
    monkeypatch.setattr("boto3.Session", lambda **_: session)
    cloud.script(
        **READY,
        DescribeStacks=cloud.describe_stacks,
        DescribeStackEvents=cloud.describe_events,
        GetTemplate=body(),
        DeleteStack={},
    )
    return cloud


@pytest.fixture
def new(cloud: Cloud) -> Cloud:
    """There is no stack yet; the deployment succeeds."""
    cloud.states = [None, None, "CREATE_COMPLETE"]
    cloud.histories = [
        [],
        [event(1, "Key", "CREATE_COMPLETE"), event(2, "private-packages", "CREATE_COMPLETE")],
    ]
    return cloud


@pytest.fixture
def deployed(cloud: Cloud) -> Cloud:
    """There is a stack; the update succeeds."""
    cloud.states = ["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    cloud.histories = [[], [event(3, "private-packages", "UPDATE_COMPLETE")]]
    return cloud


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there to answer questions."""
    monkeypatch.setattr("private_packages.commands.question.can_ask", lambda: True)


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "There is no terminal to ask on: give --yes to deploy, or --dry-run to look."),
            (
                ["--token-stdin"],
                "There is no terminal to ask on: give --yes to deploy, or --dry-run to look.",
            ),
            (
                ["--token-stdin", "--no-token", "--yes"],
                "--token-stdin and --no-token contradict each other: leave one of them out.",
            ),
            (
                ["--stack-name", "my_stack", *YES],
                "--stack-name: a letter, then letters, digits and hyphens, 128 at most.",
            ),
            (["--schedule-deletion", "7", *YES], "--schedule-deletion goes with --remove: give both."),
            (["--parameter", "RoleCheck=Off", *YES], "--parameter RoleCheck: takes Enforce or Warn only."),
            (
                ["--quick-create-link"],
                "--quick-create-link and --template-url go together: give both or none.",
            ),
            (
                ["--template-url", "https://acme.example/x", *YES],
                "--quick-create-link and --template-url go together: give both or none.",
            ),
            (
                ["--quick-create-link", "--template-url", "https://acme.example/x", "--yes"],
                "--yes does not go with --quick-create-link: leave one of them out.",
            ),
        ],
    )
    def test_is_told_before_any_call(self, cloud: Cloud, arguments: list[str], sentence: str) -> None:
        assert cloud.refused(*arguments, code=2) == f"Error: {sentence}"
        assert cloud.called == []

    @pytest.mark.parametrize(
        "url", ["http://acme.example/x", "acme", "https://", "https://a b/", "https://[/"]
    )
    def test_a_template_url_that_the_console_would_not_take(self, cloud: Cloud, url: str) -> None:
        said = cloud.refused("--quick-create-link", "--template-url", url, code=2)
        assert said.startswith("Error: --template-url: write the template's whole address in S3")

    @pytest.mark.usefixtures("terminal")
    def test_a_token_would_show_if_it_were_typed_for_a_pipe(self, cloud: Cloud) -> None:
        assert cloud.refused("--token-stdin", code=2).startswith(
            "Error: --token-stdin would show what you type"
        )

    def test_a_token_as_an_argument_is_not_repeated(self, cloud: Cloud) -> None:
        said = cloud.refused("--parameter", f"GitHubPackagesToken={TOKEN}", *YES, code=2)
        assert "a token is never an argument" in said

    def test_a_token_that_is_none_is_told_before_any_call(self, cloud: Cloud) -> None:
        said = cloud.refused("--token-stdin", "--yes", stdin=f"{TOKEN}\nmore\n")
        assert said == "Error: The token holds a line end or a control character: give one line of text."
        assert cloud.called == []

    def test_without_a_terminal_a_new_token_needs_an_option(self, new: Cloud) -> None:
        assert new.refused("--yes", code=2) == (
            "Error: There is no terminal to ask for the token of GitHubPackages: pipe it in with"
            " --token-stdin, or use --no-token and add it later."
        )
        assert "CreateChangeSet" not in new.called


class TestDenied:
    @pytest.mark.parametrize(
        ("operation", "sentence"),
        [
            (
                "DescribeStacks",
                "Error: May not read the stack private-packages in us-east-1: get the permission",
            ),
            ("GetCallerIdentity", "Error: May not look up who is calling: get the permission"),
            ("GetRole", "Error: Allow iam:GetRole in account 111122223333"),
            (
                "DescribeOrganization",
                "Error: Give the organization whose builds may read, --parameter OrganizationId=ID: May not",
            ),
            (
                "DescribeSecret",
                "Error: May not see whether there is a secret /stackery/ghpackagerepotoken: get",
            ),
            ("CreateChangeSet", "Error: May not make a change set for the stack private-packages: get"),
            ("DescribeChangeSet", "Error: May not read the change set: get the permission"),
            ("DescribeStackEvents", "Error: May not read the stack's events: get the permission"),
            ("ExecuteChangeSet", "Error: May not change the stack private-packages: get the permission"),
        ],
    )
    def test_each_call_is_told(self, new: Cloud, operation: str, sentence: str) -> None:
        new.script(**{operation: DENIED})
        assert new.refused(*YES).startswith(sentence)
        if "CreateChangeSet" in new.called:
            assert "DeleteChangeSet" in new.called

    def test_what_only_tells_more_hinders_nothing(self, new: Cloud) -> None:
        new.script(ListAliases=DENIED)
        ended = new.deploy(*YES)
        assert ended.exit_code == 0
        assert (
            "\nNote: whether the key can get its alias is not known. May not list the aliases" in ended.stderr
        )

    def test_an_alias_that_cannot_be_looked_for_otherwise_is_told(self, new: Cloud) -> None:
        new.script(ListAliases=ErrorAnswer("KMSInternalException", "Try later."))
        assert (
            new.refused(*YES) == "Error: Cannot list the aliases of keys (KMSInternalException): Try later."
        )

    def test_who_gains_and_loses_access_is_not_left_untold(self, deployed: Cloud) -> None:
        deployed.script(GetTemplate=DENIED)
        assert deployed.refused("--yes").startswith("Error: May not read the template of the stack private-")
        assert deployed.called[-1] == "DeleteChangeSet"

    def test_the_deletion_of_a_change_set(self, new: Cloud) -> None:
        new.script(DeleteChangeSet=DENIED)
        assert new.refused("--dry-run").startswith("Error: May not delete the change set: get the permission")


class TestDeploying:
    def test_what_is_kept_and_what_is_given(self, deployed: Cloud) -> None:
        result = deployed.deploy("--parameter", "Recheck=now", "--yes")
        assert result.exit_code == 0, result.output
        [asked] = [asked for operation, asked in deployed.session.sent if operation == "CreateChangeSet"]
        assert asked["ChangeSetType"] == "UPDATE"
        assert {"ParameterKey": "Recheck", "ParameterValue": "now"} in asked["Parameters"]
        kept = [entry["ParameterKey"] for entry in asked["Parameters"] if entry.get("UsePreviousValue")]
        assert kept == [name for name in PARAMETERS if name not in ("Recheck", "OrganizationId")]

    def changes_asked_for(self, cloud: Cloud, *arguments: str) -> dict[str, Any]:
        assert cloud.deploy(*arguments).exit_code == 0
        return next(asked for operation, asked in cloud.session.sent if operation == "CreateChangeSet")

    def test_the_form_names_the_organization_so_that_no_function_decides(self, deployed: Cloud) -> None:
        filled_in = {"ParameterKey": "OrganizationId", "ParameterValue": ORGANIZATION}
        assert filled_in in self.changes_asked_for(deployed, "--yes")["Parameters"]

    def test_an_organization_that_is_given_is_taken_and_compared(self, deployed: Cloud) -> None:
        result = deployed.deploy("--yes", "--allow-removal", "--parameter", "OrganizationId=o-zzzzzzzzzz")
        assert result.exit_code == 0
        note = "Note: builds of o-zzzzzzzzzz can read, but this account belongs to o-a1b2c3d4e5.\n"
        assert note in result.stderr

    def test_an_organization_that_cannot_be_compared_is_told(self, deployed: Cloud) -> None:
        deployed.script(DescribeOrganization=DENIED)
        result = deployed.deploy("--yes", "--allow-removal", "--parameter", "OrganizationId=o-zzzzzzzzzz")
        assert "Note: whether o-zzzzzzzzzz is this account's organization is not known." in result.stderr
        assert result.exit_code == 0

    def test_tags_come_beside_those_of_the_stack(self, deployed: Cloud) -> None:
        deployed.tags = {"team": "web", "stage": "prod", "aws:x": "y"}
        asked = self.changes_asked_for(deployed, "--yes", "--tag", "team=build", "--tag", "cost=a=b")
        assert {tag["Key"]: tag["Value"] for tag in asked["Tags"]} == {
            "team": "build",
            "stage": "prod",
            "cost": "a=b",
        }

    def test_without_tags_and_a_role_those_of_the_stack_stay(self, deployed: Cloud) -> None:
        assert not {"Tags", "RoleARN"} & self.changes_asked_for(deployed, "--yes").keys()

    def test_the_role_that_cloudformation_acts_with(self, new: Cloud) -> None:
        role_arn = "arn:aws:iam::111122223333:role/ci/Deployer"
        assert self.changes_asked_for(new, *YES, "--role-arn", role_arn)["RoleARN"] == role_arn

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--role-arn", "Deployer"), "write the role's whole ARN, arn:aws:iam::111122223333:role/NAME."),
            (("--tag", "team"), "team: write it as KEY=VALUE, a key of 1 to 128 characters"),
            (("--tag", "team="), "team=: write it as KEY=VALUE, a key of 1 to 128 characters"),
            (("--tag", "aws:x=y"), "that does not begin with aws:"),
            (("--tag", "a=b", "--tag", "a=c"), "a: is given twice: remove one."),
        ],
    )
    def test_a_role_or_tag_that_is_none(self, new: Cloud, arguments: tuple[str, ...], sentence: str) -> None:
        assert sentence in new.refused(*YES, *arguments, code=2)
        assert new.called == []

    def test_a_name_that_ends_as_an_arn_does_is_refused_for_a_new_secret(self, new: Cloud) -> None:
        said = new.refused(*YES, "--parameter", "GitHubPackagesSecretName=/acme/token-abc123")
        assert said.startswith("Error: The name /acme/token-abc123 ends as the ARN of a secret does")
        assert "CreateChangeSet" not in new.called

    def test_and_told_for_one_that_is_there(self, deployed: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(PARAMETERS, "GitHubPackagesSecretName", "/acme/token-abc123")
        result = deployed.deploy("--yes")
        assert result.exit_code == 0
        assert "Note: the name /acme/token-abc123 ends as an ARN does" in result.stderr

    def test_the_token_is_stored_after_the_deployment_and_not_shown(self, new: Cloud) -> None:
        new.script(GetSecretValue=ErrorAnswer("AccessDeniedException"), PutSecretValue={})
        assert new.deploy("--token-stdin", "--yes", stdin=f" {TOKEN}\n").exit_code == 0
        told = [operation for operation, asked in new.session.sent if TOKEN in str(asked)]
        assert told == ["PutSecretValue"]
        assert new.called.index("ExecuteChangeSet") < new.called.index("PutSecretValue")
        assert {*new.called} - {"GetCallerIdentity"} <= permissions("deploy")

    def test_what_is_called_stands_among_the_permissions(self, deployed: Cloud) -> None:
        deployed.script(
            DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": [resource_change("Key", "Modify")]}
        )
        renamed = "GitHubPackagesSecretName=/acme/npm"
        assert deployed.deploy("--yes", "--parameter", renamed).exit_code == 0
        asked_by_everybody = {"GetCallerIdentity"}
        assert {*deployed.called} - asked_by_everybody <= permissions("deploy")

    def test_an_alias_that_is_taken_is_found_beforehand(self, new: Cloud) -> None:
        taken = {"AliasName": "alias/private-packages", "TargetKeyId": "1234"}
        new.script(ListAliases={"Aliases": [taken]})
        assert new.refused(*YES).startswith("Error: The alias alias/private-packages, which the stack gives")
        assert "CreateChangeSet" not in new.called

    def test_of_a_stack_that_has_its_key_no_alias_is_looked_for(self, deployed: Cloud) -> None:
        assert deployed.deploy("--yes").exit_code == 0
        assert "ListAliases" not in deployed.called

    def test_no_changes(self, deployed: Cloud) -> None:
        deployed.states = ["CREATE_COMPLETE"]
        deployed.script(DescribeChangeSet=NO_CHANGES)
        result = deployed.deploy("--yes")
        assert result.exit_code == 0
        assert result.stdout == (
            "No changes: the stack private-packages in us-east-1, account 111122223333, is CREATE_COMPLETE"
            f" and stays so.\n  KeyArn                   {OUTPUTS['KeyArn']}\n"
            f"  GitHubPackagesSecretArn  {SECRET_ARN}\n"
        )
        assert deployed.called[-3:] == ["DescribeStacks", "UpdateTerminationProtection", "DeleteChangeSet"]
        assert "ExecuteChangeSet" not in deployed.called
        assert deployed.deploy("--yes", "--no-termination-protection").exit_code == 0
        assert deployed.called[-2:] == ["DescribeStacks", "DeleteChangeSet"]
        ended = deployed.deploy("--dry-run")
        assert "\nThe termination protection would be turned on.\n" in ended.stderr
        assert deployed.called[-2:] == ["DescribeStacks", "DeleteChangeSet"]

    def test_a_change_of_nothing_but_outputs_is_deployed(self, deployed: Cloud) -> None:
        deployed.script(DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": []})
        result = deployed.deploy("--yes")
        assert "\n0 added, 0 changed, 0 replaced, 0 removed.\n" in result.stdout
        assert "ExecuteChangeSet" in deployed.called

    def test_the_next_command_finds_the_same_stack(self, new: Cloud, tmp_path: Any) -> None:
        (tmp_path / "a b.yaml").write_text(
            "repositories: [{id: Acme, manager: npm, url: 'https://npm.acme.example', secret: /npm}]"
        )
        result = new.deploy(*YES, "--config", "a b.yaml", "--region", "us-east-1")
        options = "--stack-name private-packages --config 'a b.yaml' --region us-east-1"
        assert f"\n  private-packages token set Acme {options}\n" in result.stdout
        assert f"\n  private-packages hook {options}\n" in result.stdout

    def test_another_operation_holds_the_stack(self, deployed: Cloud) -> None:
        deployed.script(
            CreateChangeSet=ErrorAnswer(
                "ValidationError", f"Stack:{STACK_ID} is in UPDATE_IN_PROGRESS state and can not be updated."
            )
        )
        assert deployed.refused("--yes").startswith(
            "Error: Wait until it has ended, then run the same command again: another operation holds the"
            " stack private-packages in us-east-1"
        )

    def test_what_goes_on_is_waited_for(self, deployed: Cloud) -> None:
        deployed.states = ["UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
        other = event(1, "private-packages", "UPDATE_COMPLETE")
        own = event(2, "private-packages", "UPDATE_COMPLETE")
        deployed.histories = [[], [], [other], [other], [other, own]]
        result = deployed.deploy("--yes")
        assert result.exit_code == 0, result.output
        assert (
            "The stack private-packages in us-east-1 is UPDATE_IN_PROGRESS by another operation: waiting"
            " until that has ended.\n"
        ) in result.stderr
        assert deployed.called.count("ExecuteChangeSet") == 1

    def test_a_stack_that_is_stuck(self, deployed: Cloud) -> None:
        deployed.states = ["DELETE_FAILED"]
        said = deployed.refused("--yes")
        assert said.startswith(
            "Error: Repair the stack private-packages in us-east-1 first, which is DELETE_FAILED"
        )

    @pytest.mark.usefixtures("terminal")
    def test_the_user_answers_no(self, deployed: Cloud) -> None:
        result = deployed.deploy(stdin="n\n")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1] == (
            "Nothing was changed: the stack private-packages in us-east-1 is CREATE_COMPLETE."
        )
        assert deployed.called[-1] == "DeleteChangeSet"

    @pytest.mark.parametrize("replacement", ["True", "Conditional"])
    @pytest.mark.parametrize("kind", ["AWS::KMS::Key", "AWS::SecretsManager::Secret"])
    def test_a_replacement_needs_consent(self, deployed: Cloud, kind: str, replacement: str) -> None:
        found = resource_change("Key", "Modify", ResourceType=kind, Replacement=replacement)
        deployed.script(DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": [found]})
        said = deployed.refused("--yes")
        word = "replaced" if replacement == "True" else "may be replaced"
        assert said == (
            f"Error: This needs --allow-replacement, see above what it means: Key {word}. Nothing was"
            " changed: the stack private-packages in us-east-1 is CREATE_COMPLETE."
        )
        assert deployed.called[-1] == "DeleteChangeSet"

    def test_a_replacement_with_consent(self, deployed: Cloud) -> None:
        found = resource_change("Key", "Modify", Replacement="True")
        deployed.script(DescribeChangeSet={"Status": "CREATE_COMPLETE", "Changes": [found]})
        assert deployed.deploy("--yes", "--allow-replacement").exit_code == 0


class TestConsent:
    """`--yes` alone takes nothing away from anybody."""

    TWO = """
repositories:
  - id: GitHubPackages
    manager: npm
    url: https://npm.pkg.github.com
    secret: /stackery/ghpackagerepotoken
  - {id: PyPI, manager: pip, url: "https://pypi.acme.example", secret: /stackery/pypi}
"""

    @pytest.fixture
    def two(self, deployed: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
        """The stack has two repositories, the file has one of them."""
        monkeypatch.setitem(PARAMETERS, "PyPISecretName", "/stackery/pypi")
        monkeypatch.setitem(PARAMETERS, "PyPIToken", "****")
        two = parse(self.TWO, "x")
        deployed.script(GetTemplateSummary=summary(two), GetTemplate=body(two))
        return deployed

    def test_a_repository_less_is_told_in_words_of_access_and_refused(self, two: Cloud) -> None:
        result = two.deploy("--yes")
        assert result.exit_code == 1
        assert "Access\n  ! Builds can no longer read /stackery/pypi (PyPI).\n" in result.stdout
        assert result.stderr.splitlines()[-1].startswith(
            "Error: This needs --allow-removal: Builds can no longer read /stackery/pypi (PyPI). Nothing was"
        )
        assert two.called[-1] == "DeleteChangeSet"

    def test_with_consent_it_is_done(self, two: Cloud) -> None:
        assert two.deploy("--yes", "--allow-removal").exit_code == 0

    def test_a_pipeline_reads_what_consent_it_takes(self, two: Cloud) -> None:
        document = json.loads(two.deploy("--dry-run", "--output", "json").stdout)
        assert document["needs_consent"] == ["--allow-removal"]
        assert document["has_changes"] is True
        assert document["access"] == [
            {"sentence": "Builds can no longer read /stackery/pypi (PyPI).", "needs_consent": True}
        ]

    def test_without_a_file_it_goes_on_with_what_the_stack_was_made_from(self, two: Cloud) -> None:
        Path("repositories.yaml").unlink()
        two.states.insert(0, "CREATE_COMPLETE")
        result = two.deploy("--yes")
        assert result.exit_code == 0, result.output
        assert "this goes on with what the stack private-packages was made from" in result.stderr
        assert "can no longer read" not in result.output

    def test_a_newer_release_is_not_taken_back(
        self, deployed: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(OUTPUTS, "TemplateVersion", "99.0.0")
        said = deployed.refused("--yes")
        assert said.startswith("Error: Use release 99.0.0 or newer, or give --allow-downgrade: the stack")
        assert "CreateChangeSet" not in deployed.called
        assert "Release: 99.0.0 → " in deployed.deploy("--dry-run", "--allow-downgrade").stdout


ROLLED_BACK = (
    "The stack private-packages in us-east-1 is as it was before (UPDATE_ROLLBACK_COMPLETE): fix the"
    " cause and deploy again."
)
STUCK = (
    "Repair the stack private-packages in us-east-1 first, which is UPDATE_ROLLBACK_FAILED: see its events"
    " for the cause, remove that, then run `aws cloudformation continue-update-rollback --stack-name"
    " private-packages --region us-east-1`."
)
CASCADE = [
    event(1, "private-packages", "UPDATE_IN_PROGRESS"),
    event(2, "Alias", "UPDATE_FAILED", "Resource update cancelled"),
    event(3, "Key", "UPDATE_FAILED", "Denied by you."),
    event(4, "private-packages", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed"),
    event(5, "private-packages", "UPDATE_ROLLBACK_COMPLETE"),
]


class TestFailing:
    @pytest.mark.parametrize(
        ("status", "sentence"),
        [("UPDATE_ROLLBACK_COMPLETE", ROLLED_BACK), ("UPDATE_ROLLBACK_FAILED", STUCK)],
    )
    def test_tells_the_first_cause_and_what_to_do(self, deployed: Cloud, status: str, sentence: str) -> None:
        deployed.states = ["UPDATE_COMPLETE", status]
        deployed.histories = [[], CASCADE]
        assert deployed.refused("--yes") == (
            f"Error: The deployment failed. Key (AWS::KMS::Key): Denied by you. {sentence}"
        )

    def test_tells_to_wait_where_a_secret_is_just_being_deleted(self, deployed: Cloud) -> None:
        taken = (
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
        deployed.states = ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
        deployed.histories = [[], [*CASCADE[:1], event(3, "Key", "UPDATE_FAILED", taken), *CASCADE[3:]]]
        assert f"{taken} A secret that is just being deleted keeps its name for some" in deployed.refused(
            "--yes"
        )

    def test_tells_programs_as_well(self, deployed: Cloud) -> None:
        deployed.states = ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
        deployed.histories = [[], CASCADE]
        result = deployed.deploy("--yes", "--output", "json")
        document = json.loads(result.stdout)
        assert (result.exit_code, document["result"]) == (1, "failed")
        assert document["status"] == "UPDATE_ROLLBACK_COMPLETE"
        assert document["failure"] == {
            "resource": "Key",
            "type": "AWS::KMS::Key",
            "status": "UPDATE_FAILED",
            "reason": "Denied by you.",
        }


GOES_ON = (
    "CloudFormation goes on without this command. To see how it stands: `private-packages status"
    " --stack-name private-packages`; to follow it: the same command again"
)
CANCEL = (
    "; to take it back: `aws cloudformation cancel-update-stack --stack-name private-packages --region"
    " us-east-1`."
)


def interrupt(_: Any) -> Any:
    raise KeyboardInterrupt


class TestInterrupted:
    """By Ctrl-C, which Python raises as KeyboardInterrupt wherever the command is."""

    @pytest.mark.parametrize(
        "operation",
        ["GetRole", "DescribeSecret", "CreateChangeSet", "DescribeChangeSet", "DescribeStackEvents"],
    )
    def test_before_it_began(self, deployed: Cloud, operation: str) -> None:
        deployed.script(**{operation: interrupt})
        assert deployed.refused("--parameter", "GitHubPackagesSecretName=/new", "--yes") == (
            "Error: Interrupted. Nothing was changed: the stack private-packages in us-east-1 is"
            " CREATE_COMPLETE."
        )
        assert "ExecuteChangeSet" not in deployed.called
        assert "CreateChangeSet" not in deployed.called or deployed.called[-1] == "DeleteChangeSet"

    def test_before_anything_is_known(self, deployed: Cloud) -> None:
        deployed.script(DescribeStacks=interrupt)
        assert deployed.refused("--yes") == "Error: Interrupted. Nothing was changed."

    def test_while_it_begins(self, deployed: Cloud) -> None:
        deployed.script(ExecuteChangeSet=interrupt)
        assert deployed.refused("--yes") == f"Error: Interrupted. {GOES_ON}{CANCEL}"
        assert deployed.called[-1] == "ExecuteChangeSet"

    def test_while_it_is_going_on(self, deployed: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        deployed.states = ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS"]
        deployed.histories = [[], [event(1, "private-packages", "UPDATE_IN_PROGRESS")]]
        monkeypatch.setattr("time.sleep", interrupt)
        assert deployed.refused("--yes") == (
            "Error: Interrupted. The stack private-packages in us-east-1 was last seen UPDATE_IN_PROGRESS."
            f" {GOES_ON}{CANCEL}"
        )

    def test_while_a_first_deployment_is_going_on(self, new: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        new.states = [None, None, "CREATE_IN_PROGRESS"]
        new.histories = [[], [event(1, "private-packages", "CREATE_IN_PROGRESS")]]
        monkeypatch.setattr("time.sleep", interrupt)
        said = new.refused(*YES)
        assert said.endswith(f"was last seen CREATE_IN_PROGRESS. {GOES_ON}.")

    def test_while_another_operation_is_waited_for(
        self, deployed: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deployed.states = ["UPDATE_IN_PROGRESS"]
        monkeypatch.setattr("time.sleep", interrupt)
        assert deployed.refused("--yes") == (
            "Error: Interrupted. Nothing was changed: the stack private-packages in us-east-1 is"
            " UPDATE_IN_PROGRESS."
        )

    def test_while_what_is_left_of_a_failed_deployment_is_deleted(
        self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cloud.states = ["ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS"]
        monkeypatch.setattr("time.sleep", interrupt)
        assert cloud.refused(*YES) == (
            "Error: Interrupted. CloudFormation goes on with deleting what is left of the stack"
            " private-packages in us-east-1."
        )

    def test_credentials_that_expire_meanwhile_do_not_stop_cloudformation(self, deployed: Cloud) -> None:
        expired = ErrorAnswer("ExpiredToken", "The security token is expired")
        deployed.script(DescribeStackEvents=[{"StackEvents": []}, expired])
        assert deployed.refused("--yes") == (
            "Error: The AWS credentials have expired: sign in, or give --profile. The stack"
            f" private-packages in us-east-1 was last seen before it began. {GOES_ON}{CANCEL}"
        )


class TestLink:
    URL = "https://acme.s3.amazonaws.com/private-packages.yaml"

    def link(self, *arguments: str) -> Result:
        words = ["deploy", "--quick-create-link", "--template-url", self.URL, *arguments]
        return CliRunner().invoke(main, words)

    def test_it_is_printed_without_asking_aws(self) -> None:
        result = self.link("--region", "eu-west-1", "--parameter", "Recheck=a&b c")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            "https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/create/review"
            "?templateURL=https%3A%2F%2Facme.s3.amazonaws.com%2Fprivate-packages.yaml"
            "&stackName=private-packages&param_Recheck=a%26b%20c\n"
        )

    def test_for_programs(self) -> None:
        result = self.link("--region", "eu-west-1", "--output", "json")
        assert list(json.loads(result.stdout)) == ["url"]

    def test_it_has_no_token(self) -> None:
        result = self.link("--region", "eu-west-1", "--parameter", f"GitHubPackagesToken={TOKEN}")
        assert result.exit_code == 2
        assert TOKEN not in result.output
