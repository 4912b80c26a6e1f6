"""Why an instance is not done: the sentence in CloudFormation's text, and what several of them share."""

import re
from collections.abc import Sequence

from private_packages.aws.text import one_line

# As StackSets prints it for the resource that failed, with a full stop after what the service said:
# "ResourceLogicalId:QMPoller, ResourceType:AWS::Lambda::Function, ResourceStatusReason:Resource handler …".
_RESOURCE = re.compile(
    r"ResourceLogicalId:(?P<id>[^,]*), ResourceType:(?P<type>[^,]*), ResourceStatusReason:(?P<reason>.+)"
)
# What CloudFormation puts before and after the words of a service or of a custom resource.
_NOISE = re.compile(
    r"^Received response status \[FAILED\] from custom resource\. Message returned:"
    r"|^Resource handler returned message:"
    r"|\((?:RequestToken|RequestId|Request ID|Service|SDK Attempt Count): [^()]*\)"
    r"|See the details in CloudWatch Log Stream: \S*"
    r"|Please check your logs for requestId \[[^\]]*\]\.?"
    r"|If you are using the Python cfn-response module, .*"
)
_LENGTH = 4_000
"""Characters; longer than reasons are."""
_KNOWN = {"ACCOUNT_SUSPENDED": "The account is suspended."}

_VARIES = re.compile(
    r"arn:[a-z-]+:\S+"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b[0-9]{12}\b"
    r"|\b[a-z]{2,9}(?:-[a-z]+)+-[0-9]+\b"
    r"|\b[0-9]+(?:\.[0-9]+)+(?:-\w+)*"
)
"""What differs where the same went wrong: ARNs, request ids, account numbers, Regions and versions."""

_ROLE_VERSION = re.compile(r"Stackery Role.* has version ([^\s,]+?)(?:\.$|, which)")


def sentence(text: str) -> str:
    """Return what a person needs of the reason that CloudFormation gives; empty only where it gives none."""
    whole = one_line(text, _LENGTH)
    found = _RESOURCE.search(whole)
    said = found["reason"] if found else whole
    told = _KNOWN.get(said) or _ended(_NOISE.sub(" ", said)) or _ended(said) or whole
    # A custom resource speaks for itself, but what a service says can be about any resource.
    if found and found["type"].startswith("AWS::"):
        return f"{found['id']} ({found['type']}): {told}"
    return told


def _ended(text: str) -> str:
    bare = " ".join(text.split()).rstrip(' ."').lstrip(' "')
    return bare if not bare or bare.endswith(("!", "?")) else f"{bare}."


def stackery_role_version(reason: str) -> str:
    """Return the version that the role check found too old; empty where the reason is another one."""
    found = _ROLE_VERSION.search(reason)
    return found[1] if found else ""


def pattern(reason: str) -> tuple[str, ...]:
    """Return what is the same wherever the same went wrong."""
    return tuple(_VARIES.split(reason))


def common(reasons: Sequence[str]) -> str:
    """Return the one sentence of reasons of the same pattern, with … where they differ."""
    fixed = pattern(reasons[0])
    values = zip(*(_VARIES.findall(reason) for reason in reasons), strict=True)
    shown = ["…" if len(set(column)) > 1 else column[0] for column in values]
    text = "".join(part for pair in zip(fixed, [*shown, ""], strict=True) for part in pair)
    return f"{text[:-2]}…" if text.endswith("….") else text
