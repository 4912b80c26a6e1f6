"""`private-packages rollout start`, called as a user calls it."""

import json

import pytest

from generator.configuration import DEFAULT
from generator.templates import TEMPLATES, of
from private_packages.aws.errors import StackSetError
from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.aws.stack_sets.existing import Purpose
from private_packages.commands.files import template_text
from tests import ROOT
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.rollouts import refused, resource
from tests.private_packages.aws.stack_sets.sample import described
from tests.private_packages.aws.stack_sets.service import (
    CANCELLED,
    Instance,
    Outcome,
    Script,
    StackSets,
    called,
    counted,
)
from tests.private_packages.aws.stack_sets.test_consent import of_0_1_0
from tests.private_packages.commands.rollout.elsewhere import NAME, begin
from tests.private_packages.conftest import Run

CHANGES = {
    "CreateStackSet",
    "UpdateStackSet",
    "DeleteStackSet",
    "CreateStackInstances",
    "UpdateStackInstances",
    "DeleteStackInstances",
}


def instances(service: StackSets, name: str = NAME) -> list[Instance]:
    service._settle()
    return list(service.sets[name].instances.values())


def changes(service: StackSets) -> list[str]:
    return [operation for operation, _ in service.calls if operation in CHANGES]


def fail(accounts: list[str], reason: str = "ResourceLogicalId:StackeryRole") -> Script:
    return lambda account, _region: Outcome("FAILED", reason) if account in accounts else Outcome()


class TestFromNothing:
    def test_it_creates_the_set_and_an_instance_for_each_account(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(5)
        result = run("rollout", "start", "--yes")
        assert (result.exit_code, result.stdout) == (0, "5 of 5 instances done.\n")
        assert {instance.account for instance in instances(stack_sets)} == set(tree.accounts)
        assert changes(stack_sets) == ["CreateStackSet", "CreateStackInstances"]

    def test_it_says_exactly_this_to_stack_sets(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(5)
        run("rollout", "start", "--yes", "--regions", "us-east-1,eu-west-1", "--parameter", "RoleCheck=Warn")
        [created] = called(stack_sets, "CreateStackSet")
        template = ROOT / "templates" / "role-check.yaml"
        assert created.pop("ClientRequestToken")
        assert created == {
            "StackSetName": NAME,
            "TemplateBody": template.read_text(),
            "Description": stack_sets.sets[NAME].description["Description"],
            "Parameters": [
                {"ParameterKey": "OrganizationId", "ParameterValue": tree.id},
                {"ParameterKey": "MinimumRoleVersion", "ParameterValue": "1.25.0"},
                {"ParameterKey": "StackeryStackName", "ParameterValue": "stackery"},
                {"ParameterKey": "StackeryStackRegion", "ParameterValue": ""},
                {"ParameterKey": "RoleCheck", "ParameterValue": "Warn"},
                {"ParameterKey": "Recheck", "ParameterValue": ""},
                {"ParameterKey": "PermissionsBoundary", "ParameterValue": ""},
            ],
            "Capabilities": ["CAPABILITY_IAM"],
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": {"Enabled": False},
            "ManagedExecution": {"Active": True},
            "CallAs": "SELF",
        }
        [deployed] = called(stack_sets, "CreateStackInstances")
        assert deployed.pop("OperationId").startswith(f"{Purpose.START}-")
        assert deployed == {
            "StackSetName": NAME,
            "DeploymentTargets": {"OrganizationalUnitIds": [tree.root]},
            "Regions": ["us-east-1", "eu-west-1"],
            "OperationPreferences": {
                "RegionConcurrencyType": "PARALLEL",
                "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
                "MaxConcurrentPercentage": 100,
                "FailureTolerancePercentage": 100,
            },
            "CallAs": "SELF",
        }

    def test_it_shows_the_plan_and_asks(self, run: Run, organization: Grow, stack_sets: StackSets) -> None:
        organization(2)
        result = run("rollout", "start")
        assert result.exit_code == 1
        assert "1. Create the stack set stackery-role-check.\n2. Create 2 instances" in result.stderr
        assert result.stderr.endswith(
            "Error: Nothing was changed: nobody answered, give --yes to go on without one.\n"
        )
        assert changes(stack_sets) == []

    def test_the_token_of_a_repository_is_not_sent(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        run("rollout", "start", "--yes", "--template", "private-packages")
        [created] = called(stack_sets, "CreateStackSet")
        names = [parameter["ParameterKey"] for parameter in created["Parameters"]]
        assert "GitHubPackagesSecretName" in names
        assert "GitHubPackagesToken" not in names
        assert created["StackSetName"] == "stackery-private-packages"


class TestAgain:
    def test_it_changes_nothing_where_all_is_there_and_current(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(5, suspended=1)
        run("rollout", "start", "--yes")
        stack_sets.calls.clear()
        result = run("rollout", "start")
        assert (result.exit_code, result.stdout) == (
            0,
            "Nothing to do: all instances of stackery-role-check are there and current.\n",
        )
        assert changes(stack_sets) == []

    def test_it_tries_again_where_it_failed(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(5)
        stack_sets.script = fail(tree.accounts[:2])
        assert run("rollout", "start", "--yes").exit_code == 1
        stack_sets.script = fail([])
        result = run("rollout", "start", "--yes")
        assert result.stdout == "2 of 2 instances done.\n"
        again = called(stack_sets, "CreateStackInstances")[1]["DeploymentTargets"]
        assert (sorted(again["Accounts"]), again["AccountFilterType"]) == (
            sorted(tree.accounts[:2]),
            "INTERSECTION",
        )

    def test_it_takes_up_where_it_was_interrupted(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(3)
        # The set was made, then the connection was gone.
        stack_sets.faults["CreateStackInstances"] = [ErrorAnswer("InvalidOperationException", "Not now.")]
        result = run("rollout", "start", "--yes")
        assert result.stderr.splitlines()[-1] == (
            "Error: Cannot call create_stack_instances for the stack set stackery-role-check"
            " (InvalidOperationException): Not now."
        )
        assert run("rollout", "start", "--yes").stdout == "3 of 3 instances done.\n"
        assert changes(stack_sets) == ["CreateStackSet", "CreateStackInstances", "CreateStackInstances"]

    def test_a_changed_parameter_updates_all_instances(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(3)
        run("rollout", "start", "--yes")
        result = run("rollout", "start", "--yes", "--parameter", "Recheck=2026-11-25")
        assert result.stdout == "3 of 3 instances done.\n"
        assert "differs in parameter Recheck\n" in result.stderr
        [update] = called(stack_sets, "UpdateStackSet")
        assert "DeploymentTargets" not in update
        assert "ManagedExecution" not in update
        assert {instance.status for instance in instances(stack_sets)} == {"CURRENT"}

    def test_automatic_deployment_can_be_turned_on_later(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        run("rollout", "start", "--yes")
        run("rollout", "start", "--yes", "--auto-deployment", "--retain-stacks")
        assert stack_sets.sets[NAME].description["AutoDeployment"] == {
            "Enabled": True,
            "RetainStacksOnAccountRemoval": True,
        }

    def test_a_token_that_somebody_put_into_the_set_stays(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        arguments = ("rollout", "start", "--yes", "--template", "private-packages")
        run(*arguments)
        description = stack_sets.sets["stackery-private-packages"].description
        description["Parameters"].append(
            {"ParameterKey": "GitHubPackagesToken", "ParameterValue": "not-a-real-token"}
        )
        result = run(*arguments, "--parameter", "Recheck=1")
        assert "not-a-real-token" not in result.output
        [update] = called(stack_sets, "UpdateStackSet")
        assert update["Parameters"][-1] == {"ParameterKey": "GitHubPackagesToken", "UsePreviousValue": True}


@pytest.mark.slow
class TestWhileSomethingRuns:
    def test_a_rollout_is_followed_and_not_started_twice(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(3)
        run("rollout", "start", "--yes")
        begin(stack_sets, Purpose.START.new_id())
        before = changes(stack_sets)
        result = run("rollout", "start")
        assert result.exit_code == 0
        assert result.stderr.startswith("A rollout runs already: following it.\n")
        assert result.stdout == "3 of 3 instances done.\n"
        assert changes(stack_sets) == before

    def test_what_it_left_is_done_after_it(self, run: Run, organization: Grow, stack_sets: StackSets) -> None:
        tree = organization(8)
        run("rollout", "start", "--yes", "--ou", tree.units["Prod"])
        begin(stack_sets, Purpose.START.new_id())
        result = run("rollout", "start", "--yes")
        assert result.stdout == "6 of 6 instances done.\n"
        assert len(instances(stack_sets)) == 8

    def test_what_failed_in_it_is_not_tried_again_at_once(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(3)
        run("rollout", "start", "--yes")
        stack_sets.script = fail(tree.accounts[:1])
        begin(stack_sets, Purpose.START.new_id())
        before = changes(stack_sets)
        result = run("rollout", "start", "--yes")
        assert result.exit_code == 1
        assert changes(stack_sets) == before

    def test_another_operation_is_refused(self, run: Run, organization: Grow, stack_sets: StackSets) -> None:
        organization(3)
        run("rollout", "start", "--yes")
        begin(stack_sets)
        result = run("rollout", "start", "--yes", "--parameter", "Recheck=1")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"Error: Another operation runs on the stack set {NAME} (UPDATE,")


REASONS = (
    refused("Upgrade the Stackery Role in account 1."),
    refused("Install the Stackery Role in account 1."),
    resource("RoleCheckFunctionRole", "AWS::IAM::Role", "explicit deny in a service control policy."),
    resource("RoleCheckFunction", "AWS::Lambda::Function", "Rate exceeded."),
    "Account 1 should have 'stacksets-exec-1' role with trust relationship to Role 'stacksets'.",
    "Stack with id StackSet-1 is in ROLLBACK_FAILED state and can not be updated.",
)


@pytest.mark.slow
class TestFortyAccounts:
    """Two Regions, two suspended accounts, six kinds of failure, stragglers, throttling, short pages."""

    @pytest.fixture
    def arguments(self, organization: Grow, stack_sets: StackSets) -> tuple[str, ...]:
        tree = organization(40, suspended=2)
        failing = dict(zip(tree.active, REASONS, strict=False))
        stragglers = tree.active[-3:]

        def script(account: str, region: str) -> Outcome:
            if account in failing and region == "us-east-1":
                return Outcome("FAILED", failing[account], seconds=10)
            return Outcome(seconds=150 if account in stragglers else 15)

        stack_sets.script = script
        stack_sets.page = 20
        throttled = [ErrorAnswer("Throttling", "Rate exceeded")] * 4
        for operation in ("DescribeStackSetOperation", "ListStackSetOperationResults", "ListStackInstances"):
            stack_sets.faults[operation] = throttled[: 1 if operation == "ListStackInstances" else 4]
        return ("rollout", "start", "--yes", "--regions", "us-east-1,eu-west-1")

    def test_all_are_reached_and_the_failed_ones_counted(
        self, run: Run, arguments: tuple[str, ...], stack_sets: StackSets
    ) -> None:
        result = run(*arguments)
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert "Accounts      38 (left out: 2 suspended)" in lines
        assert "us-east-1: done 29, failed 6, waiting 3" in lines  # the stragglers
        assert lines[-1] == (
            "Error: 70 of 76 instances done, 6 failed. See which and why with"
            " `private-packages rollout status`."
        )
        details = [instance.detail for instance in instances(stack_sets)]
        assert (details.count("FAILED"), details.count("SKIPPED_SUSPENDED_ACCOUNT")) == (6, 4)
        calls = counted(stack_sets)
        minutes = stack_sets.now / 60
        assert (calls["DescribeStackSetOperation"] + calls["ListStackSetOperationResults"]) / minutes <= 60

    def test_what_was_tolerated_no_more_cancels_the_rest(
        self, run: Run, arguments: tuple[str, ...], stack_sets: StackSets
    ) -> None:
        result = run(*arguments, "--failure-tolerance", "2", "--max-concurrent", "3", "--output", "json")
        assert result.exit_code == 1
        document = json.loads(result.stdout)
        assert [operation["status"] for operation in document["operations"]] == ["FAILED"]
        assert document["counts"] == {
            "eu-west-1": {"SUCCEEDED": 38},
            "us-east-1": {"SUCCEEDED": 16, "FAILED": 3, "CANCELLED": 19},
        }
        reasons = [instance.reason for instance in instances(stack_sets) if instance.detail == "CANCELLED"]
        assert reasons == [CANCELLED] * 19
        assert "3 failed, 19 cancelled" in result.stderr

    def test_one_that_somebody_stops_ends_stopped(
        self, run: Run, arguments: tuple[str, ...], stack_sets: StackSets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def sleep(seconds: float) -> None:
            stack_sets.advance(seconds)
            running = [found for found in stack_sets.sets[NAME].operations if found.stopped is None]
            for operation in running if stack_sets.now > 40 else []:
                stack_sets.stop_stack_set_operation({"StackSetName": NAME, "OperationId": operation.id})

        monkeypatch.setattr("time.sleep", sleep)
        result = run(*arguments, "--max-concurrent", "10")
        assert result.exit_code == 1
        last = result.stderr.splitlines()[-1]
        assert " cancelled; it was stopped. See which and why with" in last


class TestFromAnOlderRelease:
    """A set as 0.1.0 made it: no PermissionsBoundary, the organization looked up, other tags and policies."""

    @pytest.fixture
    def name(self, request: pytest.FixtureRequest) -> str:
        return str(getattr(request, "param", "private-packages"))

    @pytest.fixture
    def older(self, run: Run, organization: Grow, stack_sets: StackSets, name: str) -> list[str]:
        tree = organization(3)
        assert run("rollout", "start", "--yes", "--template", name, "--tag", "team=x").exit_code == 0
        description = stack_sets.sets[f"stackery-{name}"].description
        description["TemplateBody"] = of_0_1_0(description["TemplateBody"])
        description["Parameters"] = [
            {**each, "ParameterValue": ""} if each["ParameterKey"] == "OrganizationId" else each
            for each in description["Parameters"]
            if each["ParameterKey"] != "PermissionsBoundary"
        ]
        stack_sets.calls.clear()
        return tree.accounts

    def test_the_plan_tells_what_it_takes(self, run: Run, older: list[str], stack_sets: StackSets) -> None:
        assert len(older) == 3
        result = run("rollout", "plan", "--template", "private-packages")
        assert "differs in template, parameter OrganizationId, parameter PermissionsBoundary" in result.stdout
        assert (
            "\nAccess\n  ! The policy of the key: the statement AccountAdministersKey loses" in result.stdout
        )
        assert "\nNote: this needs --allow-removal.\n" in result.stdout
        document = json.loads(
            run("rollout", "plan", "--template", "private-packages", "--output", "json").stdout
        )
        assert document["needs_consent"] == ["--allow-removal"]
        assert [each["needs_consent"] for each in document["access"]] == [True]
        assert changes(stack_sets) == []

    def test_without_consent_nothing_is_changed(
        self, run: Run, older: list[str], stack_sets: StackSets
    ) -> None:
        assert older
        result = run("rollout", "start", "--yes", "--template", "private-packages")
        assert result.exit_code == 1
        last = result.stderr.splitlines()[-1]
        assert last.startswith("Error: This needs --allow-removal: The policy of the key: the statement Acc")
        assert last.endswith(" Nothing was changed.")
        assert changes(stack_sets) == []

    def test_with_consent_each_account_gets_this_release_and_answers_for_itself(
        self, run: Run, older: list[str], stack_sets: StackSets
    ) -> None:
        stack_sets.script = fail(older[:1])
        arguments = ("--template", "private-packages")
        result = run("rollout", "start", "--yes", "--allow-removal", *arguments)
        assert changes(stack_sets) == ["UpdateStackSet"]
        [updated] = called(stack_sets, "UpdateStackSet")
        sent = {each["ParameterKey"]: each["ParameterValue"] for each in updated["Parameters"]}
        assert sent["PermissionsBoundary"] == ""
        assert sent["OrganizationId"].startswith("o-")
        assert "Tags" not in updated  # so that the set keeps those it has
        assert result.exit_code == 1
        assert "2 of 3 instances done, 1 failed. See which and why with" in result.stderr
        told = run("rollout", "status", "--failed", *arguments)
        assert older[0] in told.stdout
        assert older[1] not in told.stdout

        stack_sets.script = fail([])
        again = run("rollout", "start", "--yes", *arguments)  # what is left needs no consent
        assert (again.exit_code, again.stdout) == (0, "1 of 1 instance done.\n")
        assert "Nothing to do" in run("rollout", "start", "--yes", *arguments).stdout

    @pytest.mark.parametrize("name", ["role-check"], indirect=True)
    def test_the_role_check_lets_nobody_read_and_needs_no_consent(
        self, run: Run, older: list[str], stack_sets: StackSets
    ) -> None:
        assert older
        assert run("rollout", "start", "--yes").stdout == "3 of 3 instances done.\n"
        assert changes(stack_sets) == ["UpdateStackSet"]


class TestWaitingForAnotherSet:
    def test_automatic_deployment_comes_after_that_of_the_named_sets(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        other = "arn:aws:cloudformation:us-east-1:123456789012:stackset/other:1"
        assert run("rollout", "start", "--yes").exit_code == 0
        arn = f"arn:aws:cloudformation:us-east-1:123456789012:stackset/{NAME}:1"
        stack_sets.sets[NAME].description["StackSetARN"] = arn
        arguments = ("rollout", "start", "--yes", "--template", "private-packages", "--auto-deployment")
        result = run(*arguments, "--depends-on", NAME, "--depends-on", other)
        assert result.exit_code == 0, result.output
        created = called(stack_sets, "CreateStackSet")[-1]
        assert created["AutoDeployment"] == {
            "Enabled": True,
            "RetainStacksOnAccountRemoval": False,
            "DependsOn": [other, arn],
        }
        assert f"get the template by themselves, after {arn}, {other}; the" in " ".join(result.stderr.split())
        same = run(*arguments, "--depends-on", other, "--depends-on", NAME)
        assert same.stdout.startswith("Nothing to do")
        assert run(*arguments).exit_code == 0  # which waits for none
        assert "DependsOn" not in called(stack_sets, "UpdateStackSet")[-1]["AutoDeployment"]

    def test_a_set_that_is_not_there_is_told(
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        organization(1)
        result = run("rollout", "start", "--yes", "--auto-deployment", "--depends-on", "base")
        assert result.stderr.splitlines()[-1] == (
            "Error: There is no stack set base in us-east-1: correct --depends-on."
        )
        assert changes(stack_sets) == []


class TestLeaving:
    @pytest.fixture
    def interrupted(
        self, organization: Grow, stack_sets: StackSets, monkeypatch: pytest.MonkeyPatch
    ) -> StackSets:
        """Ctrl-C comes while it waits."""
        organization(3)

        def interrupt(_seconds: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("time.sleep", interrupt)
        return stack_sets

    def test_the_operation_goes_on_and_it_is_said_how_to_get_back(
        self, run: Run, interrupted: StackSets
    ) -> None:
        result = run("rollout", "start", "--yes")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.splitlines()[-1] == (
            "Error: Stopped watching, but what was started goes on in the accounts: watch it again with"
            " `private-packages rollout watch`, or stop it with `private-packages rollout stop`."
        )
        assert counted(interrupted)["StopStackSetOperation"] == 0
        interrupted.advance(60)
        assert {instance.status for instance in instances(interrupted)} == {"CURRENT"}

    def test_the_commands_name_the_set_where_that_is_needed(self, run: Run, interrupted: StackSets) -> None:
        result = run("rollout", "start", "--yes", "--name", "checks")
        assert "checks" in interrupted.sets
        assert "`private-packages rollout watch --name checks`" in result.stderr


class TestSelfManaged:
    def test_it_goes_to_the_named_accounts_with_the_named_roles(
        self, run: Run, stack_sets: StackSets
    ) -> None:
        """Without an organization."""
        result = run(
            *("rollout", "start", "--yes", "--self-managed"),
            *("--account", "111122223333", "--account", "444455556666"),
            *("--administration-role-arn", "arn:aws:iam::123456789012:role/administration"),
            *("--execution-role-name", "execution"),
            *("--parameter", "OrganizationId=o-a1b2c3d4e5"),
        )
        assert result.stdout == "2 of 2 instances done.\n", result.output
        [created] = called(stack_sets, "CreateStackSet")
        assert created["PermissionModel"] == "SELF_MANAGED"
        assert created["AdministrationRoleARN"] == "arn:aws:iam::123456789012:role/administration"
        assert created["ExecutionRoleName"] == "execution"
        assert "AutoDeployment" not in created
        [deployed] = called(stack_sets, "CreateStackInstances")
        assert deployed["Accounts"] == ["111122223333", "444455556666"]
        assert "DeploymentTargets" not in deployed

    def test_without_an_organization_one_has_to_be_given(self, run: Run, stack_sets: StackSets) -> None:
        result = run("rollout", "start", "--yes", "--self-managed", "--account", "111122223333")
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "Error: Give the organization of the accounts, --parameter OrganizationId=ID: Account "
        )
        assert not called(stack_sets, "CreateStackSet")


def test_tags_come_beside_those_of_the_set(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(1)
    run("rollout", "start", "--yes", "--tag", "team=web", "--tag", "stage=prod")
    assert "Tags" not in called(stack_sets, "CreateStackInstances")[0]
    result = run("rollout", "start", "--yes", "--tag", "team=build")
    assert "tag team" in result.stderr
    [created], [updated] = called(stack_sets, "CreateStackSet"), called(stack_sets, "UpdateStackSet")
    assert created["Tags"] == [{"Key": "team", "Value": "web"}, {"Key": "stage", "Value": "prod"}]
    assert updated["Tags"] == [{"Key": "team", "Value": "build"}, {"Key": "stage", "Value": "prod"}]


def test_every_template_has_a_kind_of_its_own() -> None:
    """So that a set of one is never taken for a set of the other."""
    without = DEFAULT.model_copy(update={"role_check": "none"})
    made = {
        name: Definition.of(
            template_text(name, DEFAULT if name in of(DEFAULT) else without), {}, Permissions(), {}
        )
        for name in TEMPLATES
    }
    for name, definition in made.items():
        others = [described(other) for each, other in made.items() if each != name]
        definition.require_ours(NAME, described(definition))
        for other in others:
            with pytest.raises(StackSetError, match="was made from another template"):
                definition.require_ours(NAME, other)
