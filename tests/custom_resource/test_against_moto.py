"""What the other tests stub for IAM and Organizations, an independent imitation of AWS answers, too.

Its CloudFormation is met in tests/rollout, a real engine in tests/e2e.
"""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from custom_resource.role_check import Refused, organization_id, require_build_roles
from tests.custom_resource.aws import ACCOUNT

BUILD_ROLES = ["stackery/stackery-factory-role", "stackery/stackery-deployer"]


@pytest.fixture
def aws() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1"
        )


def create_roles(aws: boto3.Session, path: str) -> None:
    for name in ("stackery-factory-role", "stackery-deployer"):
        aws.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument="{}")


def test_build_roles_under_their_path_pass(aws: boto3.Session) -> None:
    create_roles(aws, "/stackery/")
    require_build_roles(aws.client("iam"), BUILD_ROLES, ACCOUNT)


@pytest.mark.parametrize("path", [None, "/", "/other/"])
def test_build_roles_that_are_missing_or_elsewhere_are_refused(aws: boto3.Session, path: str | None) -> None:
    if path:
        create_roles(aws, path)
    with pytest.raises(Refused, match=r"no IAM role stackery/stackery-factory-role and no stackery/stack"):
        require_build_roles(aws.client("iam"), BUILD_ROLES, ACCOUNT)


def test_the_organization_is_found(aws: boto3.Session) -> None:
    organizations = aws.client("organizations")
    created = organizations.create_organization(FeatureSet="ALL")["Organization"]
    assert organization_id(organizations, ACCOUNT) == created["Id"]


def test_no_organization_is_refused(aws: boto3.Session) -> None:
    with pytest.raises(Refused, match=f"account {ACCOUNT} belongs to no organization"):
        organization_id(aws.client("organizations"), ACCOUNT)
