"""The two policies of the manual procedure that this project replaces, its commands' substitutions made."""

from tests.policies.judges import Policy
from tests.policies.specification import ORGANIZATION, SECRET_ACCOUNT

_BUILD_ROLES = {
    "aws:PrincipalArn": [
        "arn:aws:iam::*:role/stackery/stackery-factory-role",
        "arn:aws:iam::*:role/stackery/stackery-deployer",
    ]
}

KEY_POLICY: Policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["kms:Decrypt", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "ArnLike": _BUILD_ROLES},
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{SECRET_ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
    ],
}

SECRET_POLICY: Policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
                "ForAllValues:StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"},
                "ArnLike": _BUILD_ROLES,
            },
        }
    ],
}
