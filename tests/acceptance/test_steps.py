"""Whatever AWS answers, a step has a verdict, and the next one runs."""

from pathlib import Path
from typing import Any

import pytest

from acceptance.__main__ import STEPS
from acceptance.report import Verdict
from acceptance.scene import Account, Scene
from acceptance.steps import NotRunError, step
from tests import ROOT


class Imitation(Account):
    is_imitation = True


class Real(Account):
    is_imitation = False


def ended(what: Any, account: type[Account] = Real, only_on_aws: str = "") -> tuple[str, str]:
    def act(scene: Scene) -> tuple[bool, str]:
        scene.raw.append("said AWS")
        if isinstance(what, Exception):
            raise what
        return what, "this"

    made = step("X", "title", expected="that", settles="README.md", only_on_aws=only_on_aws)(act)
    result = made.run(Scene(account("p", None), None, None, None, Path()))
    assert result.raw == ["said AWS"]
    return result.verdict, result.seen


@pytest.mark.parametrize(
    ("what", "verdict", "seen"),
    [
        (True, Verdict.EXPECTED, "this"),
        (False, Verdict.DIFFERS, "this"),
        (NotRunError("no profile"), Verdict.NOT_RUN, "no profile"),
        (KeyError("Outputs"), Verdict.DIFFERS, "KeyError: 'Outputs'"),
    ],
)
def test_what_a_step_tells(what: Any, verdict: str, seen: str) -> None:
    assert ended(what) == (verdict, seen)
    assert ended(what, only_on_aws="it has no policies") == (verdict, seen)


def test_what_an_imitation_cannot_tell_is_not_run_here() -> None:
    not_run = (Verdict.NOT_RUN, "not run here: it has no policies (this)")
    assert ended(False, Imitation, "it has no policies") == not_run
    assert ended(True, Imitation, "it has no policies") == not_run
    assert ended(True, Imitation) == (Verdict.EXPECTED, "this")


@pytest.mark.parametrize("each", STEPS, ids=lambda each: each.letter)
def test_what_a_step_settles_is_there(each: Any) -> None:
    """It names what to change: paths of this project."""
    words = [word.strip(",;:") for word in each.settles.split()]
    named = [word for word in words if "/" in word or word.endswith(".md")]
    assert each.letter == "A" or named
    assert all([*ROOT.glob(f"{name.rstrip('/')}*")] for name in named), named
