"""`private-packages permissions`, called as a user calls it."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from private_packages.commands.configured import NO_FILE
from tests.generator.conftest import EXAMPLE
from tests.private_packages.commands.answers import answering
from tests.private_packages.conftest import Run

WITHOUT_FILE = EXAMPLE / "repositories.yaml"
HERE = ("--account", "111122223333", "--region", "eu-west-1")
STACK = "arn:aws:cloudformation:{}:{}:stack/{}/*"


def resources(printed: str, sid: str) -> list[str]:
    [found] = [each for each in json.loads(printed)["Statement"] if each["Sid"] == sid]
    return list(found["Resource"])


def test_it_is_for_what_the_options_and_the_configuration_say(run: Run, folder: Path) -> None:
    (folder / "repositories.yaml").write_text(
        "repositories:\n  - {id: Npm, manager: npm, url: 'https://npm.acme.example', secret: /acme/npm}\n"
        "build_roles: [ci/builder]\n"
    )
    result = run(
        *("permissions", "deploy", *HERE, "--stack-name", "tokens", "--bucket", "templates"),
        *("--parameter", "StackeryStackName=agent", "--parameter", "PermissionsBoundary=bound"),
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert resources(result.stdout, "ChangeStack") == [STACK.format("eu-west-1", "111122223333", "tokens")]
    assert resources(result.stdout, "ReadStackeryRole") == [STACK.format("*", "111122223333", "agent")]
    assert resources(result.stdout, "FindBuildRoles") == ["arn:aws:iam::111122223333:role/*builder"]
    assert resources(result.stdout, "PutTemplateIntoBucket") == ["arn:aws:s3:::templates/private-packages/*"]
    assert resources(result.stdout, "StoreTokens") == [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:/acme/npm-??????"
    ]
    assert resources(result.stdout, "BoundFunctionRole")


def test_without_the_role_check_nothing_is_allowed_that_it_needs(run: Run) -> None:
    file = ("--config", WITHOUT_FILE)
    services = {
        command: {
            action.split(":")[0]
            for each in json.loads(run("permissions", command, *HERE, *file).stdout)["Statement"]
            for action in each["Action"]
        }
        for command in ("deploy", "status")
    }
    assert services["deploy"] == {"cloudformation", "kms", "organizations", "secretsmanager"}
    assert services["status"] == services["deploy"]
    printed = run("permissions", "verify", *HERE, *file).stdout
    assert "arn:aws:iam::*:role/acme-build-CodeBuildRole-*" in resources(printed, "ReadAsBuildRole")


def test_a_parameter_names_a_secret(run: Run) -> None:
    printed = run("permissions", "token", *HERE, "--parameter", "GitHubPackagesSecretName=/acme/npm").stdout
    assert resources(printed, "StoreTokens")[0].endswith(":secret:/acme/npm-??????")


def test_the_account_and_the_partition_are_those_of_the_credentials(
    run: Run, boto: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = {"Account": "444455556666", "Arn": "arn:aws:iam::444455556666:user/me", "UserId": "x"}
    session: Any = answering(monkeypatch, boto, GetCallerIdentity=identity)
    session.get_partition_for_region = boto.get_partition_for_region
    result = run("permissions", "hook")
    assert resources(result.stdout, "ReadStack") == [
        STACK.format("us-east-1", "444455556666", "private-packages")
    ]
    assert result.stderr == f"{NO_FILE}\n"
    session.region_name = "cn-north-1"
    assert resources(run("permissions", "hook").stdout, "ReadStack")[0].startswith("arn:aws-cn:")


def test_where_nobody_is_signed_in_it_is_for_any_account_and_region(run: Run) -> None:
    result = run("permissions", "hook")
    assert result.exit_code == 0
    assert resources(result.stdout, "ReadStack") == [STACK.format("*", "*", "private-packages")]
    assert "Note: no Region is set, so this is for any of the partition aws." in result.stderr
    result = run("permissions", "hook", "--region", "us-gov-west-1")
    assert resources(result.stdout, "ReadStack")[0].startswith(
        "arn:aws-us-gov:cloudformation:us-gov-west-1:*:"
    )
    assert "Note: this is for any account, which --account would name. No AWS credentials" in result.stderr


def test_a_profile_that_cannot_be_used_is_refused(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config").write_text("[profile empty]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    for profile, fault in (("nobody", "nobody"), ("empty", "No AWS credentials")):
        result = run("permissions", "hook", "--profile", profile)
        assert (result.exit_code, result.stdout) == (1, "")
        assert fault in result.stderr.splitlines()[-1]
    assert run("permissions", "hook", "--profile", "empty", "--account", "111122223333").exit_code == 0


def test_a_policy_that_is_too_long_is_told(run: Run, folder: Path) -> None:
    entries = "".join(
        f"  - {{id: R{n}, manager: npm, url: 'https://r{n}.acme.example', secret: /acme/repository/{n}}}\n"
        for n in range(40)
    )
    (folder / "repositories.yaml").write_text(f"repositories:\n{entries}")
    result = run("permissions", "deploy", *HERE)
    assert result.exit_code == 0
    assert json.loads(result.stdout)
    assert "characters, and a managed policy takes 6,144: make two of the statements" in result.stderr


@pytest.mark.parametrize(
    ("option", "value", "fix"),
    [
        ("--account", "12", "write it as the account's 12 digits"),
        ("--bucket", "s3://templates", "write a bucket's name, without s3://."),
        ("--role-arn", "Deployer", "write the role's whole ARN"),
        ("--role-arn", "arn:aws:iam::111122223333:role/*", "write the role's whole ARN"),
        ("--role-name", "path/Reader", "write a role's name, without its path"),
        ("--stack-name", "*", "a letter, then letters, digits and hyphens"),
        ("--stack-set", "*", "a letter, then letters, digits and hyphens"),
    ],
)
def test_what_would_make_another_policy_than_is_meant_is_refused(
    run: Run, option: str, value: str, fix: str
) -> None:
    result = run("permissions", "deploy", *HERE, option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert fix in result.stderr


def test_another_command_is_none(run: Run) -> None:
    result = run("permissions", "template")
    assert result.exit_code == 2
    assert "'template' is not one of 'check', 'deploy', 'token', 'hook', 'verify'" in result.stderr
