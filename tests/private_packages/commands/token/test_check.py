"""`private-packages token check`, called as a user calls it."""

import json

import pytest

from tests.aws import ScriptEntry
from tests.private_packages.aws.stack.test_health import UPDATED
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DELETED,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    NO_VALUE,
    TOKEN,
    value,
)
from tests.private_packages.commands.token.calls import Aws, call, refused

CHECK = ("token", "check", "GitHubPackages")


def test_it_tells_all_but_the_token(aws: Aws) -> None:
    aws(GetSecretValue=value(f"{TOKEN}\n"))
    result = call(*CHECK)
    assert result.exit_code == 0
    secret, version, token, warning, verdict = result.stdout.splitlines()
    assert secret == f"Secret: {ARN}"
    assert version.startswith("Version: 22222222  2026-02-01 00:00 UTC (")
    assert version.endswith(" ago)  AWSCURRENT")
    assert token == "Token: 16 characters"
    assert warning.startswith("Warning: White space or a line end stands around the token")
    assert verdict == "Usable."


def test_json(aws: Aws) -> None:
    aws(GetSecretValue=value(TOKEN))
    assert json.loads(call(*CHECK, "--output", "json").stdout) == {
        "id": "GitHubPackages",
        "secret_arn": ARN,
        "usable": True,
        "version": {
            "version_id": NEW,
            "stages": ["AWSCURRENT"],
            "created": "2026-02-01T00:00:00+00:00",
        },
        "kind": "text",
        "length": 16,
        "deleted": None,
        "problems": [],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (value(" "), "Not usable: The token is empty: store one."),
        (value('{"x": "y"}'), "Not usable: The secret holds JSON: say in the configuration"),
        (
            NO_VALUE,
            (
                "Not usable: The secret has no value yet: store one with `private-packages token set"
                " GitHubPackages`."
            ),
        ),
        (DELETED, "Not usable: The secret is marked for deletion: restore it first"),
        (DENIED, "Not usable: May not read the secret arn:"),
    ],
)
def test_it_fails_where_no_build_could_use_it(aws: Aws, answer: ScriptEntry, verdict: str) -> None:
    aws(GetSecretValue=answer)
    result = call(*CHECK)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith(verdict)
    as_json = call(*CHECK, "--output", "json")
    assert (as_json.exit_code, json.loads(as_json.stdout)["usable"]) == (1, False)


def test_without_the_right_to_read_it_tells_what_else_it_knows(aws: Aws) -> None:
    aws(GetSecretValue=DENIED)
    result = call(*CHECK)
    assert "Version: 22222222  2026-02-01 00:00 UTC (" in result.stdout
    assert "no identity-based policy allows it" in result.stdout


def test_a_day_of_deletion_is_shown(aws: Aws) -> None:
    aws(DescribeSecret=DESCRIBED | {"DeletedDate": UPDATED}, GetSecretValue=DELETED)
    assert "Deletion: 2026-02-01 00:00 UTC\n" in call(*CHECK).stdout


def test_a_secret_that_is_gone_is_an_error(aws: Aws) -> None:
    aws(DescribeSecret=NO_SECRET)
    assert refused(*CHECK).startswith("Error: Cannot describe the secret arn:")
