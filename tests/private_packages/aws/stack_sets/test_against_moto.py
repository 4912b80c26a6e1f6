"""Versions as moto's stacks answer, over HTTP."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.organization.roles import Roles
from private_packages.aws.stack_sets import role_versions
from private_packages.aws.stack_sets.instances import Instance, Outcome

pytestmark = pytest.mark.server
TOPIC = {"T": {"Type": "AWS::SNS::Topic"}}
TEMPLATE = json.dumps({"Resources": TOPIC, "Outputs": {"StackeryRoleVersion": {"Value": "1.30.4"}}})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    try:
        yield sign_in(region="us-east-1")
    finally:
        # What was made stays in this process.
        urllib.request.urlopen(f"{address}/moto-api/reset", b"").close()  # noqa: S310
        server.stop()


def test_versions_are_read_in_other_accounts_through_the_clients_that_all_share(aws: Aws) -> None:
    accounts = ["111100000001", "111100000002"]
    found = []
    for account in accounts:
        role = aws.assume(f"arn:aws:iam::{account}:role/Reader")
        made = role.client("cloudformation").create_stack(StackName="check", TemplateBody=TEMPLATE)
        found.append(Instance(account, "us-east-1", Outcome.DONE, stack_id=made["StackId"]))
    elsewhere = Instance("111100000003", "us-east-1", Outcome.DONE, stack_id=f"{found[0].stack_id}x")
    roles = Roles(aws, "Reader", actions=role_versions.ACTIONS, connections=role_versions.AT_ONCE)
    assert [each.version for each in role_versions.add([*found, elsewhere], roles.assume)] == [
        "1.30.4",
        "1.30.4",
        "",
    ]
