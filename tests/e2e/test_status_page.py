"""The page of `rollout status` in a browser: sorted, filtered, on a phone, on paper, without JavaScript."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status import page
from tests.e2e import browser
from tests.e2e.browser import Browser
from tests.private_packages.aws.stack_sets.rollouts import FORTY, NAMES, STACK_SET, account, summary, too_old

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

pytestmark = pytest.mark.browser
SHOWN = "[...document.querySelectorAll('tbody tr')]"
MADE = datetime(2026, 11, 25, 18, 40, tzinfo=UTC)
ENTER, TAB = "\ue007", "\ue004"


def page_of(folder: Path, summaries: "list[StackInstanceSummaryTypeDef]") -> Path:
    found = [instances.read(each, NAMES) for each in summaries]
    found.sort(key=lambda each: (list(instances.Outcome).index(each.outcome), each.account))
    counts, groups = instances.count(found), instances.group(found)
    file = folder / f"{len(found)}.html"
    file.write_text(page.render(Overview(STACK_SET, "us-east-1", account(0), counts, groups, found), MADE))
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
    file = page_of(tmp_path, FORTY)
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
        *["Cancelled"] * 5,
        "Running",
        "Waiting",
        *["Skipped"] * 2,
        *["Done"] * 22,
    ]


def test_a_click_on_a_column_sorts_by_it_and_another_one_turns_that_round(forty: Browser) -> None:
    forty.click("th.account button")
    accounts = column(forty, "account")
    assert accounts == sorted(accounts)
    assert forty.run("return [...document.querySelectorAll('[aria-sort]')].map((head) => head.ariaSort)") == [
        "ascending"
    ]
    forty.click("th.account button")
    assert column(forty, "account") == accounts[::-1]
    assert forty.run("return document.querySelector('th.account').ariaSort") == "descending"


def test_versions_sort_as_numbers_and_what_is_empty_comes_last(forty: Browser) -> None:
    forty.click("th.version button")
    assert column(forty, "version")[:4] == ["1.23.0", "1.24.9", "1.24.9", ""]


def test_ten_is_more_than_nine(window: Browser, tmp_path: Path) -> None:
    versions = ["1.10.0", "1.9.0", "1.2.0"]
    refused = [summary(each, "FAILED", too_old(each, version)) for each, version in enumerate(versions)]
    window.open(page_of(tmp_path, refused))
    window.click("th.version button")
    assert column(window, "version") == versions[::-1]


def test_status_sorts_by_what_it_means(forty: Browser) -> None:
    forty.click("th.status button")
    assert column(forty, "status")[0] == "Done"
    forty.click("th.status button")
    assert column(forty, "status")[0] == "Failed"


def test_words_filter_wherever_they_stand(forty: Browser) -> None:
    forty.type("#find", "STACKERY 1.24.9")
    assert column(forty, "account") == [account(1), account(3)]
    assert said(forty) == "2 of 40 shown"
    forty.type("#find", "nowhere")
    assert forty.run("return document.getElementById('nothing').hidden") is False
    forty.click("#all")
    assert said(forty) == "40 shown"
    assert forty.run("return document.activeElement.id") == "find"


def test_a_status_filters(forty: Browser) -> None:
    choose = "const select = document.getElementById('status'); select.value = 'cancelled';"
    forty.run(f"{choose} select.dispatchEvent(new Event('change'))")
    assert column(forty, "status") == ["Cancelled"] * 5


def test_a_click_on_a_reason_shows_its_accounts_and_another_one_all_again(forty: Browser) -> None:
    forty.click("button[data-group='1']")
    assert column(forty, "account") == [account(6), account(7)]
    assert forty.run("return document.querySelector('[data-group=\"1\"]').ariaPressed") == "true"
    forty.click("button[data-group='1']")
    assert said(forty) == "40 shown"


def test_everything_can_be_reached_and_used_by_keyboard(forty: Browser) -> None:
    order = []
    for _ in range(18):
        forty.press(TAB)
        order.append(forty.run("return document.activeElement.id || document.activeElement.innerText"))
    assert order[:8] == ["Show only these"] * 8
    assert order[8:17] == [
        "find",
        "status",
        "Status",
        "Account",
        "Name",
        "OU",
        "Region",
        "Stackery Role",
        "Reason",
    ]
    forty.run("document.querySelector('th.account button').focus()")
    forty.press(ENTER)
    assert forty.run("return document.querySelector('th.account').ariaSort") == "ascending"


@pytest.mark.parametrize(
    ("css", "role"),
    [("table", "table"), ("tbody", "rowgroup"), ("tbody tr", "row"), ("td", "cell"), ("th", "columnheader")],
)
def test_the_table_stays_one_for_assistive_technology(forty: Browser, css: str, role: str) -> None:
    assert forty.role(css) == role


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 2560])
def test_nothing_runs_out_of_the_screen_to_the_side(forty: Browser, width: int) -> None:
    forty.set_screen(width, 800)
    assert forty.run("return document.documentElement.scrollWidth") <= width


def test_rows_are_cards_on_a_phone_and_sorting_stays_possible(forty: Browser) -> None:
    forty.set_screen(360, 800)
    box = "document.querySelector('tbody tr .{}').getBoundingClientRect()"
    assert forty.run(f"return {box.format('reason')}.top > {box.format('account')}.bottom - 1")
    assert forty.run(f"return {box.format('reason')}.width > 250")
    forty.click("th.account button")
    accounts = column(forty, "account")
    assert accounts == sorted(accounts)


def test_it_follows_the_choice_of_light_or_dark(forty: Browser) -> None:
    def papers(scheme: str) -> str:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        forty.devtools("Emulation.setEmulatedMedia", {"features": [feature]})
        return str(forty.run("return getComputedStyle(document.body).backgroundColor"))

    assert papers("light") == "rgb(250, 249, 247)"
    assert papers("dark") == "rgb(21, 22, 24)"


def test_paper_shows_every_row_in_ink_on_white_and_no_buttons(forty: Browser) -> None:
    feature = {"name": "prefers-color-scheme", "value": "dark"}
    forty.devtools("Emulation.setEmulatedMedia", {"media": "print", "features": [feature]})
    try:
        assert forty.run("return getComputedStyle(document.body).color") == "rgb(29, 28, 26)"
        assert forty.run("return document.getElementById('tools').offsetHeight") == 0
        assert forty.run("return document.querySelector('tbody tr:last-child').offsetHeight") > 0
    finally:
        forty.devtools("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_without_javascript_it_is_a_plain_table_without_buttons_that_do_nothing(
    forty: Browser, tmp_path: Path
) -> None:
    forty.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        forty.open(page_of(tmp_path, FORTY))
        html = forty.devtools("Runtime.evaluate", {"expression": "document.body.innerText"})["result"][
            "value"
        ]
    finally:
        forty.devtools("Emulation.setScriptExecutionDisabled", {"value": False})
    assert html.count("Failed") >= 9
    assert "Show only these" not in html
    assert "Find" not in html
    forty.requests()
    forty.open(page_of(tmp_path, FORTY))


def test_no_other_script_or_style_can_run(window: Browser, tmp_path: Path) -> None:
    text = page_of(tmp_path, FORTY).read_text()
    evil = "<script>document.title = 'evil'</script><p id=x style='color: rgb(1, 2, 3)' onclick='title=1'>"
    (tmp_path / "evil.html").write_text(text.replace("<main>", f"{evil}<main>"))
    window.open(tmp_path / "evil.html")
    assert window.run("return document.title") == "9 of 40 failed: stackery-role-check"
    assert window.run("return getComputedStyle(document.getElementById('x')).color") != "rgb(1, 2, 3)"
    assert len(window.log("browser")) >= 2


@pytest.mark.parametrize(("rows", "milliseconds"), [(3_000, 100), (10_000, 300)])
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
