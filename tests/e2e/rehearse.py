"""`make rehearse`: the deployment as a person meets it, on MiniStack, on this machine.

It deploys the templates as generated, but to an imitation of AWS: what it shows of CloudFormation, of the
function and of the policies is real, that the policies are obeyed is not.
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from tests import ROOT
from tests.e2e.ministack import Account, running

SECRET = "/stackery/ghpackagerepotoken"
STACK = "private-packages"
console = Console(highlight=False, emoji=False, soft_wrap=True)  # :secret: in an ARN is no emoji


def rehearse(account: Account) -> None:
    """Go through the deployment step by step; raises AssertionError where one does not end as it should."""
    template = (ROOT / "templates" / "private-packages.yaml").read_text()
    token = secrets.token_urlsafe(24)

    step(1, "The account's Stackery Role is at 1.24.9: the deployment is refused")
    account.install_stackery_role("1.24.9")
    stack = account.deploy(STACK, template, {"GitHubPackagesToken": token})
    show_events(account, stack["StackId"])
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert not account.client("secretsmanager").list_secrets()["SecretList"]
    console.print("No key and no secret were created.")
    account.delete(STACK)

    step(2, "After its upgrade to 1.25.0: the deployment passes")
    account.install_stackery_role("1.25.0")
    stack = account.deploy(STACK, template, {"GitHubPackagesToken": token})
    show_events(account, stack["StackId"])
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    for name, value in outputs.items():
        console.print(f"  [bold]{name:<24}[/] {value}")

    step(3, "Who may read")
    key = account.client("kms").get_key_policy(KeyId=outputs["KeyArn"], PolicyName="default")
    secret = account.client("secretsmanager").get_resource_policy(SecretId=SECRET)
    show_policy("The key's policy", key["Policy"])
    show_policy("The secret's policy", secret["ResourcePolicy"])

    step(4, "The secret, read back with the aws command")
    command = ["aws", "secretsmanager", "get-secret-value", "--secret-id", outputs["GitHubPackagesSecretArn"]]
    command += ["--query", "SecretString", "--output", "text"]
    console.print(f"[bold]$ {' '.join(command)}[/]")
    value = run(command, account)
    assert value == token
    console.print(f"{'*' * len(value)}  (masked here; it is the token that was put in)")


def step(number: int, title: str) -> None:
    """Announce a step."""
    console.print()
    console.rule(f"[bold cyan]{number}. {title}", align="left")


def show_events(account: Account, stack_id: str) -> None:
    """Print what became of each resource, in its order, with the reason of what failed."""
    events = account.client("cloudformation").describe_stack_events(StackName=stack_id)["StackEvents"]
    for event in reversed(events):
        status = event["ResourceStatus"]
        if status.endswith("_IN_PROGRESS"):
            continue
        colour = "red" if "FAILED" in status or "ROLLBACK" in status else "green"
        console.print(f"  [{colour}]{status:<18}[/] {event['LogicalResourceId']}")
        if "FAILED" in status:
            console.print(f"[bold red]{event['ResourceStatusReason']}[/]")


def show_policy(title: str, policy: str) -> None:
    """Print each statement: what it is for, what it allows, and to whom under which conditions."""
    console.print(f"[underline]{title}[/]")
    for statement in json.loads(policy)["Statement"]:
        console.print(f"  [bold]{statement['Sid']}[/]: [green]{', '.join(statement['Action'])}[/]")
        console.print(f"    Principal {statement['Principal']['AWS']}")
        for operator, tests in statement.get("Condition", {}).items():
            for key, values in tests.items():
                texts = values if isinstance(values, list) else [values]
                console.print(f"    {operator} [cyan]{key}[/] {' or '.join(texts)}")


def run(command: list[str], account: Account) -> str:
    """Run the AWS CLI of this environment as the account and return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | account.environment | {"PATH": path}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    with running() as url:
        rehearse(Account(url, "111122223333"))
    console.print("\n[bold green]Done.[/] MiniStack has stopped; nothing of this is left.")
