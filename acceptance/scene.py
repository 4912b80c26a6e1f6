"""Where the steps act: the accounts, the commands of this project, and AWS's own answers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from acceptance import stub
from acceptance.stub import BUILD_ROLES, OTHER_ROLE, PREFIX
from private_packages.aws.aws import Aws, asking, sign_in
from private_packages.aws.errors import AwsError, StackError

ROLES = (*BUILD_ROLES, OTHER_ROLE)
TOKEN = "not-a-real-token"  # noqa: S105 - which it says
STACK, STUB = PREFIX, f"{PREFIX}-stackery"
_BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")


@dataclass(frozen=True)
class Account:
    """An account that the run may use."""

    profile: str
    region: str | None

    @cached_property
    def aws(self) -> Aws:
        """AWS as the profile reaches it."""
        return sign_in(self.profile, self.region)

    def client(self, service: str) -> Any:
        """Return a client of boto3."""
        return self.aws.client(service)

    @property
    def is_imitation(self) -> bool:
        """Whether this is no account of AWS's."""
        return "amazonaws" not in self.client("sts").meta.endpoint_url

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to call as this account."""
        region = self.aws.region
        return {"AWS_PROFILE": self.profile, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}

    def role(self, name: str) -> str:
        """Return the ARN of a role that the run has made."""
        found = self.aws.identity
        return f"arn:{found.partition}:iam::{found.account}:role/{PREFIX}/{name}"

    def as_role(self, name: str) -> dict[str, str]:
        """Return the environment of a process that calls as such a role."""
        sts = self.client("sts")
        keys = sts.assume_role(RoleArn=self.role(name), RoleSessionName=PREFIX)["Credentials"]
        environment = {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_REGION": self.aws.region,
            "AWS_DEFAULT_REGION": self.aws.region,
        }
        return environment | ({"AWS_ENDPOINT_URL": sts.meta.endpoint_url} if self.is_imitation else {})

    def stack(self, name: str) -> dict[str, Any]:
        """Return a stack as CloudFormation describes it; empty where there is none."""
        with suppress(ClientError):
            return dict(self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0])
        return {}

    def put(self, name: str, body: str | None = None, **parameters: str) -> dict[str, Any]:
        """Create or update a stack as the console does, and return how it ended.

        Args:
            name: the stack.
            body: its template; None keeps the one that it has.
            parameters: those that get a value; the others keep theirs.
        """
        cloudformation, before = self.client("cloudformation"), self.stack(name)
        known = [each["ParameterKey"] for each in before.get("Parameters", [])]
        given: list[dict[str, Any]]
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        given += [{"ParameterKey": key, "UsePreviousValue": True} for key in known if key not in parameters]
        asked: dict[str, Any] = {
            "StackName": name,
            "Parameters": given,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        asked |= {"TemplateBody": body} if body else {"UsePreviousTemplate": True}
        try:
            call = cloudformation.update_stack if before else cloudformation.create_stack
            stack_id = call(**asked)["StackId"]
        except ClientError as error:
            if "No updates" not in str(error):
                raise
            return before
        self._wait(stack_id, "update" if before else "create")
        return self.stack(stack_id)

    def delete(self, name: str) -> None:
        """Delete a stack, and wait until that has ended."""
        cloudformation, found = self.client("cloudformation"), self.stack(name)
        if found.get("EnableTerminationProtection"):
            cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName=found["StackId"])
        self._wait(found["StackId"], "delete")

    def _wait(self, stack_id: str, what: str) -> None:
        pause = {"Delay": 0.1 if self.is_imitation else 5, "MaxAttempts": 720}
        with suppress(WaiterError):
            waiter = self.client("cloudformation").get_waiter(f"stack_{what}_complete")
            waiter.wait(StackName=stack_id, WaiterConfig=pause)

    def install_stub(
        self, version: str = stub.NEW, roles: tuple[str, ...] = (), *, reads_elsewhere: bool = False
    ) -> None:
        """Install what stands in for the Stackery Role, or change it."""
        body = stub.template(version, roles or ROLES, reads_elsewhere=reads_elsewhere)
        status = self.put(STUB, body)["StackStatus"]
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackError(f"The stub is {status}: see the stack {STUB}.")

    def require_free(self) -> None:
        """Refuse an account that has a role of a name that the stub gives: names of roles have no path.

        Raises:
            StackError: it has one that no run has made.
            AwsError: AWS cannot be asked.
        """
        for role in ROLES:
            path = f"/{PREFIX}/"
            try:
                with asking(f"look for the role {role}"):
                    path = self.client("iam").get_role(RoleName=role)["Role"]["Path"]
            except AwsError as error:
                if error.code != "NoSuchEntity":
                    raise
            if path != f"/{PREFIX}/":
                account = self.aws.identity.account
                raise StackError(
                    f"The stub needs the name of the role {path[1:]}{role} in {account}: use another account."
                )


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed for programs; empty where it printed nothing."""
        return dict(json.loads(self.stdout or "{}"))

    @property
    def last_line(self) -> str:
        """The last thing that it said."""
        return (self.stderr.strip().splitlines() or [""])[-1]


@dataclass
class Scene:
    """All that a step needs."""

    secret: Account
    build: Account | None
    organization: Account | None
    unit: str | None
    folder: Path
    """Where the commands run."""
    raw: list[str] = field(default_factory=list)
    """What AWS and the commands said in the step at hand."""
    memory: dict[str, str] = field(default_factory=dict)
    """What a step leaves to later ones."""

    def command(
        self,
        *words: str,
        account: Account | None = None,
        stdin: str = "",
        environment: dict[str, str] | None = None,
    ) -> Ended:
        """Run a command of this project in the secret account, or as somebody else, and keep what it said."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(_WHO)}
        ended = subprocess.run(
            [sys.executable, "-m", "private_packages", *words],
            cwd=self.folder,
            env=own | (environment or (account or self.secret).environment),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        self.raw += [f"$ private-packages {' '.join(words)}", *ended.stderr.strip().splitlines()[-12:]]
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def said(self, what: str, call: Callable[[], object]) -> str:
        """Return what AWS says to a call: empty where it answers, else its code and words."""
        answer = ""
        try:
            call()
        except ClientError as error:
            answer = "{Code}: {Message}".format(**error.response["Error"])
        self.raw.append(f"{what}: {answer or 'answered'}")
        return answer

    def events(self, stack: str) -> list[dict[str, Any]]:
        """Return the events of a stack's latest operation, the oldest first."""
        pages = self.secret.client("cloudformation").get_paginator("describe_stack_events")
        found: list[dict[str, Any]] = []
        for event in (event for page in pages.paginate(StackName=stack) for event in page["StackEvents"]):
            found.insert(0, event)
            is_of_stack = event["PhysicalResourceId"] == event["StackId"]
            if is_of_stack and event["ResourceStatus"] in _BEGINNINGS:
                break
        return found

    def failures(self, stack: str) -> list[str]:
        """Return what failed in a stack's latest operation: the resource and why."""
        found = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
            for event in self.events(stack)
            if event["ResourceStatus"].endswith("_FAILED")
        ]
        self.raw += found
        return found or [""]

    def took(self, stack: str, resource: str) -> str:
        """Return for how many seconds a resource was last worked on."""
        times = [each["Timestamp"] for each in self.events(stack) if each["LogicalResourceId"] == resource]
        return f"{(times[-1] - times[0]).total_seconds() if times else 0:.0f} s"

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack."""
        return {each["OutputKey"]: each["OutputValue"] for each in self.secret.stack(STACK)["Outputs"]}

    def versions(self) -> dict[str, list[str]]:
        """Return the versions of the token's secret and their stages."""
        client = self.secret.client("secretsmanager")
        found = client.describe_secret(SecretId=self.outputs()["NpmSecretArn"])
        return {each: sorted(stages) for each, stages in found.get("VersionIdsToStages", {}).items()}

    def pause(self, seconds: int) -> None:
        """Let AWS spread what was changed; an imitation need not."""
        if not self.secret.is_imitation:
            time.sleep(seconds)

    @cached_property
    def template(self) -> str:
        """The template that is deployed."""
        return self.command("template", "--stdout", "private-packages").stdout


_WHO = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
"""What would make a process somebody else than it is to be."""
