"""Looks for tokens and keys of known forms in every line that a commit of this repository ever added."""

import subprocess
import sys

from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

FORMS = (
    *("AWSKeyDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector", "NpmDetector"),
    *("PrivateKeyDetector", "PypiTokenDetector", "SlackDetector", "StripeDetector"),
)


def main() -> int:
    """Print where each was added, without it, and return 1 where there is one."""
    log = subprocess.run(
        ["git", "log", "--all", "--patch", "--no-color", "--no-textconv", "--format=commit %h"],
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    commit, file, found = "", "", 0
    with transient_settings({"plugins_used": [{"name": name} for name in FORMS]}):
        for line in log.splitlines():
            if line.startswith("commit "):
                commit = line.removeprefix("commit ")
            elif line.startswith("+++ b/"):
                file = line.removeprefix("+++ b/")
            elif line.startswith("+"):
                for secret in scan_line(line[1:]):
                    found += 1
                    print(f"{commit} {file}: {secret.type}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
