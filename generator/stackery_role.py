"""The role check: the custom resource and the function behind it."""

from importlib.resources import files
from typing import ClassVar

from troposphere import AWSHelperFn, GetAtt, Ref, Tags
from troposphere.awslambda import Code, Function, LoggingConfig
from troposphere.cloudformation import AWSCustomObject
from troposphere.iam import Policy, Role
from troposphere.logs import LogGroup
from troposphere.validators import positive_integer

from generator import __version__, form, names, policies
from generator.configuration import Configuration

FUNCTION = "RoleCheckFunction"
FUNCTION_ROLE = "RoleCheckFunctionRole"
LOG_GROUP = "RoleCheckLogGroup"

FUNCTION_TIMEOUT = 120
"""Seconds; the function leaves itself 40 of them to deliver its answer."""

SERVICE_TIMEOUT = 600
"""Seconds that CloudFormation waits: three runs of the function and the pauses of Lambda between them."""


class StackeryRole(AWSCustomObject):  # type: ignore[misc]
    """The custom resource that refuses an account whose Stackery Role is too old."""

    resource_type = "Custom::StackeryRole"
    props: ClassVar = {
        "ServiceToken": (str, True),
        "ServiceTimeout": (positive_integer, True),
        "MinimumRoleVersion": (str, True),
        "StackeryStackName": (str, True),
        "StackeryStackRegion": (str, True),
        "OrganizationId": (str, True),
        "RoleCheck": (str, True),
        "BuildRoles": ([str], True),
        "Recheck": (str, True),
        "TemplateVersion": (str, True),
    }


def resources(configuration: Configuration, tags: Tags) -> list[AWSHelperFn]:
    """Return the role check's resources, in the order in which they are created."""
    return [
        # Made before the function, which would otherwise make one that keeps its events forever.
        LogGroup(
            LOG_GROUP,
            RetentionInDays=30,
            Tags=tags,
            DeletionPolicy="Delete",  # a failed deployment leaves nothing behind
            UpdateReplacePolicy="Delete",
        ),
        Role(
            FUNCTION_ROLE,
            AssumeRolePolicyDocument=policies.lambda_may_assume(),
            Policies=[
                Policy(
                    PolicyName="RoleCheck",
                    PolicyDocument=policies.role_check_policy(configuration, LOG_GROUP),
                )
            ],
            PermissionsBoundary=form.permissions_boundary(),
            Tags=tags,
        ),
        Function(
            FUNCTION,
            Runtime="python3.13",
            Handler="index.handler",
            Code=Code(ZipFile=source()),
            Role=GetAtt(FUNCTION_ROLE, "Arn"),
            MemorySize=256,
            Timeout=FUNCTION_TIMEOUT,
            LoggingConfig=LoggingConfig(LogGroup=Ref(LOG_GROUP)),
            Tags=tags,
        ),
        StackeryRole(
            names.STACKERY_ROLE,
            ServiceToken=GetAtt(FUNCTION, "Arn"),
            ServiceTimeout=SERVICE_TIMEOUT,
            **{
                parameter: Ref(parameter)
                for parameter in (
                    "MinimumRoleVersion",
                    "StackeryStackName",
                    "StackeryStackRegion",
                    "OrganizationId",
                    "RoleCheck",
                    "Recheck",
                )
            },
            BuildRoles=sorted(configuration.build_roles),
            # An update runs the check again only when a property changes: this one does with the template.
            TemplateVersion=__version__,
        ),
    ]


def source() -> str:
    """Return the function's source as it stands in its module."""
    return (files("custom_resource") / "role_check.py").read_text("utf-8")
