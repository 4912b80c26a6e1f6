"""Starts and stops MiniStack, and deploys to it as one of many accounts."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import WaiterError

from tests import ROOT

START_SECONDS = 60
REGION = "us-east-1"
OUTSIDE_ANY_ORGANIZATION = "9"
"""How the accounts begin that belong to no organization: tests/e2e/ministack_server.py sees to that."""


IN_ONE_ORGANIZATION = "8"
"""How the accounts begin that belong to one organization together; any other has one of its own."""
ONE_ORGANIZATION = "o-8888888888"


@contextmanager
def running() -> Iterator[str]:
    """Start MiniStack on a free port, in a process of its own, and stop it afterwards; yields its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        # Nothing of the caller's AWS settings may reach the server or the functions that it runs.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BOTOCORE_"))
        }
        environment |= {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "TMPDIR": folder,
            "STATE_DIR": folder,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.ministack_server"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,  # which ends with this process, however that ends
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that the functions' processes can be stopped with it
            )
        try:
            _wait_until_healthy(server, url, log)
            yield url
        finally:
            _stop(server)


def _wait_until_healthy(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()  # noqa: S310
            return
        time.sleep(0.05)
    raise RuntimeError(f"MiniStack did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.communicate()


@dataclass(frozen=True)
class Account:
    """An AWS account of its own on a MiniStack server."""

    url: str
    id: str

    def client(self, service: Any, region: str = REGION) -> Any:
        """Return a client whose calls are this account's."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=self.id,  # MiniStack takes it for the account
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}),
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a process, such as the AWS CLI, needs to call MiniStack as this account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.id,
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def install_stackery_role(
        self,
        version: str | None,
        *,
        region: str = REGION,
        roles: tuple[str, ...] = ("stackery-factory-role", "stackery-deployer"),
    ) -> None:
        """Install or upgrade what stands in for the Stackery Role: its stack and the build roles."""
        iam = self.client("iam")
        for role in roles:
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                iam.create_role(RoleName=role, Path="/stackery/", AssumeRolePolicyDocument="{}")
        template = {
            "Resources": {"Agent": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
            "Outputs": {"Version": {"Value": version}} if version else {},
        }
        self.deploy("stackery", json.dumps(template), region=region)

    def deploy(
        self, name: str, template: str, parameters: Mapping[str, str] | None = None, *, region: str = REGION
    ) -> dict[str, Any]:
        """Create or update a stack and return its description, whether that succeeded or not."""
        cloudformation = self.client("cloudformation", region)
        exists = any(
            stack["StackName"] == name and stack["StackStatus"] != "DELETE_COMPLETE"
            for stack in cloudformation.list_stacks()["StackSummaries"]
        )
        call = cloudformation.update_stack if exists else cloudformation.create_stack
        stack_id = call(
            StackName=name,
            TemplateBody=template,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()
            ],
            Capabilities=["CAPABILITY_IAM"],
        )["StackId"]
        waiter = cloudformation.get_waiter("stack_update_complete" if exists else "stack_create_complete")
        with suppress(WaiterError):
            waiter.wait(StackName=stack_id, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        return self.stack(stack_id, region=region)

    def delete(self, name: str) -> dict[str, Any]:
        """Delete a stack, protected or not; return its last description, whether that succeeded or not."""
        cloudformation = self.client("cloudformation")
        stack_id = self.stack(name)["StackId"]
        cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName=name)
        with suppress(WaiterError):
            waiter = cloudformation.get_waiter("stack_delete_complete")
            waiter.wait(StackName=stack_id, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        return self.stack(stack_id)

    def stack(self, stack_id: str, *, region: str = REGION) -> dict[str, Any]:
        """Return a stack's description."""
        stack: dict[str, Any] = self.client("cloudformation", region).describe_stacks(StackName=stack_id)[
            "Stacks"
        ][0]
        return stack

    def failures(self, stack_id: str, *, region: str = REGION) -> dict[str, str]:
        """Return the reason of each resource that failed, the first failure first."""
        events = self.client("cloudformation", region).describe_stack_events(StackName=stack_id)[
            "StackEvents"
        ]
        return {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED")
        }
