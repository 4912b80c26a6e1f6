"""The page as a file: whole in itself, and nothing in it is markup that this project did not write."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status import page
from tests.private_packages.aws.stack_sets.rollouts import FORTY, account, summary
from tests.private_packages.aws.stack_sets.test_reasons import TEXTS

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

MADE = datetime(2026, 3, 5, 9, 7, tzinfo=UTC)
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
        self.tags.append((tag, attrs))
        if tag == "td":
            self.cells.append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", []))
        self._cell = self._cell and tag != "td"

    def handle_comment(self, data: str) -> None:
        self.tags.append((f"!{data}", []))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell:
            self.cells[-1] += data


def report(found: list[Instance], stack_set: str = "set") -> Overview:
    counts, groups = instances.count(found), instances.group(found)
    return Overview(stack_set, "us-east-1", account(0), counts, groups, found)


def rendered(*summaries: "StackInstanceSummaryTypeDef") -> str:
    return page.render(report([instances.read(each, {}) for each in summaries]), MADE)


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


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_aws_becomes_markup(reason: str, name: str, unit: str) -> None:
    def instance(reason: str, name: str, unit: str) -> Instance:
        said = {"StatusReason": f"x {reason}"}
        read = instances.read(summary(1, "FAILED", **said), {account(1): f"x{name}"})
        return replace(read, unit=f"x{unit}", version=f"x{unit}", region=f"x{name}")

    evil, tame = instance(reason, name, unit), instance("", "", "")
    found = Parsed(page.render(report([evil], f"x{name}"), MADE))
    assert found.tags[4:] == Parsed(page.render(report([tame], "x"), MADE)).tags[4:]
    shown = [evil.account, evil.name, evil.unit, evil.region, evil.version, evil.reason]
    assert found.cells == ["Failed", *shown]


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
    text = page.render(report([instances.read(each, {}) for each in FORTY]), MADE)
    assert not re.search(r"https?:|//\w|@import|url\(|\bsrc=|fetch\(|\bstyle=|\bon[a-z]+=", text)


@pytest.mark.parametrize(
    ("summaries", "verdict"),
    [
        ([], "There are no instances yet."),
        ([summary(1, "SUCCEEDED")], "Done in all 1."),
        ([summary(1, "SUCCEEDED"), summary(2, "SKIPPED_SUSPENDED_ACCOUNT")], "Done in all that are open."),
        ([summary(1, "SUCCEEDED"), summary(2, "FAILED"), summary(3, "CANCELLED")], "1 of 3 failed."),
        ([summary(1, "SUCCEEDED"), summary(3, "CANCELLED")], "1 of 2 cancelled."),
        ([summary(1, "SUCCEEDED"), summary(3, "RUNNING")], "1 of 2 done, the others are under way."),
    ],
)
def test_the_first_sentence_tells_how_it_stands(
    summaries: "list[StackInstanceSummaryTypeDef]", verdict: str
) -> None:
    text = rendered(*summaries)
    assert f'<p class="verdict">{verdict}</p>' in text
    assert f"<title>{verdict.rstrip('.')}: set</title>" in text


def test_it_tells_when_it_was_made() -> None:
    text = rendered()
    assert '<time datetime="2026-03-05T09:07:00+00:00">5 March 2026, 09:07 UTC</time>' in text


def test_the_same_input_gives_the_same_page() -> None:
    assert rendered(*FORTY) == rendered(*FORTY)


def test_a_column_with_nothing_to_show_is_left_out() -> None:
    heads = re.findall(r'<th scope="col" class="(\w+)"', rendered(summary(1, "SUCCEEDED")))
    assert heads == ["status", "account", "unit", "region"]


def test_one_in_thousands_can_still_be_seen_in_the_bar() -> None:
    summaries = [summary(number, "SUCCEEDED") for number in range(3_000)]
    text = rendered(summary(1, "FAILED"), *summaries)
    widths = {name: float(width) for name, width in re.findall(r'class="(\w+)" x="\S+" width="(\S+)"', text)}
    assert widths["failed"] > 3
    assert sum(widths.values()) <= 1_000


def test_a_casualty_is_told_from_a_cause() -> None:
    text = rendered(summary(1, "FAILED", "No."), summary(2, "CANCELLED", "Cancelled since"))
    assert text.index("Nothing is wrong there") > text.index('<p class="text">Cancelled since')
    assert text.count("Nothing is wrong there") == 1


def test_reasons_beyond_a_dozen_are_folded_and_still_lead_to_their_rows() -> None:
    text = rendered(*(summary(number, "FAILED", f"Reason {chr(0x41 + number)}.") for number in range(14)))
    assert "<summary>2 more reasons</summary>" in text
    buttons = re.findall(r'<button type="button" data-group="(\d+)"', text)
    rows = re.findall(r'<tr class="failed" data-group="(\d+)"', text)
    assert sorted(buttons) == sorted(rows) == sorted(map(str, range(14)))


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
@pytest.mark.parametrize("text", ["ink", "soft", "accent", *Outcome])
@pytest.mark.parametrize("ground", ["paper", "card", "hover"])
def test_every_text_can_be_read_on_every_ground(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    darker, lighter = sorted([luminance(colours[text]), luminance(colours[ground])])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize("outcome", Outcome)
def test_every_status_has_a_sign_of_its_own(outcome: Outcome) -> None:
    signs = dict(
        re.findall(
            r'^\.(\w+) \{ --of-status: [^;]+; --sign: "([^"]+)"; \}$',
            (FILES / "page.css").read_text(),
            re.MULTILINE,
        )
    )
    assert list(signs.values()).count(signs[outcome]) == 1
