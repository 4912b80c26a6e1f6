"""How long it takes to write the templates, from the process's start to its end, beside `cdk synth`.

Run it with `make benchmark`. It prints the median and the range of some runs. The CDK app in benchmarks/cdk
makes the same kinds of resources; it is measured only where npm is.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 10
HERE = Path(__file__).parent


def measure(name: str, command: list[str], folder: Path) -> None:
    """Run a command once to warm the caches, then some times more, and print how long that took."""
    seconds = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    seconds = seconds[1:]
    print(
        f"{name:<32} median {statistics.median(seconds):.2f} s  ({min(seconds):.2f} to {max(seconds):.2f} s)"
    )


def main() -> None:
    """Measure the generator, and the CDK where it can be installed."""
    private_packages = Path(sys.executable).with_name("private-packages")
    with tempfile.TemporaryDirectory() as folder:
        measure(
            "private-packages template",
            [str(private_packages), "template", "--output-dir", folder],
            HERE.parent,
        )
    npm = shutil.which("npm")
    if npm is None:
        print("cdk synth: not measured, npm is missing")
        return
    cdk = HERE / "cdk"
    subprocess.run([npm, "ci", "--silent"], cwd=cdk, check=True)
    measure("cdk synth", [str(cdk / "node_modules/.bin/cdk"), "synth", "--quiet", "--no-notices"], cdk)


if __name__ == "__main__":
    main()
