"""What a run has found: for people and for programs, without anybody's account numbers."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from acceptance.stub import PREFIX


class Verdict(StrEnum):
    """What a step tells."""

    EXPECTED = "as expected"
    DIFFERS = "differs"
    NOT_RUN = "not run"


@dataclass
class Result:
    """What became of a step."""

    letter: str
    title: str
    expected: str
    settles: str
    """Where the project says what was tried: what to change if it differs."""
    seen: str = ""
    verdict: Verdict = Verdict.NOT_RUN
    raw: list[str] = field(default_factory=list)
    """What AWS and the commands said."""
    seconds: int = 0


def write(folder: Path, head: Mapping[str, str], results: Sequence[Result], cleaned: Sequence[str]) -> None:
    """Write acceptance.json and acceptance.md, masked."""
    found = {"head": dict(head), "steps": [vars(each) for each in results], "cleaning_up": list(cleaned)}
    masked = _masked(found, {})
    (folder / "acceptance.json").write_text(json.dumps(masked, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (folder / "acceptance.md").write_text(_page(masked), "utf-8")


def _masked(value: Any, known: dict[str, str]) -> Any:
    """Return a value without what identifies somebody; the same account gets the same name."""
    if isinstance(value, dict):
        return {key: _masked(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, known) for each in value]
    if not isinstance(value, str):
        return value

    def name(found: "re.Match[str]") -> str:
        kind = "organization" if found[0].startswith("o-") else "account"
        return known.setdefault(found[0], f"{kind}-{len(known) + 1}")

    text = re.sub(r"(?<![\w-])(\d{12}|o-[a-z0-9]{10,32})(?![\w-])", name, value)
    text = re.sub(r"\b(ou|r)-[a-z0-9]{4,32}(-[a-z0-9]{8,32})?\b", r"\1-masked", text)
    # Who ran it; the roles that the run made are known.
    text = re.sub(
        rf"(:(?:user|assumed-role|federated-user)/)(?!{PREFIX}|factory/|deployer/|other/)[^\s\"',]+",
        r"\1masked",
        text,
    )
    return re.sub(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b", "masked", text)


def _page(found: Mapping[str, Any]) -> str:
    lines = ["# Acceptance", "", *(f"- {name}: {value}" for name, value in found["head"].items()), ""]
    lines += ["| step | | seen | verdict |", "| --- | --- | --- | --- |"]
    for step in found["steps"]:
        seen = " ".join(step["seen"].replace("|", "\\|").split())
        lines.append(f"| {step['letter']} | {step['title']} | {seen} | {step['verdict']} |")
    for step in found["steps"]:
        lines += ["", f"## {step['letter']}: {step['title']} ({step['seconds']} s)", ""]
        lines += [f"Expected: {step['expected']}. If it differs, change: {step['settles']}.", ""]
        lines += ["```", *(line.replace("```", "'''") for line in step["raw"]), "```"]
    return "\n".join([*lines, "", "## Cleaning up", "", *(f"- {each}" for each in found["cleaning_up"]), ""])
