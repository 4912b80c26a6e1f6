"""The page of `rollout status` in a browser: by mouse, keyboard and ear, on a phone and on paper."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status import page
from tests.e2e import axe, browser
from tests.e2e.browser import ENTER, TAB, Browser
from tests.private_packages.aws.stack_sets.rollouts import FORTY, NAMES, STACK_SET, account, summary, too_old

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

pytestmark = pytest.mark.browser
SHOWN = "[...document.querySelectorAll('tbody tr')]"
MADE = datetime(2026, 11, 25, 18, 40, tzinfo=UTC)
TALL = 20_000
"""Pixels; what is not in sight the browser does not lay out."""
WIDTHS = [320, 480, 801, 1050, 1280, 2000]


def as_it_is(instance: Instance) -> Instance:
    return instance


def varied(instance: Instance) -> Instance:
    """With something else in each column."""
    number = int(instance.account[-3:])
    return replace(
        instance,
        name=instance.name or f"team-{number}-service",
        unit=f"ou-{number % 3}",
        region=["us-east-1", "eu-central-1", "ap-southeast-2"][number % 3],
        version=instance.version or ("1.30.4" if number % 2 else ""),
    )


def hostile(instance: Instance) -> Instance:
    """With names as long as they can be, and nowhere to end a line."""
    last = instance.account[-1]
    return replace(
        varied(instance),
        name="W" * 128,
        region="us-" + "r" * 60 + last,
        version="9" * 100 + last,
        unit=f"ou-{last}-{'x' * 60}",
        reason=instance.reason and f"{instance.reason} {'z' * 500}",
    )


def page_of(
    folder: Path,
    summaries: "list[StackInstanceSummaryTypeDef]",
    change: Callable[[Instance], Instance] = as_it_is,
) -> Path:
    found = [change(instances.read(each, NAMES)) for each in summaries]
    found.sort(key=lambda each: (list(Outcome).index(each.outcome), each.account))
    counts, groups = instances.count(found), instances.group(found)
    overview = Overview(STACK_SET, "us-east-1", account(0), counts, groups, found)
    paths = {"ou-0": "Root/Workloads/Production", "ou-1": "Root/Sandbox/Experiments of the data platform"}
    file = folder / f"{len(found)}.html"
    file.write_text(page.render(overview, Operation("1", "CREATE", "FAILED"), paths, MADE))
    return file


def many(number: int) -> "list[StackInstanceSummaryTypeDef]":
    return [
        summary(each, "FAILED", too_old(each, f"1.{each % 25}.0"))
        if each % 20 == 0
        else summary(each, "SUCCEEDED")
        for each in range(1, number + 1)
    ]


@pytest.fixture(scope="module")
def driver() -> Iterator[str]:
    with browser.driver() as address:
        yield address


@pytest.fixture(scope="module")
def window(driver: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser.browser(driver, tmp_path_factory.mktemp("profile")) as window:
        window.open(page_of(tmp_path_factory.mktemp("warm"), FORTY))
        window.requests()
        yield window


@pytest.fixture
def forty(window: Browser, tmp_path: Path) -> Iterator[Browser]:
    """The page of forty accounts on a desktop; whatever is done there, it stays quiet and by itself."""
    file = page_of(tmp_path, FORTY, varied)
    window.set_screen(1280, 900)
    window.log("browser")
    window.requests()
    window.open(file)
    yield window
    assert window.log("browser") == []
    assert window.requests() == [file.as_uri()]


def column(window: Browser, name: str) -> list[str]:
    found: list[str] = window.run(f"return {SHOWN}.map((row) => row.querySelector('.{name}').textContent)")
    return found


def said(window: Browser) -> str:
    return str(window.run("return document.getElementById('shown').value"))


def test_all_is_shown_the_causes_first(forty: Browser) -> None:
    assert said(forty) == "40 shown"
    assert column(forty, "status") == [
        *["Failed"] * 3,
        "Failedinoperable",
        *["Failed"] * 5,
        *["Waiting"] * 7,
        *["Suspended"] * 2,
        *["Ready"] * 22,
    ]


def test_a_click_on_a_column_sorts_by_it_and_another_one_turns_that_round(forty: Browser) -> None:
    forty.click("th.account button")
    accounts = column(forty, "account")
    assert accounts[:2] == [f"old sandbox{account(40)}", f"payments{account(1)}"]
    assert forty.run("return [...document.querySelectorAll('[aria-sort]')].map((head) => head.ariaSort)") == [
        "ascending"
    ]
    forty.click("th.account button")
    assert column(forty, "account") == accounts[::-1]
    assert forty.run("return document.querySelector('th.account').ariaSort") == "descending"


def test_versions_sort_as_numbers_and_what_is_empty_comes_last(forty: Browser) -> None:
    for first in ("1.23.0", "1.30.4"):
        forty.click("th.version button")
        versions = column(forty, "version")
        assert (versions[0], versions[-1]) == (first, "")


def test_ten_is_more_than_nine(window: Browser, tmp_path: Path) -> None:
    versions = ["1.10.0", "1.9.0", "1.2.0"]
    refused = [summary(each, "FAILED", too_old(each, version)) for each, version in enumerate(versions)]
    window.open(page_of(tmp_path, refused))
    window.click("th.version button")
    assert column(window, "version") == versions[::-1]


def test_status_sorts_by_what_it_means(forty: Browser) -> None:
    forty.click("th.status button")
    assert column(forty, "status")[0] == "Ready"
    forty.click("th.status button")
    assert column(forty, "status")[0] == "Failed"


def test_words_filter_wherever_they_stand(forty: Browser) -> None:
    forty.type("#find", "STACKERY 1.24.9")
    assert column(forty, "account") == [f"payments{account(1)}", f"team-3-service{account(3)}"]
    assert said(forty) == "2 of 40 shown"
    forty.type("#find", "nowhere")
    assert forty.run("return document.getElementById('nothing').hidden") is False
    forty.click("[data-state=''] button")
    assert said(forty) == "40 shown"
    assert forty.run("return document.getElementById('nothing').hidden") is True


def pressed(window: Browser) -> list[str]:
    found: list[str] = window.run(
        "return [...document.querySelectorAll('[aria-pressed=true]')].map((button) => button.innerText)"
    )
    return found


def test_a_chip_shows_the_accounts_of_its_state(forty: Browser) -> None:
    assert pressed(forty) == ["40 in all"]
    forty.click("[data-state=waiting] button")
    assert (column(forty, "status"), pressed(forty)) == (["Waiting"] * 7, ["7 waiting"])
    forty.click("[data-state=ready] button")
    assert (said(forty), pressed(forty)) == ("22 of 40 shown", ["22 ready"])


def test_a_reason_shows_its_accounts_until_it_is_pressed_again(forty: Browser) -> None:
    forty.click("li[data-group='1'] button")
    assert [each[-12:] for each in column(forty, "account")] == [account(6), account(7)]
    assert pressed(forty) == ["Show only these", "40 in all"]
    forty.click("li[data-group='1'] button")
    assert said(forty) == "40 shown"


def test_who_hears_the_buttons_can_tell_them_apart(forty: Browser) -> None:
    names = forty.run(
        "return [...document.querySelectorAll('button')].map((each) => each.ariaLabel ?? each.innerText)"
    )
    assert names[0] == "Show only these: Upgrade the Stackery Role to version 1.25.0 or newer."
    assert len({*names}) == len(names) == 18


def test_everything_can_be_reached_and_used_by_keyboard(forty: Browser) -> None:
    order = []
    for _ in range(19):
        forty.press(TAB)
        order.append(forty.run("return document.activeElement.id || document.activeElement.innerText"))
    assert order == [
        *["Show only these"] * 7,
        *("40 in all", "9 failed", "7 waiting", "2 suspended", "22 ready"),
        "find",
        *("Status", "Account", "Organizational unit", "Region", "Stackery Role", "Next step"),
    ]
    for css in ("th.account button", "[data-state=failed] button"):
        forty.run(f"document.querySelector('{css}').focus()")
        forty.press(ENTER)
    assert forty.run("return document.querySelector('th.account').ariaSort") == "ascending"
    assert column(forty, "status").count("Failed") == 8, "and one is inoperable"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    ("css", "role"),
    [
        *(("table", "table"), ("tbody", "rowgroup"), ("tbody tr", "row"), ("td", "cell")),
        *(("thead th", "columnheader"), ("tbody th", "rowheader")),
    ],
)
def test_the_table_stays_one_for_assistive_technology(
    forty: Browser, css: str, role: str, width: int
) -> None:
    forty.set_screen(width, TALL)
    forty.settle()
    assert forty.role(css) == role


@pytest.fixture(scope="module")
def script() -> str:
    return axe.script()


@pytest.mark.node
@pytest.mark.parametrize("summaries", [[], [summary(1, "SUCCEEDED")], FORTY], ids=["none", "one", "forty"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_that_keeps_anybody_out(
    window: Browser,
    script: str,
    tmp_path: Path,
    width: int,
    scheme: str,
    summaries: "list[StackInstanceSummaryTypeDef]",
) -> None:
    window.set_media(scheme=scheme)
    window.set_screen(width, TALL)
    window.open(page_of(tmp_path, summaries, varied))
    assert axe.findings(window, script) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("summaries", [[], FORTY[:1], FORTY], ids=["none", "one", "forty"])
@pytest.mark.parametrize("change", [varied, hostile])
def test_nothing_runs_out_of_the_screen_to_the_side(
    window: Browser,
    tmp_path: Path,
    summaries: "list[StackInstanceSummaryTypeDef]",
    change: Callable[[Instance], Instance],
    width: int,
) -> None:
    window.set_screen(width, TALL)
    window.open(page_of(tmp_path, summaries, change))
    window.settle()
    outside = """
    const wide = document.documentElement.clientWidth + 0.5;
    return [...document.querySelectorAll("main *")]
      .filter((each) => {
        const parent = each.closest("td, th, li")?.getBoundingClientRect().right ?? wide;
        return each.getBoundingClientRect().right > Math.min(wide, parent + 0.5)
          || each.scrollWidth > Math.max(each.clientWidth, each.offsetWidth);
      })
      .map((each) => each.outerHTML.slice(0, 80));
    """
    assert window.run(outside) == []


def test_rows_are_cards_on_a_phone_and_sorting_stays_possible(forty: Browser) -> None:
    forty.set_screen(360, 800)
    box = "document.querySelector('tbody tr .{}').getBoundingClientRect()"
    assert forty.run(f"return {box.format('step')}.top > {box.format('account')}.bottom - 1")
    assert forty.run(f"return {box.format('step')}.width > 250")
    forty.click("th.account button")
    assert column(forty, "account")[0] == f"old sandbox{account(40)}"


def test_it_follows_the_choice_of_light_or_dark(forty: Browser) -> None:
    def papers(scheme: str) -> str:
        forty.set_media(scheme=scheme)
        return str(forty.run("return getComputedStyle(document.body).backgroundColor"))

    assert papers("light") == "rgb(250, 249, 247)"
    assert papers("dark") == "rgb(21, 22, 24)"


def test_paper_shows_every_row_in_ink_on_white_and_no_buttons(forty: Browser) -> None:
    forty.set_media("print", "dark")
    try:
        assert forty.run("return getComputedStyle(document.body).color") == "rgb(29, 28, 26)"
        assert forty.run("return document.getElementById('tools').offsetHeight") == 0
        assert forty.run("return document.querySelector('tbody tr:last-child').offsetHeight") > 0
    finally:
        forty.set_media()


@pytest.mark.parametrize(
    ("summaries", "change", "most"),
    [(FORTY, as_it_is, 2), (FORTY, varied, 3), (many(300), as_it_is, 7), (many(300), varied, 11)],
    ids=["forty, few columns", "forty, all columns", "hundreds, few columns", "hundreds, all columns"],
)
def test_accounts_fit_on_few_sheets_of_paper(
    window: Browser,
    tmp_path: Path,
    summaries: "list[StackInstanceSummaryTypeDef]",
    change: Callable[[Instance], Instance],
    most: int,
) -> None:
    window.open(page_of(tmp_path, summaries, change))
    a4 = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True}
    printed = base64.b64decode(window.devtools("Page.printToPDF", a4)["data"])
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= most


def test_without_javascript_it_is_a_plain_table_without_buttons_that_do_nothing(
    forty: Browser, tmp_path: Path
) -> None:
    text = "document.querySelector('footer') && document.body.innerText + document.all.instances.textContent"
    forty.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        forty.open(page_of(tmp_path, FORTY, varied))
        shown = None
        while not shown:  # the driver cannot tell when a page without script is loaded
            shown = forty.devtools("Runtime.evaluate", {"expression": text})["result"].get("value")
    finally:
        forty.devtools("Emulation.setScriptExecutionDisabled", {"value": False})
    assert shown.count("Failed") >= 9
    assert "Show only these" not in shown
    assert "Find" not in shown
    assert "40 in all\n9 failed\n7 waiting\n2 suspended\n22 ready\n" in shown
    forty.requests()
    forty.open(page_of(tmp_path, FORTY, varied))


def test_no_other_script_or_style_can_run(window: Browser, tmp_path: Path) -> None:
    text = page_of(tmp_path, FORTY).read_text()
    evil = "<script>document.title = 'evil'</script><p id=x style='color: rgb(1, 2, 3)' onclick='title=1'>"
    (tmp_path / "evil.html").write_text(text.replace("<main>", f"{evil}<main>"))
    window.open(tmp_path / "evil.html")
    assert window.run("return document.title") == "22 of 40 accounts ready: stackery-role-check"
    assert window.run("return getComputedStyle(document.getElementById('x')).color") != "rgb(1, 2, 3)"
    assert len(window.log("browser")) >= 2


@pytest.mark.parametrize(("rows", "milliseconds"), [(2_000, 100), (10_000, 300)])
def test_filtering_many_rows_stays_quick(
    window: Browser, tmp_path: Path, rows: int, milliseconds: int
) -> None:
    window.set_screen(1280, 900)
    window.open(page_of(tmp_path, many(rows)))
    took = window.run(
        """
        const find = document.getElementById("find");
        function filter(words) {
          const begun = performance.now();
          find.value = words;
          find.dispatchEvent(new Event("input"));
          document.body.getBoundingClientRect();  // what the filter changed is laid out here
          return performance.now() - begun;
        }
        // The best of some runs, since other processes are at work beside this one; of the slowest words.
        return Math.max(...["111", "stackery", "us-east-1 1.2", "00000"].map((words) =>
          Math.min(...[1, 2, 3, 4].map(() => Math.max(filter(words), filter(""))))));
        """
    )
    print(f"{rows:,} rows: a filter takes {took:.0f} ms")
    assert took < milliseconds
