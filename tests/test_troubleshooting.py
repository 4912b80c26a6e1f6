"""docs/troubleshooting.md has an entry for each sentence that refuses, and none for one that is gone."""

import re

import pytest

from private_packages.aws.tokens.diagnosis import Link
from tests import ROOT
from tests.refusals import VARIES, sentences

PAGE = (ROOT / "docs/troubleshooting.md").read_text("utf-8")
ENTRIES = [
    entry
    for row in re.findall(r"^\| (`.*?`) \| ", PAGE, re.MULTILINE)
    for entry in re.findall("`(.+?)`", row)
]
SENTENCES = sentences()


def covers(entry: str, sentence: str) -> bool:
    """Return whether the words of an entry stand in a sentence, with anything in place of each ….

    They stand where a reader would look for them: at its beginning, or behind what varies there.
    """
    return bool(
        re.match(rf"(?:.*{VARIES}[^a-z]*)?" + ".*".join(map(re.escape, entry.split(VARIES))), sentence)
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_refusal_has_an_entry(sentence: str) -> None:
    assert [entry for entry in ENTRIES if covers(entry, sentence)]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_of_a_refusal_that_there_is(entry: str) -> None:
    assert [sentence for sentence in SENTENCES if covers(entry, sentence)]


def test_what_is_found_are_refusals_of_all_kinds() -> None:
    for known in (
        "… in the environment wins over pip.conf: unset it",
        "the secret has no value yet: store the token in it",
        "No AWS credentials: ….",
        "There is no stack set … in …: correct --name, --region or --profile.",
    ):
        assert known in SENTENCES


@pytest.mark.parametrize("link", Link)
def test_each_link_that_verify_names_is_explained(link: Link) -> None:
    rows = re.findall(r"^\| (`.*`) \|", (ROOT / "docs/commands/verify.md").read_text("utf-8"), re.MULTILINE)
    assert f"`{link}`" in ", ".join(rows).split(", ")
