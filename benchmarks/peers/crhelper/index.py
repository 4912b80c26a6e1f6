"""The role check as a function that crhelper wraps."""

from http.client import HTTPConnection
from typing import Any

import boto3
import crhelper.utils
from crhelper import CfnResource

from custom_resource import role_check

# What imitates CloudFormation takes the answer by plain HTTP, from all that are compared.
crhelper.utils.ssl.create_default_context = lambda *_: None
crhelper.utils.HTTPSConnection = lambda host, **_: HTTPConnection(host)

handler = CfnResource()


@handler.create  # type: ignore[untyped-decorator]
@handler.update  # type: ignore[untyped-decorator]
def check(event: dict[str, Any], _: object) -> None:
    """Take the attributes; crhelper answers."""
    handler.Data.update(role_check.check(event["ResourceProperties"], event["StackId"], boto3.Session()))
