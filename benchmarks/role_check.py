"""How long the role check takes from the event to the answer, and how much of Lambda's processor and memory.

Run it with `make benchmark`. The template's function runs in a process of its own, as in Lambda, and asks
MiniStack on loopback, which answers in a few milliseconds: what is measured is the function's own share. The
processor's time holds the start of Python and the import of boto3; for its 256 MB, Lambda gives it a seventh
of a processor.
"""

import statistics
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.custom_resource.cloudformation import serve
from tests.e2e.faults import Fault, between
from tests.e2e.lambda_function import Run, invoke
from tests.e2e.ministack import Account, running

RUNS = 5
AT_ONCE = 200
SPARED = 10
"""How many calls a second Organizations answers to all of them."""
ORGANIZATION = "organizations:DescribeOrganization"
TEMPLATE = """Conditions:
  Never: !Equals [this, that]
Resources:
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
  Agent:
    Type: Custom::StackeryAgentCommanderBootstrap
    Condition: Never  # nothing here installs it
    Properties:
      AgentVersion: 1.30.4
"""


def ask(account: Account) -> tuple[Run, bool]:
    """Run the function once; return also whether it passed."""
    with serve() as cloudformation:
        run = invoke(cloudformation.event("Create"), account.environment)
        return run, cloudformation.answer["Status"] == "SUCCESS"


def ask_through(account: Account, fault: Fault) -> tuple[Run, bool]:
    """Run the function once where AWS has this fault."""
    with between(account.url, fault) as proxy:
        return ask(Account(proxy.url, account.id))


def measure(name: str, run: Callable[[], tuple[Run, bool]], times: int = RUNS, at_once: int = 1) -> None:
    """Print a line of the table."""
    with ThreadPoolExecutor(at_once) as pool:
        runs, passed = zip(*pool.map(lambda _: run(), range(times)), strict=True)
    seconds = [run.seconds for run in runs]
    print(
        f"{name:<46} {sum(passed):3} of {times:<3} {statistics.median(seconds):7.2f} s {max(seconds):7.2f} s"
        f" {statistics.median(run.cpu_seconds for run in runs):7.2f} s"
        f" {max(run.megabytes for run in runs):5.0f} MB",
        flush=True,
    )


def main(spared: int) -> None:
    """Measure the check of a healthy account, of large templates, and where AWS is busy."""
    print(f"{'':<46}     passed     median   longest processor  memory")
    with running() as url:
        healthy, elsewhere, *others = (Account(url, f"{100000000000 + number}") for number in range(5))
        healthy.install_stackery_role("1.30.4")
        measure("version in the stack's output", partial(ask, healthy))
        elsewhere.install_stackery_role("1.30.4", region="eu-west-1")
        measure("stack in another Region", partial(ask, elsewhere))
        for account, size in zip(others, (0, 51_000, 999_500), strict=True):
            account.install_stackery_role(None)
            s3, cloudformation = account.client("s3"), account.client("cloudformation")
            s3.create_bucket(Bucket=account.id)
            s3.put_object(Bucket=account.id, Key="template", Body="\n" * size + TEMPLATE)
            cloudformation.update_stack(StackName="stackery", TemplateURL=f"{url}/{account.id}/template")
            measure(f"version in a template, {size:,} bytes blank", partial(ask, account))
        for action in ("iam:GetRole", "cloudformation:DescribeStacks", ORGANIZATION):
            fault = Fault("throttled", action, 8)
            run = partial(ask_through, healthy, fault)
            measure(f"{action} throttled for 8 s", run, at_once=RUNS)
        with between(url, Fault("throttled", ORGANIZATION, spared=spared)) as proxy:
            run = partial(ask, Account(proxy.url, healthy.id))
            measure(f"{AT_ONCE} at once, of which {spared} a second are answered", run, AT_ONCE, AT_ONCE)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SPARED)
