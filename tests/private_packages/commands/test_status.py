"""`private-packages status`, called as a user calls it."""

import json
from collections.abc import Callable
from datetime import date

import boto3
import pytest

from generator.configuration import DEFAULT
from private_packages.aws.tokens import expiry
from tests.aws import Scripted, ScriptEntry
from tests.generator.conftest import text_of
from tests.private_packages.aws.stack import test_drift, test_health, test_leftovers
from tests.private_packages.aws.stack.test_health import ACCESS_DENIED, KEY, NO_STACK, UPDATED, key, stacks
from tests.private_packages.aws.tokens.test_stored_token import ARN, DENIED, DESCRIBED, NO_SECRET
from tests.private_packages.commands.answers import answering
from tests.private_packages.conftest import Run
from tests.test_docs import permissions

Aws = Callable[..., Scripted]
OUTPUTS = {
    "KeyArn": KEY,
    "GitHubPackagesSecretArn": ARN,
    "TemplateVersion": "0.1.0",
    "OrganizationId": "o-a1b2c3d4e5",
    "StackeryRoleVersion": "1.30.4-cj",
}


def outputs(**changes: str) -> list[dict[str, str]]:
    return [{"OutputKey": name, "OutputValue": text} for name, text in (OUTPUTS | changes).items()]


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Set what AWS answers: as it does when all is well, but for what is said."""
    monkeypatch.setattr("private_packages.commands.status.__version__", "0.1.0")

    def aws(**changes: ScriptEntry) -> Scripted:
        healthy = test_health.script(DescribeStacks=stacks(Outputs=outputs()))
        return answering(
            monkeypatch, boto, **{**test_drift.script(OUTPUTS["OrganizationId"]), **healthy, **changes}
        )

    return aws


@pytest.mark.parametrize(("parameter", "is_told"), [("StackeryStackName", True), ("OrganizationId", False)])
def test_of_a_stack_that_failed_the_role_is_told_where_it_was_to_be_checked(
    run: Run, aws: Aws, parameter: str, is_told: bool
) -> None:
    parameters = [{"ParameterKey": parameter, "ParameterValue": "x"}]
    aws(DescribeStacks=stacks("ROLLBACK_COMPLETE", Outputs=[], Parameters=parameters))
    assert ("  Stackery Role: unknown\n" in run("status").stdout) is is_told


def test_all_is_well(run: Run, aws: Aws) -> None:
    aws(DescribeSecret=DESCRIBED | {"LastAccessedDate": UPDATED})
    result = run("status")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    version = lines.pop(-3)
    assert lines == [
        "Stack: arn:aws:cloudformation:us-east-1:111122223333:stack/private-packages/1",
        "  CREATE_COMPLETE since 2026-01-01 00:00 UTC",
        "  Template: 0.1.0",
        "  Organization: o-a1b2c3d4e5",
        "  Stackery Role: 1.30.4-cj",
        f"Key: {KEY}",
        "  Enabled",
        "  Rotation: on",
        "  Alias: alias/private-packages",
        "  Last used: 2026-02-01 00:00 UTC, Decrypt",
        f"Secret of GitHubPackages: {ARN}",
        "  Last read: 2026-02-01, by a build, `token` or `verify`",
        "All is well.",
    ]
    assert version.startswith("  22222222  2026-02-01 00:00 UTC (")


def test_what_is_called_stands_among_the_permissions(run: Run, aws: Aws) -> None:
    session = aws()
    assert run("status", "--drift").exit_code == 0
    asked_by_everybody = {"GetCallerIdentity"}
    assert {operation for operation, _ in session.calls} - asked_by_everybody == permissions("status")


@pytest.mark.parametrize(
    ("deployed", "line"),
    [
        ("0.0.9", "  Template: 0.0.9, 0.1.0 available: private-packages deploy"),
        ("odd", "  Template: odd"),
    ],
)
def test_a_newer_template_is_offered(run: Run, aws: Aws, deployed: str, line: str) -> None:
    aws(DescribeStacks=stacks(Outputs=outputs(TemplateVersion=deployed)))
    result = run("status")
    assert result.exit_code == 0
    assert line in result.stdout.splitlines()


def test_a_template_of_a_newer_release_needs_attention(run: Run, aws: Aws) -> None:
    aws(DescribeStacks=stacks(Outputs=outputs(TemplateVersion="0.2.0")))
    result = run("status")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "Needs attention: the stack was deployed by release 0.2.0, and this is 0.1.0: use that release."
    )


def test_a_template_that_was_edited_needs_attention(run: Run, aws: Aws) -> None:
    edited = text_of("private-packages", DEFAULT).replace(
        "EnableKeyRotation: true", "EnableKeyRotation: false"
    )
    aws(GetTemplate={"TemplateBody": edited})
    result = run("status")
    assert result.exit_code == 1
    assert result.stdout.endswith(
        "Needs attention: the deployed template was edited: see where with --show-edits.\n"
    )
    assert "+      EnableKeyRotation: false\n" in run("status", "--show-edits").stdout
    assert json.loads(run("status", "--output", "json").stdout)["edited"] is True


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"GetTemplate": ACCESS_DENIED}, "the template may not be read"),
        ({"GetTemplateSummary": {}}, "the template does not say what it was made from"),
        (
            {"DescribeStacks": stacks(Outputs=outputs(TemplateVersion="0.0.9"))},
            "release 0.0.9 alone can tell; what this one would change: `private-packages deploy --dry-run`",
        ),
    ],
)
def test_whether_it_was_edited_may_not_be_known(
    run: Run, aws: Aws, changes: dict[str, ScriptEntry], because: str
) -> None:
    aws(**changes)
    result = run("status", "--output", "json")
    assert (result.exit_code, json.loads(result.stdout)["edited"]) == (0, None)
    assert f"  Edited: unknown, {because}\n" in run("status").stdout


def test_a_key_that_was_not_used(run: Run, aws: Aws) -> None:
    aws(GetKeyLastUsage=test_health.usage({}))
    assert "  Last used: not since 2026-01-01 00:00 UTC\n" in run("status").stdout
    assert json.loads(run("status", "--output", "json").stdout)["key"]["last_used"] == {
        "at": None,
        "operation": None,
        "recorded_since": "2026-01-01T00:00:00+00:00",
    }


def test_the_end_of_a_token_is_shown(run: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "today", lambda: date(2026, 11, 27))
    ends = {"VersionIdsToStages": {"22222222-2222-2222-2222-222222222222-expires-2027-02-01": ["AWSCURRENT"]}}
    aws(DescribeSecret=DESCRIBED | ends)
    result = run("status")
    assert "AWSCURRENT, ends on 2027-02-01, in 66 days\n" in result.stdout
    assert result.stdout.endswith("All is well.\n")
    [secret] = json.loads(run("status", "--output", "json").stdout)["secrets"]
    assert secret["current"]["expires"] == "2027-02-01"


def test_what_the_stack_left_behind_is_listed(run: Run, aws: Aws) -> None:
    left = test_leftovers.secret("/stackery/pypi", "private-packages", LastAccessedDate=UPDATED)
    aws(ListSecrets={"SecretList": [left]})
    assert (
        "Left behind by this stack, which no build can read; to have one again, put it into\n"
        "repositories.yaml again, then: `private-packages deploy --import`\n"
        "  /stackery/pypi: without a value, last read 2026-02-01, 0.40 USD a month\n"
    ) in run("status").stdout
    [found] = json.loads(run("status", "--output", "json").stdout)["left_behind"]
    assert found["name"] == "/stackery/pypi"


@pytest.mark.parametrize(
    ("changes", "shown", "attention"),
    [
        (
            {
                "DescribeStacks": stacks(
                    "UPDATE_ROLLBACK_FAILED", Outputs=outputs(), StackStatusReason="Because."
                )
            },
            "  Reason: Because.",
            "the stack is in UPDATE_ROLLBACK_FAILED",
        ),
        (
            {"DescribeStacks": ACCESS_DENIED},
            "Stack private-packages: may not be read",
            "the stack private-packages may not be read",
        ),
        (
            {"DescribeStacks": stacks("ROLLBACK_COMPLETE", Outputs=[])},
            "  Template: unknown",
            "the stack is in ROLLBACK_COMPLETE",
        ),
        (
            {"DescribeKey": key("PendingDeletion", DeletionDate=UPDATED)},
            "  PendingDeletion, to be deleted 2026-02-01 00:00 UTC",
            "the key is pending deletion",
        ),
        ({"DescribeKey": key("Disabled")}, "  Disabled", "the key is in state Disabled"),
        (
            {"DescribeSecret": DESCRIBED | {"DeletedDate": UPDATED}},
            "  Marked for deletion: 2026-02-01 00:00 UTC",
            "the secret of GitHubPackages is marked for deletion",
        ),
        (
            {"DescribeSecret": {"ARN": ARN, "Name": "x"}},
            "  no value",
            "the secret of GitHubPackages has no value",
        ),
        ({"DescribeSecret": NO_SECRET}, "  gone", "the secret of GitHubPackages is gone"),
    ],
)
def test_what_needs_attention_is_said_last(
    run: Run, aws: Aws, changes: dict[str, ScriptEntry], shown: str, attention: str
) -> None:
    aws(**changes)
    result = run("status")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert shown in lines
    assert lines[-1].startswith(f"Needs attention: {attention}")
    as_json = run("status", "--output", "json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["problems"][0].startswith(attention)


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ("DescribeKey", "  may not be read"),
        ("GetKeyRotationStatus", "  Rotation: may not be read"),
        ("ListAliases", "  Alias: may not be read"),
        ("GetKeyLastUsage", "  Last used: unknown"),
        ("DescribeSecret", "  may not be read"),
        ("ListSecretVersionIds", "  22222222  time unknown  AWSCURRENT"),
    ],
)
def test_what_may_not_be_read_is_shown_as_such(run: Run, aws: Aws, operation: str, line: str) -> None:
    aws(**{operation: DENIED})
    result = run("status")
    assert result.exit_code == 0
    assert line in result.stdout.splitlines()
    assert run("status", "--output", "json").exit_code == 0


class TestDrift:
    def test_none(self, run: Run, aws: Aws) -> None:
        aws()
        result = run("status", "--drift")
        assert (result.exit_code, result.stdout.splitlines()[-2:]) == (0, ["Drift: IN_SYNC", "All is well."])
        assert result.stderr == "Looking for drift; this can take minutes\n"

    def test_what_drifted_is_named_without_its_values(self, run: Run, aws: Aws) -> None:
        drifts = [test_drift.drifted("GitHubPackagesSecret", "MODIFIED", ("/SecretString", "NOT_EQUAL"))]
        aws(
            DescribeStackDriftDetectionStatus=test_drift.DRIFTED,
            DescribeStackResourceDrifts={"StackResourceDrifts": [*drifts, *test_drift.SAME[:2]]},
        )
        result = run("status", "--drift")
        assert result.exit_code == 1
        *found, attention = result.stdout.splitlines()[-4:]
        assert found == [
            "Drift: DRIFTED",
            "  GitHubPackagesSecret (AWS::SecretsManager::Secret): MODIFIED",
            "    /SecretString: NOT_EQUAL",
        ]
        assert attention.startswith("Needs attention: GitHubPackagesSecret drifted from the template")
        as_json = run("status", "--drift", "--output", "json")
        assert json.loads(as_json.stdout)["drift"]["resources"][0]["differences"] == [
            {"path": "/SecretString", "kind": "NOT_EQUAL"}
        ]
        assert "not-a-real-token" not in result.output + as_json.output

    def test_that_may_not_be_looked_for_does_not_hide_the_rest(self, run: Run, aws: Aws) -> None:
        aws(DetectStackDrift=ACCESS_DENIED)
        result = run("status", "--drift")
        assert result.exit_code == 1
        assert "  Enabled\n" in result.stdout
        assert "Drift: UNKNOWN\n  Reason: May not detect the drift of the stack" in result.stdout


def test_what_aws_refuses_is_told(run: Run, aws: Aws) -> None:
    aws(DescribeStacks=NO_STACK)
    result = run("status")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: There is no stack private-packages in us-east-1: correct --stack")
