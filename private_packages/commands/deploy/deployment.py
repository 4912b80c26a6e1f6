"""A deployment, step by step: what is asked, called and shown in which order."""

import time
from dataclasses import dataclass
from typing import Any

import click

from generator import __version__, names
from generator.configuration import Repository
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.organization import account_check, members
from private_packages.aws.stack import change_set, events, secret_names, stack
from private_packages.aws.stack.change_set import ChangeSet
from private_packages.aws.stack.events import Event
from private_packages.aws.stack.parameters import Parameters
from private_packages.aws.stack.state import State, delete, parameters_of, state_of
from private_packages.aws.stack.template_bucket import upload
from private_packages.commands import printing, question
from private_packages.commands.deploy import diff
from private_packages.commands.deploy.events import show_events
from private_packages.commands.deploy.report import Order, Report
from private_packages.commands.deploy.tokens import ask_for_tokens, token_parameters


@dataclass
class Deployment:
    """One run of `deploy`."""

    aws: Aws
    order: Order
    description: dict[str, Any] | None = None
    """The stack before it is changed."""
    standing: str = "Nothing was changed."
    """What to say when this run is stopped now."""

    @property
    def name(self) -> str:
        """The stack and its Region, as messages say them."""
        return f"{self.order.stack_name} in {self.aws.region}"

    def run(self) -> None:
        """Deploy.

        Raises:
            ClickException: it is refused, failed or interrupted.
            UserError: AWS cannot be asked, or refuses.
        """
        try:
            self._run()
        except (KeyboardInterrupt, click.Abort) as error:
            click.echo(err=True)  # after the question, or the ^C of the terminal
            raise click.ClickException(f"Interrupted. {self.standing}") from error

    def _run(self) -> None:
        state = self._settle()
        deployed = parameters_of(self.description) if state is State.DEPLOYED else {}
        parameters = Parameters(self.order.defaults, self.order.hidden, deployed, self.order.given)
        self._check_role(parameters)
        self._check_secret_names(parameters)
        if state is State.REMAINS:
            self._delete_remains()
        parameters = self._with_tokens(parameters)
        request = change_set.DesiredStack(
            stack_name=self.order.stack_name,
            is_new=state is not State.DEPLOYED,
            template=self._template(),
            parameters=parameters.given,
            kept=parameters.kept,
            description=f"Made by private-packages deploy {__version__}",
        )
        with change_set.prepared(self.aws, request, time.sleep) as proposed:
            report = Report(self.order, self.aws, proposed, list(parameters.changes()))
            if proposed.is_empty:
                report.unchanged(stack.get(self.aws, proposed.stack_id))
                return
            report.diff(request.is_new)
            if self.order.dry_run:
                report.dry_run(self.description)
                return
            self._agree(proposed)
            since = events.latest(self.aws, proposed.stack_id)
            self.standing = self._goes_on(request.is_new)
            proposed.execute()
        seen = self._follow(proposed, since)
        self._conclude(report, seen, self._without_token(parameters))

    def _settle(self) -> State:
        """Wait until nothing goes on any more, and return what the stack's state means then."""
        note = printing.progress_console()
        while True:
            self.description = stack.find(self.aws, self.order.stack_name)
            state = state_of(self.aws, self.description)
            if self.description is None or state is State.NEW:
                self.standing = f"Nothing was deployed: there is no stack {self.name}."
                return state
            status, stack_id = self.description["StackStatus"], self.description["StackId"]
            self.standing = f"Nothing was changed: the stack {self.name} is {status}."
            if state is not State.BUSY:
                return state
            note.print(
                f"The stack {self.name} is {status} by another operation: waiting until that has ended."
            )
            since = events.latest(self.aws, stack_id)
            coming = events.follow(self.aws, stack_id, since, is_under_way=True, pause=time.sleep)
            show_events(note, coming, [])

    def _check_role(self, parameters: Parameters) -> None:
        requirements = account_check.Requirements(
            build_roles=self.order.configuration.build_roles,
            minimum_role_version=parameters.value("MinimumRoleVersion"),
            stackery_stack_name=parameters.value("StackeryStackName"),
            stackery_stack_region=parameters.value("StackeryStackRegion"),
            organization_id=parameters.value("OrganizationId"),
        )
        finding = account_check.check_account(self.aws, requirements)
        if finding.verdict is account_check.Verdict.READY:
            click.echo(
                f"Role check: account {finding.account} has version {finding.version}, passed.", err=True
            )
        elif parameters.value("RoleCheck") == "Warn":
            # The function needs the organization all the same.
            if not requirements.organization_id:
                members.own_organization(self.aws)
            click.echo(f"Note: goes on in spite of this, as RoleCheck is Warn. {finding.next_step}", err=True)
        else:
            raise click.ClickException(finding.next_step)

    def _check_secret_names(self, parameters: Parameters) -> None:
        wanted = {}
        for repository in self.order.configuration.repositories:
            parameter = names.secret_name_parameter(repository.id)
            wanted[parameter] = name = parameters.value(parameter)
            if parameter in parameters.kept and name != repository.secret:
                click.echo(
                    f"Note: the secret of {repository.id} stays {name}, to have the configuration's name give"
                    f" --parameter {parameter}={repository.secret}.",
                    err=True,
                )
        secret_names.refuse_doubles(wanted)
        new = {key: name for key, name in wanted.items() if parameters.deployed.get(key) != name}
        secret_names.refuse_taken(self.aws, new)

    def _delete_remains(self) -> None:
        """Delete what is left of a first deployment that failed, which cannot be changed."""
        if self.order.dry_run:
            raise click.ClickException(
                f"The stack {self.name} is what is left of a first deployment that failed: CloudFormation"
                " cannot say what would be done until it is deleted. Run without --dry-run, which asks first."
            )
        click.echo(f"The stack {self.name} is what is left of a first deployment that failed.", err=True)
        if not self.order.yes and not question.agrees("Delete it and go on?"):
            self._stop()
        self.standing = f"CloudFormation goes on with deleting what is left of the stack {self.name}."
        coming = delete(self.aws, self.description or {}, time.sleep)
        show_events(printing.progress_console(), coming, [])
        self.description = None
        self.standing = f"Nothing was deployed: there is no stack {self.name} any more."

    def _with_tokens(self, parameters: Parameters) -> Parameters:
        tokens = self.order.tokens
        if tokens is None:
            # A dry run shows no values, so that it need not know them.
            tokens = {} if self.order.dry_run else ask_for_tokens(self._new_repositories(parameters))
        given = {**parameters.given, **token_parameters(self.order.configuration, tokens)}
        return Parameters(parameters.defaults, parameters.hidden, parameters.deployed, given)

    def _new_repositories(self, parameters: Parameters) -> list[Repository]:
        """Return the repositories whose secrets the stack does not have yet, where there is one to ask."""
        repositories = self.order.configuration.repositories
        new = [each for each in repositories if names.token_parameter(each.id) not in parameters.deployed]
        if new and not question.can_ask():
            ids = " and ".join(each.id for each in new)
            raise click.UsageError(
                f"There is no terminal to ask for the token of {ids}: pipe it in with --token-stdin, or use"
                " --no-token and put it later."
            )
        return new

    def _without_token(self, parameters: Parameters) -> list[str]:
        """Return the repositories whose secrets are new and have no value."""
        return [
            each.id
            for each in self.order.configuration.repositories
            if names.token_parameter(each.id) not in {*parameters.deployed, *parameters.given}
        ]

    def _template(self) -> dict[str, str]:
        if self.order.bucket is None:
            return {"TemplateBody": self.order.template}
        return {"TemplateURL": upload(self.aws, self.order.bucket, self.order.template)}

    def _agree(self, proposed: ChangeSet) -> None:
        """Go on only with what the user agrees to."""
        grave = diff.grave(proposed.changes)
        if grave and not self.order.allow_replacement:
            listed = " and ".join(f"{change.logical_id} {diff.in_words(change.action)}" for change in grave)
            raise click.ClickException(
                f"This needs --allow-replacement, see above what it means: {listed}. {self.standing}"
            )
        if not self.order.yes and not question.agrees("Deploy this?"):
            self._stop()

    def _stop(self) -> None:
        """End as the user wants it."""
        click.echo(self.standing, err=True)
        click.get_current_context().exit(1)

    def _goes_on(self, is_new: bool) -> str:
        undo = (
            f"; to take it back: `aws cloudformation cancel-update-stack --stack-name {self.order.stack_name}"
            f" --region {self.aws.region}`"
        )
        return (
            "CloudFormation goes on without this command. To see how it stands:"
            f" `private-packages status{self.order.options}`; to follow it: the same command again"
            f"{'' if is_new else undo}."
        )

    def _follow(self, proposed: ChangeSet, since: str) -> list[Event]:
        """Show what happens until it ends, and return it."""
        coming = events.follow(self.aws, proposed.stack_id, since, pause=time.sleep)
        seen: list[Event] = []
        goes_on = self.standing
        try:
            show_events(printing.progress_console(), coming, seen, len(proposed.changes))
        except KeyboardInterrupt:
            self.standing = f"{self._last_state(seen)} {goes_on}"
            raise
        except (AwsError, StackError) as error:
            raise click.ClickException(f"{error} {self._last_state(seen)} {goes_on}") from error
        return seen

    def _last_state(self, seen: list[Event]) -> str:
        states = [event.status for event in seen if event.is_of_stack]
        return f"The stack {self.name} was last seen {states[-1] if states else 'before it began'}."

    def _conclude(self, report: Report, seen: list[Event], without_token: list[str]) -> None:
        """Print the result; raises ClickException where it is a failure."""
        description = stack.get(self.aws, report.proposed.stack_id)
        status = description["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            report.deployed(description, without_token)
            return
        cause = events.first_cause(seen)
        report.failed(description, cause)
        because = (
            f"{cause.logical_id} ({cause.resource_type}): {cause.reason.rstrip('.')}"
            if cause
            else "see its events"
        )
        raise click.ClickException(f"The deployment failed. {because}. {self._afterwards(description)}")

    def _afterwards(self, description: dict[str, Any]) -> str:
        """Return the sentence about what is left, and what to do."""
        status = description["StackStatus"]
        try:
            state = state_of(self.aws, description)
        except StackError as error:
            return str(error)
        if state is State.DEPLOYED:
            return f"The stack {self.name} is as it was before ({status}): mend the cause and deploy again."
        if state is State.REMAINS:
            return (
                f"Nothing is left but the stack's name, {self.name} ({status}): mend the cause and deploy"
                " again, which deletes that first."
            )
        return f"The stack {self.name} is {status}: another operation follows."
