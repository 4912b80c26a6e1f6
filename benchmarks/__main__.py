"""Prints one table of what this project takes and what its peers take: make benchmark.

`python -m benchmarks hook help` measures these parts alone.
"""

import shutil
import sys
from datetime import UTC, datetime

from benchmarks import generation, hook, organization_check, role_check, rollout, start
from benchmarks.table import line, machine

PARTS = {
    "generation": generation.rows,
    "role_check": role_check.rows,
    "hook": hook.rows,
    "organization_check": organization_check.rows,
    "rollout": rollout.rows,
    "start": start.rows,
}


def main(names: list[str]) -> None:
    """Print each line of the table as it comes."""
    if wrong := [name for name in names if name not in PARTS]:
        sys.exit(f"There is no part {wrong[0]}: name some of {', '.join(PARTS)}.")
    if missing := [name for name in ("node", "npm") if not shutil.which(name)]:
        sys.exit(
            f"There is no {missing[0]}: install Node.js and npm, which the CDK and codeartifact login need."
        )
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}.\n")
    print(line("what", "ours", "peer", "theirs", "ratio"))
    print(line("---", "---:", "---", "---:", "---:"), flush=True)
    for name in names or PARTS:
        for row in PARTS[name]():
            print(line(*row.cells()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
