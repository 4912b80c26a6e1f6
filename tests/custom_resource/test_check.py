"""What the role check looks at, and what it tells the user."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_resource import role_check
from custom_resource.role_check import Refused, check
from tests.aws import ErrorAnswer
from tests.custom_resource.aws import ACCOUNT, ORGANIZATION, Account, own_stack, role, stack, stack_id

Ask = Callable[..., dict[str, Any]]

REGIONS = [  # Stackery's, as FACTS tells them, in alphabetical order
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
]
TOO_OLD = (
    f"Upgrade the Stackery Role in account {ACCOUNT} to version 1.25.0 or newer, then deploy again:"
    " stack stackery in us-east-1 has version "
)
NOT_FOUND = (
    f"Install the Stackery Role 1.25.0 or newer in account {ACCOUNT}, or correct StackeryStackName or"
    " StackeryStackRegion: found no stack stackery in "
)
NO_BUILDS = " Without builds there, set RoleCheck to Warn."
FACTORY, DEPLOYER = "stackery/stackery-factory-role", "stackery/stackery-deployer"
NO_ROLE = f"Install or upgrade the Stackery Role in account {ACCOUNT}: the account has no IAM role "


def reason(answer: dict[str, Any]) -> str:
    """Return why the answer stops CloudFormation."""
    assert answer["Status"] == "FAILED"
    assert "Data" not in answer
    return str(answer["Reason"])


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_role_that_is_new_enough_passes_with_all_attributes(ask: Ask, kind: str) -> None:
    answer = ask(kind)
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {
        "Version": "1.25.0",
        "OrganizationId": ORGANIZATION,
        "StackId": stack_id("us-east-1"),
        "Status": "Passed",
    }


# The build roles


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        pytest.param({}, f"{FACTORY} and no {DEPLOYER}.{NO_BUILDS}", id="both are missing"),
        pytest.param({"stackery-factory-role": role("/stackery/", "stackery-factory-role")}, f"{DEPLOYER}.",
                     id="the deployer is missing"),
        pytest.param({"stackery-deployer": role("/stackery/", "stackery-deployer")}, f"{FACTORY}.",
                     id="the factory role is missing, as with a fork of the agent"),
        pytest.param(
            {
                "stackery-factory-role": role("/", "stackery-factory-role"),
                "stackery-deployer": role("/stackery/", "stackery-deployer"),
            },
            f"{FACTORY}.",
            id="one has no path",
        ),
        pytest.param(
            {
                "stackery-factory-role": role("/stackery/", "stackery-factory-role"),
                "stackery-deployer": role("/stackery/copy/", "stackery-deployer"),
            },
            f"{DEPLOYER}.",
            id="one is under another path",
        ),
        pytest.param(
            {"stackery-deployer": role("/stackery/", "Stackery-Deployer")},
            f"{FACTORY} and no {DEPLOYER}.{NO_BUILDS}",
            id="one is missing and one is written otherwise",
        ),
    ],
)  # fmt: skip
def test_build_roles_that_do_not_exist_under_their_path_are_named_in_one_message(
    ask: Ask, account: Account, roles: dict[str, Any], told: str
) -> None:
    account.roles = roles
    assert reason(ask()) == NO_ROLE + told


def test_build_roles_without_a_path_and_with_a_longer_one_are_found(ask: Ask, account: Account) -> None:
    account.roles = {"builder": role("/", "builder"), "deployer": role("/a/b/", "deployer")}
    assert ask(BuildRoles=["builder", "a/b/deployer"])["Status"] == "SUCCESS"


# The stack


def test_the_stack_in_this_region_is_found_without_asking_another(ask: Ask, account: Account) -> None:
    account.stacks["eu-west-1"] = stack("eu-west-1", Version="1.0.0")
    assert ask()["Data"]["StackId"] == stack_id("us-east-1")
    assert account.asked("DescribeStacks") == ["us-east-1"]


def test_the_stack_in_a_given_region_is_found_without_asking_another(ask: Ask, account: Account) -> None:
    account.stacks["eu-west-1"] = stack("eu-west-1", Version="1.26.0")
    assert ask(StackeryStackRegion="eu-west-1")["Data"]["StackId"] == stack_id("eu-west-1")
    assert account.asked("DescribeStacks") == ["eu-west-1"]


def test_a_stack_elsewhere_does_not_count_where_a_region_is_given(ask: Ask, account: Account) -> None:
    assert reason(ask(StackeryStackRegion="eu-west-1")) == f"{NOT_FOUND}eu-west-1."
    assert account.asked("DescribeStacks") == ["eu-west-1"]


@pytest.mark.parametrize("region", ["us-east-2", "eu-north-1", "ap-southeast-2"])
def test_the_stack_in_any_other_region_of_stackery_is_found(ask: Ask, account: Account, region: str) -> None:
    account.stacks = {region: stack(region, Version="1.25.0")}
    assert ask()["Data"]["StackId"] == stack_id(region)


def test_without_a_stack_each_region_is_asked_once_and_the_user_is_told(ask: Ask, account: Account) -> None:
    account.stacks = {}
    assert reason(ask()) == f"{NOT_FOUND}us-east-1 or any other Region of Stackery."
    assert account.asked("DescribeStacks") == REGIONS


def test_a_region_that_stackery_does_not_know_is_asked_too(ask: Ask, account: Account) -> None:
    account.stacks = {"eu-south-1": stack("eu-south-1", Version="1.25.0")}
    here = f"arn:aws:cloudformation:eu-south-1:{ACCOUNT}:stack/private-packages/1"
    assert ask(stack_id=here)["Data"]["StackId"] == stack_id("eu-south-1")


def test_of_stacks_in_several_other_regions_the_first_of_stackerys_list_counts(
    ask: Ask, account: Account
) -> None:
    account.stacks = {region: stack(region, Version="1.25.0") for region in ("ap-south-1", "us-west-2")}
    assert ask()["Data"]["StackId"] == stack_id("us-west-2")


def test_the_stack_is_found_by_its_given_name(ask: Ask, account: Account) -> None:
    account.stacks = {"us-east-1": stack("us-east-1", "agent", Version="1.24.0")}
    assert reason(ask(StackeryStackName="agent")) == TOO_OLD.replace("stackery in", "agent in") + "1.24.0."
    assert "found no stack stackery in" in reason(ask())


def test_the_other_regions_are_asked_in_parallel(ask: Ask, account: Account) -> None:
    everyone = threading.Barrier(len(REGIONS) - 1, timeout=10)

    def meet(operation: str, region: str) -> None:
        if operation == "DescribeStacks" and region != "us-east-1":
            everyone.wait()

    account.stacks = {"ap-southeast-2": stack("ap-southeast-2", Version="1.25.0")}
    account.before_call = meet
    assert ask()["Data"]["StackId"] == stack_id("ap-southeast-2")
    assert not everyone.broken


@pytest.mark.parametrize(
    "partition_and_region",
    [
        pytest.param(("aws-us-gov", "us-gov-west-1"), id="GovCloud"),
        pytest.param(("aws-cn", "cn-north-1"), id="China"),
    ],
)
class TestPartitionsWithoutStackery:
    def test_the_stack_in_this_region_is_found(
        self, ask: Ask, account: Account, partition_and_region: tuple[str, str]
    ) -> None:
        partition, region = partition_and_region
        account.stacks = {region: stack(region, partition=partition, Version="1.25.0")}
        here = stack_id(region, "private-packages", partition)
        assert ask(stack_id=here)["Data"]["StackId"] == stack_id(region, partition=partition)

    def test_no_other_region_is_searched(
        self, ask: Ask, account: Account, partition_and_region: tuple[str, str]
    ) -> None:
        partition, region = partition_and_region
        answer = ask(stack_id=stack_id(region, "private-packages", partition))
        assert reason(answer) == f"{NOT_FOUND}{region}."
        assert account.asked("DescribeStacks") == [region]

    def test_a_given_region_is_searched(
        self, ask: Ask, account: Account, partition_and_region: tuple[str, str]
    ) -> None:
        partition, region = partition_and_region
        other = region.replace("west", "east").replace("north-1", "northwest-1")
        account.stacks = {other: stack(other, partition=partition, Version="1.25.0")}
        answer = ask(stack_id=stack_id(region, "private-packages", partition), StackeryStackRegion=other)
        assert answer["Data"]["StackId"] == stack_id(other, partition=partition)

    def test_every_call_goes_to_this_region(
        self, ask: Ask, account: Account, partition_and_region: tuple[str, str]
    ) -> None:
        partition, region = partition_and_region
        account.stacks = {region: stack(region, partition=partition, Version="1.25.0")}
        ask(stack_id=stack_id(region, "private-packages", partition))
        assert {called for _, called in account.calls} <= {region, f"{partition}-global"}


# The version


@pytest.mark.parametrize("version", ["1.25.0", "1.25.1", "1.30.4", "1.30.4-cj", "2.0.1", "v1.26", "1.25.0+7"])
def test_a_version_from_the_minimum_on_passes(ask: Ask, account: Account, version: str) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Note="9.9.9", Version=version)
    assert ask()["Data"]["Version"] == version
    assert account.asked("GetTemplate") == []


@pytest.mark.parametrize("version", ["1.24.9", "1.25.0-rc.1", "0.1.0"])
def test_an_older_version_is_refused(ask: Ask, account: Account, version: str) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version=version)
    assert reason(ask()) == f"{TOO_OLD}{version}."


@pytest.mark.parametrize(
    ("output", "told"),
    [
        pytest.param("latest", "latest", id="a word"),
        pytest.param("1.25.0\n\x1b[31mhi\x00", "1.25.0?[31mhi?", id="control characters"),
        pytest.param("1.25.0 \U0001f680", "1.25.0 ?", id="an emoji"),
        pytest.param("9" * 5000, "9" * 100, id="5,000 digits"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_garbage_is_refused_and_told_on_one_line_of_limited_length(
    ask: Ask, account: Account, output: str, told: str
) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version=output)
    assert reason(ask()) == f"{TOO_OLD}{told}, which is not a version."


def test_the_minimum_can_be_raised(ask: Ask) -> None:
    told = reason(ask(MinimumRoleVersion="1.30.0"))
    assert told == f"{TOO_OLD.replace('1.25.0', '1.30.0')}1.25.0."


COMMANDER = "Custom::StackeryAgentCommanderBootstrap"


def json_template(**properties: Any) -> str:
    """Return a template in one line, which boto3 turns into an OrderedDict."""
    commander = {"Type": COMMANDER, "Properties": {"ServiceToken": "arn", **properties}}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Commander": commander}})


def yaml_template(line: str) -> str:
    return (
        "AWSTemplateFormatVersion: '2010-09-09'\nDescription: |\n  The agent. # AgentVersion: 9.9.9\n"
        f"Resources:\n  Commander:\n    Type: {COMMANDER}\n    Properties:\n      ServiceToken: arn\n"
        f"      {line}\n      MinAgentVersion: 0.0.1\n"
    )


@pytest.mark.parametrize(
    ("template", "version"),
    [
        pytest.param(json_template(AgentVersion="1.30.4-cj"), "1.30.4-cj", id="JSON"),
        pytest.param(json_template(OldAgentVersion="9", AgentVersion="1.26.0"), "1.26.0",
                     id="JSON with a similar name before it"),
        pytest.param(yaml_template("AgentVersion: 1.30.4-cj"), "1.30.4-cj", id="YAML"),
        pytest.param(yaml_template("AgentVersion: '1.30.4'"), "1.30.4", id="YAML in single quotes"),
        pytest.param(yaml_template('"AgentVersion":   "1.30.4"'), "1.30.4", id="YAML in double quotes"),
        pytest.param(yaml_template("AgentVersion: 1.30.4  # why"), "1.30.4", id="YAML with a comment"),
        pytest.param(yaml_template("AgentVersion: 1.30.4\r"), "1.30.4", id="YAML with carriage returns"),
    ],
)  # fmt: skip
def test_without_an_output_the_version_is_read_from_the_template(
    ask: Ask, account: Account, template: str, version: str
) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Note="9.9.9")
    account.templates[stack_id("us-east-1")] = {"TemplateBody": template}
    assert ask()["Data"]["Version"] == version


def test_the_template_is_read_in_the_region_of_the_stack(ask: Ask, account: Account) -> None:
    account.stacks = {"eu-west-1": stack("eu-west-1")}
    account.templates[stack_id("eu-west-1")] = {"TemplateBody": json_template(AgentVersion="1.25.0")}
    assert ask()["Status"] == "SUCCESS"
    assert account.asked("GetTemplate") == ["eu-west-1"]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        pytest.param(json_template(), "none, which is not a version.", id="JSON without it"),
        pytest.param(yaml_template("Note: 9"), "none, which is not a version.", id="YAML without it"),
        pytest.param(" ", "none, which is not a version.", id="a blank"),
        pytest.param(json_template(AgentVersion="1.24.0"), "1.24.0.", id="JSON with an old one"),
        pytest.param(yaml_template("AgentVersion: 1.24.0"), "1.24.0.", id="YAML with an old one"),
        pytest.param(yaml_template("AgentVersion: !Ref Agent"), "none, which is not a version.",
                     id="YAML with a parameter that is none"),
        pytest.param(json_template(AgentVersion={"Ref": "Agent"}), "none, which is not a version.",
                     id="JSON with a parameter that is none"),
    ],
)  # fmt: skip
def test_a_template_without_a_version_that_is_new_enough_is_refused(
    ask: Ask, account: Account, template: str, told: str
) -> None:
    account.stacks["us-east-1"] = stack("us-east-1")
    account.templates[stack_id("us-east-1")] = {"TemplateBody": template}
    assert reason(ask()) == TOO_OLD + told


# The organization


def test_the_organization_is_looked_up_where_none_is_given(ask: Ask, account: Account) -> None:
    assert ask()["Data"]["OrganizationId"] == ORGANIZATION
    assert len(account.asked("DescribeOrganization")) == 1


def test_the_organization_is_not_looked_up_where_one_is_given(ask: Ask, account: Account) -> None:
    account.organization = ErrorAnswer("AccessDeniedException")
    assert ask(OrganizationId="o-zzzzzzzzzz")["Data"]["OrganizationId"] == "o-zzzzzzzzzz"
    assert account.asked("DescribeOrganization") == []


@pytest.mark.parametrize("mode", ["Enforce", "Warn"])
def test_an_account_without_an_organization_is_refused_in_either_mode(
    ask: Ask, account: Account, mode: str
) -> None:
    account.organization = ErrorAnswer("AWSOrganizationsNotInUseException")
    assert reason(ask(RoleCheck=mode)) == (
        f"Deploy into an account of your AWS Organization, or set OrganizationId:"
        f" account {ACCOUNT} belongs to no organization."
    )


# The rollback of a failed update, which is an Update, too


def test_a_rollback_restores_the_attributes_of_before_without_a_check(ask: Ask, account: Account) -> None:
    account.own_stack = own_stack("UPDATE_ROLLBACK_IN_PROGRESS")
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.24.9")
    account.organization = ErrorAnswer("AWSOrganizationsNotInUseException")
    answer = ask("Update")
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {
        "Version": "1.26.0",
        "OrganizationId": "o-lastdeployed",
        "StackId": "unknown",
        "Status": "Rolled back",
    }
    assert {operation for operation, _ in account.calls} == {"DescribeStacks"}


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED"])
def test_an_update_that_is_no_rollback_is_refused_like_a_creation(
    ask: Ask, account: Account, status: str
) -> None:
    account.own_stack = own_stack(status)
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.24.9")
    assert reason(ask("Update")) == f"{TOO_OLD}1.24.9."


def test_a_creation_is_refused_whatever_the_status_of_its_stack(ask: Ask, account: Account) -> None:
    account.own_stack = own_stack("UPDATE_ROLLBACK_IN_PROGRESS")
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.24.9")
    assert reason(ask("Create")) == f"{TOO_OLD}1.24.9."


# RoleCheck=Warn


def too_old(account: Account) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.24.9")


def garbage(account: Account) -> None:
    account.stacks["us-east-1"] = stack("us-east-1", Version="1.24.9\u2028\nx")


def without_stack(account: Account) -> None:
    account.stacks = {}


def without_roles(account: Account) -> None:
    account.roles = {}


def without_permission(account: Account) -> None:
    account.roles["stackery-deployer"] = ErrorAnswer("AccessDenied", "Not allowed.")


@pytest.mark.parametrize(
    ("fault", "version", "found", "told"),
    [
        pytest.param(too_old, "1.24.9", stack_id("us-east-1"), f"{TOO_OLD}1.24.9.", id="a role too old"),
        pytest.param(garbage, "1.24.9?x", stack_id("us-east-1"),
                     f"{TOO_OLD}1.24.9?x, which is not a version.", id="no version"),
        pytest.param(without_stack, "unknown", "unknown",
                     f"{NOT_FOUND}us-east-1 or any other Region of Stackery.", id="no stack"),
        pytest.param(without_roles, "unknown", "unknown", f"{NO_ROLE}{FACTORY} and no {DEPLOYER}.{NO_BUILDS}",
                     id="no roles"),
        pytest.param(without_permission, "unknown", "unknown",
                     f"Allow iam:GetRole in account {ACCOUNT}: AccessDenied:"
                     " An error occurred (AccessDenied) when calling the GetRole operation: Not allowed.",
                     id="no permission to look"),
    ],
)  # fmt: skip
def test_warn_goes_on_and_says_so_in_status_and_log(
    ask: Ask,
    account: Account,
    capsys: pytest.CaptureFixture[str],
    fault: Callable[[Account], None],
    version: str,
    found: str,
    told: str,
) -> None:
    fault(account)
    answer = ask(RoleCheck="Warn")
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {
        "Version": version,
        "OrganizationId": ORGANIZATION,
        "StackId": found,
        "Status": f"Warning: {told}",
    }
    assert f"Warning: {told}\n" in capsys.readouterr().out


def test_warn_says_nothing_where_all_is_well(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(RoleCheck="Warn")["Data"]["Status"] == "Passed"
    assert "Warning" not in capsys.readouterr().out


# What a refusal carries for those who call the check as a function


@pytest.mark.parametrize(
    ("fault", "version", "found"),
    [
        pytest.param(too_old, "1.24.9", stack_id("us-east-1"), id="a role too old"),
        pytest.param(without_stack, "unknown", "unknown", id="no stack"),
        pytest.param(without_roles, "unknown", "unknown", id="no roles"),
    ],
)
def test_a_refusal_carries_what_was_found(
    account: Account, fault: Callable[[Account], None], version: str, found: str
) -> None:
    fault(account)
    properties = {
        "BuildRoles": [FACTORY, DEPLOYER],
        "MinimumRoleVersion": "1.25.0",
        "StackeryStackName": "stackery",
        "StackeryStackRegion": "",
        "OrganizationId": "",
        "RoleCheck": "Enforce",
    }
    with pytest.raises(Refused) as refused:
        check(properties, stack_id("us-east-1", "private-packages"), account)
    assert refused.value.found == {"Version": version, "StackId": found, "Status": "Passed"}


# What is no Stackery Role


def in_state(state: str, region: str = "us-east-1") -> dict[str, Any]:
    found = stack(region, Version="9.9.9")
    found["Stacks"][0]["StackStatus"] = state
    return found


@pytest.mark.parametrize(
    "state",
    [
        *("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS"),
        *("CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_FAILED"),
    ],
)
def test_what_is_left_of_an_installation_is_no_stackery_role(ask: Ask, account: Account, state: str) -> None:
    account.stacks = {"us-east-1": in_state(state), "us-west-2": stack("us-west-2", Version="1.20.0")}
    assert "has version 1.20.0" in reason(ask())
    del account.stacks["us-west-2"]
    assert reason(ask()).endswith(
        f"found no stack stackery in us-east-1 or any other Region of Stackery. Left over:"
        f" us-east-1 ({state})."
    )


@pytest.mark.parametrize(
    "state",
    [
        *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
        *("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    ],
)
def test_every_other_state_counts(ask: Ask, account: Account, state: str) -> None:
    account.stacks = {"us-east-1": in_state(state)}
    assert ask()["Data"]["Version"] == "9.9.9"


def test_another_stack_whose_alias_is_the_name_does_not_count(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Account.answer

    def answer_with_another_name(account: Account, operation: str, region: str, params: Any) -> Any:
        found = answer(account, operation, region, params)
        if operation == "DescribeStacks" and isinstance(found, dict):
            found["Stacks"][0]["StackName"] = "another"
        return found

    monkeypatch.setattr(Account, "answer", answer_with_another_name)
    assert "found no stack stackery in us-east-1" in reason(ask(StackeryStackRegion="us-east-1"))


# The version in a template

BOOTSTRAP = "Custom::StackeryAgentCommanderBootstrap"
YAML = f"""\
AWSTemplateFormatVersion: 2010-09-09
Metadata:
  AgentVersion: 9.9.9
Parameters:
  Agent:
    Type: String
    Default: "1.26.0"   # what one gets
  AgentVersion:
    Type: String
    Default: 9.9.8
Resources:
  Other:
    Type: Custom::Other
    Properties:
      AgentVersion: 9.9.7
  # AgentVersion: 9.9.6
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code:
        ZipFile: |
          Resources:
            B:
              Type: {BOOTSTRAP}
  "Commander":
    Properties:
      AgentVersion: VALUE
      ServiceToken: x
    Type: {BOOTSTRAP}
Outputs:
  AgentVersion:
    Value: 9.9.5
"""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1.27.0", "1.27.0"),
        ("'1.27.0' # pinned", "1.27.0"),
        ("!Ref Agent", "1.26.0"),
        ('!Ref "Agent"', "1.26.0"),
        ("\n        Ref: Agent", "1.26.0"),
        ("!Ref Given", "1.28.0"),
        ("!Ref Unknown", "none"),
        ("!Sub '${Agent}'", "!Sub '${Agent}"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_version_is_that_of_the_resource_alone(value: str, found: str, line_end: str) -> None:
    text = YAML.replace("VALUE", value).replace("\n", line_end)
    assert version_of(text) == found


def version_of(template: Any) -> str:
    described = stack("us-east-1")["Stacks"][0]
    described["Parameters"] = [{"ParameterKey": "Given", "ParameterValue": "1.28.0"}]

    class Client:
        def get_template(self, **_: Any) -> Any:
            return {"TemplateBody": template}

    return role_check.stack_version(described, lambda *_: Client())


@pytest.mark.parametrize(
    ("value", "found"),
    [("1.27.0", "1.27.0"), ({"Ref": "Agent"}, "1.26.0"), ({"Ref": "Given"}, "1.28.0"), (None, "null")],
)
def test_the_same_of_json_which_boto3_reads(value: Any, found: str) -> None:
    document = {
        "Metadata": {"AgentVersion": "9.9.9"},
        "Parameters": {"Agent": {"Default": "1.26.0"}, "AgentVersion": {"Default": "9.9.8"}},
        "Resources": {
            "Other": {"Type": "Custom::Other", "Properties": {"AgentVersion": "9.9.7"}},
            "B": {"Type": BOOTSTRAP, "Properties": {"AgentVersion": value}},
        },
    }
    assert version_of(document) == found


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 1_000_000,
        " " * 1_000_000,
        "a:" * 500_000,
        "{" * 1_000_000,
        "- " * 500_000,
        ": \n" * 300_000,
        '"' * 1_000_000,
    ],
    ids=["blank lines", "blanks", "colons", "brackets", "lists", "keys without names", "quotes"],
)
def test_no_template_takes_long(text: str) -> None:
    """It took 80 s for a twentieth of this; half a second is wanted, five are a hang."""
    begun = time.perf_counter()
    with suppress(RecursionError):
        assert version_of(text) == "none"
    assert time.perf_counter() - begun < 5


@given(st.text(" :#{}'\"!RefTypeAB\n-", max_size=300))
def test_any_text_is_read_as_a_template(text: str) -> None:
    assert isinstance(version_of(text), str)


# What Organizations answers decides who may read


@pytest.mark.parametrize(
    "answer", ["*", "", "o-1", "${aws:PrincipalOrgID}", "o-ABCDEFGHIJ", "o-a1b2c3d4e5/x"]
)
def test_what_is_no_id_of_an_organization_is_refused(ask: Ask, account: Account, answer: str) -> None:
    account.organization = {"Organization": {"Id": answer}}
    assert reason(ask()).startswith("Set OrganizationId: Organizations answered ")
