"""The page as a file: whole in itself, and nothing in it is markup that this project did not write."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.commands.rollout.status import page
from private_packages.commands.rollout.status.steps import next_step
from tests.private_packages.aws.stack_sets.rollouts import (
    DENIED,
    FORTY,
    UNIT,
    account,
    overview,
    summary,
    too_old,
)
from tests.private_packages.aws.stack_sets.test_reasons import TEXTS

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

MADE = datetime(2026, 3, 5, 9, 7, tzinfo=UTC)
STATES = ("failed", "waiting", "suspended", "ready")
FILES = Path(page.__file__).parent


class Parsed(HTMLParser):
    """A page as a browser reads it: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.cells: list[str] = []
        self.text = ""
        self._cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # where a line may end
            return
        self.tags.append((tag, attrs))
        if tag in ("td", "th"):
            self.cells.append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", []))
        self._cell = self._cell and tag not in ("td", "th")

    def handle_comment(self, data: str) -> None:
        self.tags.append((f"!{data}", []))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell:
            self.cells[-1] += data


def operation(status: str) -> Operation:
    return Operation("1", "CREATE", status)


def rendered(
    *summaries: "StackInstanceSummaryTypeDef",
    last: Operation | None = None,
    paths: Mapping[str, str] | None = None,
) -> str:
    found = [instances.read(each, {}) for each in summaries]
    found.sort(key=lambda each: list(Outcome).index(each.outcome))
    return page.render(overview(found, "set"), last, paths or {}, MADE)


def said(html: str, css_class: str) -> str:
    [text] = re.findall(rf'<p class="{css_class}">(.*?)</p>', html)
    return str(text)


HOSTILE = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "</td></tr></table><script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "<!--",
            "]]>",
            "</style></script></title>",
            "&lt;b&gt; &amp;amp; &#60;",
            "$style ${script} $$",
            "'\"`",
        ]
    ),
)


@settings(deadline=None)  # milliseconds, but the machine may be busy
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_aws_becomes_markup(reason: str, name: str, unit: str) -> None:
    def instance(reason: str, name: str, unit: str) -> Instance:
        said = {"StatusReason": f"x {reason}"}
        read = instances.read(summary(1, "FAILED", **said), {account(1): f"x{name}"})
        return replace(read, unit=f"x{unit}", version=f"x{unit}", region=f"x{name}")

    evil, tame = instance(reason, name, unit), instance("", "", "")
    found = Parsed(page.render(overview([evil], f"x{name}"), None, {}, MADE))
    assert found.tags[4:] == Parsed(page.render(overview([tame], "x"), None, {}, MADE)).tags[4:]
    heads = ["Status", "Account", "Organizational unit", "Region", "Stackery Role", "Next step"]
    step = next_step(evil.outcome, evil.reason, is_over=True)
    shown = ["Failed", evil.name + evil.account, evil.unit, evil.region, evil.version, step.do + step.found]
    assert found.cells == [*heads, *shown]


def test_the_rules_of_the_page_allow_its_own_style_and_script_and_nothing_else() -> None:
    text = rendered(summary(1, "SUCCEEDED"))
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def test_the_page_needs_no_other_file() -> None:
    text = rendered(*FORTY)
    assert not re.search(r"https?:|//\w|@import|url\(|\bsrc=|fetch\(|\bstyle=|\bon[a-z]+=", text)


READY, FAILED, CANCELLED = summary(1, "SUCCEEDED"), summary(2, "FAILED"), summary(3, "CANCELLED")
RUNNING, SUSPENDED = summary(4, "RUNNING"), summary(5, "SKIPPED_SUSPENDED_ACCOUNT")


@pytest.mark.parametrize(
    ("summaries", "headline"),
    [
        ([], "No accounts yet"),
        ([READY], "All 1 account ready"),
        ([READY, summary(9, "SUCCEEDED")], "All 2 accounts ready"),
        ([READY, SUSPENDED], "All 1 account ready, 1 suspended"),
        ([READY, FAILED, CANCELLED], "1 of 3 accounts ready"),
        ([READY, RUNNING], "1 of 2 accounts ready"),
        ([READY, summary(1, "FAILED", region="eu-west-1"), summary(9, "SUCCEEDED")], "1 of 2 accounts ready"),
    ],
    ids=["none", "one", "all", "suspended", "failed", "running", "ready in one Region of two"],
)
def test_the_headline_tells_how_many_accounts_are_ready(
    summaries: "list[StackInstanceSummaryTypeDef]", headline: str
) -> None:
    text = rendered(*summaries)
    assert f"<h1>{headline}</h1>" in text
    assert f"<title>{headline}: set</title>" in text


OWNERS = "Owners: take the next step of your account, then tell whoever sent you this page."


@pytest.mark.parametrize(
    ("summaries", "last", "lead"),
    [
        ([], None, ""),
        ([READY], None, "Nothing is left to do."),
        ([], "RUNNING", "The rollout is going on."),
        ([READY, RUNNING], "RUNNING", "The rollout is going on."),
        ([READY], "SUCCEEDED", "The rollout has ended. Nothing is left to do."),
        ([READY, SUSPENDED], "SUCCEEDED", "The rollout has ended. Nothing is left to do."),
        ([CANCELLED], "STOPPED", "The rollout was stopped. Left: 1 account to whoever runs the rollout."),
        (
            [summary(2, "FAILED", DENIED), FAILED, summary(9, "FAILED"), CANCELLED],
            "FAILED",
            (
                "The rollout has ended. Left: 2 accounts to their owners, 1 to the organization's"
                f" administrators, 1 to whoever runs the rollout. {OWNERS}"
            ),
        ),
    ],
)
def test_then_it_tells_how_it_ended_and_what_is_left_to_whom(
    summaries: "list[StackInstanceSummaryTypeDef]", last: str | None, lead: str
) -> None:
    assert said(rendered(*summaries, last=operation(last) if last else None), "lead") == lead


def test_where_there_is_no_account_yet_it_says_so_instead_of_showing_an_empty_table() -> None:
    text = rendered()
    assert said(text, "empty") == "Accounts stand here as soon as the rollout has come to them."
    assert not re.search("<(table|li|svg)[ >]", text)


def test_it_tells_when_it_was_made() -> None:
    text = rendered()
    assert '<time datetime="2026-03-05T09:07:00+00:00">5 March 2026, 09:07 UTC</time>' in text


def test_the_same_input_gives_the_same_page() -> None:
    assert rendered(*FORTY) == rendered(*FORTY)


def columns(text: str) -> list[str]:
    return re.findall(r'<th scope="col" class="(\w+)"', text)


def test_what_is_the_same_for_all_is_told_once_above_the_table() -> None:
    text = rendered(READY, summary(9, "SUCCEEDED"), paths={UNIT: "Root/Workloads"})
    assert columns(text) == ["account"]
    assert said(text, "common") == ("The same for all: Organizational unit Root/Workloads; Region us-east-1.")


def test_of_one_account_alone_it_shows_what_is_known() -> None:
    """Where there is no Stackery Role, as with the template build-account, nothing tells of one."""
    text = rendered(summary(1, "SUCCEEDED"))
    assert columns(text) == ["status", "account", "unit", "region", "step"]
    assert "Stackery Role" not in text


def test_what_differs_has_a_column() -> None:
    text = rendered(
        READY,
        summary(9, "FAILED", too_old(9, "1.0.0"), region="eu-west-1", OrganizationalUnitId="r-ab12"),
        paths={UNIT: "Root/Workloads"},
    )
    assert columns(text) == ["status", "account", "unit", "region", "version", "step"]
    assert "The same for all" not in text
    assert '<td class="unit">Root/<wbr>Workloads</td>' in text
    assert '<td class="unit">r-ab12</td>' in text, "its path is not known"


def test_one_in_thousands_can_still_be_seen_in_the_bar() -> None:
    summaries = [summary(number, "SUCCEEDED") for number in range(3_000)]
    text = rendered(summary(1, "FAILED"), *summaries)
    widths = {name: float(width) for name, width in re.findall(r'class="(\w+)" x="\S+" width="(\S+)"', text)}
    assert widths["failed"] > 3
    assert sum(widths.values()) <= 1_000


def test_the_number_of_each_state_is_told_also_that_none_failed() -> None:
    counts = re.findall(r"<b>([\d,]+)</b> ([a-z ]+)</span>", rendered(READY, CANCELLED, RUNNING))
    assert counts == [("3", "in all"), ("0", "failed"), ("2", "waiting"), ("1", "ready")]


def test_reasons_beyond_a_dozen_are_folded_and_still_lead_to_their_rows() -> None:
    text = rendered(*(summary(number, "FAILED", f"Reason {chr(0x41 + number)}.") for number in range(14)))
    assert "<summary>2 more</summary>" in text
    cards = re.findall(r'<li class="failed" data-group="(\d+)"', text)
    rows = re.findall(r'<tr class="failed" data-group="(\d+)"', text)
    assert sorted(cards) == sorted(rows) == sorted(map(str, range(14)))


# Colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, of which AA asks 4.5 for text.


def schemes() -> dict[str, dict[str, str]]:
    css = (FILES / "page.css").read_text()
    light, dark = (
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "soft", "accent", *STATES])
@pytest.mark.parametrize("ground", ["paper", "card", "hover"])
def test_every_text_can_be_read_on_every_ground(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    darker, lighter = sorted([luminance(colours[text]), luminance(colours[ground])])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_sign_of_its_own(state: str) -> None:
    signs = dict(
        re.findall(
            r'^\.(\w+) \{ --of-state: [^;]+; --sign: "([^"]+)"; \}$',
            (FILES / "page.css").read_text(),
            re.MULTILINE,
        )
    )
    assert list(signs.values()).count(signs[state]) == 1
