"""The installed command where AWS throttles, breaks off, refuses and repeats what it was given."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.front import CUT, Fault, before, error, json_error, result
from tests.e2e.ministack import Account
from tests.e2e.terminal import COMMAND, terminal

pytestmark = pytest.mark.server

TOKEN = "not/a/real+token"
ID = "GitHubPackages"
AWS_SAID = f"1 validation error detected: Value '{TOKEN}' at 'secretString' failed to satisfy constraint"


def call(url: str, account: Account, folder: Path, *words: str, given: str = "", **environment: str) -> Any:
    """Run the command without any terminal, and see that no token shows."""
    ended = subprocess.run(
        [COMMAND, *words],
        cwd=folder,
        env=os.environ | account.environment | {"AWS_ENDPOINT_URL": url, **environment},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert ("Traceback" in ended.stderr) == ("PRIVATE_PACKAGES_DEBUG" in environment)
    assert TOKEN not in ended.stdout + ended.stderr
    return ended


@pytest.fixture
def ready(account: Account) -> Account:
    """An account that can be deployed to."""
    account.install_stackery_role("1.30.4")
    return account


def faulty(account: Account, faults: Mapping[str, Fault]) -> Any:
    """The account's AWS, where these operations are answered so."""
    return before(account.url, lambda operation, _: faults.get(operation))


def with_a_device(folder: Path) -> dict[str, str]:
    """What lets a command assume a role that asks for the code of a device."""
    (folder / "config").write_text(
        "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = b\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
        "[profile b]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    return {"AWS_CONFIG_FILE": "config", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


def test_a_token_in_a_pipe_is_no_mfa_code(tmp_path: Path, account: Account) -> None:
    with before(None, lambda *_: pytest.fail("nothing is asked")) as url:
        config = with_a_device(tmp_path)
        for words in (("token", "set", ID), ("deploy", "--token-stdin", "--yes"), ("status",)):
            ended = call(url, account, tmp_path, *words, given=f"{TOKEN}\n", **config)
            assert ended.returncode == 1
            assert ended.stderr.splitlines()[-1].startswith("Error: There is no terminal to type the code")


def test_the_code_is_asked_for_on_the_terminal(tmp_path: Path, account: Account) -> None:
    codes = []

    def answer(_: str, parameters: Mapping[str, Any]) -> Fault:
        codes.append(parameters["TokenCode"])
        return error("AccessDenied", f"MultiFactorAuthentication failed for {parameters['TokenCode']}", 403)

    with before(None, answer) as url:
        environment = account.environment | with_a_device(tmp_path) | {"AWS_ENDPOINT_URL": url}
        line = f"echo {TOKEN} | {COMMAND} token set {ID}"
        with terminal(
            "-c", line, folder=tmp_path, environment=environment, program=Path("/bin/sh")
        ) as screen:
            screen.wait_for("Enter MFA code for arn:aws:iam::111122223333:mfa/me: ")
            screen.type("123456\n")
            assert screen.end() == 1
    assert codes == ["123456"]
    assert TOKEN not in screen.text


def test_a_token_that_aws_repeats_is_not_shown(tmp_path: Path, ready: Account) -> None:
    refused = {"PutSecretValue": json_error("ValidationException", AWS_SAID)}
    with faulty(ready, refused) as url:
        deployed = call(url, ready, tmp_path, "deploy", "--token-stdin", "--yes", given=TOKEN)
        assert deployed.returncode == 1
        assert f"the token of {ID} is not stored" in deployed.stderr
        assert "Value '(not shown)' at 'secretString' failed" in deployed.stderr
        stored = call(url, ready, tmp_path, "token", "set", ID, given=TOKEN)
        assert stored.returncode == 1
        assert "Value '(not shown)' at 'secretString' failed" in stored.stderr
        debugged = call(url, ready, tmp_path, "token", "set", ID, given=TOKEN, PRIVATE_PACKAGES_DEBUG="1")
        assert debugged.stderr.startswith("Traceback (most recent call last):")


@pytest.mark.slow
def test_a_deployment_is_watched_through_what_passes(tmp_path: Path, ready: Account) -> None:
    outages: list[Fault] = []

    def answer(operation: str, _: Mapping[str, Any]) -> Fault:
        if operation == "ExecuteChangeSet":
            outages.extend([error("Throttling", "Rate exceeded"), (503, "<html>Unavailable</html>"), CUT])
        return outages.pop(0) if operation.startswith("Describe") and outages else None

    with before(ready.url, answer) as url:
        ended = call(url, ready, tmp_path, "deploy", "--no-token", "--yes", AWS_MAX_ATTEMPTS="1")
    assert (ended.returncode, outages) == (0, []), ended.stderr
    assert "  CREATE_COMPLETE       private-packages\n" in ended.stderr


def test_credentials_that_expire_meanwhile_end_the_watching_alone(tmp_path: Path, ready: Account) -> None:
    begun: list[str] = []

    def answer(operation: str, _: Mapping[str, Any]) -> Fault:
        begun.extend([operation] if operation == "ExecuteChangeSet" else [])
        return error("ExpiredToken", "Expired.", 403) if begun and operation.startswith("Describe") else None

    with before(ready.url, answer) as url:
        ended = call(url, ready, tmp_path, "deploy", "--no-token", "--yes")
    assert ended.returncode == 1
    assert "The AWS credentials have expired: sign in" in ended.stderr
    assert "CloudFormation goes on without this command." in ended.stderr


HOOK_RESULT = "11111111-2222-3333-4444-555555555555"


def test_what_validation_and_hooks_refuse_is_told_and_nothing_is_left(tmp_path: Path, ready: Account) -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    answers = {
        "DescribeChangeSet": "<Status>FAILED</Status><StatusReason>Validation failed.</StatusReason>",
        "DescribeEvents": "<OperationEvents><member><EventId>1</EventId>"
        "<LogicalResourceId>GitHubPackagesSecret</LogicalResourceId><ResourceType>AWS::SecretsManager::Secret"
        "</ResourceType><ValidationStatus>FAILED</ValidationStatus><ValidationPath>/Name</ValidationPath>"
        "<ValidationStatusReason>too long</ValidationStatusReason></member></OperationEvents>",
        "ListHookResults": f"<HookResults><member><HookResultId>{HOOK_RESULT}</HookResultId><FailureMode>FAIL"
        "</FailureMode><Status>HOOK_COMPLETE_FAILED</Status></member></HookResults>",
        "GetHookResult": "<TypeName>Acme::Keys::Check</TypeName><HookStatusReason>No tag.</HookStatusReason>",
    }

    def answer(operation: str, parameters: Mapping[str, Any]) -> Fault:
        asked.append((operation, parameters))
        return result(operation, answers[operation]) if operation in answers else None

    with before(ready.url, answer) as url:
        ended = call(url, ready, tmp_path, "deploy", "--no-token", "--yes")
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1
    assert "GitHubPackagesSecret (AWS::SecretsManager::Secret), /Name: too long. Correct it in" in last
    assert last.endswith(
        "The Hook Acme::Keys::Check refuses: No tag. Change what it refuses, or ask who owns the Hook."
    )
    order = [operation for operation, _ in asked if operation in {*answers, "DeleteChangeSet"}]
    assert order == [*answers, "DeleteChangeSet"]
    arn = dict(asked)["DescribeEvents"]["ChangeSetName"]
    assert arn.startswith("arn:aws:cloudformation:")
    stacks = ready.client("cloudformation").list_stacks()["StackSummaries"]
    assert {each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"} == {"stackery"}


def test_an_alias_that_is_taken_is_found_beforehand(tmp_path: Path, ready: Account) -> None:
    kms = ready.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/private-packages", TargetKeyId=key)
    ended = call(ready.url, ready, tmp_path, "deploy", "--no-token", "--yes")
    assert ended.returncode == 1
    assert f"exists already in us-east-1 (of {key})" in ended.stderr
    kms.delete_alias(AliasName="alias/private-packages")
    assert call(ready.url, ready, tmp_path, "deploy", "--no-token", "--yes").returncode == 0


def test_a_template_that_somebody_replaces_in_the_bucket_is_refused(tmp_path: Path, ready: Account) -> None:
    ready.client("s3").create_bucket(Bucket="templates")
    other = {"GetTemplate": result("GetTemplate", "<TemplateBody>Resources: {}</TemplateBody>")}
    with faulty(ready, other) as url:
        ended = call(url, ready, tmp_path, "deploy", "--no-token", "--yes", "--bucket", "templates")
    assert ended.returncode == 1
    assert "CloudFormation has found another template in the bucket than was put there" in ended.stderr
    stacks = ready.client("cloudformation").list_stacks()["StackSummaries"]
    assert {each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"} == {"stackery"}
