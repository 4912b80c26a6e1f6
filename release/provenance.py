"""Prints where the files of a release come from: in-toto's Statement 1 with SLSA's provenance 1."""

import hashlib
import json
import platform
import subprocess
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Print the statement about all files in a folder."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": path.name, "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}}
            for path in sorted(folder.iterdir())
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "make release",
                "externalParameters": {},
                "internalParameters": {"python": platform.python_version()},
                "resolvedDependencies": [
                    {"name": "commit", "digest": {"gitCommit": commit}},
                    *(
                        {
                            "name": lock,
                            "digest": {"sha256": hashlib.sha256(Path(lock).read_bytes()).hexdigest()},
                        }
                        for lock in ("requirements.txt", "scan/cyclonedx-bom.txt")
                    ),
                ],
            },
            "runDetails": {"builder": {"id": "a machine of whoever ran make release; nothing signs this"}},
        },
    }
    print(json.dumps(statement, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
