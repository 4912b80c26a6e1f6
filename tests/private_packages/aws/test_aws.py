"""AWS as one identity reaches it: who calls, an assumed role, and each error in a sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest

from private_packages.aws.aws import DENIED, Identity, asking, if_allowed, sign_in
from private_packages.aws.errors import AwsError
from tests.aws import Attempts, ErrorAnswer, RawAnswer

WHO = {"Account": "111122223333", "Arn": "arn:aws-cn:iam::111122223333:user/me", "UserId": "x"}
PERMISSION = "get the permission, or use another --profile"


def test_the_identity_is_asked_for_once(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(GetCallerIdentity=WHO)
    assert aws.identity == aws.identity == Identity("111122223333", WHO["Arn"])
    assert aws.identity.partition == "aws-cn"
    assert [operation for operation, _ in session.sent] == ["GetCallerIdentity"]


def test_an_assumed_role_signs_with_its_own_credentials(scripted: Callable[..., Any]) -> None:
    keys = {"AccessKeyId": "ASIAEXAMPLEEXAMPLE", "SecretAccessKey": "not-a-real-key", "SessionToken": "t"}
    aws, session = scripted(AssumeRole={"Credentials": keys | {"Expiration": "2026-01-01T00:00:00Z"}})
    other = aws.assume("arn:aws:iam::999900001111:role/x")
    assert session.sent[0][1]["RoleArn"] == "arn:aws:iam::999900001111:role/x"
    signer = other.client("sts")._request_signer._credentials
    assert (signer.access_key, signer.secret_key, signer.token) == tuple(keys.values())
    assert "not-a-real-key" not in repr(replace(other, session=boto3.Session()))


def test_who_calls_has_an_arn(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(GetCallerIdentity={"Account": "111122223333", "Arn": "arn:aws:twenty-characters"})
    with pytest.raises(
        AwsError, match="AWS answered sts:GetCallerIdentity with arn:aws:twenty-characters as ARN"
    ):
        _ = aws.identity


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", "The AWS credentials have expired: sign in, or give --profile."),
        ("ExpiredTokenException", "The AWS credentials have expired: sign in, or give --profile."),
        (
            "UnrecognizedClientException",
            "AWS does not know these credentials (UnrecognizedClientException): sign in, or give --profile.",
        ),
        ("AccessDenied", f"May not look up who is calling: {PERMISSION} (AccessDenied: Because of this)."),
        ("Throttling", "Cannot look up who is calling (Throttling): Because of this."),
    ],
)
def test_what_aws_refuses_is_told_in_a_sentence(
    scripted: Callable[..., Any], code: str, sentence: str
) -> None:
    aws, _ = scripted(GetCallerIdentity=ErrorAnswer(code, "Because of this."))
    with pytest.raises(AwsError) as refused:
        _ = aws.identity
    assert (str(refused.value), refused.value.code) == (sentence, code)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (botocore.exceptions.NoCredentialsError(), "No AWS credentials: sign in, or give --profile."),
        (botocore.exceptions.NoRegionError(), "No Region is set: give --region or set AWS_REGION."),
        (
            botocore.exceptions.UnauthorizedSSOTokenError(),
            "The sign-in has ended: sign in again (aws sso login).",
        ),
        (
            botocore.exceptions.ConnectTimeoutError(endpoint_url="https://sts"),
            'AWS cannot be asked: Connect timeout on endpoint URL: "https://sts".',
        ),
    ],
)
def test_what_keeps_a_call_from_aws_is_told_in_a_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(AwsError) as refused, asking("do it"):
        raise error
    assert str(refused.value).startswith(sentence)
    assert refused.value.code == ""


def test_other_errors_are_bugs_and_stay_what_they_are() -> None:
    with pytest.raises(KeyError), asking("do it"):
        raise KeyError("x")


def refused(code: str) -> str:
    raise AwsError("Refused.", code)


@pytest.mark.parametrize("code", DENIED)
def test_what_the_caller_may_not_know_is_none(code: str) -> None:
    assert if_allowed(refused, code) is None
    assert if_allowed(str.upper, "known") == "KNOWN"


@pytest.mark.parametrize("code", ["", "ThrottlingException", "ResourceNotFoundException"])
def test_what_fails_for_another_reason_is_raised(code: str) -> None:
    with pytest.raises(AwsError, match="Refused"):
        if_allowed(refused, code)


def test_without_a_region_nothing_begins() -> None:
    with pytest.raises(AwsError, match="No Region is set"):
        sign_in()


def test_a_region_that_is_none_is_refused() -> None:
    with pytest.raises(AwsError, match=r"AWS cannot be asked: .*'not a region'"):
        sign_in(region="not a region").client("sts")


def test_a_token_goes_nowhere_where_it_could_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1:4566")
    sign_in(region="us-east-1").client("secretsmanager")
    for service in ("secretsmanager", "cloudformation"):
        with pytest.raises(AwsError, match=r"^No token goes to http://192\.0\.2\.1:4566, where it could be"):
            sign_in(region="us-east-1", has_tokens=True).client(service)


@pytest.mark.parametrize(
    "endpoint",
    [
        *("https://192.0.2.1", "http://127.0.0.1:4566", "http://127.8.9.1", "http://[::1]:4566"),
        *("http://localhost:4566", "http://sts.localhost"),
    ],
)
def test_what_is_not_read_on_its_way_may_be_named(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    aws = sign_in(region="us-east-1", has_tokens=True)
    aws.client("secretsmanager")
    assert aws.at_endpoint == f", at {endpoint}"


def test_one_service_elsewhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "https://cloudformation.example")
    assert sign_in(region="us-east-1").at_endpoint == ", at https://cloudformation.example"


def test_aws_itself_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in(region="cn-north-1").at_endpoint == ""
    (tmp_path / "config").write_text("[profile p]\nendpoint_url = https://aws.example\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert sign_in("p", "us-east-1").at_endpoint == ", at https://aws.example"


def test_an_answer_that_is_none_of_aws_shows_nothing_of_itself(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(GetCallerIdentity=Attempts([RawAnswer("<html>not-a-real-token")]))
    with pytest.raises(AwsError, match=r"^AWS cannot be asked: what answers is not AWS\.") as refused:
        _ = aws.identity
    assert refused.value.is_network
    assert refused.value.__suppress_context__
    assert "not-a-real-token" not in str(refused.value)


def test_credentials_that_something_in_between_repeats_are_not_shown(scripted: Callable[..., Any]) -> None:
    """Of a role that was assumed, and of whoever assumes it."""
    key = "not/a/real/secret+access/key"
    keys = {"AccessKeyId": "ASIAEXAMPLEEXAMPLE", "SecretAccessKey": key, "SessionToken": "a-session-token"}
    role = {"Credentials": keys | {"Expiration": "2026-01-01T00:00:00Z"}}
    repeated = ErrorAnswer("Odd", f"Sent: {key} a-session-token other/secret+access/key")
    aws, session = scripted(AssumeRole=role, GetCallerIdentity=repeated)
    session.boto = boto3.Session("AKIAEXAMPLE", "other/secret+access/key")
    other = aws.assume("arn:aws:iam::999900001111:role/x")
    aws.client("kms")
    with pytest.raises(AwsError, match=r"Sent: \(not shown\) \(not shown\) \(not shown\)\.$"):
        _ = other.identity
