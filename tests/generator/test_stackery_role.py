"""The role check: how the function runs, what the custom resource tells it, and how long it may take."""

import pytest

from custom_resource.role_check import ANSWER_TIME
from generator import __version__, stackery_role
from generator.stackery_role import FUNCTION_TIMEOUT, SERVICE_TIMEOUT
from tests.generator.cloudformation import Document, needs
from tests.generator.conftest import CHECKED

LAMBDA_PAUSES = 60 + 120
"""Seconds that Lambda waits before it runs a function a second and a third time."""


def test_the_custom_resource_passes_the_form_the_build_roles_and_the_version(rich: Document) -> None:
    resource = rich["Resources"]["StackeryRole"]
    passed = ("MinimumRoleVersion", "StackeryStackName", "StackeryStackRegion", "OrganizationId", "RoleCheck")
    assert resource["Type"] == "Custom::StackeryRole"
    assert resource["Properties"] == {
        "ServiceToken": {"Fn::GetAtt": ["RoleCheckFunction", "Arn"]},
        "ServiceTimeout": SERVICE_TIMEOUT,
        **{name: {"Ref": name} for name in (*passed, "Recheck")},
        "BuildRoles": ["acme/ci/builder", "stackery/stackery-factory-role"],
        "TemplateVersion": __version__,
    }


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_function_is_python_on_a_current_runtime_and_reserves_nothing(template: Document) -> None:
    function = template["Resources"]["RoleCheckFunction"]["Properties"]
    assert (function["Runtime"], function["Handler"]) == ("python3.13", "index.handler")
    assert "ReservedConcurrentExecutions" not in function


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_cloudformation_waits_for_three_runs_of_the_function(template: Document) -> None:
    resources = template["Resources"]
    timeout = resources["RoleCheckFunction"]["Properties"]["Timeout"]
    assert timeout == FUNCTION_TIMEOUT
    assert 3 * timeout + LAMBDA_PAUSES <= resources["StackeryRole"]["Properties"]["ServiceTimeout"] <= 3600


def test_the_function_has_more_time_to_check_than_to_answer() -> None:
    assert FUNCTION_TIMEOUT >= 2 * ANSWER_TIME


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_log_is_there_before_the_function_and_ends_some_day(template: Document) -> None:
    resources = template["Resources"]
    assert "RoleCheckLogGroup" in needs(template, "RoleCheckFunction")
    assert resources["RoleCheckLogGroup"]["Properties"]["RetentionInDays"] == 30
    assert resources["RoleCheckFunction"]["Properties"]["LoggingConfig"] == {
        "LogGroup": {"Ref": "RoleCheckLogGroup"}
    }


@pytest.mark.parametrize("template", CHECKED, indirect=True)
def test_the_log_goes_with_its_stack(template: Document) -> None:
    group = template["Resources"]["RoleCheckLogGroup"]
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_the_handler_is_in_the_source() -> None:
    assert "\ndef handler(event" in stackery_role.source()


def test_the_source_fits_into_an_inline_function() -> None:
    assert len(stackery_role.source().encode()) < 4 * 1024 * 1024
    assert stackery_role.source().isascii()
