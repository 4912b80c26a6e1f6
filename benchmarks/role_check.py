"""How long the role check takes as a function, from its process's start to its answer, and its code's size.

It runs beside the same check with crhelper and behind CDK's provider framework, which is a function of its
own that calls the check's. All ask MiniStack on loopback, which answers in a few milliseconds, and deliver
the answer by plain HTTP: what is measured is the functions' own share. For its 256 MB, Lambda gives a
function a seventh of a processor.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.generation import CDK
from benchmarks.table import ROOT, Row, medians, seconds
from tests.custom_resource.cloudformation import CloudFormation, serve
from tests.e2e.faults import Fault, between
from tests.e2e.lambda_function import RUNTIME, source
from tests.e2e.ministack import Account, running
from tests.node import install

RUNS = 9
AT_ONCE, ANSWERED = 200, 10
"""So many functions at once, and so many calls in a second that Organizations answers to all of them."""
HERE = ROOT / "benchmarks"
PEERS = ROOT / ".venv" / "benchmarks" / "peers" / "bin" / "python"
PROVIDER = CDK / "node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime"
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


def install_peers() -> None:
    """Install crhelper and botocove as they are locked, in an environment of their own."""
    subprocess.run([ROOT / "scan" / "environment", "benchmarks/peers"], check=True)


def rows() -> Iterator[Row]:
    """Compare a healthy check, and tell of the slowest healthy ones."""
    install(CDK)
    install_peers()
    with tempfile.TemporaryDirectory() as folder, running() as url, serve() as cloudformation:
        here = Path(folder)
        (here / "index.py").write_text(source(), "utf-8")
        healthy, elsewhere, large = (Account(url, f"{100000000000 + number}") for number in range(3))
        healthy.install_stackery_role("1.30.4")
        elsewhere.install_stackery_role("1.30.4", region="eu-west-1")
        _install_large(large)
        runtime = ("-c", RUNTIME, "120")
        check = [sys.executable, *runtime]
        ours, crhelper, cdk, other_region, template = medians(
            RUNS,
            _asked(cloudformation, check, here, healthy),
            _asked(cloudformation, [PEERS, *runtime], HERE / "peers" / "crhelper", healthy),
            _asked(cloudformation, ["node", CDK / "provider.js", sys.executable], ROOT, healthy),
            _asked(cloudformation, check, here, elsewhere),
            _asked(cloudformation, check, here, large),
        )
        busy = Fault("throttled", "organizations:DescribeOrganization", spared=ANSWERED)
        with between(url, busy) as proxy:
            through = Account(proxy.url, healthy.id)
            last = seconds(lambda: _all_at_once(check, here, through))
    code = len(source().encode())
    yield Row("role check, cold start to answer", ours, peer="with crhelper", theirs=crhelper)
    yield Row(
        "role check, cold start to answer", ours, peer="behind CDK's provider, without its SDK", theirs=cdk
    )
    yield Row("  its stack in another Region", other_region)
    yield Row("  its stack's template has 1 MB of blank lines", template)
    yield Row(f"  the last of {AT_ONCE}, where {ANSWERED} a second are answered", last)
    [library] = PEERS.parent.parent.glob("lib/*/site-packages/crhelper")
    yield Row("code of answer and check", code, "B", "crhelper alone", _size(library, "*.py"))
    yield Row(
        "code of answer and check", code, "B", "CDK's provider framework alone", _size(PROVIDER, "*.js")
    )


def _asked(
    cloudformation: CloudFormation, command: Sequence[str | Path], folder: Path, account: Account
) -> Callable[[], object]:
    """Return the task that runs a function once, and fails where the check does."""
    environment = account.environment | {"HOME": str(folder), "PYTHONPATH": str(ROOT)}

    def run() -> None:
        cloudformation.reset()
        event = json.dumps(cloudformation.event("Create"))
        subprocess.run(
            command, cwd=folder, env=environment, input=event, text=True, check=True, capture_output=True
        )
        if cloudformation.answer["Status"] != "SUCCESS":
            raise SystemExit(str(cloudformation.answer))

    return run


def _all_at_once(command: Sequence[str | Path], folder: Path, account: Account) -> None:
    def once(_: int) -> None:
        with serve() as cloudformation:
            _asked(cloudformation, command, folder, account)()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(once, range(AT_ONCE)))


def _install_large(account: Account) -> None:
    account.install_stackery_role(None)
    s3 = account.client("s3")
    s3.create_bucket(Bucket=account.id)
    s3.put_object(Bucket=account.id, Key="template", Body="\n" * 999_500 + TEMPLATE)
    url = f"{account.url}/{account.id}/template"
    account.client("cloudformation").update_stack(StackName="stackery", TemplateURL=url)


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))
