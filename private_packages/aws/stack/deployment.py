"""A deployment, step by step: what is refused, settled, asked, changed and followed, in which order."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from generator import names, short_forms
from generator.configuration import Configuration, Repository
from generator.short_forms import Document
from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws
from private_packages.aws.errors import (
    AwsError,
    DeploymentStoppedError,
    InterruptedDeploymentError,
    OrganizationError,
    StackError,
    UserError,
)
from private_packages.aws.organization import account_check, members
from private_packages.aws.patience import patiently
from private_packages.aws.stack import (
    access,
    change_set,
    events,
    key_alias,
    protection,
    resource_import,
    secret_names,
    stack,
)
from private_packages.aws.stack.access import AccessChange
from private_packages.aws.stack.change_set import Change, ChangeSet, grave
from private_packages.aws.stack.events import Event
from private_packages.aws.stack.parameters import ParameterChange, Parameters
from private_packages.aws.stack.resource_import import Import
from private_packages.aws.stack.state import SETTLED, State, delete, parameters_of, state_of
from private_packages.aws.stack.template_bucket import upload
from private_packages.aws.template import TemplateText
from private_packages.aws.tokens.stored_token import store
from private_packages.aws.tokens.token import Token, check_usable

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class Wanted:
    """What is to be deployed, and how."""

    configuration: Configuration
    template: TemplateText
    given: Mapping[str, str]
    """The parameters that get a value now, none of them a token."""
    stack_name: str
    bucket: str | None = None
    """Hands the template over; None for a call that has it in itself."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What the stack is tagged with beside the tags that it has, and through it its resources."""
    role_arn: str | None = None
    """The role that CloudFormation acts with; None for the stack's own if it has one, else for the caller."""
    tokens: Mapping[str, Token] | None = field(default=None, repr=False)
    """Those that are given beforehand, by the ids of their repositories; None to be asked for them."""
    dry_run: bool = False
    allow_replacement: bool = False
    """Let the key or a secret be replaced by a new one."""
    allow_removal: bool = False
    """Let somebody lose access, or more than before gain it."""
    allow_downgrade: bool = False
    """Let an older release take the place of a newer one."""
    take_over: bool = False
    """Import the secrets that have the wanted names, and their key, where the stack does not have them."""
    protect: bool = True
    """Turn the stack's termination protection on when it is deployed; else leave it as it is."""


class Dialogue(Protocol):
    """Whom a deployment asks, and tells what goes on."""

    def note(self, sentence: str) -> None:
        """Tell something."""

    def agrees(self, question: str) -> bool:
        """Ask whether to go on."""

    def foresee_tokens(self, repositories: Sequence[Repository]) -> None:
        """Refuse beforehand where the tokens of these could not be asked for later."""

    def tokens(self, repositories: Sequence[Repository]) -> Mapping[str, Token]:
        """Ask for the tokens of repositories whose secrets are new; those that are left out come later.

        It is asked when the user has agreed to what was proposed.
        """

    def propose(self, proposal: "Proposal") -> None:
        """Show what would be done."""

    def show(self, coming: Iterable[Event], seen: list[Event], total: int | None = None) -> None:
        """Show events as they come, and put each into seen, where it is also when this is interrupted.

        Args:
            coming: the events.
            seen: takes them.
            total: how many resources they concern; None where that is not known.
        """


@dataclass(frozen=True)
class Proposal:
    """What would become of the stack."""

    is_new: bool
    changes: Sequence[Change]
    parameters: Sequence[ParameterChange]
    access: Sequence[AccessChange] = ()
    version_before: str | None = None
    """The release that deployed the stack; None where there is none, or it does not say."""
    imports: Sequence[Import] = ()
    """The key and the secrets that are taken over, in the step before this or in this one."""
    protects: bool = False
    """Whether the stack's termination protection would be turned on."""

    @property
    def needs_consent(self) -> list[str]:
        """The options that say that the user wants what cannot be undone by the next deployment."""
        return [
            *(["--allow-replacement"] if grave(self.changes) else []),
            *(["--allow-removal"] if any(change.needs_consent for change in self.access) else []),
        ]


class Ending(StrEnum):
    """How a deployment ended."""

    UNCHANGED = "unchanged"
    """The stack already was what it was to become."""
    DRY_RUN = "dry-run"
    DEPLOYED = "deployed"
    FAILED = "failed"
    """CloudFormation has taken it back, or could not."""


@dataclass(frozen=True)
class Result:
    """What came of a deployment."""

    ending: Ending
    proposal: Proposal
    description: "StackTypeDef | None"
    """The stack afterwards; None where there is none."""
    without_token: Sequence[str] = ()
    """The ids of the repositories whose secrets are new and have no value."""
    stored: Sequence[str] = ()
    """The ids of the repositories whose tokens were stored."""
    cause: Event | None = None
    """The first failure, where there was one."""
    failure: str = ""
    """What failed, what is left and what to do; empty where nothing failed."""


@dataclass
class Deployment:
    """One deployment."""

    aws: Aws
    wanted: Wanted
    dialogue: Dialogue
    _description: "StackTypeDef | None" = None
    """The stack before it is changed."""
    _standing: str = "Nothing was changed."
    """What to say when this is stopped now."""
    _imports: Sequence[Import] = ()
    """What is taken over."""
    _own_organization: str = ""
    """The account's organization; empty where the stack has another's in its form, or nobody can tell."""

    @property
    def name(self) -> str:
        """The stack and its Region, as messages say them."""
        return f"{self.wanted.stack_name} in {self.aws.region}"

    def run(self) -> Result:
        """Deploy.

        Raises:
            DeploymentStoppedError: the user did not agree.
            InterruptedDeploymentError: the user interrupted it.
            UserError: it was refused, or AWS cannot be asked.
        """
        try:
            return self._run()
        except KeyboardInterrupt as error:
            raise InterruptedDeploymentError(f"Interrupted. {self._standing}") from error

    def _run(self) -> Result:
        self._check_tokens(self.wanted.tokens or {})
        state = self._settle()
        version_before = self._check_release(state)
        self._find_organization(state)
        parameters = self._parameters(state)
        self._check_role(parameters)
        self._check_secret_names(parameters)
        self._check_alias()
        if state is State.REMAINS:
            self._delete_remains()
        if self.wanted.tokens is None and not self.wanted.dry_run:
            self.dialogue.foresee_tokens(self._new_secrets(parameters))
        if self._imports and (ended := self._take_over(state, version_before)):
            return ended
        state = State.DEPLOYED if self._imports else state
        parameters = self._parameters(state)
        desired = self._desired(state, parameters, self.wanted.template.body)
        with change_set.prepared(self.aws, desired) as proposed:
            gained_and_lost = self._access(parameters) if state is State.DEPLOYED else []
            proposal = Proposal(
                desired.is_new,
                proposed.changes,
                list(parameters.changes()),
                gained_and_lost,
                version_before,
                self._imports,
                self._protects,
            )
            if proposed.is_empty:
                result = Result(Ending.UNCHANGED, proposal, stack.get(self.aws, proposed.stack_id))
                tokens = self.wanted.tokens or {}
                if not self.wanted.dry_run:
                    return self._finished(result, tokens)
                if tokens:
                    self.dialogue.note(f"The token of {', '.join(tokens)} would be stored.")
                if proposal.protects:
                    self.dialogue.note("The termination protection would be turned on.")
                return result
            self.dialogue.propose(proposal)
            if self.wanted.dry_run:
                return Result(Ending.DRY_RUN, proposal, self._description)
            self._agree(proposal)
            tokens = self._tokens(parameters)
            description, seen = self._execute(proposed, is_new=desired.is_new)
        if failure := self._failure(description, seen, proposal):
            return failure
        without_token = [each.id for each in self._new_secrets(parameters) if each.id not in tokens]
        return self._finished(Result(Ending.DEPLOYED, proposal, description, without_token), tokens)

    def _parameters(self, state: State) -> Parameters:
        template = self.wanted.template
        deployed = parameters_of(self._description) if state is State.DEPLOYED else {}
        given = {**self.wanted.given}
        if self._own_organization:
            given["OrganizationId"] = self._own_organization
        return Parameters(template.defaults, template.hidden, deployed, given)

    def _find_organization(self, state: State) -> None:
        """Let the form name the organization whose builds may read: nothing that the function answers does.

        Raises:
            StackError: it names none, and AWS does not tell the account's.
        """
        named = self._parameters(state).value("OrganizationId")
        try:
            own = members.own_organization(self.aws).id
        except (AwsError, OrganizationError) as error:
            if not named:
                raise StackError(
                    f"Give the organization whose builds may read, --parameter OrganizationId=ID: {error}"
                ) from error
            self.dialogue.note(f"Note: whether {named} is this account's organization is not known. {error}")
            return
        if named and named != own:
            self.dialogue.note(f"Note: builds of {named} can read, but this account belongs to {own}.")
        self._own_organization = "" if named else own

    def _desired(self, state: State, parameters: Parameters, template: str) -> change_set.DesiredStack:
        bucket = self.wanted.bucket
        return change_set.DesiredStack(
            stack_name=self.wanted.stack_name,
            is_new=state is not State.DEPLOYED,
            template=template,
            parameters=parameters.given,
            kept=parameters.kept,
            tags=self._tags(),
            role_arn=self.wanted.role_arn,
            description=f"Made by private-packages deploy {self.wanted.template.version}",
            template_url="" if bucket is None else upload(self.aws, bucket, template),
        )

    def _tags(self) -> dict[str, str]:
        """Return all tags of the stack, where it gets some; else none, which keeps those that it has."""
        if not self.wanted.tags:
            return {}
        found = self._description.get("Tags", []) if self._description else []
        kept = {key: value for key, value in stack.tags_of(found).items() if not key.startswith("aws:")}
        return {**kept, **self.wanted.tags}

    def _take_over(self, state: State, version_before: str | None) -> Result | None:
        """Import what is there into the stack; returns how it ended, or None where the rest is to follow.

        Nothing else is created or changed in this step, which is why there are two.
        """
        is_new = state is not State.DEPLOYED
        before = None if is_new else short_forms.load(stack.template(self.aws, self.wanted.stack_name))
        after = short_forms.load(self.wanted.template.body)
        between = resource_import.template(before, after, self._imports)
        wanted = self._parameters(state)
        given = {
            name: wanted.value(name)
            for name in between["Parameters"]
            if name not in wanted.deployed and name in wanted.defaults
        }
        parameters = Parameters(dict.fromkeys(between["Parameters"], ""), (), wanted.deployed, given)
        desired = replace(
            self._desired(state, parameters, json.dumps(between)),
            imports=resource_import.resources_to_import(self._imports),
        )
        with change_set.prepared(self.aws, desired) as proposed:
            proposal = Proposal(
                is_new,
                [*proposed.changes, *resource_import.foreseen(between, after)],
                list(wanted.changes()),
                self._access(wanted, between),
                version_before,
                self._imports,
                self._protects,
            )
            self.dialogue.propose(proposal)
            if self.wanted.dry_run:
                return Result(Ending.DRY_RUN, proposal, self._description)
            self._agree(proposal, "Take over what is there? What follows is shown and asked again.")
            self._description, seen = self._execute(proposed, is_new=is_new)
        if failure := self._failure(self._description, seen, proposal):
            return failure
        self._standing = (
            f"The stack {self.name} has taken over what was there; what builds can read has not changed yet:"
            " the same command again, without --import, goes on."
        )
        return None

    def _settle(self) -> State:
        """Wait until nothing goes on any more, and return what the stack's state means then."""
        while True:
            self._description = stack.find(self.aws, self.wanted.stack_name)
            state = state_of(self.aws, self._description)
            if self._description is None or state is State.NEW:
                self._standing = f"Nothing was deployed: there is no stack {self.name}."
                return state
            status, stack_id = self._description["StackStatus"], self._description["StackId"]
            self._standing = f"Nothing was changed: the stack {self.name} is {status}."
            if state is not State.BUSY:
                return state
            self.dialogue.note(
                f"The stack {self.name} is {status} by another operation: waiting until that has ended."
            )
            since = events.latest(self.aws, stack_id)
            coming = events.follow(self.aws, stack_id, since, is_under_way=True)
            self.dialogue.show(coming, [])

    def _check_release(self, state: State) -> str | None:
        """Return which release deployed the stack; refuse to take a newer one back without being told to."""
        if state is not State.DEPLOYED or not self._description:
            return None
        before = stack.outputs(self._description).get("TemplateVersion")
        ours = self.wanted.template.version
        if before and account_check.is_older(ours, before) and not self.wanted.allow_downgrade:
            raise StackError(
                f"Use release {before} or newer, or give --allow-downgrade: the stack {self.name} was"
                f" deployed by {before}, and this is {ours}. {self._standing}"
            )
        return before

    def _access(self, parameters: Parameters, template: Document | None = None) -> list[AccessChange]:
        """Return who gains and who loses access, from the stack's template unless another is given."""
        before = template or short_forms.load(stack.template(self.aws, self.wanted.stack_name))
        outputs = stack.outputs(self._description) if self._description else {}
        values = {name: parameters.value(name) for name in parameters.defaults}
        organization = values["OrganizationId"]
        pseudo = {
            "AWS::Partition": self.aws.identity.partition,
            "AWS::AccountId": self.aws.identity.account,
            "AWS::Region": self.aws.region,
        }
        return access.changes(
            access.Side(
                resource_import.with_policies(before, self._imports),
                {**values, **parameters.deployed, **pseudo},
                outputs.get("OrganizationId", organization),
            ),
            access.Side(short_forms.load(self.wanted.template.body), {**values, **pseudo}, organization),
            # That these make way was agreed to, or is about to be.
            replaced=resource_import.MANUAL_STATEMENTS if "KeyArn" not in outputs else (),
        )

    def _check_role(self, parameters: Parameters) -> None:
        if not self.wanted.configuration.has_role_check:
            return
        requirements = account_check.Requirements(
            build_roles=self.wanted.configuration.build_roles,
            minimum_role_version=parameters.value("MinimumRoleVersion"),
            stackery_stack_name=parameters.value("StackeryStackName"),
            stackery_stack_region=parameters.value("StackeryStackRegion"),
            organization_id=parameters.value("OrganizationId"),
        )
        finding = requirements.of(self.aws)
        if finding.verdict is account_check.Verdict.READY:
            self.dialogue.note(
                f"Role check: account {finding.account} has version {finding.version}, passed."
            )
        elif parameters.value("RoleCheck") == "Warn":
            self.dialogue.note(f"Note: going on all the same, because RoleCheck is Warn. {finding.next_step}")
        else:
            raise StackError(finding.next_step)

    def _check_secret_names(self, parameters: Parameters) -> None:
        wanted = {}
        for repository in self.wanted.configuration.repositories:
            parameter = names.secret_name_parameter(repository.id)
            wanted[parameter] = name = parameters.value(parameter)
            if parameter in parameters.kept and name != repository.secret:
                self.dialogue.note(
                    f"Note: the secret of {repository.id} stays {name}, to use the configuration's name, give"
                    f" --parameter {parameter}={repository.secret}."
                )
        secret_names.refuse_doubles(wanted)
        secret_names.refuse_renamed_ids(wanted, parameters.deployed)
        fresh = {key: name for key, name in wanted.items() if key not in parameters.deployed}
        # Another name for a secret that the stack has makes a new one.
        moved = {key: name for key, name in wanted.items() if parameters.deployed.get(key, name) != name}
        secret_names.refuse_taken(self.aws, moved, self.wanted.stack_name, "")
        new = {**fresh, **moved}
        if not self.wanted.take_over:
            given = [f"--parameter={name}={value}" for name, value in self.wanted.given.items()]
            given += [f"--tag={key}={value}" for key, value in self.wanted.tags.items()]
            given += [f"--role-arn={self.wanted.role_arn}"] if self.wanted.role_arn else []
            take_over = invocation.command("deploy", "--import", *given, stack_name=self.wanted.stack_name)
            secret_names.refuse_taken(self.aws, fresh, self.wanted.stack_name, take_over)
            self._check_ends(wanted, new)
            return
        key = stack.outputs(self._description).get("KeyArn") if self._description else None
        self._imports = resource_import.find(self.aws, fresh, self.wanted.stack_name, key)
        if not fresh:
            self.dialogue.note(
                "Note: the stack has all of its secrets already, so that --import does nothing."
            )
        elif not self._imports:
            listed = ", ".join(fresh.values())
            self.dialogue.note(f"Note: there is nothing to import in {self.aws.region}, no secret {listed}.")
        taken_over = {names.secret_name_parameter(each.id) for each in self._taken_over()}
        self._check_ends(wanted, {key: name for key, name in new.items() if key not in taken_over})

    def _check_ends(self, wanted: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Refuse names of new secrets that end as ARNs do, and tell of those that are there."""
        secret_names.refuse_like_arns(new)
        for key, name in wanted.items():
            if key not in new and names.is_like_an_arn(name):
                self.dialogue.note(f"Note: the name {name} ends as an ARN does; use the whole ARN for it.")

    def _check_alias(self) -> None:
        if self._description and "KeyArn" in stack.outputs(self._description):
            return
        try:
            key_alias.refuse_taken(self.aws, self.wanted.stack_name)
        except AwsError as error:
            if error.code not in DENIED:
                raise
            self.dialogue.note(f"Note: whether the key can get its alias is not known. {error}")

    def _delete_remains(self) -> None:
        """Delete what is left of a first deployment that failed, which cannot be changed."""
        if self.wanted.dry_run:
            raise StackError(
                f"The stack {self.name} is what is left of a first deployment that failed: CloudFormation"
                " cannot say what would be done until it is deleted. Run without --dry-run, which asks first."
            )
        off = " Its termination protection is turned off." if protection.is_on(self._description) else ""
        self.dialogue.note(f"The stack {self.name} is what is left of a first deployment that failed.{off}")
        if not self.dialogue.agrees("Delete it and go on?"):
            raise DeploymentStoppedError(self._standing)
        self._standing = f"CloudFormation goes on with deleting what is left of the stack {self.name}."
        if self._description:
            self.dialogue.show(delete(self.aws, self._description), [])
        self._description = None
        self._standing = f"Nothing was deployed: there is no stack {self.name} any more."

    def _new_secrets(self, parameters: Parameters) -> list[Repository]:
        """Return the repositories whose secrets neither are in the stack nor are taken over."""
        return [
            each
            for each in self.wanted.configuration.repositories
            if names.secret_name_parameter(each.id) not in parameters.deployed
            and each not in self._taken_over()
        ]

    def _taken_over(self) -> list[Repository]:
        """Return the repositories whose secrets are taken over."""
        imported = {each.logical_id for each in self._imports}
        return [each for each in self.wanted.configuration.repositories if names.secret(each.id) in imported]

    def _check_tokens(self, tokens: Mapping[str, Token]) -> None:
        """Refuse tokens that no build could use."""
        for repository in self.wanted.configuration.repositories:
            if repository.id in tokens:
                check_usable(tokens[repository.id], repository)
        if any(token.was_padded for token in tokens.values()):
            self.dialogue.note("Note: removed the white space around the token.")

    def _tokens(self, parameters: Parameters) -> Mapping[str, Token]:
        """Return the tokens to store, by the ids of their repositories; ask for those of new secrets."""
        if self.wanted.tokens is not None:
            return self.wanted.tokens
        tokens = self.dialogue.tokens(self._new_secrets(parameters))
        self._check_tokens(tokens)
        return tokens

    @property
    def _protects(self) -> bool:
        return self.wanted.protect and not protection.is_on(self._description)

    def _finished(self, result: Result, tokens: Mapping[str, Token]) -> Result:
        """Protect the stack from being deleted, store the tokens, and return what came of it."""
        if result.proposal.protects and result.description:
            try:
                protection.turn(self.aws, result.description, on=True)
                self.dialogue.note(f"The termination protection of the stack {self.name} is on now.")
                description = result.description.copy()
                description["EnableTerminationProtection"] = True
                result = replace(result, description=description)
            except AwsError as error:
                self.dialogue.note(
                    f"Note: the stack {self.name} can be deleted by mistake. {error} To leave it so:"
                    " --no-termination-protection."
                )
        return self._with_tokens(result, tokens)

    def _with_tokens(self, result: Result, tokens: Mapping[str, Token]) -> Result:
        """Store the tokens and return the result with what came of that.

        They take no part in the deployment itself: CloudFormation never has them.
        """
        stored, failures = [], []
        for repository in self.wanted.configuration.repositories:
            repository_id = repository.id
            if repository_id not in tokens or result.description is None:
                continue
            try:
                arns = stack.secret_arns(self.aws, result.description, [repository_id])
                token = tokens[repository_id]
                store(self.aws, arns[repository_id], token, repository.token_key, repository_id)
                stored.append(repository_id)
            except UserError as error:
                again = invocation.command("token set", repository_id, stack_name=self.wanted.stack_name)
                # Elsewhere the error says what to do before.
                later = f" Store it with `{again}`." if isinstance(error, AwsError) else ""
                failures.append(
                    f"The stack is deployed, but the token of {repository_id} is not stored: {error}{later}"
                )
        return replace(result, stored=stored, failure=" ".join(failures))

    def _agree(self, proposal: Proposal, question: str = "Deploy this?") -> None:
        """Go on only with what the user agrees to."""
        found = grave(proposal.changes)
        if found and not self.wanted.allow_replacement:
            listed = " and ".join(f"{change.logical_id} {change.action.in_words}" for change in found)
            raise StackError(
                f"This needs --allow-replacement, see above what it means: {listed}. {self._standing}"
            )
        grave_access = [change.sentence for change in proposal.access if change.needs_consent]
        if grave_access and not self.wanted.allow_removal:
            raise StackError(f"This needs --allow-removal: {' '.join(grave_access)} {self._standing}")
        if not self.dialogue.agrees(question):
            raise DeploymentStoppedError(self._standing)

    def _goes_on(self, is_new: bool) -> str:
        cancel = invocation.aws_command(
            "cloudformation cancel-update-stack", region=self.aws.region, stack_name=self.wanted.stack_name
        )
        undo = f"; to take it back: `{cancel}`"
        look = invocation.command("status", stack_name=self.wanted.stack_name)
        return (
            f"CloudFormation goes on without this command. To see how it stands: `{look}`; to follow it: the"
            f" same command again{'' if is_new else undo}."
        )

    def _execute(self, proposed: ChangeSet, *, is_new: bool) -> "tuple[StackTypeDef, list[Event]]":
        """Let CloudFormation do it, show what happens until it ends, and return the stack and its events."""
        since = events.latest(self.aws, proposed.stack_id)
        self._standing = self._goes_on(is_new)
        proposed.execute()
        coming = events.follow(self.aws, proposed.stack_id, since)
        seen: list[Event] = []
        goes_on = self._standing
        try:
            self.dialogue.show(coming, seen, len(proposed.changes))
            return patiently(partial(stack.get, self.aws, proposed.stack_id)), seen
        except KeyboardInterrupt:
            self._standing = f"{self._last_state(seen)} {goes_on}"
            raise
        except (AwsError, StackError) as error:
            raise StackError(f"{error} {self._last_state(seen)} {goes_on}") from error

    def _last_state(self, seen: list[Event]) -> str:
        states = [event.status for event in seen if event.is_of_stack]
        return f"The stack {self.name} was last seen {states[-1] if states else 'before it began'}."

    def _failure(self, description: "StackTypeDef", seen: list[Event], proposal: Proposal) -> Result | None:
        """Return the result where it failed."""
        if description["StackStatus"] in SETTLED:
            return None
        cause = events.first_cause(seen)
        because = (
            f"{cause.logical_id} ({cause.resource_type}): {cause.reason.rstrip('.')}"
            if cause
            else "see its events"
        )
        wait = secret_names.still_taken(cause.reason) if cause else ""
        failure = f"The deployment failed. {because}.{wait} {self._afterwards(description)}"
        return Result(Ending.FAILED, proposal, description, cause=cause, failure=failure)

    def _afterwards(self, description: "StackTypeDef") -> str:
        """Return the sentence about what is left, and what to do."""
        status = description["StackStatus"]
        try:
            state = state_of(self.aws, description)
        except StackError as error:
            return str(error)
        if state is State.DEPLOYED:
            return f"The stack {self.name} is as it was before ({status}): fix the cause and deploy again."
        if state is State.REMAINS:
            return (
                f"Nothing is left but the stack's name, {self.name} ({status}): fix the cause and deploy"
                " again, which deletes that first."
            )
        return f"The stack {self.name} is {status}: another operation follows."
