"""StackSets behind moto: what AWS documents of it, and moto 5.2.5 does not do.

moto holds the organization, and reads the requests and writes the answers by the service's model. Its own
stack sets end every operation at once and with success, and know no pages, CallAs, account filters, nested
units, automatic deployment, managed execution or DescribeOrganizationsAccess. So the sets and operations are
here; they run on a clock that stands until a test (or a patched sleep) moves it, and end as a script says.

From botocore's model of CloudFormation come: an operation fails when more instances fail in a Region than it
tolerates, and the rest of the Region is cancelled; a stopped one cancels what has not begun; a new operation
queues or is refused, depending on managed execution; a repeated CreateStackInstances tries again where an
instance is outdated; a failed deletion leaves it inoperable; suspended accounts are skipped. Not documented,
and so guesses: a skipped account is not among an operation's results, and its instance goes where stacks
are retained.

For the delegated administrator, moto's Organizations lacks that member accounts may list, and StackSets'
service principal.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.organizations.models import FakeDelegatedAdministrator, organizations_backends
from moto.organizations.responses import OrganizationsResponse

from private_packages.aws.stack_sets.administrator import SERVICE_PRINCIPAL
from tests.aws import ErrorAnswer

CANCELLED = "Cancelled since failure tolerance has exceeded"
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)

Json = dict[str, Any]


class RefusalError(Exception):
    """What the service answers instead; moto would take its own exception's code for the class's."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of a stack in an account, and how many seconds that takes."""

    status: str = "SUCCEEDED"
    reason: str = ""
    seconds: float = 30


Script = Callable[[str, str], Outcome]
"""Tells what becomes of the stack in an account and a Region."""


@dataclass
class Instance:
    account: str
    region: str
    unit: str
    status: str = "OUTDATED"
    detail: str = "PENDING"
    reason: str = ""
    stack_id: str = ""
    operation: str = ""

    def summary(self) -> Json:
        result = {
            "Account": self.account,
            "Region": self.region,
            "Status": self.status,
            "StackInstanceStatus": {"DetailedStatus": self.detail},
            "LastOperationId": self.operation,
            "OrganizationalUnitId": self.unit,
            "StatusReason": self.reason,
            "StackId": self.stack_id,
        }
        return {key: value for key, value in result.items() if value}


@dataclass
class Run:
    """An operation's work on an instance."""

    instance: Instance
    start: float
    end: float
    outcome: Outcome
    is_applied: bool = False

    def summary(self, now: float) -> Json:
        status, reason = self.outcome.status, self.outcome.reason
        if now < self.end:
            status, reason = ("RUNNING" if now >= self.start else "PENDING"), ""
        result = {
            "Account": self.instance.account,
            "Region": self.instance.region,
            "Status": status,
            "StatusReason": reason,
            "OrganizationalUnitId": self.instance.unit,
        }
        return {key: value for key, value in result.items() if value}


@dataclass
class Operation:
    id: str
    action: str
    parameters: Json
    created: float
    begin: float
    runs: list[Run]
    failed_regions: frozenset[str] = frozenset()
    stopped: float | None = None

    @property
    def end(self) -> float:
        return max([run.end for run in self.runs], default=self.begin) + 5

    def status(self, now: float) -> str:
        if now < self.begin:
            return "QUEUED"
        if now < self.end:
            return "RUNNING" if self.stopped is None else "STOPPING"
        if self.stopped is not None:
            return "STOPPED"
        return "FAILED" if self.failed_regions else "SUCCEEDED"

    def summary(self, now: float) -> Json:
        status = self.status(now)
        times = {"CreationTimestamp": EPOCH + timedelta(seconds=self.created)}
        if now >= self.end:
            times["EndTimestamp"] = EPOCH + timedelta(seconds=self.end)
        failed = sum(run.outcome.status == "FAILED" and now >= run.end for run in self.runs)
        return {
            "OperationId": self.id,
            "Action": self.action,
            "Status": status,
            "StatusDetails": {"FailedStackInstancesCount": failed},
            **times,
        }


@dataclass
class Set:
    description: Json
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    @property
    def is_service_managed(self) -> bool:
        return bool(self.description["PermissionModel"] == "SERVICE_MANAGED")


@dataclass
class StackSets:
    """The service in one organization."""

    management: str
    now: float = 0
    page: int = 100
    access: str = "ENABLED"
    script: Script = lambda _account, _region: Outcome()
    sets: dict[str, Set] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    """The operations of CloudFormation that were called, with their parameters."""
    faults: dict[str, list[ErrorAnswer]] = field(default_factory=dict)
    """What an operation answers to its next calls, before it answers properly."""
    delegated: set[str] = field(default_factory=set)

    def advance(self, seconds: float) -> None:
        """Let time pass; takes the place of sleep."""
        self.now += seconds

    def answer(self, caller: str, operation: str, parameters: Json) -> Json:
        """Return what the service says."""
        self.calls.append((operation, parameters))
        if faults := self.faults.get(operation):
            raise RefusalError(faults.pop(0))
        if parameters.get("CallAs", "SELF") == "DELEGATED_ADMIN":
            self._require(
                caller in self.delegated, "ValidationError", "Account used is not a delegated administrator"
            )
        elif operation == "CreateStackSet" and parameters.get("PermissionModel") == "SERVICE_MANAGED":
            self._require(
                caller == self.management,
                "ValidationError",
                "You must be the management account or delegated admin account of an organization before"
                " operating a SERVICE_MANAGED stack set",
            )
        self._settle()
        result: Json = getattr(self, camelcase_to_underscores(operation))(parameters)
        return result

    def describe_organizations_access(self, _: Json) -> Json:
        return {"Status": self.access}

    def create_stack_set(self, given: Json) -> Json:
        name = given["StackSetName"]
        self._require(name not in self.sets, "NameAlreadyExistsException", f"The Name {name} already exists.")
        self._require(
            len(given["TemplateBody"].encode()) <= 51_200, "ValidationError", "templateBody is too long"
        )
        description = {
            "StackSetId": f"{name}:1",
            "Status": "ACTIVE",
            "PermissionModel": "SELF_MANAGED",
            **given,
        }
        for key in ("CallAs", "ClientRequestToken"):
            description.pop(key, None)
        self.sets[name] = Set(description)
        return {"StackSetId": f"{name}:1"}

    def describe_stack_set(self, given: Json) -> Json:
        found = self._set(given)
        units = list(dict.fromkeys(instance.unit for instance in found.instances.values() if instance.unit))
        # moto makes the API's lists of these.
        parameters = {
            entry["ParameterKey"]: entry["ParameterValue"]
            for entry in found.description.get("Parameters", [])
        }
        tags = {entry["Key"]: entry["Value"] for entry in found.description.get("Tags", [])}
        changed = {"OrganizationalUnitIds": units, "Parameters": parameters, "Tags": tags}
        return {"StackSet": found.description | changed}

    def update_stack_set(self, given: Json) -> Json:
        found = self._set(given)
        managed = found.description.get("ManagedExecution", {}).get("Active")
        is_busy = any(self.now < operation.end for operation in found.operations)
        self._require(
            not ("ManagedExecution" in given and is_busy),
            "InvalidOperationException",
            "An operation is running.",
        )
        before = {entry["ParameterKey"]: entry for entry in found.description.get("Parameters", [])}
        parameters = [
            before[entry["ParameterKey"]] if entry.get("UsePreviousValue") else entry
            for entry in given.get("Parameters", [])
        ]
        places = list(found.instances.values())
        # Before the change: else the check for managed execution would already see it.
        result = self._begin(found, "UPDATE", given, places, managed=bool(managed))
        if "TemplateBody" in given or "Parameters" in given:
            for instance in places:
                instance.status = "OUTDATED"
        transient = ("CallAs", "OperationId", "OperationPreferences", "StackSetName")
        found.description |= {key: value for key, value in given.items() if key not in transient}
        found.description["Parameters"] = parameters
        return result

    def delete_stack_set(self, given: Json) -> Json:
        found = self._set(given)
        self._require(not found.instances, "StackSetNotEmptyException", "StackSet is not empty")
        del self.sets[given["StackSetName"]]
        return {}

    def create_stack_instances(self, given: Json) -> Json:
        found = self._set(given)
        how = given.get("DeploymentTargets", {}).get("AccountFilterType")
        self._require(how != "UNION", "ValidationError", "UNION is not supported for CreateStackInstances")
        wanted = {
            (account, region): found.instances.get((account, region), Instance(account, region, unit))
            for account, unit in self._targets(found, given)
            for region in given["Regions"]
        }
        result = self._begin(
            found, "CREATE", given, [each for each in wanted.values() if each.status != "CURRENT"]
        )
        # Not before: an operation that is refused makes no instances.
        found.instances |= wanted
        return result

    def delete_stack_instances(self, given: Json) -> Json:
        found = self._set(given)
        places = [
            found.instances[account, region]
            for account, _ in self._targets(found, given)
            for region in given["Regions"]
            if (account, region) in found.instances
        ]
        return self._begin(found, "DELETE", given, places)

    def list_stack_instances(self, given: Json) -> Json:
        return self._page(given, [instance.summary() for instance in self._set(given).instances.values()])

    def list_stack_set_operations(self, given: Json) -> Json:
        newest_first = reversed(self._set(given).operations)
        return self._page(given, [operation.summary(self.now) for operation in newest_first])

    def describe_stack_set_operation(self, given: Json) -> Json:
        return {"StackSetOperation": self._operation(given).summary(self.now)}

    def list_stack_set_operation_results(self, given: Json) -> Json:
        return self._page(given, [run.summary(self.now) for run in self._operation(given).runs])

    def stop_stack_set_operation(self, given: Json) -> Json:
        operation = self._operation(given)
        self._require(
            self.now < operation.end and operation.stopped is None,
            "InvalidOperationException",
            f"Operation {operation.id} is not in progress",
        )
        operation.stopped = self.now
        for run in operation.runs:
            if run.start > self.now:
                run.start = run.end = self.now
                run.outcome = Outcome("CANCELLED", "Cancelled since the operation was stopped")
        return {}

    def _require(self, condition: object, code: str, message: str) -> None:
        if not condition:
            raise RefusalError(ErrorAnswer(code, message))

    def _set(self, given: Json) -> Set:
        name = given["StackSetName"]
        self._require(name in self.sets, "StackSetNotFoundException", f"StackSet {name} not found")
        return self.sets[name]

    def _operation(self, given: Json) -> Operation:
        for operation in self._set(given).operations:
            if operation.id == given["OperationId"]:
                return operation
        raise RefusalError(
            ErrorAnswer("OperationNotFoundException", "The specified operation ID doesn't exist.")
        )

    def _page(self, given: Json, entries: list[Json]) -> Json:
        start = int(given.get("NextToken", 0))
        end = start + min(self.page, int(given.get("MaxResults", 100)))
        return {"Summaries": entries[start:end]} | ({"NextToken": str(end)} if end < len(entries) else {})

    def _targets(self, found: Set, given: Json) -> Iterator[tuple[str, str]]:
        """The accounts that a call means, each with the unit through which it came."""
        targets = given.get("DeploymentTargets", {})
        if not found.is_service_managed:
            self._require(not targets, "ValidationError", "SELF_MANAGED can only have accounts as target")
            yield from ((account, "") for account in given["Accounts"])
            return
        units = targets.get("OrganizationalUnitIds", [])
        self._require(0 < len(units) <= 50, "ValidationError", "OrganizationalUnitIds: 1 to 50 are supported")
        accounts, how = targets.get("Accounts", []), targets.get("AccountFilterType", "UNION")
        seen = set()
        for unit in units:
            for account in self._members(unit):
                left_out = (how == "INTERSECTION" and account not in accounts) or (
                    how == "DIFFERENCE" and account in accounts
                )
                if account not in seen and not left_out:
                    seen.add(account)
                    yield account, unit

    def _members(self, unit: str) -> Iterator[str]:
        backend = organizations_backends[self.management]["aws"]
        for account in backend.accounts:
            if account.parent_id == unit and account.id != self.management:
                yield account.id
        for child in backend.ou:
            if child.parent_id == unit:
                yield from self._members(child.id)

    def _is_suspended(self, account: str) -> bool:
        backend = organizations_backends[self.management]["aws"]
        return any(found.id == account and found.status == "SUSPENDED" for found in backend.accounts)

    def _begin(
        self, found: Set, action: str, given: Json, places: Iterable[Instance], managed: bool | None = None
    ) -> Json:
        if managed is None:
            managed = bool(found.description.get("ManagedExecution", {}).get("Active"))
        known = {operation.id for operation in found.operations}
        self._require(
            given["OperationId"] not in known,
            "OperationIdAlreadyExistsException",
            "The specified operation ID already exists.",
        )
        last = max((operation.end for operation in found.operations), default=0.0)
        self._require(
            managed or last <= self.now,
            "OperationInProgressException",
            f"Another Operation on StackSet {found.description['StackSetId']} is in progress",
        )
        operation = Operation(given["OperationId"], action, given, self.now, max(self.now, last), [])
        preferences = given.get("OperationPreferences", {})
        failed = set()
        regions: dict[str, list[Instance]] = {}
        for place in places:
            place.operation, place.detail = operation.id, "PENDING"
            if self._is_suspended(place.account) and not given.get("RetainStacks"):
                place.detail = "SKIPPED_SUSPENDED_ACCOUNT"
            else:
                regions.setdefault(place.region, []).append(place)
        for region, instances in regions.items():
            runs, has_failed = self._schedule(instances, preferences, operation.begin)
            operation.runs += runs
            failed |= {region} if has_failed else set()
        operation.failed_regions = frozenset(failed)
        found.operations.append(operation)
        return {"OperationId": operation.id}

    def _schedule(self, places: list[Instance], preferences: Json, begin: float) -> tuple[list[Run], bool]:
        """Lay out the work in a Region: so many at once, until too many have failed."""
        free = [begin] * _amount(preferences, "MaxConcurrent", len(places), least=1)
        tolerated = _amount(preferences, "FailureTolerance", len(places), least=0)
        runs: list[Run] = []
        failures: list[float] = []
        for place in places:
            start, outcome = heapq.heappop(free), self.script(place.account, place.region)
            exceeded = sorted(failures)[tolerated] if len(failures) > tolerated else None
            if exceeded is not None and start >= exceeded:
                runs.append(Run(place, exceeded, exceeded, Outcome("CANCELLED", CANCELLED)))
                heapq.heappush(free, start)
                continue
            runs.append(Run(place, start, start + outcome.seconds, outcome))
            heapq.heappush(free, start + outcome.seconds)
            if outcome.status == "FAILED":
                failures.append(start + outcome.seconds)
        return runs, len(failures) > tolerated

    def _settle(self) -> None:
        """Apply to the instances what has ended by now."""
        for found in self.sets.values():
            for operation in found.operations:
                for run in operation.runs:
                    if not run.is_applied and run.end <= self.now:
                        run.is_applied = True
                        _apply(found, operation, run)


def _apply(found: Set, operation: Operation, run: Run) -> None:
    instance, outcome = run.instance, run.outcome
    instance.detail, instance.reason = outcome.status, outcome.reason
    if operation.action == "DELETE":
        if outcome.status == "SUCCEEDED":
            found.instances.pop((instance.account, instance.region), None)
        elif outcome.status == "FAILED":
            instance.status = instance.detail = "INOPERABLE"
        return
    if outcome.status == "SUCCEEDED":
        instance.status = "CURRENT"
        instance.stack_id = (
            f"arn:aws:cloudformation:{instance.region}:{instance.account}:stack/StackSet-"
            f"{found.description['StackSetName']}-1/1"
        )
    else:
        instance.status = "OUTDATED"


def _amount(preferences: Json, name: str, accounts: int, least: int) -> int:
    """How many accounts are meant; the service's own defaults are the least."""
    if f"{name}Percentage" in preferences:
        return max(least, accounts * int(preferences[f"{name}Percentage"]) // 100)
    return int(preferences.get(f"{name}Count", least))


OPERATIONS = (
    *("CreateStackSet", "DescribeStackSet", "UpdateStackSet", "DeleteStackSet", "CreateStackInstances"),
    *("DeleteStackInstances", "ListStackInstances", "ListStackSetOperations", "DescribeStackSetOperation"),
    *("ListStackSetOperationResults", "StopStackSetOperation", "DescribeOrganizationsAccess"),
)


def install(patch: pytest.MonkeyPatch, service: StackSets) -> None:
    """Put the service behind moto's CloudFormation, and delegated administrators into its Organizations."""

    def respond(operation: str) -> Callable[[CloudFormationResponse], Any]:
        def method(response: CloudFormationResponse) -> Any:
            try:
                return ActionResult(
                    service.answer(response.current_account, operation, response._get_params())
                )
            except RefusalError as refusal:
                [answer] = refusal.args
                return _error(answer)

        return method

    for operation in OPERATIONS:
        patch.setattr(
            CloudFormationResponse, camelcase_to_underscores(operation), respond(operation), raising=False
        )
    patch.setattr(
        FakeDelegatedAdministrator,
        "SUPPORTED_SERVICES",
        [*FakeDelegatedAdministrator.SUPPORTED_SERVICES, SERVICE_PRINCIPAL],
    )

    def backend(response: OrganizationsResponse) -> Any:
        caller = response.current_account
        asked = service.management if caller in service.delegated else caller
        return organizations_backends[asked][response.partition]

    patch.setattr(OrganizationsResponse, "organizations_backend", property(backend))


def _error(answer: ErrorAnswer) -> tuple[int, Json, str]:
    """An error as it is on the wire: moto writes only those that are in the service's model."""
    error = f"<Type>Sender</Type><Code>{answer.code}</Code><Message>{escape(answer.message)}</Message>"
    return 400, {"status": 400}, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"


@dataclass
class Tree:
    """An organization in moto, and StackSets in it."""

    service: StackSets
    id: str
    """The organization's."""
    root: str
    units: dict[str, str]
    """The ids of the units by their names."""
    accounts: list[str]
    suspended: list[str]
    """Of the accounts, those that are."""

    @property
    def active(self) -> list[str]:
        return [account for account in self.accounts if account not in self.suspended]


def grow(organizations: Any, service: StackSets, accounts: int, suspended: int = 0) -> Tree:
    """Make an organization: Workloads with Prod and Test below it, and Sandbox; accounts spread over all."""
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    units: dict[str, str] = {}
    for name, parent in (("Workloads", ""), ("Prod", "Workloads"), ("Test", "Workloads"), ("Sandbox", "")):
        unit = organizations.create_organizational_unit(ParentId=units.get(parent, root), Name=name)
        units[name] = unit["OrganizationalUnit"]["Id"]
    ids = []
    places = itertools.cycle(units.values())
    for number in range(accounts):
        created = organizations.create_account(
            AccountName=f"team-{number}", Email=f"team-{number}@example.com"
        )
        account = created["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=next(places))
        ids.append(account)
    closed = ids[:suspended]
    for account in closed:
        organizations.close_account(AccountId=account)
    return Tree(service, made, root, units, ids, closed)


def called(service: StackSets, operation: str) -> list[Json]:
    """The parameters of each call of an operation."""
    return [parameters for name, parameters in service.calls if name == operation]


def counted(service: StackSets) -> Counter[str]:
    """How often each operation was called."""
    return Counter(name for name, _ in service.calls)
