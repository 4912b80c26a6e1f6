"""An alias that is taken is found before CloudFormation meets it."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack import key_alias
from tests.aws import ErrorAnswer

OTHERS = [{"AliasName": "alias/aws/ebs"}, {"AliasName": "alias/packages-2", "TargetKeyId": "2"}]


def test_a_free_alias_passes(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(ListAliases={"Aliases": OTHERS})
    key_alias.refuse_taken(aws, "packages")


def test_a_taken_one_is_refused_on_whatever_page(scripted: Callable[..., Any]) -> None:
    taken = {"AliasName": "alias/packages", "TargetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}
    first = {"Aliases": OTHERS, "Truncated": True, "NextMarker": "2"}
    aws, _ = scripted(ListAliases=[first, {"Aliases": [taken]}])
    with pytest.raises(StackError) as refused:
        key_alias.refuse_taken(aws, "packages")
    assert str(refused.value) == (
        "The alias alias/packages, which the stack gives its key, exists already in us-east-1 (of"
        " 1234abcd-12ab-34cd-56ef-1234567890ab): choose another --stack-name, or if nothing uses the alias,"
        " delete it: `aws kms delete-alias --alias-name alias/packages --region us-east-1`."
    )


def test_who_may_not_look_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(ListAliases=ErrorAnswer("AccessDeniedException"))
    with pytest.raises(AwsError, match=r"^May not list the aliases of keys: get the permission"):
        key_alias.refuse_taken(aws, "packages")
