"""`private-packages rollout status`: what it shows of a stack set, and in which shapes."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.stack_sets.instances import Outcome
from tests import ROOT
from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.generator.golden import assert_golden
from tests.private_packages.aws.stack_sets.rollouts import (
    FORTY,
    NAMES,
    STACK_SET,
    TOLERANCE,
    UNIT,
    account,
    listed_accounts,
    paged,
    summary,
    too_old,
)
from tests.private_packages.aws.stack_sets.test_role_versions import ROLE, WHO, described
from tests.private_packages.conftest import Run
from tests.test_docs import blocks

GOLDEN = Path(__file__).parent / "golden"
DOCS = (ROOT / "docs" / "commands" / "rollout-status.md").read_text()
Script = Callable[..., Scripted]


def operations(status: str) -> dict[str, Any]:
    began = datetime(2026, 11, 25, tzinfo=UTC)
    found = {"OperationId": "1", "Action": "CREATE", "Status": status, "CreationTimestamp": began}
    return {"Summaries": [found]}


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Make AWS answer from a script: these instances of the stack set, unless it says otherwise."""

    def aws(summaries: Sequence[Mapping[str, object]] = FORTY, **script: ScriptEntry) -> Scripted:
        usual: dict[str, ScriptEntry] = {
            "GetCallerIdentity": WHO,
            "DescribeOrganization": {
                "Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": WHO["Account"]}
            },
            "ListAccounts": listed_accounts(NAMES),
            "ListStackInstances": paged(summaries, 17),
            "ListStackSetOperations": operations("FAILED"),
            "ListRoots": {"Roots": [{"Id": "r-ab12", "Name": "Root"}]},
            "DescribeOrganizationalUnit": {
                "OrganizationalUnit": {
                    "Id": UNIT,
                    "Name": "Workloads",
                    "Path": f"o-a1b2c3d4e5/r-ab12/{UNIT}/",
                }
            },
        }
        session = Scripted(boto, script=usual | script)
        monkeypatch.setattr("boto3.Session", lambda **_: session)
        return session

    return aws


def test_forty_accounts_are_shown_the_causes_first(run: Run, aws: Script) -> None:
    aws()
    result = run("rollout", "status")
    assert (result.exit_code, result.stderr) == (1, "")
    assert_golden(GOLDEN / "forty.txt", result.stdout)


def test_only_what_is_not_done_is_shown_where_that_is_asked_for(run: Run, aws: Script) -> None:
    aws()
    result = run("rollout", "status", "--failed")
    assert result.exit_code == 1
    whole = (GOLDEN / "forty.txt").read_text().splitlines()
    assert result.stdout.splitlines() == [line.rstrip() for line in whole if not line.startswith("done ")]


@pytest.mark.parametrize(
    ("instances", "line", "exit_code"),
    [
        ([summary(1, "SUCCEEDED")], "1 done", 0),
        ([summary(1, "SUCCEEDED"), summary(2, "SKIPPED_SUSPENDED_ACCOUNT")], "1 done, 1 skipped", 0),
        ([summary(1, "SUCCEEDED"), summary(2, "FAILED", too_old(2, "1.0"))], "1 done, 1 failed", 1),
        ([summary(1, "CANCELLED", TOLERANCE)], "1 cancelled", 1),
        ([summary(1, "RUNNING"), summary(2, "PENDING")], "1 running, 1 waiting", 1),
        ([], "no instances yet: begin with `private-packages rollout start`", 1),
    ],
    ids=["all done", "done but for the suspended", "failed", "cancelled", "under way", "empty"],
)
def test_the_exit_code_tells_whether_anything_is_left_to_do(
    run: Run, aws: Script, instances: list[dict[str, Any]], line: str, exit_code: int
) -> None:
    aws(instances)
    result = run("rollout", "status")
    assert result.stdout.splitlines()[0] == f"Stack set {STACK_SET} in us-east-1: {line}"
    assert result.exit_code == exit_code


def test_a_set_that_is_not_there_is_one_sentence(run: Run, aws: Script) -> None:
    missing = ErrorAnswer("StackSetNotFoundException")
    aws(ListStackInstances=missing, ListStackSetOperations=missing)
    result = run("rollout", "status", "--html", "status.html")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: There is no stack set stackery-role-check in us-east-1: correct --name, --region or"
        " --profile.\n"
    )
    assert not Path("status.html").exists()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "stackery-role-check"),
        (["--template", "private-packages"], "stackery-private-packages"),
        (["--name", "mine"], "mine"),
    ],
)
def test_the_stack_set_is_named_or_follows_from_the_template(
    run: Run, aws: Script, options: list[str], name: str
) -> None:
    session = aws([])
    run("rollout", "status", *options)
    assert ("ListStackInstances", name) in [(call, sent.get("StackSetName")) for call, sent in session.sent]


def test_who_may_not_list_accounts_sees_their_numbers(run: Run, aws: Script) -> None:
    aws([summary(1, "SUCCEEDED")], ListAccounts=ErrorAnswer("AccessDeniedException"))
    assert run("rollout", "status").stdout.splitlines()[2:] == [
        "OUTCOME  ACCOUNT       REGION     REASON",
        f"done     {account(1)}  us-east-1",
    ]


def test_the_versions_of_accounts_that_are_done_are_read_where_that_is_asked_for(
    run: Run, aws: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Roles:
        """In the place of the shared clients, which no script reaches."""

        def __init__(self, aws: Aws, role_name: str, *, actions: Sequence[str], connections: int) -> None:
            assert (actions, connections > 1) == (("cloudformation:DescribeStacks",), True)
            self.assume = lambda account: aws.assume(f"arn:aws:iam::{account}:role/{role_name}")

    monkeypatch.setattr("private_packages.aws.organization.roles.Roles", Roles)
    session = aws([summary(1, "SUCCEEDED")], AssumeRole=ROLE, DescribeStacks=described)
    result = run("rollout", "status", "--versions", "--role-name", "Reader", "--output", "json")
    assert json.loads(result.stdout)["instances"][0]["version"] == "1.30.4"
    [assumed] = [sent for operation, sent in session.sent if operation == "AssumeRole"]
    assert assumed["RoleArn"] == f"arn:aws:iam::{account(1)}:role/Reader"


def test_a_delegated_administrator_says_so_in_every_call(run: Run, aws: Script) -> None:
    administrator = {"DelegatedAdministrators": [{"Id": WHO["Account"]}]}
    organization = {"Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": account(99)}}
    session = aws(DescribeOrganization=organization, ListDelegatedAdministrators=administrator)
    run("rollout", "status")
    calls = [sent["CallAs"] for operation, sent in session.sent if operation == "ListStackInstances"]
    assert calls == ["DELEGATED_ADMIN"] * 3


def test_no_role_is_assumed_unasked(run: Run, aws: Script) -> None:
    session = aws()
    run("rollout", "status")
    assert "AssumeRole" not in {operation for operation, _ in session.sent}


def test_json_is_one_document_of_the_documented_shape(run: Run, aws: Script) -> None:
    aws()
    result = run("rollout", "status", "--output", "json")
    found = json.loads(result.stdout)
    [example] = blocks(DOCS, "json")
    documented = json.loads(example)
    assert _shape(found) == _shape(documented)
    assert list(found["counts"]) == list(documented["counts"]) == list(Outcome)
    assert (len(found["instances"]), sum(found["counts"].values())) == (40, 40)
    assert found["instances"][0] == documented["instances"][0]
    assert found["reasons"][0] == documented["reasons"][0]


def _shape(document: Any) -> Any:
    """The keys and the kinds of values, of the first entry where there are several."""
    if isinstance(document, dict):
        return {key: _shape(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_shape(document[0])]
    return type(document).__name__


def test_json_of_what_is_not_done_still_counts_everything(run: Run, aws: Script) -> None:
    aws()
    found = json.loads(run("rollout", "status", "--failed", "--output", "json").stdout)
    assert (found["counts"]["done"], len(found["instances"])) == (22, 18)


def test_csv_has_a_line_for_each_instance_with_the_documented_columns(run: Run, aws: Script) -> None:
    aws()
    result = run("rollout", "status", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    [example] = blocks(DOCS, "csv")
    documented = list(csv.DictReader(io.StringIO(example)))
    assert list(rows[0]) == list(documented[0])
    assert rows[0] == documented[0]
    assert len(rows) == 40


def test_an_account_s_name_is_no_formula_in_a_spreadsheet(run: Run, aws: Script) -> None:
    aws([summary(1, "SUCCEEDED")], ListAccounts=listed_accounts({account(1): "=HYPERLINK(1)"}))
    [row] = csv.DictReader(io.StringIO(run("rollout", "status", "--output", "csv").stdout))
    assert row["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("output", ["text", "json", "csv"])
def test_the_page_is_written_beside_the_result(run: Run, aws: Script, output: str) -> None:
    aws()
    plain = run("rollout", "status", "--output", output)
    result = run("rollout", "status", "--output", output, "--html", "out/status.html")
    assert (result.stdout, result.stderr) == (plain.stdout, "Wrote out/status.html\n")
    page = Path("out/status.html").read_text("utf-8")
    assert "<title>22 of 40 accounts ready: stackery-role-check</title>" in page
    assert [path.name for path in Path("out").iterdir()] == ["status.html"]


def test_the_page_has_all_accounts_whatever_else_is_shown(run: Run, aws: Script) -> None:
    aws()
    assert run("rollout", "status", "--failed", "--html", "status.html").exit_code == 1
    assert Path("status.html").read_text("utf-8").count('<tr class="ready"') == 22


@pytest.mark.parametrize(("status", "sentence"), [("FAILED", "has ended"), ("RUNNING", "is going on")])
def test_the_page_tells_whether_the_rollout_has_ended(
    run: Run, aws: Script, status: str, sentence: str
) -> None:
    session = aws(ListStackSetOperations=operations(status))
    run("rollout", "status", "--html", "status.html")
    assert f"The rollout {sentence}." in Path("status.html").read_text("utf-8")
    calls = [operation for operation, _ in session.sent]
    assert calls.index("ListStackSetOperations") < calls.index("ListStackInstances")


def test_the_page_names_the_organizational_unit_or_gives_its_id(run: Run, aws: Script) -> None:
    aws()
    run("rollout", "status", "--html", "named.html")
    assert "Organizational unit Root/Workloads;" in Path("named.html").read_text("utf-8")
    aws(DescribeOrganizationalUnit=ErrorAnswer("AccessDeniedException"))
    run("rollout", "status", "--html", "bare.html")
    assert f"Organizational unit {UNIT};" in Path("bare.html").read_text("utf-8")


def test_without_a_page_nothing_is_asked_for_it(run: Run, aws: Script) -> None:
    session = aws()
    run("rollout", "status")
    calls = {operation for operation, _ in session.sent}
    assert not calls & {"ListStackSetOperations", "ListRoots", "DescribeOrganizationalUnit"}


@pytest.mark.parametrize(
    ("options", "exit_code", "error"),
    [
        (["--html", ""], 2, "--html names no file"),
        (["--html", "."], 2, "is a directory"),
        (["--html", "file/status.html"], 1, "file/status.html: cannot be written: "),
        (["--output", "xml"], 2, "'xml' is not one of"),
        (["--template", "other"], 2, "'other' is not one of"),
    ],
)
def test_a_wrong_use_is_one_sentence(
    run: Run, aws: Script, options: list[str], exit_code: int, error: str
) -> None:
    aws()
    Path("file").touch()
    result = run("rollout", "status", *options)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert error in result.stderr


HARMFUL = "\x1b]0;owned\x07\u202e\u2028\r\n=HYPERLINK(1)<script>alert(1)</script> Müller 株式会社"


@pytest.mark.parametrize("output", ["text", "json", "csv"])
def test_what_members_of_the_organization_say_does_no_harm(run: Run, aws: Script, output: str) -> None:
    """Of 2,000, whatever they are called, whatever their stacks answer."""
    reasons = (HARMFUL, HARMFUL * 20_000, too_old(1, "9" * 100_000), "<b>" + HARMFUL)
    members = range(2_000 if output == "csv" else 40)
    told = [summary(number, "FAILED", reasons[number % 4] if number < 8 else HARMFUL) for number in members]
    aws(told, ListAccounts=listed_accounts({account(number): HARMFUL for number in members}))
    result = run("rollout", "status", "--output", output, "--html", "page.html")
    page = Path("page.html").read_text("utf-8")
    for text in (result.stdout, page):
        assert text.replace("\n", "").isprintable()
        assert "Müller 株式会社" in text
        assert len(text) < 200_000 + 5_000 * len(members)
    assert "<script>alert" not in page
    assert not re.search("<b>[^0-9]", page.partition("<h1>")[2])
