"""A bucket for templates that are too large for a call."""

import hashlib

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, BucketError


def upload(aws: Aws, bucket: str, text: str) -> str:
    """Put a template into a bucket and return its URL, as CloudFormation takes it.

    The key tells the content: the same template has one object, and no other takes its place meanwhile.

    Raises:
        BucketError: there is no such bucket, it is in another Region or account, or may not be used.
        AwsError: AWS cannot be asked.
    """
    body = text.encode()
    key = f"private-packages/{hashlib.sha256(body).hexdigest()}.template"
    account, s3 = aws.identity.account, aws.client("s3")
    try:
        with asking(f"use the bucket {bucket}"):
            # botocore follows a bucket into its own Region, CloudFormation does not.
            found = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
            region = found.get("BucketRegion", aws.region)
            if region == aws.region:
                s3.put_object(
                    Bucket=bucket,
                    Key=key,
                    Body=body,
                    ContentType="text/plain",
                    ExpectedBucketOwner=account,
                )
    except AwsError as error:
        if error.code in ("404", "NoSuchBucket"):
            raise BucketError(f"There is no bucket {bucket}: correct --bucket, or create it.") from error
        if error.code in ("403", "AccessDenied"):
            raise BucketError(
                f"May not use the bucket {bucket}, or it is not of account {account}: get s3:ListBucket for"
                f" it, s3:PutObject and s3:GetObject for {bucket}/private-packages/*, or name another with"
                " --bucket."
            ) from error
        raise
    if region != aws.region:
        raise BucketError(
            f"The bucket {bucket} is in {region}, but CloudFormation reads templates in the stack's Region"
            f" {aws.region}: name a bucket there with --bucket."
        )
    # As the AWS CLI does: the one form that fits every partition, every bucket's name and other endpoints.
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"
