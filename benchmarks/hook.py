"""How much longer a build waits for the hook than for the bare `aws` calls that it makes.

Run it with `make benchmark`. The real AWS CLI asks a server on loopback. Bare and hook take turns, so that
both see the same load of the machine.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.hooks.machine import Machine, arn
from tests.hooks.secrets_manager import SecretsManager

BARE = """for arn in "$@"; do
  aws secretsmanager get-secret-value --region eu-central-1 --secret-id "${arn}" \
    --version-stage AWSCURRENT --query SecretString --output text >/dev/null &
done
wait"""


def measure(runs: int, *tasks: Callable[[], object]) -> list[list[float]]:
    """Return the seconds of each run of each task, which take turns; the first turn does not count."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for run in range(runs + 1):
        for task, taken in zip(tasks, seconds, strict=True):
            start = time.perf_counter()
            task()
            if run:
                taken.append(time.perf_counter() - start)
    return seconds


def main(runs: int) -> None:
    """Print the medians for one secret and for several."""
    print(f"{'secrets':>7}  {'bare aws':>9}  {'hook':>9}  {'hook costs':>10}   (seconds, medians of {runs})")
    for count in (1, 4, 10):
        names = [f"Repository{number}" for number in range(count)]
        arns = [arn(name) for name in names]
        with tempfile.TemporaryDirectory() as folder, SecretsManager() as server:
            machine = Machine(Path(folder) / "machine")
            machine.use_real_aws(server.endpoint)
            for secret in arns:
                server.store(secret, "not-a-real-token-1")
            machine.make(
                *(
                    f"\n  - {{id: {name}, manager: npm, url: 'https://example.com/{name}', secret: {name}}}"
                    for name in names
                )
            )
            bare_calls = partial(machine.run, "bash", "-c", BARE, "bash", *arns)
            bare, hook = measure(runs, bare_calls, machine.run)
        costs = statistics.median(b - a for a, b in zip(bare, hook, strict=True))
        print(f"{count:7}  {statistics.median(bare):9.3f}  {statistics.median(hook):9.3f}  {costs:+10.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
