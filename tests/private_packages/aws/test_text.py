"""Text that others wrote does no harm."""

import json
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.model import Shape
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.text import hide, make_harmless, one_line, without_tokens
from tests.aws import Attempts, ErrorAnswer, RawAnswer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller & Söhne 株式会社", "Müller & Söhne 株式会社"),
        ("two\nlines\u2028three", "two lines three"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("safe\u202etxt.exe", "safe txt.exe"),
        ("  blanks\t\t ", "blanks"),
    ],
)
def test_what_is_left(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text())
def test_it_is_one_line_of_what_prints(text: str) -> None:
    categories = {unicodedata.category(character)[0] for character in one_line(text).replace(" ", "")}
    assert not categories & {"C", "Z"}


def test_it_is_cut() -> None:
    assert one_line("abc", 2) == "ab"


@pytest.mark.parametrize("token", ["not-a-real-token", 'with"quotes\\', "with%percent&", "tökén"])
def test_a_token_of_the_command_is_not_shown(token: str) -> None:
    hide([token, "not-a-real-token-either"])
    for said in (token, json.dumps({"SecretString": token}), quote(token, safe="")):
        assert "(not shown)" in one_line(f"Value {said} failed")
        assert token not in one_line(f"Value {said} failed")
    assert one_line("a not-a-real-token-either b") == "a (not shown) b"


def test_what_is_too_short_to_be_a_token_stays() -> None:
    hide(["a", ""])
    assert without_tokens("a banana") == "a banana"


HARMFUL = "\x1b]0;owned\x07\u202e\u2028\r\n\u200bMüller 株式会社"
DOCUMENTS = {
    "cloudformation:DescribeChangeSet": {"Tags"},
    "cloudformation:DescribeStackSet": {"StackSet.Tags", "StackSet.TemplateBody"},
    "cloudformation:DescribeStacks": {"Stacks.Tags"},
    "cloudformation:GetTemplate": {"TemplateBody"},
    "cloudformation:GetTemplateSummary": {"Metadata"},
    "iam:GetRole": {"Role.Tags"},
    "iam:GetRolePolicy": {"PolicyDocument"},
    "kms:GetKeyPolicy": {"Policy"},
    "kms:ListResourceTags": {"Tags"},
    "secretsmanager:DescribeSecret": {"Tags"},
    "secretsmanager:GetResourcePolicy": {"ResourcePolicy"},
    "secretsmanager:GetSecretValue": {"SecretBinary", "SecretString"},
    "secretsmanager:ListSecrets": {"SecretList.Tags"},
    "sts:AssumeRole": {f"Credentials.{name}" for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")},
}
"""What is left as it is, since it is used or stored again, or compared as a whole."""
OTHERS = (
    "cloudformation:DescribeStackEvents",
    *("cloudformation:DescribeEvents", "cloudformation:GetHookResult", "cloudformation:ListStackInstances"),
    *("cloudformation:DescribeStackSetOperation", "cloudformation:DescribeStackResourceDrifts"),
    *("organizations:ListAccounts", "organizations:DescribeOrganization", "organizations:ListRoots"),
    *("organizations:ListOrganizationalUnitsForParent", "sts:GetCallerIdentity"),
    *("kms:ListAliases", "kms:DescribeKey"),
)


def full(shape: Shape, depth: int = 0) -> Any:
    """An answer of this shape, with harmful text wherever there can be text."""
    match shape.type_name:
        case "structure" if depth < 8:
            return {name: full(each, depth + 1) for name, each in shape.members.items()}  # type: ignore[attr-defined]
        case "list":
            return [full(shape.member, depth + 1)]  # type: ignore[attr-defined]
        case "map":
            return {HARMFUL: full(shape.value, depth + 1)}  # type: ignore[attr-defined]
        case "string" | "blob":
            return HARMFUL
    return 0


def harmful(value: Any, path: str = "") -> set[str]:
    """Where there is harmful text in an answer; of tags, where they are."""
    if isinstance(value, str):
        return set() if value.isprintable() else {path}
    if isinstance(value, list):
        return {each for part in value for each in harmful(part, path)}
    if isinstance(value, dict):
        parts = {key: path if path.endswith("Tags") else f"{path}.{key}".lstrip(".") for key in value}
        keys = {f"{path} (a key)" for key in value if not key.isprintable()}
        return keys | {each for key, part in value.items() for each in harmful(part, parts[key])}
    return set()


@pytest.mark.parametrize("action", [*DOCUMENTS, *OTHERS])
def test_no_answer_of_aws_brings_harmful_text(boto: boto3.Session, action: str) -> None:
    service, operation = action.split(":")
    client: Any = boto.client(service, region_name="us-east-1")  # type: ignore[call-overload]
    answer = full(client.meta.service_model.operation_model(operation).output_shape)
    assert harmful(answer)
    make_harmless(answer)
    assert harmful(answer) == DOCUMENTS.get(action, set())
    assert "Müller 株式会社" in json.dumps(answer, ensure_ascii=False)


def test_an_error_is_harmless_before_anybody_sees_it(scripted: Callable[..., Any]) -> None:
    raw = "<R><Error><Code>Odd\u202e</Code><Message>\u2028Müller</Message></Error></R>"
    aws, _ = scripted(GetCallerIdentity=Attempts([RawAnswer(raw, 400)]))
    with pytest.raises(ClientError) as refused:
        aws.client("sts").get_caller_identity()
    assert harmful(refused.value.response) == set()


def test_an_error_has_no_token_of_the_command(scripted: Callable[..., Any]) -> None:
    hide(["not-a-real-token"])
    aws, _ = scripted(GetCallerIdentity=ErrorAnswer("Odd", "Sent: not-a-real-token"))
    with pytest.raises(ClientError, match=r"Sent: \(not shown\)$"):
        aws.client("sts").get_caller_identity()
