"""The names in the template that other modules look up."""

import re

from hypothesis import given
from hypothesis import strategies as st

from generator import names
from generator.configuration import REPOSITORY_ID

IDS = st.from_regex(REPOSITORY_ID, fullmatch=True)
MAKERS = (names.secret, names.secret_arn_output, names.secret_name_parameter, names.token_parameter)


@given(IDS)
def test_a_name_is_one_that_cloudformation_takes(repository_id: str) -> None:
    for make in MAKERS:
        assert re.fullmatch("[A-Za-z0-9]{1,255}", make(repository_id))


@given(IDS, IDS)
def test_no_two_repositories_share_a_name(one: str, other: str) -> None:
    for make in MAKERS:
        assert (make(one) == make(other)) is (one == other)


@given(st.dictionaries(IDS, st.text()))
def test_a_stack_says_which_secrets_it_has(values: dict[str, str]) -> None:
    outputs = {names.secret_arn_output(each): value for each, value in values.items()}
    assert names.secret_arns(outputs | {"KeyArn": "", "KeyAlias": ""}) == values
    parameters = {names.secret_name_parameter(each): value for each, value in values.items()}
    others = {
        "RoleCheck": "Warn",
        "StackeryStackName": "",
        **{names.token_parameter(each): "" for each in values},
    }
    assert names.secret_names(parameters | others) == values


def test_the_stack_of_the_template_may_be_called_like_the_template() -> None:
    for name in (names.PRIVATE_PACKAGES, names.ROLE_CHECK):
        assert re.fullmatch(names.STACK_NAME, name)
