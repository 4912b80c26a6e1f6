"""A secret's name that is taken is found before anything begins."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, SecretNameError
from private_packages.aws.stack.secret_names import refuse_doubles, refuse_taken
from tests.aws import ErrorAnswer

WANTED = {"AcmeSecretName": "/acme/npm"}
FREE = ErrorAnswer("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
SECRET = "--secret-id /acme/npm --region us-east-1"
DELETE = f"`aws secretsmanager delete-secret {SECRET} --force-delete-without-recovery`"


def refusal(scripted: Callable[..., Any], **found: Any) -> str:
    aws, _ = scripted(DescribeSecret={"Name": "/acme/npm", **found})
    with pytest.raises(SecretNameError) as refused:
        refuse_taken(aws, WANTED)
    return str(refused.value)


def test_a_free_name_passes(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(DescribeSecret=FREE)
    refuse_taken(aws, WANTED)
    assert session.sent == [("DescribeSecret", {"SecretId": "/acme/npm"})]


def test_what_matches_as_part_of_an_arn_only_passes(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeSecret={"Name": "acme"})
    refuse_taken(aws, {"AcmeSecretName": "acme-a1b2c3"})


def test_a_name_that_is_taken(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted) == (
        "The secret /acme/npm exists already: give another name (--parameter AcmeSecretName=NAME); or, if it"
        f" is not needed, delete it, for good: {DELETE}."
    )


@pytest.mark.parametrize(
    ("tag", "origin"),
    [
        ({"Key": "aws:cloudformation:stack-name", "Value": "old"}, "the stack old"),
        ({"Key": "stackery-private-packages", "Value": "0.1.0"}, "an earlier stack"),
    ],
)
def test_a_name_that_a_stack_has_left(scripted: Callable[..., Any], tag: Any, origin: str) -> None:
    assert refusal(scripted, Tags=[tag]) == (
        f"The secret /acme/npm exists already, made by {origin}, which it outlives: give another name"
        " (--parameter AcmeSecretName=NAME); or, where that stack is deleted and the token not needed, delete"
        f" the secret, for good: {DELETE}."
    )


def test_a_name_whose_secret_is_scheduled_for_deletion(scripted: Callable[..., Any]) -> None:
    assert refusal(scripted, DeletedDate="2026-01-01T00:00:00Z") == (
        "The secret /acme/npm is scheduled for deletion, which keeps its name taken: give another name"
        f" (--parameter AcmeSecretName=NAME); or delete it at once, for good: {DELETE}. Its token can be had"
        f" back with `aws secretsmanager restore-secret {SECRET}`."
    )


def test_all_names_that_are_taken_are_told_at_once(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeSecret=lambda asked: {"Name": asked["SecretId"]})
    with pytest.raises(SecretNameError) as refused:
        refuse_taken(aws, {"A": "/a", "B": "/b"})
    assert [line.split()[2] for line in str(refused.value).splitlines()] == ["/a", "/b"]


def test_who_may_not_look_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeSecret=ErrorAnswer("AccessDeniedException"))
    with pytest.raises(AwsError, match=r"^May not see whether there is a secret /acme/npm"):
        refuse_taken(aws, WANTED)


def test_one_name_for_two_secrets_is_refused() -> None:
    refuse_doubles({"A": "/a", "B": "/b"})
    with pytest.raises(SecretNameError, match=r"^A and C are both /a: give one of them another name"):
        refuse_doubles({"A": "/a", "B": "/b", "C": "/a"})
