"""`make acceptance`: the run on real AWS."""

import signal
import tempfile
from pathlib import Path

import click

from acceptance import deploying, organization, reading, report
from acceptance.cleaning import DAYS, FAILED, clean
from acceptance.report import Result, Verdict
from acceptance.scene import Account, Scene
from acceptance.stub import CONFIGURATION, PREFIX
from private_packages.aws.errors import UserError

STEPS = (
    *(deploying.who, deploying.refusal, deploying.deployment, deploying.missing_role, deploying.spreading),
    *(reading.matrix, reading.diagnoses, deploying.updates, reading.resource_organization),
    *(deploying.validation, deploying.drift, deploying.taking_over, organization.rollout),
    *(deploying.permissions, deploying.console),
)
COSTS = {
    "3 keys, for an hour": 0.01,
    "7 secrets, for an hour": 0.01,
    "calls of KMS and Secrets Manager": 0.01,
    "a build of CodeBuild, with BUILD_PROFILE": 0.02,
}
"""In USD, by AWS's list prices of 2026, rounded up."""
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.option("--profile", required=True, help="The account that plays the one with the secrets.")
@click.option("--build-profile", help="Another account of the organization, which plays one that builds.")
@click.option("--org-profile", help="The management account, or a delegated administrator of StackSets.")
@click.option("--ou", "unit", help="The unit that the role check is rolled out to, and taken away from.")
@click.option("--region", help="The Region.  [default: the profile's]")
@click.option("--output-dir", type=FOLDER, default=Path(), help="Where the report goes.")
@click.option("--yes", is_flag=True, help="Begin without asking.")
@click.option("--cleanup", is_flag=True, help="Only take away what an earlier run has left.")
def main(
    profile: str,
    build_profile: str | None,
    org_profile: str | None,
    unit: str | None,
    region: str | None,
    output_dir: Path,
    yes: bool,
    cleanup: bool,
) -> None:
    """Find out on AWS what no imitation can tell, and take everything away again.

    Uses dummies for tokens and a stub for the Stackery Role. Writes acceptance.md and acceptance.json,
    without account numbers.
    """
    # What ends a program otherwise would spare it the cleaning up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "repositories.yaml").write_text(CONFIGURATION)
        build, org = (Account(each, region) if each else None for each in (build_profile, org_profile))
        scene = Scene(Account(profile, region), build, org, unit, Path(folder))
        try:
            _show_plan(scene, cleanup=cleanup)
            for account in (scene.secret, scene.build):
                if account and not cleanup:
                    account.require_free()
        except UserError as error:
            raise click.ClickException(str(error)) from error
        if not yes:
            click.confirm("Begin?", abort=True, err=True)
        results: list[Result] = []
        try:
            for step in () if cleanup else STEPS:
                click.echo(f"{step.letter}  {step.title}", err=True)
                results.append(step.run(scene))
                click.echo(f"   {results[-1].verdict}: {results[-1].seen}", err=True)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
        finally:
            click.echo("Cleaning up; if this is stopped, too: --cleanup.", err=True)
            cleaned = clean(scene)
            click.echo("\n".join(cleaned) or "Nothing was there.", err=True)
    if not cleanup:
        report.write(output_dir, scene.memory, results, cleaned)
        click.echo(f"Written: {output_dir / 'acceptance.md'} and acceptance.json")
    _end(results, cleaned, whole=cleanup or len(results) == len(STEPS))


def _show_plan(scene: Scene, *, cleanup: bool) -> None:
    for account in (scene.secret, scene.build, scene.organization):
        if account:
            found = account.aws.identity
            where = f"account {found.account} in {account.aws.region}"
            click.echo(f"{account.profile}: {where}, as {found.arn}", err=True)
    if cleanup:
        click.echo(f"Takes away all stacks, secrets, keys and roles named {PREFIX}….", err=True)
        return
    for step in STEPS:
        click.echo(f"{step.letter}  {step.title}: {step.expected}.", err=True)
    for what, usd in COSTS.items():
        click.echo(f"{usd:.2f} USD at most: {what}", err=True)
    click.echo(
        f"Together {sum(COSTS.values()):.2f} USD at most by list price, and about 30 minutes. All is taken"
        f" away at the end; keys are deleted after {DAYS} days, in which they cost nothing.",
        err=True,
    )


def _end(results: list[Result], cleaned: list[str], *, whole: bool) -> None:
    """Fail where something is not as it should be."""
    faults = [f"Step {each.letter} differs." for each in results if each.verdict is Verdict.DIFFERS]
    if any(line.startswith(FAILED) for line in cleaned):
        faults.append("Not all was taken away: run it with --cleanup.")
    if not whole:
        faults.append("It was interrupted.")
    if faults:
        raise click.ClickException(" ".join(faults))


if __name__ == "__main__":
    main()
