"""`private-packages rollout plan`, called as a user calls it."""

import json
from collections.abc import Callable

import boto3
import pytest
from moto.organizations import models as organizations_models

from private_packages.aws.aws import Aws
from private_packages.aws.organization.account_check import Finding, Verdict
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import StackSets
from tests.private_packages.conftest import Run


def test_it_changes_nothing(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(3)
    assert run("rollout", "plan").exit_code == 0
    assert {operation for operation, _ in stack_sets.calls} == {
        "DescribeOrganizationsAccess",
        "DescribeStackSet",
    }


def test_it_tells_who_gets_it_and_who_does_not(run: Run, organization: Grow) -> None:
    tree = organization(6, suspended=1)
    result = run("rollout", "plan", "--exclude", tree.accounts[1])
    lines = result.stdout.splitlines()
    assert lines[0] == "Stack set     stackery-role-check in us-east-1 (service-managed)"
    assert "Accounts      4 (left out: 1 suspended, 1 excluded)" in lines
    assert "              1 in Root/Workloads/Test" in lines
    assert f"{tree.accounts[2]}  team-2  Root/Workloads/Test  (1 new)" in lines
    assert tree.accounts[0] not in result.stdout
    assert "2. Create 4 instances in us-east-1." in lines
    assert lines[-1] == (
        "Note: StackSets leaves out the management account 123456789012. Where it is needed there, deploy it"
        " with that account's credentials: aws cloudformation deploy --stack-name stackery-role-check"
        " --template-file templates/role-check.yaml --capabilities CAPABILITY_IAM"
        f" --parameter-overrides OrganizationId={tree.id} --region us-east-1"
    )


def test_it_tells_what_is_there_and_what_differs(run: Run, organization: Grow) -> None:
    tree = organization(8)
    run("rollout", "start", "--yes", "--ou", tree.units["Prod"])
    result = run("rollout", "plan", "--ou", tree.units["Test"], "--parameter", "RoleCheck=Warn")
    assert (
        "Now           the set has 2 instances (2 current), 2 of them outside these accounts and Regions;"
        " differs in parameter RoleCheck\n"
    ) in result.stdout
    assert (
        "1. Bring the stack set stackery-role-check and all of its 2 instances up to date.\n"
        "2. Create 2 instances in us-east-1.\n"
    ) in result.stdout


def test_where_nothing_is_to_do_it_says_so(run: Run, organization: Grow) -> None:
    organization(2)
    run("rollout", "start", "--yes")
    assert "Nothing to do: all is there and current.\n" in run("rollout", "plan").stdout


def test_the_pace_is_shown(run: Run, organization: Grow) -> None:
    organization(1)
    result = run("rollout", "plan", "--max-concurrent", "10", "--failure-tolerance", "5%")
    assert (
        "Pace          10 of the accounts of a Region at once, until more than 5% have failed\n"
    ) in result.stdout


def test_what_keys_and_secrets_cost_is_told_before(run: Run, organization: Grow) -> None:
    organization(2)
    wanted = ("--template", "private-packages", "--regions", "us-east-1,eu-west-1")
    told = (
        "Costs         5.60 USD a month and more: a key, and an empty secret for each repository, in each of"
    )
    assert f"{told} 4 new instances\n" in run("rollout", "plan", *wanted).stdout
    document = json.loads(run("rollout", "plan", *wanted, "--output", "json").stdout)
    assert document["monthly_cost_usd"] == 5.6
    assert "Go on, for 5.60 USD a month? [y/N]" in run("rollout", "start", *wanted).stderr
    # The role check alone costs nothing worth telling.
    assert "USD" not in run("rollout", "plan").stdout


def test_programs_are_told_of_each_account(run: Run, organization: Grow) -> None:
    tree = organization(2, suspended=1)
    document = json.loads(run("rollout", "plan", "--output", "json").stdout)
    assert document["accounts"] == [
        {
            "id": tree.accounts[1],
            "name": "team-1",
            "unit": "Root/Workloads/Prod",
            "instances": {"us-east-1": "new"},
        }
    ]
    assert document["left_out"] == [
        {"id": tree.accounts[0], "name": "team-0", "why": "suspended"},
        {"id": "123456789012", "name": "master", "why": "management account"},
    ]
    assert document["exists"] is False
    assert document["preflight"] is None


class TestPreflight:
    """The check itself is tested with `private-packages check`."""

    @pytest.fixture
    def find(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
        """Let the check find this; returns what it is asked."""
        asked: list[object] = []

        def answer(**verdicts: Verdict) -> list[object]:
            def check(aws: Aws, members: list[object], *arguments: object) -> list[Finding]:
                retries = aws.config.retries  # type: ignore[attr-defined]
                assert retries == {"mode": "adaptive", "total_max_attempts": 8}
                asked.extend([[member.name for member in members], *arguments])  # type: ignore[attr-defined]
                return [
                    Finding(
                        member.id,  # type: ignore[attr-defined]
                        verdicts.get(member.name.replace("-", ""), Verdict.READY),  # type: ignore[attr-defined]
                        "1.24.9",
                        None,
                        "o-a1b2c3d4e5",
                        "Upgrade it.",
                    )
                    for member in members
                ]

            monkeypatch.setattr("private_packages.aws.organization.organization_check.check_members", check)
            return asked

        return answer

    def test_it_asks_what_the_template_will_ask(
        self, run: Run, organization: Grow, find: Callable[..., list[object]]
    ) -> None:
        organization(2)
        asked = find()
        arguments = ("--parameter", "MinimumRoleVersion=1.26.0", "--role-name", "auditor")
        result = run("rollout", "plan", "--preflight", *arguments)
        assert result.exit_code == 0, result.output
        names, requirements, role_name, _concurrency = asked
        assert (names, role_name) == (["team-0", "team-1"], "auditor")
        assert requirements.minimum_role_version == "1.26.0"  # type: ignore[attr-defined]
        described = boto3.client("organizations").describe_organization()["Organization"]
        assert requirements.organization_id == described["Id"]  # type: ignore[attr-defined]

    def test_it_fails_where_an_account_would(
        self, run: Run, organization: Grow, find: Callable[..., list[object]]
    ) -> None:
        organization(2)
        find(team1=Verdict.UPGRADE)
        result = run("rollout", "plan", "--preflight")
        assert result.exit_code == 1
        assert "Upgrade it." in result.stdout
        assert result.stdout.endswith("1 ready, 1 to upgrade\n")
        result = run("rollout", "plan", "--preflight", "--output", "json")
        assert json.loads(result.stdout)["preflight"]["summary"]["to upgrade"] == 1


def test_what_a_member_is_called_does_no_harm(
    run: Run, organization: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS would not take such a name; something in between could say it."""
    organization(3)
    name = organizations_models.FakeAccount.describe
    harmful = {"Name": "\x1b[2J\u202e\u2028株式会社"}
    monkeypatch.setattr(organizations_models.FakeAccount, "describe", lambda each: name(each) | harmful)
    for output in ("text", "json"):
        told = run("rollout", "plan", "--output", output).stdout
        assert told.replace("\n", "").isprintable()
        assert "株式会社" in told
