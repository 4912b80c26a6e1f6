"""What stands in for the Stackery Role: a stack with a version, and two roles that builds would use."""

import json
from collections.abc import Sequence
from typing import Any

PREFIX = "pp-acceptance"
"""Begins the name of everything that the run makes, so that it can be found and taken away again."""
BUILD_ROLES = ("factory", "deployer")
OTHER_ROLE = "other"
"""Has the rights of a build role and another name."""
OLD, NEW = "1.24.9", "1.30.4"

CONFIGURATION = f"""
repositories:
  - {{id: Npm, manager: npm, url: "https://npm.acceptance.example", secret: {PREFIX}/npm}}
  - {{id: Empty, manager: npm, url: "https://empty.acceptance.example", secret: {PREFIX}/empty}}
build_roles: [{", ".join(f"{PREFIX}/{role}" for role in BUILD_ROLES)}]
"""


def template(version: str, roles: Sequence[str], *, reads_elsewhere: bool) -> str:
    """Return the stub's template.

    Args:
        version: what the stack says of itself.
        roles: those that are there.
        reads_elsewhere: whether their own policies let them read, as builds need it in another account; in
            that of the secrets, it would hide what the policies of secret and key let through.
    """
    trusted = {"AWS": {"Ref": "AWS::AccountId"}, "Service": "codebuild.amazonaws.com"}
    allowed = (
        ["secretsmanager:GetSecretValue", "kms:Decrypt"] if reads_elsewhere else ["sts:GetCallerIdentity"]
    )
    resources: dict[str, Any] = {"Agent": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
    for role in roles:
        resources[role.title()] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": role,
                "Path": f"/{PREFIX}/",
                "AssumeRolePolicyDocument": policy(Principal=trusted, Action="sts:AssumeRole"),
                "Policies": [{"PolicyName": "Build", "PolicyDocument": policy(Action=allowed, Resource="*")}],
            },
        }
    if reads_elsewhere:
        resources["Project"] = {
            "Type": "AWS::CodeBuild::Project",
            "Properties": {
                "Name": PREFIX,
                "ServiceRole": {"Fn::GetAtt": [BUILD_ROLES[0].title(), "Arn"]},
                "Artifacts": {"Type": "NO_ARTIFACTS"},
                "LogsConfig": {"CloudWatchLogs": {"Status": "DISABLED"}},
                "Source": {"Type": "NO_SOURCE", "BuildSpec": json.dumps(_BUILD)},
                "Environment": {
                    "Type": "LINUX_CONTAINER",
                    "ComputeType": "BUILD_GENERAL1_SMALL",
                    "Image": "aws/codebuild/standard:7.0",
                },
            },
        }
    return json.dumps({"Resources": resources, "Outputs": {"Version": {"Value": version}}})


_BUILD = {"version": 0.2, "phases": {"build": {"commands": ['test -n "$TOKEN"']}}}


def policy(**statement: Any) -> dict[str, Any]:
    """Return a policy of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
