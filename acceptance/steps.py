"""A step of the run, and the list of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from acceptance.report import Result, Verdict
from acceptance.scene import Scene

Seen = tuple[bool, str]
"""Whether it is as expected, and what was seen."""
POLICIES = "an imitation evaluates no policy"
VALIDATION = "an imitation validates nothing beforehand"
STACK_SETS = "an imitation has no StackSets with an organization's rights"


class NotRunError(Exception):
    """Why a step was not run."""


@dataclass(frozen=True)
class Step:
    """One thing that is tried."""

    letter: str
    title: str
    expected: str
    settles: str
    act: Callable[[Scene], Seen]
    only_on_aws: str
    """Why an imitation's answer tells nothing; empty where it does."""

    def run(self, scene: Scene) -> Result:
        """Do it; whatever AWS answers is a result."""
        result = Result(self.letter, self.title, self.expected, self.settles)
        scene.raw = result.raw
        began = time.monotonic()
        try:
            as_expected, result.seen = self.act(scene)
            result.verdict = Verdict.EXPECTED if as_expected else Verdict.DIFFERS
        except NotRunError as reason:
            result.seen = str(reason)
        except Exception as error:  # noqa: BLE001 - no step stops the others
            result.seen, result.verdict = f"{type(error).__name__}: {error}", Verdict.DIFFERS
        if self.only_on_aws and scene.secret.is_imitation and result.verdict is not Verdict.NOT_RUN:
            result.verdict, result.seen = Verdict.NOT_RUN, f"not run here: {self.only_on_aws} ({result.seen})"
        result.seconds = round(time.monotonic() - began)
        return result


def step(
    letter: str, title: str, *, expected: str, settles: str, only_on_aws: str = ""
) -> Callable[[Callable[[Scene], Seen]], Step]:
    """Make a step of a function."""
    return lambda act: Step(letter, title, expected, settles, act, only_on_aws)
