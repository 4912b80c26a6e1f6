"""The link to the console's form: in the Region's own console, with each value as it was given."""

from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from private_packages.aws.aws import Aws
from private_packages.aws.errors import UserError
from private_packages.aws.stack.quick_create import link

TEMPLATE = "https://acme.s3.us-east-1.amazonaws.com/private-packages.yaml"


def aws(region: str) -> Aws:
    return Aws(boto3.Session(region_name=region))


@pytest.mark.parametrize(
    ("region", "console"),
    [
        ("us-east-1", "https://us-east-1.console.aws.amazon.com/cloudformation/home?region=us-east-1#"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/cloudformation/home?region=cn-north-1#"),
        (
            "us-gov-west-1",
            "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudformation/home?region=us-gov-west-1#",
        ),
        (
            "eusc-de-east-1",
            "https://eusc-de-east-1.console.amazonaws-eusc.eu/cloudformation/home?region=eusc-de-east-1#",
        ),
    ],
)
def test_it_leads_to_the_console_of_the_partition(region: str, console: str) -> None:
    assert link(aws(region), TEMPLATE, "packages", {"RoleCheck": "Warn"}) == (
        f"{console}/stacks/create/review?templateURL="
        "https%3A%2F%2Facme.s3.us-east-1.amazonaws.com%2Fprivate-packages.yaml"
        "&stackName=packages&param_RoleCheck=Warn"
    )


def test_a_partition_without_a_console_that_is_known() -> None:
    with pytest.raises(UserError, match="No console is known for us-iso-east-1"):
        link(aws("us-iso-east-1"), TEMPLATE, "packages", {})


def test_a_region_that_is_none() -> None:
    with pytest.raises(UserError, match="nowhere"):
        link(aws("nowhere"), TEMPLATE, "packages", {})


SESSION = aws("us-east-1")


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_every_value_arrives_as_it_was_given(url: str, value: str) -> None:
    surrogates = any("\ud800" <= character <= "\udfff" for character in url + value)
    if surrogates:
        return
    made = link(SESSION, url, "packages", {"Recheck": value})
    assert made.isascii()
    assert len(made.split("#")) == 2
    query = urlsplit(made).fragment.partition("?")[2]
    assert parse_qs(query, strict_parsing=True) == {
        "templateURL": [url],
        "stackName": ["packages"],
        "param_Recheck": [value],
    }
