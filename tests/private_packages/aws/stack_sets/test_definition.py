"""What a stack set is made of: what is sent, what counts as a difference, and whose set it is."""

from typing import Any

import pytest

from private_packages.aws.errors import StackSetError, TemplateError
from private_packages.aws.stack_sets.definition import Permissions
from private_packages.aws.template import TemplateText
from tests.private_packages.aws.stack_sets.sample import (
    BODY,
    OTHER_TEMPLATE,
    SELF_MANAGED,
    TEMPLATE,
    definition,
    described,
)

AUTOMATIC = Permissions(auto_deployment=True, retain_stacks=True)


def test_a_new_set_gets_all_parameters_but_the_secret_ones() -> None:
    assert definition().creation() == {
        "TemplateBody": BODY,
        "Description": TEMPLATE.description,
        "Parameters": [
            {"ParameterKey": "RoleCheck", "ParameterValue": "Enforce"},
            {"ParameterKey": "Recheck", "ParameterValue": ""},
        ],
        "Capabilities": ["CAPABILITY_IAM"],
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {"Enabled": False},
        "ManagedExecution": {"Active": True},
    }


def test_automatic_deployment_says_what_becomes_of_stacks_only_when_it_is_on() -> None:
    assert definition(permissions=AUTOMATIC).creation()["AutoDeployment"] == {
        "Enabled": True,
        "RetainStacksOnAccountRemoval": True,
    }


def test_a_self_managed_set_gets_its_roles_and_no_automatic_deployment() -> None:
    creation = definition(permissions=SELF_MANAGED).creation()
    assert "AutoDeployment" not in creation
    assert creation["AdministrationRoleARN"] == "arn:aws:iam::111122223333:role/administration"
    assert creation["ExecutionRoleName"] == "execution"
    defaults = definition(permissions=Permissions("SELF_MANAGED")).creation()
    assert "AdministrationRoleARN" not in defaults
    assert "ExecutionRoleName" not in defaults


def test_an_update_keeps_a_secret_that_is_there() -> None:
    existing = described(definition())
    existing["Parameters"].append({"ParameterKey": "AToken", "ParameterValue": "****"})
    parameters = definition().update(existing)["Parameters"]
    assert isinstance(parameters, list)
    assert parameters[-1] == {"ParameterKey": "AToken", "UsePreviousValue": True}
    assert definition().differences(existing) == []


def test_an_update_names_the_roles_of_a_self_managed_set_again() -> None:
    """Without them CloudFormation goes back to the default ones."""
    existing = described(definition(permissions=SELF_MANAGED))
    for permissions in (Permissions("SELF_MANAGED"), SELF_MANAGED):
        update = definition(permissions=permissions).update(existing)
        assert update["AdministrationRoleARN"] == "arn:aws:iam::111122223333:role/administration"
        assert update["ExecutionRoleName"] == "execution"
    other = Permissions("SELF_MANAGED", execution_role_name="other")
    assert definition(permissions=other).update(existing)["ExecutionRoleName"] == "other"


@pytest.mark.parametrize(
    ("before", "sent"), [({"Active": True}, False), ({"Active": False}, True), (None, True)]
)
def test_an_update_turns_managed_execution_on_where_it_is_off(before: Any, sent: bool) -> None:
    """Not where it is on: CloudFormation refuses that setting while anything runs."""
    update = definition().update(described(definition(), ManagedExecution=before))
    assert ("ManagedExecution" in update) == sent


class TestDifferences:
    def test_a_set_that_is_as_it_has_to_be_has_none(self) -> None:
        assert definition().differences(described(definition())) == []
        assert (
            definition(permissions=AUTOMATIC).differences(described(definition(permissions=AUTOMATIC))) == []
        )
        assert (
            definition(permissions=SELF_MANAGED).differences(described(definition(permissions=SELF_MANAGED)))
            == []
        )

    def test_line_ends_around_the_template_are_none(self) -> None:
        assert definition().differences(described(definition(), TemplateBody=BODY.strip())) == []

    @pytest.mark.parametrize(
        ("changes", "difference"),
        [
            ({"TemplateBody": BODY.replace("0.1.0", "0.0.9")}, "template"),
            (
                {"Parameters": [{"ParameterKey": "RoleCheck", "ParameterValue": "Enforce"}]},
                "parameter Recheck",
            ),
            (
                {
                    "Parameters": [
                        {"ParameterKey": "RoleCheck", "ParameterValue": "Warn"},
                        {"ParameterKey": "Recheck", "ParameterValue": ""},
                    ]
                },
                "parameter RoleCheck",
            ),
            (
                {"AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False}},
                "automatic deployment",
            ),
        ],
    )
    def test_each_is_named(self, changes: dict[str, Any], difference: str) -> None:
        assert definition().differences(described(definition(), **changes)) == [difference]

    def test_whether_stacks_are_retained_is_one(self) -> None:
        existing = described(definition(permissions=AUTOMATIC))
        existing["AutoDeployment"] = {"Enabled": True, "RetainStacksOnAccountRemoval": False}
        assert definition(permissions=AUTOMATIC).differences(existing) == ["automatic deployment"]

    def test_another_role_is_one_but_not_saying_any(self) -> None:
        existing = described(definition(permissions=SELF_MANAGED), ExecutionRoleName="another")
        assert definition(permissions=SELF_MANAGED).differences(existing) == ["roles"]
        assert definition(permissions=Permissions("SELF_MANAGED")).differences(existing) == []


class TestWhoseSetItIs:
    def test_one_of_another_release_is_ours(self) -> None:
        definition().require_ours(
            "checks", described(definition(), TemplateBody=BODY.replace("0.1.0", "9.9"))
        )

    @pytest.mark.parametrize(
        "body",
        [
            "Description: of somebody else",
            OTHER_TEMPLATE.description,
            TEMPLATE.description.partition(" (")[0],
            "",
        ],
    )
    def test_one_of_another_template_is_refused(self, body: str) -> None:
        with pytest.raises(StackSetError) as refused:
            definition().require_ours("checks", described(definition(), TemplateBody=body))
        assert str(refused.value) == (
            "The stack set checks is there already and was made from another template than role-check: choose"
            " another --name or --template."
        )

    def test_one_with_other_permissions_is_refused(self) -> None:
        service, self_managed = definition(), definition(permissions=Permissions("SELF_MANAGED"))
        with pytest.raises(StackSetError) as refused:
            service.require_ours("checks", described(self_managed))
        assert str(refused.value) == (
            "The stack set checks is there already and self-managed, which cannot be changed: give"
            " --self-managed, or choose another --name."
        )
        with pytest.raises(StackSetError, match=r"already and service-managed.*: leave out --self-managed"):
            self_managed.require_ours("checks", described(service))


def test_a_template_that_the_api_does_not_take_is_refused() -> None:
    definition(template=TemplateText("big", "x" * 51_200, "", "", {})).require_size()
    with pytest.raises(TemplateError) as refused:
        definition(template=TemplateText("big", "é" * 25_601, "", "", {})).require_size()
    assert str(refused.value) == (
        "The template big has 51,202 bytes, but CloudFormation takes 51,200 in a call: split the repositories"
        " over several configurations, and roll each out with --config and a --name of its own."
    )
