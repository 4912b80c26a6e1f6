"""The step about StackSets and the whole organization."""

from acceptance.scene import STUB, Ended, Scene
from acceptance.steps import STACK_SETS, NotRunError, Seen, step
from acceptance.stub import PREFIX

NAME = f"{PREFIX}-role-check"


@step(
    "L",
    "The role check in a unit of the organization",
    expected="each account answers for itself, and everything goes again",
    settles="docs/rollout.md; docs/commands/rollout.md, Not tried on AWS",
    only_on_aws=STACK_SETS,
)
def rollout(scene: Scene) -> Seen:
    """Check and roll out; put an account with the stub and one without into the unit beforehand."""
    if not scene.organization or not scene.unit:
        raise NotRunError("no ORG_PROFILE and OU were given")
    where, beside = ("--ou", scene.unit), ("--parameter", f"StackeryStackName={STUB}")

    def run(*words: str) -> Ended:
        return scene.command(*words, "--output", "json", account=scene.organization)

    checked = run("check", "--organization", "--stackery-stack-name", STUB, *where)
    run("rollout", "plan", "--name", NAME, *where, *beside)
    run("rollout", "start", "--name", NAME, "--yes", *where, *beside)
    found = run("rollout", "status", "--name", NAME).document
    removed = run("rollout", "remove", "--name", NAME, "--yes").document.get("removed")
    # Without the names of the accounts.
    scene.raw += [str(checked.document.get("summary")), str(found.get("counts")), str(found.get("reasons"))]
    told = all("Stackery Role" in each["reason"] for each in found.get("reasons", []))
    as_expected = bool(found.get("instances")) and told and bool(removed)
    return as_expected, f"{found.get('counts')}; each says what to do: {told}; removed: {removed}"
