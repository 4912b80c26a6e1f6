"""The console's form for a new stack, as a link."""

from collections.abc import Mapping
from urllib.parse import quote

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import StackError

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}


def link(aws: Aws, template_url: str, stack_name: str, parameters: Mapping[str, str]) -> str:
    """Return the link that opens the form in aws's Region, filled in; AWS is not asked.

    Raises:
        StackError: the Region's partition has no console that is known here.
        AwsError: there is no such Region.
    """
    with asking("find the Region's partition"):
        partition = aws.session.get_partition_for_region(aws.region)
    if partition not in _HOSTS:
        raise StackError(f"No console is known for {aws.region} ({partition}): upload the template there.")
    fields = {"templateURL": template_url, "stackName": stack_name}
    fields |= {f"param_{name}": value for name, value in parameters.items()}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    return (
        f"https://{aws.region}.{_HOSTS[partition]}/cloudformation/home?region={aws.region}"
        f"#/stacks/create/review?{query}"
    )
