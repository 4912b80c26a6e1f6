"""The commands about tokens as users run them: installed, in a pipe and in a terminal, on a real stack."""

import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.tokens import expiry, stored_token
from private_packages.aws.tokens.token import Token
from tests import ROOT
from tests.e2e.front import before
from tests.e2e.ministack import Account

pytestmark = pytest.mark.server

COMMAND = Path(sys.executable).with_name("private-packages")
MAIN = (ROOT / "templates" / "private-packages.yaml").read_text()
SECRET = "/stackery/ghpackagerepotoken"
TOKEN = "not-a-real-token"
NEW = "not-a-real-token-either"
DEPLOYED = ("--stack-name", "private-packages")
ID = "GitHubPackages"


@pytest.fixture
def account(account: Account) -> Account:
    """The secret account, with the stack and without a token."""
    account.install_stackery_role("1.30.4")
    assert account.deploy("private-packages", MAIN)["StackStatus"] == "CREATE_COMPLETE"
    return account


def run(
    account: Account, *arguments: str, given: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a pipe, in a folder without a configuration."""
    ended = subprocess.run(
        [COMMAND, *arguments],
        cwd="/",
        env=os.environ | account.environment | settings,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    for token in (TOKEN, NEW):
        assert token not in ended.stdout + ended.stderr
    return ended


def stored(account: Account) -> str:
    return str(account.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])


def documented(command: str, heading: str) -> list[str]:
    """The keys in the JSON example of a command's page, under a heading."""
    text = (ROOT / f"docs/commands/{command}.md").read_text().partition(heading)[2]
    [example, *_] = re.findall(r"^```json\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return sorted(keys(json.loads(example)))


def keys(document: Any, path: str = "") -> set[str]:
    if isinstance(document, dict):
        return {path}.union(*(keys(value, f"{path}.{key}") for key, value in document.items()))
    if isinstance(document, list):
        return {path}.union(*(keys(value, f"{path}[]") for value in document))
    return {path}


def test_from_no_token_to_a_rotated_one(account: Account) -> None:
    assert run(account, "status").stdout.endswith(
        f"Needs attention: the secret of {ID} has no value: private-packages token set {ID}.\n"
    )
    assert run(account, "token", "check", ID).returncode == 1
    assert f"{ID}: no value\n" in run(account, "verify", *DEPLOYED).stdout

    first = run(account, "token", "set", ID, given=f"  {TOKEN}\n")
    assert (first.returncode, stored(account)) == (0, TOKEN)
    assert first.stderr == "Note: removed the white space around the token.\n"
    assert "Before:\n  no value yet\n" in first.stdout

    second = run(account, "token", "set", ID, given=f"{NEW}\n", AWS_MAX_ATTEMPTS="1")
    assert (second.returncode, stored(account)) == (0, NEW)
    after = second.stdout.partition("After:\n")[2].splitlines()
    assert sorted(line.split("  ")[-1] for line in after[:-1]) == ["AWSCURRENT", "AWSPREVIOUS"]

    assert "nothing was changed" in run(account, "token", "set", ID, given=NEW).stdout
    assert f"Token: {len(NEW)} characters\nUsable.\n" in run(account, "token", "check", ID).stdout
    verified = run(account, "verify", *DEPLOYED)
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, "1 of 1 usable here.")
    assert run(account, "status", "--drift").stdout.endswith("Drift: IN_SYNC\nAll is well.\n")


def in_days(days: int) -> str:
    return str(expiry.today() + timedelta(days))


def test_a_rotation_and_back_without_a_gap(account: Account) -> None:
    for token, days in ((TOKEN, 5), (NEW, 40)):
        assert run(account, "token", "set", ID, "--expires", in_days(days), given=token).returncode == 0
    assert run(account, "status").stdout.endswith("All is well.\n")
    current, previous = json.loads(run(account, "token", "versions", ID, "--output", "json").stdout)[
        "versions"
    ]
    assert (current["stages"], current["expires"]) == (["AWSCURRENT"], in_days(40))
    assert (previous["stages"], previous["expires"]) == (["AWSPREVIOUS"], in_days(5))

    assert run(account, "token", "roll-back", ID).returncode == 1
    assert stored(account) == NEW
    rolled = run(account, "token", "roll-back", ID, "--yes")
    assert (rolled.returncode, stored(account)) == (0, TOKEN)
    assert f"AWSCURRENT, ends on {in_days(5)}, in 5 days\n" in rolled.stdout.partition("After:\n")[2]
    assert f"the token of {ID} ends on {in_days(5)}, in 5 days: private-packages token set {ID}.\n" in (
        run(account, "status").stdout
    )
    assert run(account, "token", "roll-back", ID, "--yes").returncode == 0
    assert stored(account) == NEW


def test_the_same_token_with_another_end_is_another_version(account: Account) -> None:
    for days in (20, 20, 30):
        run(account, "token", "set", ID, "--expires", in_days(days), given=TOKEN)
    shown = run(account, "token", "versions", ID).stdout.splitlines()[1:]
    assert sorted(line.partition("AWS")[2].partition(", in ")[0] for line in shown) == [
        f"CURRENT, ends on {in_days(30)}",
        f"PREVIOUS, ends on {in_days(20)}",
    ]


def test_of_three_tokens_the_last_two_can_be_exchanged(account: Account) -> None:
    for token in ("not-a-real-token-0", TOKEN, NEW):
        run(account, "token", "set", ID, given=token)
    for expected in (TOKEN, NEW):
        run(account, "token", "roll-back", ID, "--yes")
        assert stored(account) == expected


def test_what_builds_read_while_tokens_are_set_and_rolled_back(account: Account, tmp_path: Path) -> None:
    """One or the other, each with its own end; never none, and never the one's token with the other's end."""
    ends = {TOKEN: in_days(5), NEW: in_days(9)}
    for token, day in ends.items():
        run(account, "token", "set", ID, "--expires", day, given=token)
    hook, home = tmp_path / "hook", tmp_path / "home"
    home.mkdir()
    assert run(account, "hook", "--output", str(hook)).returncode == 0
    session = boto3.Session(account.id, "none", region_name="us-east-1")
    arn = account.client("secretsmanager").describe_secret(SecretId=SECRET)["ARN"]
    over = threading.Event()
    exchanged: list[str] = []

    def exchange() -> None:
        aws = Aws(session)
        while not over.is_set():
            stored_token.roll_back(aws, stored_token.describe_for_roll_back(aws, arn, ID), ID)
            token = NEW if len(exchanged) % 2 else TOKEN
            stored_token.store(aws, arn, Token(token), None, ID, date.fromisoformat(ends[token]))
            exchanged.append(token)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as pool:
        patch.setenv("AWS_ENDPOINT_URL", account.url)
        exchanging = pool.submit(exchange)
        environment = account.environment | {
            "HOME": str(home),
            "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        }
        try:
            for _ in range(6):
                built = subprocess.run(
                    ["/usr/bin/env", "bash", hook],
                    env=environment,
                    cwd=tmp_path,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert built.returncode == 0, built.stderr
                [token] = re.findall(r":_authToken=(.*)", (home / ".npmrc").read_text())
                assert f"ends on {ends[token]}, in " in built.stderr
        finally:
            over.set()
        exchanging.result()
    assert len(exchanged) >= 6


def test_a_stack_update_keeps_the_token(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    account.deploy("private-packages", MAIN, {"Recheck": "again"})
    assert stored(account) == TOKEN


def test_the_build_role_reads_it_and_the_stack_is_read_before(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    role = f"arn:aws:iam::{account.id}:role/stackery/stackery-deployer"
    verified = run(account, "verify", *DEPLOYED, "--role-arn", role)
    assert verified.returncode == 0
    assert verified.stderr == ""
    assert verified.stdout.startswith(
        f"Reading as arn:aws:sts::{account.id}:assumed-role/stackery-deployer/private-packages,"
        f" at {account.url}\n"
    )


def test_json_has_the_documented_keys(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    secrets = account.client("secretsmanager")
    for arguments, given, page, heading in [
        (("token", "set", ID), NEW, "token", "## `token set"),
        (("token", "check", ID, "--ask-registry"), "", "token", "## `token check"),
        (("token", "versions", ID), "", "token", "## `token versions"),
        (("token", "roll-back", ID, "--yes"), "", "token", "## `token roll-back"),
        (("verify", *DEPLOYED), "", "verify", "# "),
        (("status", "--drift"), "", "status", "# "),
    ]:
        secrets.update_secret(SecretId=SECRET, Description="changed by hand")
        # There is no way to a registry, which is told as a problem.
        ended = run(account, *arguments, "--output", "json", given=given, https_proxy="http://127.0.0.1:1")
        found = json.loads(ended.stdout)
        if "--ask-registry" in arguments:
            assert found.pop("problems") == ["The registry cannot be asked from here."]
            found["problems"] = []
        assert sorted(keys(found)) == documented(page, heading), arguments


def test_drift_is_found(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    account.client("secretsmanager").update_secret(SecretId=SECRET, Description="changed by hand")
    ended = run(account, "status", "--drift")
    assert ended.returncode == 1
    assert "  GitHubPackagesSecret (AWS::SecretsManager::Secret): MODIFIED\n" in ended.stdout
    assert "    /Description: NOT_EQUAL\n" in ended.stdout


def test_policies_that_cloudformation_does_not_compare_are_compared(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    kms = account.client("kms")
    key = kms.describe_key(KeyId="alias/private-packages")["KeyMetadata"]["KeyId"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    audit = {"Sid": "Audit", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    policy["Statement"].append(audit)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    ended = run(account, "status", "--drift")
    assert ended.returncode == 1
    assert "    The policy of the key: the statement Audit goes, Allow kms:Decrypt to *.\n" in ended.stdout
    account.client("secretsmanager").delete_resource_policy(SecretId=SECRET)
    assert "Allow secretsmanager:GetSecretValue to *" in run(account, "status", "--drift").stdout


def test_a_key_and_a_secret_about_to_be_deleted_need_attention(account: Account) -> None:
    run(account, "token", "set", ID, given=TOKEN)
    key = account.client("kms").describe_key(KeyId="alias/private-packages")["KeyMetadata"]["Arn"]
    account.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    account.client("secretsmanager").delete_secret(SecretId=SECRET, RecoveryWindowInDays=7)
    ended = run(account, "status")
    assert ended.returncode == 1
    attention = ended.stdout.splitlines()[-1]
    assert "the key is pending deletion" in attention
    assert f"the secret of {ID} is marked for deletion" in attention
    assert "marked for deletion" in run(account, "token", "set", ID, given=NEW).stderr
    assert "Not usable: The secret is marked for deletion" in run(account, "token", "check", ID).stdout
    assert f"{ID}: marked for deletion\n" in run(account, "verify", *DEPLOYED).stdout


@contextmanager
def terminal(account: Account, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the installed command in a terminal of its own, whose other end are this process's pipes."""
    program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    with subprocess.Popen(
        [sys.executable, "-c", program, COMMAND, *arguments],
        cwd="/",
        env=os.environ | account.environment | {"TERM": "xterm"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield process


def read_until(process: subprocess.Popen[bytes], end: str) -> str:
    """What the terminal shows until this text, or until the command ends."""
    assert process.stdout
    shown, deadline = b"", time.monotonic() + 30
    while end.encode() not in shown and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.1)[0]:
            chunk = os.read(process.stdout.fileno(), 4096)
            if not chunk:
                break
            shown += chunk
    assert end.encode() in shown, shown
    return shown.decode()


def type_in(process: subprocess.Popen[bytes], text: bytes) -> None:
    assert process.stdin
    process.stdin.write(text)
    process.stdin.flush()


class TestInATerminal:
    def test_the_token_is_typed_without_a_trace(self, account: Account) -> None:
        with terminal(account, "token", "set", ID) as process:
            shown = read_until(process, f"Token of {ID}: ")
            type_in(process, f"{TOKEN}\n".encode())
            shown += read_until(process, "Stored: builds read the new token from now on.")
            assert process.wait(30) == 0
        assert stored(account) == TOKEN
        assert TOKEN not in shown
        assert "*" not in shown

    def test_ctrl_c_at_the_question_changes_nothing(self, account: Account) -> None:
        run(account, "token", "set", ID, given=TOKEN)
        with terminal(account, "token", "set", ID) as process:
            read_until(process, f"Token of {ID}: ")
            type_in(process, b"\x03")
            read_until(process, "Error: Stopped: nothing was changed.")
            assert process.wait(30) == 1
        assert stored(account) == TOKEN

    def test_nothing_typed_is_refused(self, account: Account) -> None:
        with terminal(account, "token", "set", ID) as process:
            read_until(process, f"Token of {ID}: ")
            type_in(process, b"\n")
            read_until(process, "Error: The token is empty: type or pipe the token itself.")
            assert process.wait(30) == 1


@pytest.fixture
def watched(account: Account) -> Iterator[tuple[str, list[str]]]:
    """The address of a server before MiniStack, and where the token shows while it is under way."""
    seen: list[str] = []

    def watch(_operation: str, parameters: Mapping[str, Any]) -> None:
        if TOKEN in str(parameters):
            seen.append("the request")
            seen.extend(places())

    with before(account.url, watch) as url:
        yield url, seen


def places() -> list[str]:
    """Where any process of this machine shows the token to others: its arguments and its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if TOKEN.encode() in (process / name).read_bytes():
                    found.append(f"{process}/{name}")
            except OSError:
                continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system shows no processes so")
def test_no_process_shows_the_token_while_it_is_stored(
    account: Account, watched: tuple[str, list[str]]
) -> None:
    url, seen = watched
    assert run(account, "token", "set", ID, given=TOKEN, AWS_ENDPOINT_URL=url).returncode == 0
    assert stored(account) == TOKEN
    assert seen == ["the request"]
