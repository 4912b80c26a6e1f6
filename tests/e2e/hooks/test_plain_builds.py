"""Builds without Stackery, as of CodeBuild with a role of its own, in three accounts of an organization.

They read as AWS lets them: by their own policies, and by those of secrets and key in another account. Which
of the two is missing where, `verify` and `check` tell.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import document
from generator.build_account import build_account
from tests.e2e.hooks import packages, tools
from tests.e2e.hooks.certificates import Authority
from tests.e2e.hooks.conftest import Entry
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import MavenRegistry, NpmRegistry, PythonRegistry
from tests.e2e.hooks.servers import READER, Hidden, Internet
from tests.e2e.ministack import ONE_ORGANIZATION, Account
from tests.private_packages.conftest import COMMAND

pytestmark = [
    pytest.mark.server,
    pytest.mark.node,
    pytest.mark.needs("mvn"),
    pytest.mark.usefixtures("public_npm", "public_python"),
]

SECRET_ACCOUNT = "888800000000"
BUILD_ACCOUNTS = ("888800000001", "888800000002", "888800000003")
ROLE_NAME = "codebuild-acme-1A2B3C"
ADMITTED = f"codebuild-acme-* of {ONE_ORGANIZATION} must be admitted by"
READ, DECRYPT = "secretsmanager:GetSecretValue", "kms:Decrypt"


@dataclass
class Organization:
    """The accounts, and what was deployed to the one that keeps the tokens."""

    url: str
    folder: Path
    """Where repositories.yaml lies."""
    hook: Path
    tokens: set[Hidden]
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def secret_account(self) -> Account:
        return Account(self.url, SECRET_ACCOUNT)

    @property
    def arns(self) -> list[str]:
        """What names secrets and key to a command that cannot read the stack."""
        secrets = {name: arn for name, arn in self.outputs.items() if name.endswith("SecretArn")}
        given = [f"--secret-arn={name.removesuffix('SecretArn')}={arn}" for name, arn in secrets.items()]
        return [*given, f"--key-arn={self.outputs['KeyArn']}"]

    def run(
        self, environment: dict[str, str], *arguments: str, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        ended = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        assert not any(str(token) in ended.stdout + ended.stderr for token in self.tokens)
        return ended

    def verdict(self, account: Account, *options: str) -> tuple[str, str, int]:
        """Return what `check` says of an account, what is to be done there, and how it ends."""
        ended = self.run(account.environment, "check", "--output", "json", *options)
        found = json.loads(ended.stdout)
        return found["verdict"], found["next_step"] or "", ended.returncode

    def link(self, account: Account, path: str = "/") -> set[str]:
        """Return what `verify` says in a build of this account."""
        *secrets, _key = self.arns
        ended = self.run(session(account, path), "verify", "--output", "json", *secrets)
        return {token["link"] for token in json.loads(ended.stdout)["tokens"]}


def make_role(account: Account, path: str = "/") -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "codebuild.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    account.client("iam").create_role(
        RoleName=ROLE_NAME,
        Path=path,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )


def session(account: Account, path: str = "/") -> dict[str, str]:
    """Return the variables that a build of this account finds."""
    role = f"arn:aws:iam::{account.id}:role{path}{ROLE_NAME}"
    answer = account.client("sts").assume_role(RoleArn=role, RoleSessionName="AWSCodeBuild-1")
    keys: dict[str, Any] = answer["Credentials"]
    return account.environment | {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def bring_template(account: Account, outputs: dict[str, str], roles: Sequence[str] = (ROLE_NAME,)) -> str:
    """Deploy the build account's half as its stack set would, and return the policy's ARN."""
    secrets = sorted(arn for name, arn in outputs.items() if name.endswith("SecretArn"))
    parameters = {
        "SecretArns": ",".join(secrets),
        "KeyArn": outputs["KeyArn"],
        "BuildRoleNames": ",".join(roles),
    }
    template = document.render(build_account(None), "yaml")
    stack = account.deploy("StackSet-private-packages-build-account-1", template, parameters)
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), account.failures(stack["StackId"])
    return str(next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "PolicyArn"))


@pytest.fixture(scope="module")
def organization(
    ministack: str,
    tmp_path_factory: pytest.TempPathFactory,
    private_npm: NpmRegistry,
    private_python: PythonRegistry,
    private_maven: MavenRegistry,
) -> Organization:
    """Three accounts with a role of CodeBuild, and a fourth with the secrets and their tokens."""
    entries = (
        Entry("Npm", "npm", private_npm, {"scope": "@acme"}),
        Entry("Python", "pip", private_python, {"username": READER}),
        Entry("Maven", "maven", private_maven, {"username": READER, "server_id": "acme"}),
    )
    folder = tmp_path_factory.mktemp("plain-builds")
    said = {
        "repositories": [entry.document for entry in entries],
        "role_check": "none",
        "build_roles": ["codebuild-acme-*"],
    }
    (folder / "repositories.yaml").write_text(yaml.safe_dump(said))
    tokens = {entry.id: entry.registry.issue_token(900 + number) for number, entry in enumerate(entries)}
    made = Organization(ministack, folder, folder / "hook", set(tokens.values()))
    own = made.secret_account.environment
    deployed = made.run(own, "deploy", "--yes", "--no-token")
    assert deployed.returncode == 0, deployed.stderr
    stack = made.secret_account.stack("private-packages")
    made.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert made.outputs["OrganizationId"] == ONE_ORGANIZATION
    for name, token in tokens.items():
        assert made.run(own, "token", "set", name, given=f"{token}\n").returncode == 0
    assert made.run(own, "hook", "--output", str(made.hook)).returncode == 0
    for account in BUILD_ACCOUNTS:
        make_role(Account(ministack, account))
        bring_template(Account(ministack, account), made.outputs)
    return made


@pytest.mark.parametrize("account", BUILD_ACCOUNTS)
def test_npm_pip_and_maven_install_in_each_account(
    organization: Organization,
    account: str,
    tmp_path: Path,
    authority: Authority,
    internet: Internet,
    node_modules: Path,
    private_maven: MavenRegistry,
) -> None:
    builder = Account(organization.url, account)
    machine = BuildMachine(
        tmp_path / "machine", authority, internet.server_port, session(builder), organization.tokens
    )
    machine.add_program("aws", COMMAND.with_name("aws"))
    tools.add_node_programs(machine, node_modules)
    machine.add_program("pip", tools.python_tool("pip") / "pip")
    machine.write({"package.json": json.dumps({"name": "shop", "version": "1.0.0"})})
    machine.run_hook(organization.hook)

    machine.run("npm", "install", "@acme/thing").assert_success()
    machine.run("pip", "install", "--target", "packages", "acme-thing").assert_success()
    needs = f"""
  <repositories><repository><id>acme</id><url>{private_maven.url}</url></repository></repositories>
  <dependencyManagement><dependencies><dependency>
    <groupId>com.acme</groupId><artifactId>thing-bom</artifactId><version>1.0.0</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
"""
    machine.write({"pom.xml": packages.maven_pom("com.acme", "shop", "1.0.0", "pom", needs)})
    machine.run("mvn", "--batch-mode", "--no-transfer-progress", "validate").assert_success()

    assert (machine.project / "node_modules" / "@acme" / "thing").exists()
    assert (machine.project / "packages" / "acme_thing.py").exists()
    assert organization.link(builder) == {"readable"}
    assert organization.verdict(builder, *organization.arns) == ("ready", "", 0)


class TestWhichHalfIsMissing:
    @pytest.fixture
    def builder(self, organization: Organization) -> Account:
        return Account(organization.url, BUILD_ACCOUNTS[0])

    def test_none(self, organization: Organization) -> None:
        assert organization.verdict(organization.secret_account) == ("ready", "", 0)

    def test_that_of_the_build_account(self, organization: Organization, numbers: Iterator[int]) -> None:
        builder = Account(organization.url, f"8889{next(numbers):08}")
        make_role(builder)
        policy = bring_template(builder, organization.outputs, roles=())
        assert organization.link(builder) == {"identity policy"}
        verdict, next_step, code = organization.verdict(builder, *organization.arns)
        assert (verdict, code) == ("role may not read", 1)
        assert next_step == (
            f"Bring the template build-account to account {builder.id} (private-packages rollout start"
            f" --template build-account), or attach its policy to {ROLE_NAME}, whose own policies do not"
            f" allow {READ} and {DECRYPT}."
        )
        assert organization.verdict(organization.secret_account)[0] == "ready"

        # What whoever has roles of names that nobody knows beforehand does.
        builder.client("iam").attach_role_policy(RoleName=ROLE_NAME, PolicyArn=policy)
        assert organization.link(builder) == {"readable"}
        assert organization.verdict(builder, *organization.arns)[0] == "ready"

    def test_that_of_the_secrets(self, organization: Organization, builder: Account) -> None:
        secrets = organization.secret_account.client("secretsmanager")
        arn = organization.outputs["NpmSecretArn"]
        policy = secrets.get_resource_policy(SecretId=arn)["ResourcePolicy"]
        secrets.delete_resource_policy(SecretId=arn)
        try:
            assert organization.link(builder) == {"resource policy", "readable"}
            verdict, next_step, code = organization.verdict(organization.secret_account)
            assert (verdict, code) == ("secrets not opened", 1)
            assert next_step.endswith(f"{ADMITTED} the policy of /stackery/Npm.")
            assert organization.verdict(builder, *organization.arns)[0] == "ready"
        finally:
            secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy)

    def test_that_of_the_key(self, organization: Organization, builder: Account) -> None:
        kms, key = organization.secret_account.client("kms"), organization.outputs["KeyArn"]
        policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        kept = [each for each in json.loads(policy)["Statement"] if each["Principal"] != {"AWS": "*"}]
        closed = json.dumps({"Version": "2012-10-17", "Statement": kept})
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=closed)
        try:
            assert organization.link(builder) == {"key policy"}
            verdict, next_step, _ = organization.verdict(organization.secret_account)
            assert verdict == "secrets not opened"
            assert next_step.endswith(f"{ADMITTED} the policy of the key.")
        finally:
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)

    def test_a_role_whose_path_is_another_is_no_build_role(
        self, organization: Organization, numbers: Iterator[int]
    ) -> None:
        other = Account(organization.url, f"8889{next(numbers):08}")
        make_role(other, "/ci/")
        bring_template(other, organization.outputs)
        assert organization.link(other, "/ci/") == {"resource policy"}
        assert organization.verdict(other, *organization.arns)[0] == "without a build role"
