"""One secret."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, TokenError
from private_packages.aws.tokens import secret
from tests.private_packages.aws.tokens.test_stored_token import ARN, TOKEN, put, script, value

Make = Callable[..., Any]


@pytest.mark.parametrize("arn", ["x", "arn:aws:ssm:eu-central-1:111122223333:parameter:x", ""])
def test_what_is_no_secrets_arn_is_refused(arn: str) -> None:
    with pytest.raises(TokenError, match="is not the ARN of a secret"):
        secret.region_of(arn)


def test_a_secret_is_asked_in_the_region_of_its_arn(scripted: Make) -> None:
    aws, session = scripted(**script(GetSecretValue=value(TOKEN)))
    secret.describe(aws, ARN)
    secret.read(aws, ARN)
    secret.put(aws, ARN, "text")
    assert {region for _, region in session.calls} == {"eu-central-1"}
    assert [sent["SecretString"] for sent in put(session)] == ["text"]


def test_the_value_shows_in_no_repr(scripted: Make) -> None:
    aws, _ = scripted(**script(GetSecretValue=value(TOKEN)))
    found = secret.read(aws, ARN)
    assert found.text == TOKEN
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    ("code", "message", "has_no_value", "is_deleted"),
    [
        ("ResourceNotFoundException", "… secret value for staging label: AWSCURRENT", True, False),
        ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", False, False),
        ("InvalidRequestException", "… because it was marked for deletion.", False, True),
        ("AccessDeniedException", "no", False, False),
    ],
)
def test_why_reading_failed(code: str, message: str, has_no_value: bool, is_deleted: bool) -> None:
    error = AwsError(message, code, message)
    assert (secret.has_no_value(error), secret.is_deleted(error)) == (has_no_value, is_deleted)


def test_the_current_version_is_the_one_that_builds_read() -> None:
    versions = [
        secret.Version("2", ["AWSPENDING"], datetime(2026, 2, 1, tzinfo=UTC)),
        secret.Version("1", ["AWSCURRENT"], None),
    ]
    found = secret.Description(ARN, "x", versions, None, None)
    assert found.current == versions[1]


def test_builds_have_a_value_where_a_version_is_the_current_one() -> None:
    assert secret.holds_value({"1": ["AWSPREVIOUS"], "2": ["AWSPENDING", "AWSCURRENT"]})
    assert not secret.holds_value({"1": ["AWSPREVIOUS"]})
    assert not secret.holds_value({})
