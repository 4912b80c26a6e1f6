"""A template goes to a bucket, and CloudFormation is told where it lies."""

import hashlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError, BucketError
from private_packages.aws.stack.template_bucket import upload
from tests.aws import ErrorAnswer, Scripted

TEXT = "# Łukasz's template\n"
NO_PERMISSION = (
    "May not use the bucket acme, or it is not of account 111122223333: get s3:ListBucket for it,"
    " s3:PutObject and s3:GetObject for acme/private-packages/*, or name another with --bucket."
)
ELSEWHERE = (
    "The bucket acme is in eu-west-1, but CloudFormation reads templates in the stack's Region us-east-1:"
    " name a bucket there with --bucket."
)
WHO = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me", "UserId": "x"}
NONE = "There is no bucket acme: correct --bucket, or create it."
KEY = f"private-packages/{hashlib.sha256(TEXT.encode()).hexdigest()}.template"


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("us-east-1", "https://s3.amazonaws.com/acme.templates/"),
        ("eu-west-1", "https://s3.eu-west-1.amazonaws.com/acme.templates/"),
        ("cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn/acme.templates/"),
        ("us-gov-west-1", "https://s3.us-gov-west-1.amazonaws.com/acme.templates/"),
    ],
)
def test_the_url_is_of_the_regions_partition(boto: boto3.Session, region: str, url: str) -> None:
    script: Any = {"GetCallerIdentity": WHO, "HeadBucket": {"BucketRegion": region}, "PutObject": {}}
    session = Scripted(boto, script=script, region_name=region)
    assert upload(Aws(session), "acme.templates", TEXT) == f"{url}{KEY}"  # type: ignore[arg-type]
    assert [operation for operation, _ in session.sent[1:]] == ["HeadBucket", "PutObject"]
    assert {asked["ExpectedBucketOwner"] for _, asked in session.sent[1:]} == {"111122223333"}
    assert session.sent[2][1]["Body"].read() == TEXT.encode()


def test_the_url_is_of_another_endpoint(
    scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    aws, _ = scripted(GetCallerIdentity=WHO, HeadBucket={}, PutObject={})
    assert upload(aws, "templates", TEXT) == f"http://127.0.0.1:4566/templates/{KEY}"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ({"HeadBucket": ErrorAnswer("404", "Not Found")}, NONE),
        ({"HeadBucket": ErrorAnswer("403", "Forbidden")}, NO_PERMISSION),
        ({"HeadBucket": {}, "PutObject": ErrorAnswer("AccessDenied")}, NO_PERMISSION),
        ({"HeadBucket": {"BucketRegion": "eu-west-1"}}, ELSEWHERE),
    ],
)
def test_a_bucket_that_cannot_be_used(scripted: Callable[..., Any], script: Any, sentence: str) -> None:
    aws, _ = scripted(GetCallerIdentity=WHO, **script)
    with pytest.raises(BucketError) as refused:
        upload(aws, "acme", TEXT)
    assert str(refused.value) == sentence


def test_what_else_s3_refuses_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(
        GetCallerIdentity=WHO,
        HeadBucket={},
        PutObject=ErrorAnswer("SlowDown", "Please reduce your request rate."),
    )
    with pytest.raises(AwsError, match=r"^Cannot use the bucket acme \(SlowDown\)"):
        upload(aws, "acme", TEXT)


def test_a_name_that_no_bucket_can_have(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(GetCallerIdentity=WHO, HeadBucket={}, PutObject={})
    with pytest.raises(AwsError, match=r"AWS cannot be asked: .*[Bb]ucket"):
        upload(aws, "no bucket", TEXT)
