"""The role check: answers CloudFormation whether this account's Stackery Role is new enough.

Create and Update look for the build roles and the Stackery Role's stack and compare its version.
Delete succeeds without a call. Every request gets exactly one answer.
"""

import json
import re
import threading
import time
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import boto3
from botocore.config import Config

STACKERY_REGIONS = (
    "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-west-1 eu-west-2"
    " eu-west-3 eu-north-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2"
).split()
UNKNOWN = "unknown"
# Many attempts: a StackSet asks from all accounts at once. The handler ends them in time.
CALLS = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 30})
DENIAL_TIME = 40  # seconds that IAM may take to spread what was allowed just now
ANSWER_PAUSES = (0, 1, 2, 4, 8)  # seconds before each attempt to deliver the answer
ANSWER_TIMEOUT = 5  # seconds for each attempt
ANSWER_TIME = 40  # for all of them
TEXT_LENGTH = 1000  # even with each character escaped, the answer stays under 4,096 bytes
# No Stackery Role: nothing is installed yet, or any more.
LEFTOVERS = ("REVIEW_", "ROLLBACK_", "CREATE_IN_", "CREATE_FAILED", "DELETE_")
BOOTSTRAP = "Custom::StackeryAgentCommanderBootstrap"

# semver.org, with a leading v and a missing minor or patch allowed.
NUMBER = r"(?:0|[1-9][0-9]*)"
IDENTIFIER = rf"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
VERSION = re.compile(
    rf"v?({NUMBER})(?:\.({NUMBER}))?(?:\.({NUMBER}))?"
    rf"(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)

Json = dict[str, Any]

# Kinds of refusals; what may pass is waited for, as a denial while IAM spreads.
OLD, MISSING, NO_ORGANIZATION, UNREAD, PASSING = range(5)


class Refused(Exception):
    """The check did not pass; the message says what to do, then why."""

    def __init__(self, kind: int, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.found: Json = {}  # attributes so far


def handler(event: Json, context: Any) -> None:
    """Answer one CloudFormation request, before this function's time is over."""
    answers: list[Json] = []
    seconds = max(1, context.get_remaining_time_in_millis() / 1000 - ANSWER_TIME)
    worker = threading.Thread(target=lambda: answers.append(decide(event, seconds)), daemon=True)
    worker.start()
    worker.join(seconds)
    late = failed("Try again: AWS did not answer the role check in time. It changed nothing.")
    deliver(event, (answers or [late])[0])


def decide(event: Json, seconds: float) -> Json:
    """Return the answer to this event: Status, Reason and Data."""
    kind = event.get("RequestType")
    if kind == "Delete":
        return {"Status": "SUCCESS", "Reason": "Nothing to delete."}
    if kind not in ("Create", "Update"):
        return failed(f"Report this: CloudFormation asked for {kind}.")
    ends = time.monotonic() + (seconds - 4 if kind == "Update" else min(seconds - 4, DENIAL_TIME))
    while True:
        try:
            session, stack_id = boto3.Session(), event["StackId"]
            before = kind == "Update" and attributes_before(stack_id, session)
            data = before or check(event["ResourceProperties"], stack_id, session)
        except Refused as refusal:
            if refusal.kind != PASSING or time.monotonic() > ends:
                return failed(str(refusal))
            time.sleep(2)
        except Exception as error:  # CloudFormation must hear of anything
            return failed(f"Report this: {type(error).__name__}: {error}")
        else:
            return {"Status": "SUCCESS", "Reason": "See the attribute Status.", "Data": data}


def failed(reason: str) -> Json:
    """Return the answer that stops CloudFormation with this reason."""
    return {"Status": "FAILED", "Reason": reason}


def attributes_before(stack_id: str, session: Any) -> Json | None:
    """Return the last attributes if this Update is a rollback, which a refusal would block."""
    region, account = stack_id.split(":")[3:5]
    client = session.client("cloudformation", region_name=region, config=CALLS)
    try:
        stack = client.describe_stacks(StackName=stack_id)["Stacks"][0]
    except Exception as error:
        raise Refused(PASSING, str(fault("cloudformation:DescribeStacks", account, error))) from error
    last = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if stack["StackStatus"] != "UPDATE_ROLLBACK_IN_PROGRESS" or "StackeryRoleVersion" not in last:
        return None
    data = {"Version": last["StackeryRoleVersion"], "OrganizationId": last["OrganizationId"]}
    return data | {"StackId": UNKNOWN, "Status": "Rolled back"}


def check(properties: Json, stack_id: str, session: Any) -> Json:
    """Return the custom resource's attributes for this stack's account, or raise Refused."""
    _, partition, _, region, account, *_ = stack_id.split(":")

    def client(service: str, where: str = region) -> Any:
        return session.client(service, region_name=where, config=CALLS)

    properties = {"StackeryStackRegion": "", "OrganizationId": "", **properties}  # empty ones may be dropped
    data = {"Version": UNKNOWN, "StackId": UNKNOWN, "Status": "Passed"}
    try:
        require_build_roles(client("iam"), properties["BuildRoles"], account)
        others = [other for other in STACKERY_REGIONS if partition == "aws" and other != region]
        stack = find_stack(client, properties, region, others, account)
        data["StackId"] = stack["StackId"]
        version = stack_version(stack, client)
        data["Version"] = plain(version, 100)
        require_version(version, properties["MinimumRoleVersion"], stack)
    except Refused as refusal:
        refusal.found = data
        if properties["RoleCheck"] != "Warn":
            raise
        data["Status"] = plain(f"Warning: {refusal}", TEXT_LENGTH)
        print(data["Status"])
    # Needed even where the check only warns: without an organization nobody could be let in.
    data["OrganizationId"] = properties["OrganizationId"] or organization_id(client("organizations"), account)
    return data


def require_build_roles(iam: Any, build_roles: list[str], account: str) -> None:
    """Refuse when a role is missing: forks of Stackery's agent have a stack but not these roles."""
    missing = []
    for build_role in build_roles:
        try:
            role = iam.get_role(RoleName=build_role.split("/")[-1])["Role"]
            found = (role["Path"] + role["RoleName"]).strip("/")
        except Exception as error:
            if code(error) != "NoSuchEntity":
                raise fault("iam:GetRole", account, error) from error
            found = "none"
        if found != build_role:
            missing.append(build_role)
    if missing:
        # Only these come with the Stackery Role.
        of_stackery = any(role.startswith("stackery/") for role in missing)
        do = "Install or upgrade the Stackery Role" if of_stackery else "Create what is missing"
        hint = " Without builds there, set RoleCheck to Warn." if len(missing) == len(build_roles) else ""
        names = " and no ".join(missing)
        raise Refused(MISSING, f"{do} in account {account}: the account has no IAM role {names}.{hint}")


def find_stack(client: Any, properties: Json, region: str, others: list[str], account: str) -> Any:
    """Return the Stackery Role's stack, from the given Region, else this one, else another."""
    name, given = properties["StackeryStackName"], properties["StackeryStackRegion"]
    skipped: dict[str, Exception] = {}
    left: list[str] = []

    def look(cloudformation: Any) -> Any:
        here = cloudformation.meta.region_name
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except Exception as error:  # one Region's trouble must not hide the stack in another
            if code(error) != "ValidationError" or "does not exist" not in str(error):
                skipped[here] = error
            return None
        if stack["StackName"] != name:  # an alias of another stack
            return None
        if not stack["StackStatus"].startswith(LEFTOVERS):
            return stack
        left.append(f"{here} ({stack['StackStatus']})")
        return None

    where = given or region
    clients = [client("cloudformation", where)]
    stack = look(clients[0])
    if not stack and others and not given:
        # Asked all at once, but made one by one: that is not thread-safe.
        clients += [client("cloudformation", other) for other in others]
        pool = ThreadPoolExecutor(len(clients))
        looks = [pool.submit(look, each) for each in clients[1:]]
        wait(looks, 9)  # one may never answer
        looks.sort(key=Future.running)
        stack = next(filter(None, (each.result() for each in looks)), None)
        where += " or any other Region of Stackery"
    if stack:
        return stack
    denials = [error for error in skipped.values() if code(error).startswith("AccessDenied")]
    if len(denials) == len(clients):
        raise fault("cloudformation:DescribeStacks (denied in every Region)", account, denials[0])
    could_not = ", ".join(f"{here} ({code(skipped[here])})" for here in sorted(skipped))
    raise Refused(
        PASSING if denials else UNREAD if skipped else MISSING,
        f"Install the Stackery Role {properties['MinimumRoleVersion']} or newer in account {account},"
        f" or correct StackeryStackName or StackeryStackRegion: found no stack {name} in {where}."
        + (f" Left over: {', '.join(sorted(left))}." if left else "")
        + (f" Could not look in {could_not}." if skipped else ""),
    )


def stack_version(stack: Json, client: Any) -> str:
    """Return the stack's output Version, else AgentVersion in its template, else none."""
    for output in stack.get("Outputs", []):
        if output["OutputKey"] == "Version":
            return str(output["OutputValue"])
    region, account = stack["StackId"].split(":")[3:5]
    try:
        template = client("cloudformation", region).get_template(StackName=stack["StackId"])["TemplateBody"]
    except Exception as error:
        raise fault("cloudformation:GetTemplate", account, error) from error
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}
    return agent_version(paths(template), given) or "none"


def agent_version(template: dict[tuple[str, ...], str], given: dict[str, str]) -> str:
    """Return AgentVersion of the resource that installs the agent, or of the parameter that it names."""
    for path, value in template.items():
        if path[0] == "Resources" and path[2:] == ("Type",) and value == BOOTSTRAP:
            own = ("Resources", path[1], "Properties", "AgentVersion")
            found = template.get(own, "")
            name = template.get((*own, "Ref")) or found.removeprefix("!Ref").strip("\"' ")
            if name == found:
                return found
            return given.get(name) or template.get(("Parameters", name, "Default"), "")
    return ""


def paths(template: Any) -> dict[tuple[str, ...], str]:
    """Return a template's values by the keys that lead there, line by line: no text can make this slow."""
    if not isinstance(template, str):  # boto3 has read JSON already
        template = json.dumps(template, indent=1)
    found: dict[tuple[str, ...], str] = {}
    keys: list[tuple[int, str]] = []
    for line in template.splitlines():
        key, colon, value = line.strip().partition(":")
        indent = len(line) - len(line.lstrip(" "))
        if not colon or key[:1] == "#":
            continue
        while keys and keys[-1][0] >= indent:
            keys.pop()
        keys.append((indent, key.strip("\"' ")))
        value = value.split(" #")[0].strip("\"', ")
        if value[:1] not in ("", "{", "[") and len(keys) <= 5:
            found.setdefault(tuple(each for _, each in keys), value)
    return found


def require_version(found: str, minimum: str, stack: Json) -> None:
    """Refuse a version that is older than the minimum or none at all."""
    version, needed = parse(found), parse(minimum)
    if version and needed and version >= needed:
        return
    region, account = stack["StackId"].split(":")[3:5]
    raise Refused(
        OLD,
        f"Upgrade the Stackery Role in account {account} to version {minimum} or newer, then deploy again:"
        f" stack {stack['StackName']} in {region} has version {plain(found, 100)}"
        + ("." if version else ", which is not a version."),
    )


def parse(text: str) -> tuple[Any, ...] | None:
    """Return what orders versions by semver.org's rules, or None when text is no version."""
    match = VERSION.fullmatch(text) if len(text) <= 256 else None
    if not match:
        return None
    numbers = tuple(int(number or 0) for number in match.groups()[:3])
    identifiers = match[4].split(".") if match[4] else []
    # A release is newer than its pre-releases, and a text is newer than a number.
    return numbers, not identifiers, [(not i.isdigit(), int(i) if i.isdigit() else 0, i) for i in identifiers]


def organization_id(organizations: Any, account: str) -> str:
    """Return the id of this account's organization; it decides who may read."""
    try:
        found = str(organizations.describe_organization()["Organization"]["Id"])
    except Exception as error:
        if code(error) != "AWSOrganizationsNotInUseException":
            account += ", or set OrganizationId"
            raise fault("organizations:DescribeOrganization", account, error) from error
        raise Refused(
            NO_ORGANIZATION,
            "Deploy into an account of your AWS Organization, or set OrganizationId:"
            f" account {account} belongs to no organization.",
        ) from error
    if not re.fullmatch("o-[a-z0-9]{10,32}", found):
        raise Refused(UNREAD, f"Set OrganizationId: Organizations answered {plain(found, 100)}, no id.")
    return found


def fault(action: str, account: str, error: Exception) -> Refused:
    """Return the refusal for a failed call to AWS."""
    kind, do = UNREAD, "Try again, and if it stays, allow"
    if code(error).startswith("AccessDenied"):
        kind, do = PASSING, "Allow"
    return Refused(kind, f"{do} {action} in account {account}: {code(error)}: {plain(error, 500)}")


def code(error: Exception) -> str:
    """Return AWS's error code, else the exception's name."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or type(error).__name__)


def plain(text: object, length: int) -> str:
    """Return text on one line of printable ASCII, cut to length."""
    return re.sub("[^ -~]+", "?", str(text))[:length]


def deliver(event: Json, answer: Json) -> None:
    """Send the answer; raises when no attempt succeeds, so that Lambda tries again.

    The address is a credential: keep it, and the event that holds it, out of the log.
    """
    answer["Reason"] = plain(answer["Reason"], TEXT_LENGTH)
    print(f"{event.get('RequestType')} {answer['Status']}: {answer['Reason']}")
    # Always the same, or CloudFormation would delete the old one; a cancelled Create has one of its own.
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId", "stackery-role-check")
    answer |= {key: event.get(key, "") for key in ("StackId", "RequestId", "LogicalResourceId")}
    url = str(event.get("ResponseURL"))
    if not url.startswith("http"):  # urllib opens files, too
        raise RuntimeError("CloudFormation gave no address to answer to.")
    for pause in ANSWER_PAUSES:
        time.sleep(pause)
        try:
            request = urllib.request.Request(url, json.dumps(answer).encode(), method="PUT")
            request.add_header("Content-Type", "")  # the address is signed for none
            urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT).close()
        except Exception as error:
            print(f"CloudFormation did not take the answer: {code(error)} {getattr(error, 'code', '')}")
        else:
            return
    raise RuntimeError("No attempt to answer CloudFormation succeeded.")
