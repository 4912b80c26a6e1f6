"""`private-packages deploy` against a CloudFormation engine, as the installed command."""

import json
import os
import re
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator import __version__, configuration, configuration_file, document
from generator.templates import private_packages
from tests import ROOT
from tests.e2e.ministack import REGION, Account
from tests.e2e.terminal import COMMAND, Terminal, terminal

pytestmark = pytest.mark.server

SECRET = "/stackery/ghpackagerepotoken"
TOKEN = "not-a-real-token"
STACK = "private-packages"
NPM = """
  - {id: AcmeNpm, manager: npm, url: "https://npm.acme.example", secret: /acme/npm}"""
PIP = """
  - {id: AcmePip, manager: pip, url: "https://pip.acme.example", secret: /acme/pip, token_key: password}"""


@dataclass
class Deployer:
    """Somebody who deploys to an account from a folder."""

    account: Account
    folder: Path

    def configure(self, *repositories: str) -> None:
        (self.folder / "repositories.yaml").write_text(f"repositories:{''.join(repositories)}\n")

    def deploy(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Deploy without a terminal and see that no token shows."""
        ended = subprocess.run(
            [COMMAND, "deploy", *arguments],
            cwd=self.folder,
            env=os.environ | self.account.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        said = ended.stdout + ended.stderr
        assert "Traceback" not in said
        assert "not-a-real" not in said
        assert "\x1b" not in said
        return ended

    @property
    def organization(self) -> str:
        found = self.account.client("organizations").describe_organization()
        return str(found["Organization"]["Id"])

    def set_up(self, token: str = "", organization: str | None = None) -> None:
        """Have a stack, whose first repository has this token; its form names the account's organization."""
        path = self.folder / "repositories.yaml"
        repositories = configuration_file.load(path) if path.exists() else configuration.DEFAULT
        template = document.render(private_packages(repositories), "yaml")
        parameters = {
            f"{repositories.repositories[0].id}Token": token,
            "OrganizationId": self.organization if organization is None else organization,
        }
        assert self.account.deploy(STACK, template, parameters)["StackStatus"] == "CREATE_COMPLETE"

    def in_terminal(self, *arguments: str) -> AbstractContextManager[Terminal]:
        return terminal("deploy", *arguments, folder=self.folder, environment=self.account.environment)

    def value(self, secret: str = SECRET) -> str:
        answer = self.account.client("secretsmanager").get_secret_value(SecretId=secret)
        return str(answer["SecretString"])

    def secrets(self) -> list[str]:
        found = self.account.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)
        return [secret["Name"] for secret in found["SecretList"]]

    def stacks(self) -> dict[str, str]:
        """The state of each stack but the Stackery Role's, after deletions that go on."""
        for _ in range(100):
            found = self.account.client("cloudformation").describe_stacks()["Stacks"]
            states = {stack["StackName"]: stack["StackStatus"] for stack in found}
            if "DELETE_IN_PROGRESS" not in states.values():
                break
            time.sleep(0.05)
        return {name: state for name, state in states.items() if name != "stackery"}

    def change_sets(self) -> list[str]:
        """Those that have not been executed."""
        found = self.account.client("cloudformation").list_change_sets(StackName=STACK)["Summaries"]
        return [each["ChangeSetName"] for each in found if not each["ExecutionStatus"].startswith("EXECUTE")]


@pytest.fixture
def deployer(account: Account, tmp_path: Path) -> Deployer:
    account.install_stackery_role("1.25.0")
    return Deployer(account, tmp_path)


def refused(ended: "subprocess.CompletedProcess[str]", code: int = 1) -> str:
    """The last line of a call that was refused."""
    assert (ended.returncode, ended.stdout) == (code, ""), ended.stderr
    return ended.stderr.splitlines()[-1]


class TestInATerminal:
    def test_the_token_is_asked_for_and_shown_nowhere(self, deployer: Deployer) -> None:
        with deployer.in_terminal() as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            assert deployer.stacks() == {STACK: "REVIEW_IN_PROGRESS"}
            screen.type("y\n")
            screen.wait_for("Token for GitHubPackages (https://npm.pkg.github.com), hidden")
            screen.type(f"{TOKEN}\n")
            assert screen.end() == 0
        assert deployer.value() == TOKEN
        assert "not-a-real" not in screen.raw
        assert "  + GitHubPackagesToken       (empty)\n" in screen.text
        assert "Stored the token of GitHubPackages: builds can read it from now on.\n" in screen.text
        # CloudFormation never had it.
        parameters = deployer.account.stack(STACK)["Parameters"]
        template = deployer.account.client("cloudformation").get_template(StackName=STACK)
        assert "not-a-real" not in f"{parameters}{template}"
        assert "8 added, 0 changed, 0 replaced, 0 removed.\n" in screen.text
        assert "8/8" in screen.text  # the progress bar
        assert screen.text.endswith("\n  private-packages hook --stack-name private-packages\n")

    def test_an_empty_token_is_put_later(self, deployer: Deployer) -> None:
        with deployer.in_terminal() as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            screen.type("y\n")
            screen.wait_for("empty to add it later: ")
            screen.type("\n")
            assert screen.end() == 0
        assert "  private-packages token set GitHubPackages --stack-name private-packages\n" in screen.text
        with pytest.raises(Exception, match="ResourceNotFound"):
            deployer.value()

    def test_who_says_no_has_changed_nothing(self, deployer: Deployer) -> None:
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            screen.type("\n")
            assert screen.end() == 1
        assert screen.text.endswith(f"Nothing was deployed: there is no stack {STACK} in {REGION}.\n")
        assert deployer.stacks() == {}

    def test_ctrl_c_at_the_question_leaves_nothing(self, deployer: Deployer) -> None:
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            screen.interrupt()
            assert screen.end() == 1
        assert screen.text.endswith(
            f"Error: Interrupted. Nothing was deployed: there is no stack {STACK} in {REGION}.\n"
        )
        assert "Traceback" not in screen.text
        assert deployer.stacks() == {}

    def test_ctrl_c_before_an_update_keeps_the_stack(self, deployer: Deployer) -> None:
        deployer.set_up()
        with deployer.in_terminal("--parameter", "Recheck=now") as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            assert len(deployer.change_sets()) == 1
            screen.interrupt()
            assert screen.end() == 1
        assert screen.text.endswith(
            f"Error: Interrupted. Nothing was changed: the stack {STACK} in {REGION} is CREATE_COMPLETE.\n"
        )
        assert deployer.change_sets() == []

    def test_a_failed_first_deployment_says_why_and_leaves_nothing(self, deployer: Deployer) -> None:
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            deployer.account.client("secretsmanager").create_secret(Name=SECRET, SecretString="x")
            screen.type("y\n")
            assert screen.end() == 1
        told = " ".join(screen.text.split("Error: ")[1].split())
        assert told.startswith("The deployment failed. GitHubPackagesSecret (AWS::SecretsManager::Secret): ")
        assert f"{SECRET} already exists" in told
        assert told.endswith(
            f"Nothing is left but the stack's name, {STACK} in {REGION} (ROLLBACK_COMPLETE): fix the cause"
            " and deploy again, which deletes that first."
        )
        assert deployer.stacks() == {STACK: "ROLLBACK_COMPLETE"}

    def test_a_failed_update_says_why_and_leaves_the_stack_as_it_was(self, deployer: Deployer) -> None:
        deployer.configure(NPM)
        deployer.set_up()
        deployer.configure(NPM, PIP)
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("Deploy this? [y/N]: ")
            deployer.account.client("secretsmanager").create_secret(Name="/acme/pip", SecretString="x")
            screen.type("y\n")
            assert screen.end() == 1
        told = " ".join(screen.text.split("Error: ")[1].split())
        assert told.startswith("The deployment failed. AcmePipSecret (AWS::SecretsManager::Secret): The")
        assert told.endswith(
            f"The stack {STACK} in {REGION} is as it was before (UPDATE_ROLLBACK_COMPLETE): fix the cause"
            " and deploy again."
        )

    def test_what_is_left_of_a_failed_deployment_is_deleted_on_request(self, deployer: Deployer) -> None:
        fail_first_deployment(deployer)
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("is what is left of a first deployment that failed.")
            screen.wait_for("Delete it and go on? [y/N]: ")
            screen.type("n\n")
            assert screen.end() == 1
        assert deployer.stacks() == {STACK: "ROLLBACK_COMPLETE"}
        with deployer.in_terminal("--no-token") as screen:
            screen.wait_for("Delete it and go on? [y/N]: ")
            screen.type("y\n")
            screen.wait_for("Deploy this? [y/N]: ")
            screen.type("y\n")
            assert screen.end() == 0
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}


def fail_first_deployment(deployer: Deployer) -> None:
    deployer.account.install_stackery_role("1.24.9")
    template = (ROOT / "templates" / "private-packages.yaml").read_text()
    assert deployer.account.deploy(STACK, template)["StackStatus"] == "ROLLBACK_COMPLETE"
    deployer.account.install_stackery_role("1.25.0")


class TestFromAPipe:
    def test_first_deployment_then_no_changes(self, deployer: Deployer) -> None:
        ended = deployer.deploy("--token-stdin", "--yes", stdin=f"{TOKEN}\n")
        assert ended.returncode == 0, ended.stderr
        assert deployer.value() == TOKEN
        progress = [line.split()[1:3] for line in ended.stderr.splitlines()]
        assert ["CREATE_IN_PROGRESS", STACK] in progress[:3]  # after what is noted
        assert progress[-2] == ["CREATE_COMPLETE", STACK]
        assert ended.stderr.endswith(
            "The termination protection of the stack private-packages in us-east-1 is on now.\n"
        )
        arn = deployer.account.client("secretsmanager").describe_secret(SecretId=SECRET)["ARN"]
        assert f"  GitHubPackagesSecretArn  {arn}\n" in ended.stdout

        again = deployer.deploy("--yes")
        assert again.returncode == 0
        assert again.stdout.startswith(
            f"No changes: the stack {STACK} in {REGION}, account {deployer.account.id},"
            f" at {deployer.account.url}, is CREATE_COMPLETE and stays so.\n"
        )
        assert f"  GitHubPackagesSecretArn  {arn}\n" in again.stdout
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}
        assert deployer.change_sets() == []

    def test_an_update_keeps_the_token_and_shows_what_changes(self, deployer: Deployer) -> None:
        deployer.set_up(TOKEN)
        secrets = deployer.account.client("secretsmanager")
        secrets.put_secret_value(SecretId=SECRET, SecretString="not-a-real-newer-one")
        ended = deployer.deploy("--parameter", "MinimumRoleVersion=1.24.0", "--yes")
        assert ended.returncode == 0, ended.stderr
        assert deployer.value() == "not-a-real-newer-one"
        assert "Parameters\n  ~ MinimumRoleVersion  1.25.0 → 1.24.0\n" in ended.stdout
        parameters = deployer.account.stack(STACK)["Parameters"]
        assert {"ParameterKey": "MinimumRoleVersion", "ParameterValue": "1.24.0"} in parameters

    def test_a_stack_of_the_console_gets_its_organization_into_the_form(self, deployer: Deployer) -> None:
        deployer.set_up(organization="")
        ended = deployer.deploy("--yes")
        assert ended.returncode == 0, ended.stderr
        assert f"Parameters\n  ~ OrganizationId  (empty) → {deployer.organization}\n" in ended.stdout
        # That is what the function had looked up: nobody gains or loses anything.
        assert "Access" not in ended.stdout
        assert deployer.deploy("--yes").stdout.startswith("No changes: ")

    def test_a_stack_of_release_0_1_0_is_upgraded_with_consent(self, deployer: Deployer) -> None:
        """docs/upgrading.md, from a template of that release, whose token was rotated since."""
        template = (ROOT / "tests/e2e/0.1.0.yaml").read_text()
        created = deployer.account.deploy(STACK, template, {"GitHubPackagesToken": TOKEN})
        assert created["StackStatus"] == "CREATE_COMPLETE"
        before = {each["OutputKey"]: each["OutputValue"] for each in created["Outputs"]}
        secrets = deployer.account.client("secretsmanager")
        secrets.put_secret_value(SecretId=SECRET, SecretString="not-a-real-newer-one")

        assert refused(deployer.deploy("--yes")).startswith("Error: Give --config: the stack private-")
        configured = ("--config", str(ROOT / "repositories.yaml"), "--yes")
        ended = deployer.deploy(*configured)
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].startswith(
            "Error: This needs --allow-removal: The policy of the key: the statement AccountAdministersKey"
        )
        ended = deployer.deploy(*configured, "--allow-removal")
        assert ended.returncode == 0, ended.stderr
        assert "\n0 added, 6 changed, 0 replaced, 1 may be replaced, 0 removed.\n" in ended.stdout

        after = {each["OutputKey"]: each["OutputValue"] for each in deployer.account.stack(STACK)["Outputs"]}
        assert before | {"TemplateVersion": __version__, "HookCommand": after["HookCommand"]} == after
        assert deployer.value() == "not-a-real-newer-one"
        # By now, the stack says what it was made from.
        assert deployer.deploy("--yes").stdout.startswith("No changes: ")

    def test_tags_are_those_of_the_stack_and_of_what_is_in_it(self, deployer: Deployer) -> None:
        deployer.set_up()
        assert deployer.deploy("--yes", "--tag", "team=build").returncode == 0
        [found] = deployer.account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {"team": "build"}

    def test_a_new_token_for_a_deployed_secret(self, deployer: Deployer) -> None:
        deployer.set_up()
        ended = deployer.deploy("--token-stdin", "--yes", stdin=TOKEN)
        assert ended.returncode == 0, ended.stderr
        assert deployer.value() == TOKEN
        assert ended.stdout.startswith("No changes: ")
        assert "Stored the token of GitHubPackages: builds can read it from now on.\n" in ended.stdout

    def test_only_the_token_of_a_new_repository_is_needed(self, deployer: Deployer) -> None:
        deployer.configure(NPM)
        deployer.set_up(TOKEN)
        deployer.configure(NPM, PIP)
        said = refused(deployer.deploy("--yes"), 2)
        assert said.startswith("Error: There is no terminal to ask for the token of AcmePip: pipe it in")
        ended = deployer.deploy("--token-stdin", "--yes", stdin="AcmePip=not-a-real-token-either")
        assert ended.returncode == 0, ended.stderr
        assert deployer.value("/acme/npm") == TOKEN
        assert json.loads(deployer.value("/acme/pip")) == {"password": "not-a-real-token-either"}

    def test_a_repository_that_is_removed_leaves_its_secret(self, deployer: Deployer) -> None:
        deployer.configure(NPM, PIP)
        deployer.set_up()
        deployer.configure(NPM)
        ended = deployer.deploy("--yes")
        removed = "  - AcmePipSecret        AWS::SecretsManager::Secret          stays in the account\n"
        assert removed in ended.stdout
        assert "  - AcmePipToken\n" in ended.stdout
        assert sorted(deployer.secrets()) == ["/acme/npm", "/acme/pip"]

    def test_a_role_that_became_too_old_refuses_an_update(self, deployer: Deployer) -> None:
        deployer.set_up()
        deployer.account.install_stackery_role("1.24.9")
        said = refused(deployer.deploy("--parameter", "Recheck=now", "--yes"))
        assert said == (
            f"Error: Upgrade the Stackery Role in account {deployer.account.id} to version 1.25.0 or newer,"
            " then deploy again: stack stackery in us-east-1 has version 1.24.9."
        )
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}

    def test_a_warning_lets_it_go_on(self, deployer: Deployer) -> None:
        deployer.account.install_stackery_role("1.24.9")
        ended = deployer.deploy("--parameter", "RoleCheck=Warn", "--no-token", "--yes")
        assert ended.returncode == 0
        assert (
            "Note: going on all the same, because RoleCheck is Warn. Upgrade the Stackery Role"
            in ended.stderr
        )

    def test_an_account_without_organization_is_refused_even_with_a_warning(
        self, account_without_organization: Account, tmp_path: Path
    ) -> None:
        deployer = Deployer(account_without_organization, tmp_path)
        said = refused(deployer.deploy("--parameter", "RoleCheck=Warn", "--no-token", "--yes"))
        assert f"Account {deployer.account.id} belongs to no organization" in said

    def test_what_is_left_of_a_failed_deployment_is_deleted_with_yes(self, deployer: Deployer) -> None:
        fail_first_deployment(deployer)
        before = refused(deployer.deploy("--dry-run"))
        assert "is what is left of a first deployment that failed" in before
        assert deployer.stacks() == {STACK: "ROLLBACK_COMPLETE"}
        ended = deployer.deploy("--no-token", "--yes")
        assert ended.returncode == 0, ended.stderr
        assert "DELETE_COMPLETE       private-packages" in ended.stderr
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}

    def test_a_stack_that_only_has_change_sets_is_gone_on_with(self, deployer: Deployer) -> None:
        deployer.account.client("cloudformation").create_change_set(
            StackName=STACK,
            ChangeSetName="mine",
            ChangeSetType="CREATE",
            TemplateBody='{"Resources": {"A": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}',
        )
        assert deployer.deploy("--dry-run").returncode == 0
        assert deployer.stacks() == {STACK: "REVIEW_IN_PROGRESS"}
        assert deployer.deploy("--no-token", "--yes").returncode == 0
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}

    def test_a_stack_of_another_template_is_left_alone(self, deployer: Deployer) -> None:
        said = refused(deployer.deploy("--stack-name", "stackery", "--no-token", "--yes"))
        assert said.startswith("Error: Choose another --stack-name: the stack stackery in us-east-1 was not")


class TestReplacement:
    def test_a_new_secret_name_needs_consent(self, deployer: Deployer) -> None:
        deployer.set_up(TOKEN)
        rename = ("--parameter", "GitHubPackagesSecretName=/acme/new", "--yes")
        ended = deployer.deploy(*rename)
        assert ended.returncode == 1
        assert (
            "replaced by a new one; the old one stays in the account\n    Builds read a new" in ended.stdout
        )
        assert "Error: This needs --allow-replacement" in ended.stderr
        assert deployer.secrets() == [SECRET]
        assert deployer.change_sets() == []

        dry = deployer.deploy(*rename, "--dry-run")
        assert dry.returncode == 0
        assert dry.stdout.endswith("The same without --dry-run needs --allow-replacement.\n")

        assert deployer.deploy(*rename, "--allow-replacement").returncode == 0
        assert sorted(deployer.secrets()) == ["/acme/new", SECRET]
        assert deployer.value("/acme/new") == TOKEN

        later = deployer.deploy("--yes")
        assert "Note: the secret of GitHubPackages stays /acme/new" in later.stderr


class TestSecretNames:
    def test_a_name_that_an_earlier_stack_has_left(self, deployer: Deployer) -> None:
        deployer.set_up()
        deployer.account.delete(STACK)
        said = refused(deployer.deploy("--no-token", "--yes"))
        assert f"The secret {SECRET} exists already" in said
        assert "give another name" in said

    def test_a_name_whose_secret_is_scheduled_for_deletion(self, deployer: Deployer) -> None:
        secrets = deployer.account.client("secretsmanager")
        secrets.create_secret(Name=SECRET, SecretString="x")
        secrets.delete_secret(SecretId=SECRET)
        said = refused(deployer.deploy("--no-token", "--yes"))
        assert f"The secret {SECRET} is scheduled for deletion on " in said
        command = said.split("`")[1]
        assert (
            subprocess.run(
                [COMMAND.with_name("aws"), *command.split()[1:]],
                env=os.environ | deployer.account.environment,
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )
        # It is there again, with its token.
        said = refused(deployer.deploy("--no-token", "--yes"))
        assert said.startswith(
            f"Error: The secret {SECRET} exists already, and it holds a token: take it over"
        )
        assert deployer.stacks() == {}


class TestDryRun:
    def test_it_leaves_nothing(self, deployer: Deployer) -> None:
        ended = deployer.deploy("--dry-run")
        assert ended.returncode == 0, ended.stderr
        assert "  + Key                         AWS::KMS::Key\n" in ended.stdout
        assert ended.stdout.endswith("Nothing was changed, as --dry-run says.\n")
        assert deployer.stacks() == {}
        assert deployer.secrets() == []

    def test_it_leaves_a_stack_as_it_is(self, deployer: Deployer) -> None:
        deployer.set_up()
        before = deployer.account.stack(STACK)
        assert deployer.deploy("--dry-run", "--parameter", "Recheck=now").returncode == 0
        assert deployer.account.stack(STACK) == before
        assert deployer.change_sets() == []


class TestBucket:
    def test_a_template_goes_through_a_bucket(self, deployer: Deployer) -> None:
        s3, bucket = deployer.account.client("s3"), f"templates-{deployer.account.id}"
        s3.create_bucket(Bucket=bucket)
        ended = deployer.deploy("--no-token", "--yes", "--bucket", bucket)
        assert ended.returncode == 0, ended.stderr
        [found] = s3.list_objects_v2(Bucket=bucket)["Contents"]
        body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        assert body.startswith(b"# Generated by stackery-private-packages")
        assert TOKEN.encode() not in body

    def test_a_large_template_needs_one(self, deployer: Deployer) -> None:
        deployer.configure(
            *(
                NPM.replace("AcmeNpm", f"AcmeNpm{number}").replace("/acme/npm", f"/acme/npm{number}")
                for number in range(40)
            )
        )
        said = refused(deployer.deploy("--no-token", "--yes"))
        assert "but CloudFormation takes 51,200 in a call: hand it over through an S3 bucket" in said
        bucket = f"templates-{deployer.account.id}"
        deployer.account.client("s3").create_bucket(Bucket=bucket)
        ended = deployer.deploy("--no-token", "--yes", "--bucket", bucket)
        assert ended.returncode == 0, ended.stderr
        assert len(deployer.secrets()) == 40

    def test_a_bucket_that_is_none(self, deployer: Deployer) -> None:
        said = refused(deployer.deploy("--no-token", "--yes", "--bucket", "no-such-bucket"))
        assert said == "Error: There is no bucket no-such-bucket: correct --bucket, or create it."


def test_the_walk_through_is_what_the_command_prints(deployer: Deployer) -> None:
    page = (ROOT / "docs" / "commands" / "deploy.md").read_text()
    shown = page.split("## A first deployment\n\n```\n")[1].split("```")[0]
    ended = deployer.deploy("--token-stdin", "--yes", stdin=TOKEN)
    printed = without_chance(ended.stderr + ended.stdout).splitlines()
    of_a_person = ("$ ", "Token for", "Deploy this?", "…")
    missing = [
        line
        for line in without_chance(shown).splitlines()
        if line not in printed and not line.startswith(of_a_person)
    ]
    assert missing == []
    assert len(shown.splitlines()) > 30


def without_chance(text: str) -> str:
    """Replace what differs from run to run: times, accounts and generated ids."""
    text = re.sub(r", at http://127\.0\.0\.1:\d+", "", text)
    text = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", re.sub(r"\b\d{12}\b", "ACCOUNT", text))
    return re.sub(r"o-[0-9a-f]{10}|key/\S+|-[0-9a-f]{6}$", "ID", text, flags=re.MULTILINE)


class TestForPrograms:
    def test_the_result_is_one_document(self, deployer: Deployer) -> None:
        ended = deployer.deploy("--no-token", "--yes", "--output", "json")
        result = json.loads(ended.stdout)
        assert (result["result"], result["status"]) == ("deployed", "CREATE_COMPLETE")
        assert (result["account"], result["region"]) == (deployer.account.id, REGION)
        assert result["counts"] == {
            "added": 8,
            "changed": 0,
            "replaced": 0,
            "may_be_replaced": 0,
            "removed": 0,
            "imported": 0,
        }
        assert result["outputs"]["KeyAlias"] == "alias/private-packages"
        assert "would be created:" in ended.stderr
        unchanged = json.loads(deployer.deploy("--yes", "--output", "json").stdout)
        assert (unchanged["result"], unchanged["changes"]) == ("unchanged", [])
        documented(result)
        documented(unchanged)

    def test_a_dry_run_is_one_too(self, deployer: Deployer) -> None:
        result = json.loads(deployer.deploy("--dry-run", "--output", "json").stdout)
        assert (result["result"], result["stack_id"], result["status"]) == ("dry-run", None, None)
        documented(result)


def documented(result: Any) -> None:
    """See that the documentation's example has the same keys, on every level that has documents."""
    page = (ROOT / "docs" / "commands" / "deploy.md").read_text()
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    assert list(result) == list(example)
    assert list(result["counts"]) == list(example["counts"])
    for key in ("changes", "parameters", "access", "imports"):
        for entry in result[key]:
            assert list(entry) == list(example[key][0])
