"""CloudFormation's texts as sentences. Where the texts were seen is told beside them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custom_resource.role_check import Refused, require_version
from private_packages.aws.stack_sets.reasons import common, pattern, sentence, stackery_role_version
from private_packages.aws.text import one_line
from tests.custom_resource.aws import stack
from tests.private_packages.aws.stack_sets import rollouts
from tests.private_packages.aws.stack_sets.rollouts import resource

ROLE_CHECK = (
    "Upgrade the Stackery Role in account 111100000001 to version 1.25.0 or newer, then deploy again:"
    " stack stackery in us-east-1 has version 1.24.9."
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # A custom resource that failed: aws-samples/aws-saas-factory-bootcamp issue 63.
        pytest.param(rollouts.too_old(1, "1.24.9"), ROLE_CHECK, id="the role check speaks for itself"),
        # A resource of a service: aws-solutions/quota-monitor-for-aws issue 97.
        pytest.param(
            rollouts.QUOTA,
            "RoleCheckFunction (AWS::Lambda::Function): Code storage limit exceeded.",
            id="a service's words, and of which resource",
        ),
        pytest.param(
            resource(
                "Aggregator",
                "AWS::Config::ConfigurationAggregator",
                "You do not have permission to call the EnableAWSServiceAccess API. (Service: AmazonConfig;"
                " Status Code: 400; Error Code: AccessDenied; Request ID: 957ba254; Proxy: null).",
            ),
            "Aggregator (AWS::Config::ConfigurationAggregator): You do not have permission to call the"
            " EnableAWSServiceAccess API.",
            id="an older service's words",
        ),
        # aws-samples/aws-security-reference-architecture-examples issue 162.
        pytest.param(
            resource(
                "StackeryRole",
                "Custom::StackeryRole",
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs"
                " for requestId [c87e5bf0-5728-43bb-a35a-d401898a6673]. If you are using the Python"
                " cfn-response module, you may need to update your Lambda function code so that"
                " CloudFormation can attach the updated version..",
            ),
            "CloudFormation did not receive a response from your Custom Resource.",
            id="a custom resource that never answered",
        ),
        pytest.param(
            resource(
                "Thing",
                "Custom::Thing",
                "Received response status [FAILED] from custom resource. Message returned: Try again.. See"
                " the details in CloudWatch Log Stream: 2022/12/20/[$LATEST]aac99eb (RequestId: 07277a4e).",
            ),
            "Try again.",
            id="without the log stream",
        ),
        pytest.param(
            "Received response status [FAILED] from custom resource. Message returned: See the details in"
            " CloudWatch Log Stream: 2022/12/20/[$LATEST]aac99eb749",
            "Received response status [FAILED] from custom resource. Message returned: See the details in"
            " CloudWatch Log Stream: 2022/12/20/[$LATEST]aac99eb749.",
            id="the log stream where there is nothing else",
        ),
        # The AWS CLI's example of list-stack-set-operation-results.
        pytest.param(rollouts.TOLERANCE, "Cancelled since failure tolerance has exceeded.", id="a casualty"),
        # hashicorp/terraform-provider-aws issue 15165.
        pytest.param(
            "Account 111100000001 should have 'Execution' role with trust relationship to Role 'Admin'.\n",
            "Account 111100000001 should have 'Execution' role with trust relationship to Role 'Admin'.",
            id="no trust",
        ),
        pytest.param("ACCOUNT_SUSPENDED", "The account is suspended.", id="suspended"),
        pytest.param("", "", id="nothing"),
        pytest.param("\0\n ", "", id="nothing that prints"),
        pytest.param("(Service: x)", "(Service: x).", id="nothing but noise"),
        pytest.param("Why\n\tso\x1b[31m?", "Why so [31m?", id="control characters"),
        pytest.param(
            "kein Konto für \u202eMüller", "kein Konto für Müller.", id="marks that turn text around"
        ),
    ],
)
def test_a_reason_is_told_in_a_sentence(text: str, told: str) -> None:
    assert sentence(text) == told


PIECES = st.sampled_from(
    [
        "ResourceLogicalId:",
        ", ResourceType:",
        "AWS::X",
        ", ResourceStatusReason:",
        "Received response status [FAILED] from custom resource. Message returned:",
        'Resource handler returned message: "',
        " (RequestToken: 1, HandlerErrorCode: 2)",
        " (Service: ",
        "See the details in CloudWatch Log Stream: ",
        "Please check your logs for requestId [",
        "ACCOUNT_SUSPENDED",
        "arn:aws:iam::111100000001:role/x",
        "111100000001",
        "us-east-1",
        "1.24.9",
        "…",
        ".",
        "\n",
        "\0",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text()), max_size=12).map("".join)


@example('Resource handler returned message: " 0')
@given(TEXTS)
def test_whatever_it_says_it_becomes_one_printable_line_and_is_never_lost(text: str) -> None:
    told = sentence(text)
    assert told.isprintable()
    assert told == " ".join(told.split())
    assert bool(told) == bool(one_line(text))


@given(TEXTS)
def test_a_reason_alone_is_told_as_it_is_but_for_its_dots(text: str) -> None:
    told = sentence(text)
    assert common([told]).rstrip(".…") == told.rstrip(".…")
    assert stackery_role_version(told) in told


@given(TEXTS, TEXTS)
def test_reasons_of_one_pattern_share_a_sentence(first: str, second: str) -> None:
    if pattern(first) == pattern(second):
        assert pattern(common([first, second]))


@given(st.text())
def test_long_texts_take_no_long_time(text: str) -> None:
    assert sentence(text * 200).isprintable()


@pytest.mark.parametrize(
    ("reason", "version"),
    [
        (ROLE_CHECK, "1.24.9"),
        (ROLE_CHECK.replace("1.24.9", "1.24.0-beta.1"), "1.24.0-beta.1"),
        (ROLE_CHECK.replace("1.24.9.", "latest, which is not a version."), "latest"),
        ("The Stackery Role has version", ""),
        ("Engine has version 1.2.3.", ""),
        ("", ""),
    ],
)
def test_the_version_stands_in_the_role_check_s_sentence(reason: str, version: str) -> None:
    assert stackery_role_version(reason) == version


@pytest.mark.parametrize("found", ["1.24.9", "1.24.0-beta.1", "latest"])
def test_the_version_is_found_in_what_the_role_check_really_says(found: str) -> None:
    """Function and reader have no code in common: this holds their two ends together."""
    with pytest.raises(Refused) as refused:
        require_version(found, "1.25.0", stack("us-east-1")["Stacks"][0])
    told = sentence(rollouts.refused(str(refused.value)))
    assert stackery_role_version(told) == found


def test_what_differs_between_like_reasons_is_left_out_and_what_they_share_stays() -> None:
    reasons = [
        ROLE_CHECK,
        ROLE_CHECK.replace("111100000001", "111100000002"),
        ROLE_CHECK.replace("us-east-1", "ap-southeast-2"),
    ]
    assert common(reasons) == (
        "Upgrade the Stackery Role in account … to version 1.25.0 or newer, then deploy again: stack stackery"
        " in … has version 1.24.9."
    )
    assert common([ROLE_CHECK, ROLE_CHECK.replace("1.24.9", "1.2")]).endswith("has version …")
