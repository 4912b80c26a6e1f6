"""How the stack, its key and its secrets are, as far as the caller may know."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from generator import names
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack import health
from private_packages.aws.tokens import expiry
from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    VERSIONS,
)

Make = Callable[..., tuple[Aws, Scripted]]

KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
CREATED, UPDATED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
ACCESS_DENIED = ErrorAnswer("AccessDenied", "because no identity-based policy allows it")
NO_STACK = ErrorAnswer("ValidationError", "Stack with id private-packages does not exist")


def stacks(state: str = "CREATE_COMPLETE", **changes: Any) -> dict[str, Any]:
    outputs = {"KeyArn": KEY, "KeyAlias": "alias/x", "GitHubPackagesSecretArn": ARN}
    stack = {
        "StackName": "private-packages",
        "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/private-packages/1",
        "CreationTime": CREATED,
        "StackStatus": state,
        "Outputs": [{"OutputKey": key, "OutputValue": text} for key, text in outputs.items()],
    }
    return {"Stacks": [stack | changes]}


def key(state: str, **changes: Any) -> dict[str, Any]:
    return {"KeyMetadata": {"KeyId": "1", "Arn": KEY, "KeyState": state} | changes}


def usage(last: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "KeyId": "1",
        "KeyLastUsage": last,
        "TrackingStartDate": datetime(2025, 6, 1, tzinfo=UTC),
        "KeyCreationDate": CREATED,
    } | changes


def script(**changes: ScriptEntry) -> dict[str, ScriptEntry]:
    return {
        "DescribeStacks": stacks(),
        "DescribeKey": key("Enabled"),
        "GetKeyRotationStatus": {"KeyRotationEnabled": True},
        "ListAliases": {"Aliases": [{"AliasName": "alias/private-packages"}]},
        "GetKeyLastUsage": usage({"Operation": "Decrypt", "Timestamp": UPDATED}),
        "DescribeSecret": DESCRIBED,
        "ListSecretVersionIds": VERSIONS,
        "ListSecrets": {"SecretList": []},
        "DescribeOrganization": {"Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "1"}},
    } | changes


def test_a_healthy_stack(scripted: Make) -> None:
    aws, session = scripted(**script())
    found = health.read(aws, "private-packages")
    assert found.problems == []
    assert found.stack
    assert (found.stack.status, found.stack.since) == ("CREATE_COMPLETE", CREATED)
    used = health.KeyUse(UPDATED, "Decrypt", CREATED)
    assert found.key == health.KeyHealth(KEY, "Enabled", None, True, ["alias/private-packages"], used)
    [secret] = found.secrets
    assert (secret.repository_id, secret.arn) == ("GitHubPackages", ARN)
    assert secret.description
    assert secret.description.current
    assert secret.description.current.id == NEW
    assert "GetSecretValue" not in [operation for operation, _ in session.calls]


@pytest.mark.parametrize(
    ("answer", "use"),
    [
        (usage({}), health.KeyUse(None, "", CREATED)),
        (usage({}, TrackingStartDate=UPDATED), health.KeyUse(None, "", UPDATED)),
        (ErrorAnswer("AccessDeniedException"), None),
        (ErrorAnswer("UnknownOperationException"), None),
    ],
)
def test_when_the_key_was_last_used(scripted: Make, answer: ScriptEntry, use: health.KeyUse | None) -> None:
    aws, _ = scripted(**script(GetKeyLastUsage=answer))
    found = health.read(aws, "private-packages").key
    assert found
    assert found.use == use


def test_an_updated_stack_is_so_since_its_update(scripted: Make) -> None:
    aws, _ = scripted(**script(DescribeStacks=stacks("UPDATE_COMPLETE", LastUpdatedTime=UPDATED)))
    found = health.read(aws, "private-packages")
    assert found.stack
    assert found.stack.since == UPDATED


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])
def test_a_stack_that_has_settled_needs_no_attention(scripted: Make, status: str) -> None:
    aws, _ = scripted(**script(DescribeStacks=stacks(status)))
    assert health.read(aws, "private-packages").problems == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"DescribeStacks": stacks("UPDATE_ROLLBACK_COMPLETE")},
            "the stack is in UPDATE_ROLLBACK_COMPLETE: see its events, fix the cause and deploy again",
        ),
        (
            {"DescribeStacks": stacks("ROLLBACK_COMPLETE", Outputs=[])},
            "the stack is in ROLLBACK_COMPLETE: see its events",
        ),
        (
            {"DescribeStacks": stacks("UPDATE_IN_PROGRESS")},
            "the stack is in UPDATE_IN_PROGRESS: wait for its end",
        ),
        ({"DescribeStacks": ACCESS_DENIED}, "the stack private-packages may not be read"),
        ({"DescribeKey": key("Disabled")}, "the key is in state Disabled, and no token can be read"),
        (
            {"DescribeKey": key("PendingDeletion", DeletionDate=UPDATED)},
            "the key is pending deletion, and with it every token: aws kms cancel-key-deletion",
        ),
        (
            {"DescribeSecret": {"ARN": ARN, "Name": "x"}},
            "the secret of GitHubPackages has no value: private-packages token set GitHubPackages",
        ),
        (
            {"DescribeSecret": DESCRIBED | {"DeletedDate": UPDATED}},
            "the secret of GitHubPackages is marked for deletion: aws secretsmanager restore-secret",
        ),
        (
            {
                "DescribeSecret": DESCRIBED
                | {"ReplicationStatus": [{"Region": "eu-west-1"}, {"Region": "x-1"}]}
            },
            "the secret of GitHubPackages has copies in eu-west-1, x-1, which the template neither makes nor",
        ),
        ({"DescribeSecret": NO_SECRET}, "the secret of GitHubPackages is gone"),
        (
            {"DescribeStacks": stacks(Outputs=[], Description=names.TAKEN_OVER)},
            "only key and secrets were taken over, whose old policies still hold: private-packages deploy",
        ),
        (
            {"DescribeStacks": stacks(Outputs=[], Description="Somebody's")},
            "the stack was not deployed from private-packages.yaml: name another with --stack-name",
        ),
    ],
)
def test_what_needs_attention(scripted: Make, changes: dict[str, ScriptEntry], problem: str) -> None:
    aws, _ = scripted(**script(**changes))
    [found] = health.read(aws, "private-packages").problems
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("today", "problems"),
    [
        (date(2027, 1, 17), []),
        (date(2027, 1, 18), ["ends on 2027-02-01, in 14 days"]),
        (date(2027, 2, 2), ["ended on 2027-02-01, 1 day ago"]),
    ],
)
def test_a_token_that_ends_soon_needs_attention(
    scripted: Make, monkeypatch: pytest.MonkeyPatch, today: date, problems: list[str]
) -> None:
    monkeypatch.setattr(expiry, "today", lambda: today)
    stages = {f"{NEW}-expires-2027-02-01": ["AWSCURRENT"], f"{NEW}-expires-2026-02-01": ["AWSPREVIOUS"]}
    aws, _ = scripted(**script(DescribeSecret=DESCRIBED | {"VersionIdsToStages": stages}))
    assert health.read(aws, "private-packages").problems == [
        f"the token of GitHubPackages {said}: private-packages token set GitHubPackages" for said in problems
    ]


@pytest.mark.parametrize(
    ("operation", "unknown"),
    [
        ("DescribeKey", lambda found: found.key.state is None),
        ("GetKeyRotationStatus", lambda found: found.key.rotates is None),
        ("ListAliases", lambda found: found.key.aliases is None),
        ("DescribeSecret", lambda found: found.secrets[0].description is None),
        ("ListSecretVersionIds", lambda found: found.secrets[0].description.current.created is None),
    ],
)
def test_what_may_not_be_read_is_left_out_and_does_not_stop_the_rest(
    scripted: Make, operation: str, unknown: Callable[[health.Health], bool]
) -> None:
    aws, _ = scripted(**script(**{operation: DENIED}))
    found = health.read(aws, "private-packages")
    assert unknown(found)
    assert found.problems == []
    assert found.stack
    assert found.key
    assert found.secrets


def test_where_the_stack_may_not_be_read_its_alias_leads_to_the_key(scripted: Make) -> None:
    aws, session = scripted(**script(DescribeStacks=ACCESS_DENIED))
    found = health.read(aws, "private-packages")
    assert found.key
    assert found.key.arn == KEY
    asked = [(operation, parameters.get("KeyId")) for operation, parameters in session.sent]
    assert asked[1:] == [
        ("DescribeKey", "alias/private-packages"),
        ("GetKeyRotationStatus", KEY),
        ("ListAliases", KEY),
        ("GetKeyLastUsage", KEY),
    ]


def test_no_stack_is_an_error(scripted: Make) -> None:
    aws, _ = scripted(**script(DescribeStacks=NO_STACK))
    with pytest.raises(StackError, match="There is no stack private-packages in us-east-1"):
        health.read(aws, "private-packages")


@pytest.mark.parametrize("operation", ["DescribeStacks", "DescribeKey", "ListAliases", "DescribeSecret"])
@pytest.mark.parametrize("code", ["ExpiredToken", "Throttling"])
def test_other_errors_are_told(scripted: Make, operation: str, code: str) -> None:
    aws, _ = scripted(**script(**{operation: ErrorAnswer(code)}))
    with pytest.raises(AwsError) as raised:
        health.read(aws, "private-packages")
    assert raised.value.code == code
