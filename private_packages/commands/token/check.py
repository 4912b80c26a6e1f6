"""`private-packages token check`: see whether the stored token can be used."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from private_packages import invocation, registry
from private_packages.aws.aws import sign_in
from private_packages.aws.tokens import expiry, stored_token
from private_packages.aws.tokens.stored_token import Check
from private_packages.commands.options.common import aws_options, output_option
from private_packages.commands.printing import UNKNOWN, iso, moment, print_json
from private_packages.commands.token.subject import find, subject_options
from private_packages.commands.token.versions import document, line
from private_packages.registry import Answer, Verdict


@click.command()
@subject_options
@click.option(
    "--ask-registry", is_flag=True, help="Send the token to its registry, and show what that says of it."
)
@output_option
@aws_options
@click.pass_context
def command(
    context: click.Context,
    repository_id: str,
    config: Path | None,
    stack_name: str,
    ask_registry: bool,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """See whether the stored token can be used.

    Reads the token of the repository with this ID as far as these credentials may, and reports everything but
    the token: version, age, length, end, and what would keep a build from using it. Fails where a build could
    not use it, or where that is not known. Whether a build may read it: private-packages verify.

    \b
    Examples:
      private-packages token check GitHubPackages
      private-packages token check GitHubPackages --ask-registry
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    aws = sign_in(profile, region, has_tokens=True)
    repository, arn = find(aws, stack_name, config, repository_id)
    found = stored_token.check(aws, arn, repository.token_key, repository_id)
    token = found.inspection.token if found.inspection and not found.problems else None
    answer = registry.ask(repository, token) if ask_registry and token else None
    result = _Result(found, answer, repository_id)
    if output == "json":
        print_json({"id": repository_id, "secret_arn": arn} | _document(result))
    else:
        click.echo(f"Secret: {arn}{aws.at_endpoint}")
        _show(result)
    if result.problems:
        context.exit(1)


@dataclass(frozen=True)
class _Result:
    found: Check
    answer: Answer | None
    """What the registry said; None where it was not asked."""
    repository_id: str

    @property
    def expires(self) -> date | None:
        return (self.answer.expires if self.answer else None) or self.found.expires

    @property
    def problems(self) -> list[str]:
        verdict = self.answer.verdict if self.answer else None
        problems = list(self.found.problems)
        if verdict is Verdict.REFUSED:
            problems.append(f"The registry refuses it: {self._store()}.")
        elif verdict is Verdict.UNREACHABLE:
            problems.append("The registry cannot be asked from here.")
        # The registry decides, where it says so.
        if self.expires and self.expires < expiry.today() and verdict is not Verdict.ACCEPTED:
            problems.append(f"The token {expiry.told(self.expires)}: {self._store()}.")
        return problems

    @property
    def warnings(self) -> list[str]:
        warnings = list(self.found.inspection.warnings) if self.found.inspection else []
        if not self.expires or not self.found.version:
            return warnings
        ended = f"The token {expiry.told(self.expires)}: {self._store()}."
        if expiry.is_near(self.expires) and ended not in self.problems:
            warnings.append(ended)
        # A day that `token set` would refuse helps nobody.
        if self.expires != self.found.version.expires and not expiry.fault(self.expires):
            again = invocation.command("token set", self.repository_id, "--expires", str(self.expires))
            warnings.append(f"Builds know another end, or none: store the same token again with `{again}`.")
        return warnings

    def _store(self) -> str:
        return f"store a new one with `{invocation.command('token set', self.repository_id)}`"


def _show(result: _Result) -> None:
    found, answer = result.found, result.answer
    if found.description is None:
        click.echo(f"Deletion: {UNKNOWN}, the secret may not be described")
    elif found.description.deleted:
        click.echo(f"Deletion: {moment(found.description.deleted)}")
    if found.version:
        click.echo(f"Version: {line(found.version)}")
    if found.inspection and found.inspection.length is not None:
        kind = "JSON, " if found.inspection.kind == "json" else ""
        end = f", {expiry.told(result.expires)}" if result.expires else ""
        click.echo(f"Token: {kind}{found.inspection.length:,} characters{end}")
    if answer:
        click.echo(f"Registry: {answer.host} {answer.explanation}")
    for warning in result.warnings:
        click.echo(f"Warning: {warning}")
    click.echo(f"Not usable: {' '.join(result.problems)}" if result.problems else "Usable.")


def _document(result: _Result) -> dict[str, Any]:
    found = result.found
    inspection, description = found.inspection, found.description
    return {
        "usable": not result.problems,
        "version": document(found.version) if found.version else None,
        "kind": inspection.kind if inspection else None,
        "length": inspection.length if inspection else None,
        "expires": result.expires,
        "registry": asdict(result.answer) if result.answer else None,
        "deleted": iso(description.deleted) if description else None,
        "problems": result.problems,
        "warnings": result.warnings,
    }
