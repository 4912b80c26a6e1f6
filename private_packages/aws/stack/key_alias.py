"""The alias that a deployment gives the key, whose name CloudFormation does not look at beforehand."""

from private_packages import invocation
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import StackError


def refuse_taken(aws: Aws, stack_name: str) -> None:
    """Refuse a stack whose key cannot get its alias.

    Raises:
        StackError: another key has the alias.
        AwsError: AWS cannot be asked, or does not let the caller look.
    """
    alias = f"alias/{stack_name}"
    with asking("list the aliases of keys"):
        for page in aws.client("kms").get_paginator("list_aliases").paginate():
            for found in page["Aliases"]:
                if found["AliasName"] == alias:
                    key = found.get("TargetKeyId", "no key")
                    delete = invocation.aws_command("kms delete-alias", region=aws.region, alias_name=alias)
                    raise StackError(
                        f"The alias {alias}, which the stack gives its key, exists already in {aws.region}"
                        f" (of {key}): choose another --stack-name, or if nothing uses the alias, delete it:"
                        f" `{delete}`."
                    )
