"""How long it takes to write the templates, and their size, beside the CDK and `aws cloudformation package`.

The CDK app in benchmarks/cdk makes the same resources; `cdk synth` runs its `node app.js`, which is measured
without it, too. `package` zips the function of the same template and uploads it to MiniStack on loopback.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import ROOT, Row, medians, program
from generator import short_forms
from tests.e2e.ministack import Account, running
from tests.e2e.terminal import COMMAND
from tests.node import install

RUNS = 10
CDK = ROOT / "benchmarks" / "cdk"


def rows() -> Iterator[Row]:
    """Compare the whole programs, from start to end."""
    install(CDK)
    with tempfile.TemporaryDirectory() as name, running() as url:
        folder, account = Path(name), Account(url, "100000000000")
        package = _package(folder / "package", account)
        ours, *theirs = medians(
            RUNS,
            program(COMMAND, "template", "--output-dir", folder),
            program(
                CDK / "node_modules/.bin/cdk",
                "synth",
                "--quiet",
                "--no-notices",
                "--output",
                folder,
                folder=CDK,
            ),
            program("node", "app.js", folder=CDK, variables={"CDK_OUTDIR": name}),
            program(*package, folder=folder / "package", variables=account.environment),
        )
        peers = ("cdk synth", "node app.js, the CDK alone", "aws cloudformation package, to MiniStack")
        for peer, seconds in zip(peers, theirs, strict=True):
            yield Row("templates from repositories.yaml", ours, peer=peer, theirs=seconds)
        synthesized = (folder / "private-packages.template.json").stat().st_size
        size = (folder / "private-packages.yaml").stat().st_size
    yield Row("private-packages.yaml", size, "B", "the CDK's template of the same resources", synthesized)


def _package(folder: Path, account: Account) -> list[str | Path]:
    """Return the command that packages the template, whose function becomes a file of its own."""
    template = short_forms.load((ROOT / "templates" / "private-packages.yaml").read_text("utf-8"))
    code = folder / "code"
    code.mkdir(parents=True)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            (code / "index.py").write_text(resource["Properties"]["Code"]["ZipFile"], "utf-8")
            resource["Properties"]["Code"] = "code"
    (folder / "template.json").write_text(json.dumps(template), "utf-8")
    account.client("s3").create_bucket(Bucket="packages")
    aws = Path(sys.executable).with_name("aws")
    options = ("--template-file", "template.json", "--s3-bucket", "packages", "--force-upload")
    return [aws, "cloudformation", "package", *options, "--output-template-file", "packaged.yaml"]
