"""How long it takes to write the templates, from the process's start to its end, beside the CDK.

Run it with `make benchmark`. The CDK app in benchmarks/cdk makes the same kinds of resources; it is measured
where npm is, in turn with the generator, so that a busy machine slows both. `cdk synth` runs the app's own
`node app.js`, which is measured without it, too.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RUNS = 10
HERE = Path(__file__).parent
PYTHON = Path(sys.executable)


@dataclass(frozen=True)
class Program:
    """What is measured."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        """Run it once and return how long that took."""
        start = time.perf_counter()
        environment = os.environ | self.variables
        subprocess.run(self.command, cwd=self.folder, env=environment, check=True, capture_output=True)
        return time.perf_counter() - start


def in_turn(programs: Sequence[Program]) -> list[list[float]]:
    """Run each program once to warm the caches, then all of them in turn; return the times of each."""
    for program in programs:
        program.seconds()
    rounds = [[program.seconds() for program in programs] for _ in range(RUNS)]
    return [list(times) for times in zip(*rounds, strict=True)]


def spread(values: Sequence[float], unit: str = " s", digits: int = 2) -> str:
    """Return the median and the range."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"median {middle:.{digits}f}{unit}  ({low:.{digits}f} to {high:.{digits}f}{unit})"


def compare(programs: Sequence[Program]) -> None:
    """Print each program's times, and how the first one's compare with each other's, run by run."""
    first, *others = in_turn(programs)
    print(f"{programs[0].name:<44} {spread(first)}")
    for program, times in zip(programs[1:], others, strict=True):
        ratios = [one / other for one, other in zip(first, times, strict=True)]
        print(f"{program.name:<44} {spread(times)}; of which the first takes {spread(ratios, '', 3)}")


def main() -> None:
    """Measure the generator, what of it are imports, and the CDK where it can be installed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PYTHON.with_name("private-packages"), "template", "--output-dir", folder]
        template = Program("private-packages template", command, HERE.parent)
        libraries = ("pydantic", "troposphere", "click", "yaml")
        models = {"pydantic": "from pydantic import BaseModel"}
        imports = [
            Program(
                f"  Python and its import of {name}",
                [PYTHON, "-c", models.get(name, f"import {name}")],
                HERE.parent,
            )
            for name in libraries
        ]
        for program, times in zip(imports, in_turn(imports), strict=True):
            print(f"{program.name:<44} {spread(times)}")
        npm, node = shutil.which("npm"), shutil.which("node")
        if not (npm and node):
            compare([template])
            print("the CDK: not measured, Node.js or npm is missing")
            return
        cdk = HERE / "cdk"
        subprocess.run([npm, "ci", "--silent"], cwd=cdk, check=True)
        output = {"CDK_OUTDIR": f"{folder}/cdk.out"}
        synth = [cdk / "node_modules/.bin/cdk", "synth", "--quiet", "--no-notices"]
        compare(
            [
                template,
                Program("node app.js, the CDK alone", [node, "app.js"], cdk, output),
                Program("cdk synth", synth, cdk),
            ]
        )


if __name__ == "__main__":
    main()
