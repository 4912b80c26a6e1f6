"""A secret's name that is taken is found before anything begins."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, SecretNameError
from private_packages.aws.stack.secret_names import (
    refuse_doubles,
    refuse_renamed_ids,
    refuse_taken,
    still_taken,
)
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_health import NO_STACK, stacks
from tests.private_packages.aws.tokens.test_stored_token import ARN

OF_A_STACK = {"Key": "aws:cloudformation:stack-name", "Value": "old"}
WANTED = {"AcmeSecretName": "/acme/npm"}
FREE = ErrorAnswer("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
SECRET = "--secret-id /acme/npm --region us-east-1"
TAKE_OVER = (
    "take it over, with its key and its value (`deploy --import`), or give another name (--parameter"
    " AcmeSecretName=NAME)"
)
FORCED = "--secret-id /acme/npm --force-delete-without-recovery"
DELETE = f"`aws secretsmanager delete-secret {FORCED} --region us-east-1`"


def refusal(scripted: Callable[..., Any], stack: Any = None, **found: Any) -> str:
    aws, _ = scripted(DescribeSecret={"Name": "/acme/npm", "ARN": ARN} | found, DescribeStacks=stack)
    with pytest.raises(SecretNameError) as refused:
        refuse_taken(aws, WANTED, "new", "deploy --import")
    return str(refused.value)


def test_a_free_name_passes(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(DescribeSecret=FREE)
    refuse_taken(aws, WANTED, "new", "deploy --import")
    assert session.sent == [("DescribeSecret", {"SecretId": "/acme/npm"})]


def test_what_matches_as_part_of_an_arn_only_passes(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeSecret={"Name": "acme"})
    refuse_taken(aws, {"AcmeSecretName": "acme-a1b2c3"}, "new", "deploy --import")


def test_a_name_whose_secret_nobody_would_miss(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted) == (
        f"The secret /acme/npm exists already: {TAKE_OVER}; or, as it is empty and was not read lately,"
        f" delete it, for good: {DELETE}."
    )


def test_a_name_that_a_deleted_stack_has_left(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, Tags=[OF_A_STACK], stack=NO_STACK) == (
        f"The secret /acme/npm exists already, made by the stack old: {TAKE_OVER}; or, as it is empty and was"
        f" not read lately, delete it, for good: {DELETE}."
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"VersionIdsToStages": {"1" * 36: ["AWSCURRENT"]}}, "it holds a token"),
        ({"LastAccessedDate": datetime.now(UTC) - timedelta(days=3)}, "it was read lately"),
        ({"PrimaryRegion": "us-east-1"}, "it has copies"),
    ],
)
@pytest.mark.parametrize("tags", [[], [{"Key": "aws:cloudformation:stack-name", "Value": "old"}]])
def test_nobody_is_told_to_delete_what_may_be_in_use(
    scripted: Callable[..., Any], found: Any, why: str, tags: Any
) -> None:
    said = refusal(scripted, **found, Tags=tags, stack=NO_STACK)
    assert said.endswith(f", and {why}: {TAKE_OVER}.")


def test_nor_what_a_stack_has(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, Tags=[OF_A_STACK], stack=stacks()) == (
        "The secret /acme/npm exists already and belongs to the stack private-packages, which is there: give"
        " another name (--parameter AcmeSecretName=NAME), or deploy that stack (--stack-name"
        " private-packages)."
    )


def test_what_a_stack_that_is_there_has_left_behind_can_be_taken_over(scripted: Callable[..., Any]) -> None:
    assert TAKE_OVER in refusal(scripted, ARN=f"{ARN[:-6]}zzzzzz", Tags=[OF_A_STACK], stack=stacks())


def test_a_copy_of_another_region(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, PrimaryRegion="eu-west-1") == (
        "The secret /acme/npm is a copy of the one in eu-west-1: give another name (--parameter"
        " AcmeSecretName=NAME), or deploy there (--region eu-west-1)."
    )


def test_a_name_whose_secret_is_scheduled_for_deletion(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, DeletedDate=datetime(2099, 1, 1, tzinfo=UTC)) == (
        "The secret /acme/npm is scheduled for deletion on 2099-01-01, which keeps its name taken until it"
        " is gone: give another name (--parameter AcmeSecretName=NAME), or restore it first"
        f" (`aws secretsmanager restore-secret {SECRET}`), and its key if that is scheduled, too."
    )


def test_a_name_whose_secret_is_just_being_deleted(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, DeletedDate=datetime(2026, 1, 1, 12, 30, tzinfo=UTC)) == (
        "The secret /acme/npm is being deleted since 2026-01-01 12:30 UTC, which keeps its name taken until"
        " it is gone: wait a minute and deploy again, or give another name (--parameter AcmeSecretName=NAME),"
        f" or restore it first (`aws secretsmanager restore-secret {SECRET}`), and its key if that is"
        " scheduled, too."
    )


def test_a_name_that_seemed_free_while_its_secret_is_deleted() -> None:
    said = (
        "Resource handler returned message: You can't create this secret because a secret with this name is"
        " already scheduled for deletion. (Service: SecretsManager, Status Code: 400)"
    )
    assert still_taken(said) == (
        " A secret that is just being deleted keeps its name for some time yet: wait a minute and deploy"
        " again."
    )
    assert still_taken("The secret /acme/npm already exists.") == ""


def test_an_id_that_changed_while_the_name_stayed_is_recognised() -> None:
    deployed = {"PyPISecretName": "/pypi", "NpmSecretName": "/npm", "PyPIToken": "****"}
    refuse_renamed_ids({"NpmSecretName": "/npm", "PyPISecretName": "/pypi"}, deployed)
    refuse_renamed_ids({"NpmSecretName": "/npm", "IndexSecretName": "/index"}, deployed)
    deployed = {"StackeryStackName": "/pypi", **deployed}  # of the same value, but no secret's name
    with pytest.raises(SecretNameError, match=r"^The repository PyPI is called Index now, but has the same"):
        refuse_renamed_ids({"NpmSecretName": "/npm", "IndexSecretName": "/pypi"}, deployed)


def test_all_names_that_are_taken_are_told_at_once(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(
        DescribeSecret=lambda asked: {"Name": asked["SecretId"], "ARN": ARN}, DescribeStacks=NO_STACK
    )
    with pytest.raises(SecretNameError) as refused:
        refuse_taken(aws, {"A": "/a", "B": "/b"}, "new", "deploy --import")
    assert [line.split()[2] for line in str(refused.value).splitlines()] == ["/a", "/b"]


def test_who_may_not_look_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeSecret=ErrorAnswer("AccessDeniedException"))
    with pytest.raises(AwsError, match=r"^May not see whether there is a secret /acme/npm"):
        refuse_taken(aws, WANTED, "new", "deploy --import")


def test_one_name_for_two_secrets_is_refused() -> None:
    refuse_doubles({"A": "/a", "B": "/b"})
    with pytest.raises(SecretNameError, match=r"^A and C are both /a: give one of them another name"):
        refuse_doubles({"A": "/a", "B": "/b", "C": "/a"})
