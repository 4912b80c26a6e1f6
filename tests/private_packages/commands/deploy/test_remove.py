"""What is said about a stack that is taken away."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import boto3
import click
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.errors import InterruptedDeploymentError
from private_packages.commands.deploy.remove import remove
from tests.aws import Scripted
from tests.private_packages.aws.stack.test_health import KEY, NO_STACK, stacks
from tests.private_packages.aws.stack.test_leftovers import READ, secret

WHO = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"}


@pytest.fixture
def aws(boto: boto3.Session) -> Callable[..., Aws]:
    def aws(**answers: Any) -> Aws:
        value = {"1" * 36: ["AWSCURRENT"]}
        left = secret("/npm", KmsKeyId=KEY, LastAccessedDate=READ, SecretVersionsToStages=value)
        script = {
            "GetCallerIdentity": WHO,
            "DescribeStacks": NO_STACK,
            "ListSecrets": {"SecretList": [left]},
            "DescribeKey": {"KeyMetadata": {"KeyId": "1", "Arn": KEY, "KeyState": "Enabled"}},
            "ListAliases": {"Aliases": []},
            "ListResourceTags": {"Tags": []},
            "ListStackSets": {
                "Summaries": [{"StackSetName": "all", "Description": "x (stackery-private-packages 0.1.0)"}]
            },
        }
        return Aws(Scripted(boto, script=script | answers))  # type: ignore[arg-type]

    return aws


def test_what_stays_is_named_with_its_price_and_the_way_back(
    aws: Callable[..., Aws], capsys: pytest.CaptureFixture[str]
) -> None:
    again = "private-packages deploy --import --stack-name packages"
    remove(aws(), "packages", None, yes=True, dry_run=False, output="text")
    assert capsys.readouterr().out.splitlines() == [
        "The stack packages in us-east-1, account 111122223333, is gone already.",
        "  The secret /npm (with a value, last read 2026-02-01) stays.",
        f"  The key {KEY} stays.",
        "  Builds whose hooks read a secret fail from then on: remove the hooks first.",
        "Not touched: in each source repository, the hook that was written for it.",
        "Not touched: the stack set all, which `private-packages rollout remove --name all` removes.",
        "Removed: there is no stack packages in us-east-1.",
        f"Key and secrets cost 1.40 USD a month. To have the stack again, with them: `{again}`",
    ]


def test_programs_get_a_document_alone(aws: Callable[..., Aws], capsys: pytest.CaptureFixture[str]) -> None:
    deleted = datetime(2026, 3, 1, tzinfo=UTC)
    metadata = {"KeyId": "1", "Arn": KEY, "KeyState": "PendingDeletion", "DeletionDate": deleted}
    remove(aws(DescribeKey={"KeyMetadata": metadata}), "packages", 7, yes=True, dry_run=True, output="json")
    document = json.loads(capsys.readouterr().out)
    assert (document["result"], document["stack_id"]) == ("dry-run", None)
    assert document["key"] == {
        "arn": KEY,
        "deletion": "2026-03-01T00:00:00+00:00",
        "other_secrets": [],
        "stays": "nothing says that this stack made it",
    }


def test_without_an_answer_nothing_is_removed(
    aws: Callable[..., Aws], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(click.ClickException, match=r"^Nothing was changed: nobody answered, give --yes"):
        remove(aws(DescribeStacks=stacks()), "packages", None, yes=False, dry_run=False, output="text")


def test_who_interrupts_it_can_go_on(aws: Callable[..., Aws]) -> None:
    def interrupt(_: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedDeploymentError, match=r"the same again does the rest"):
        remove(aws(DeleteSecret=interrupt), "packages", 7, yes=True, dry_run=False, output="text")
