"""What all tests share."""

import gc
import os
import shutil
from collections.abc import Iterator

import boto3
import botocore.loaders
import botocore.session
import pytest

from tests import called
from tests.missing import missing

PROGRAMS = {"node": ("node", "npm"), "browser": ("chromedriver",)}
"""What the markers that name a kind of test ask for; the marker `needs` names programs themselves."""

os.environ["BOTOCORE_EXPERIMENTAL__PLUGINS"] = "tests=tests.called"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are missing; in CI fail it: there nothing may be missed silently."""
    needed = {program for marker in item.iter_markers("needs") for program in marker.args}
    for marker, programs in PROGRAMS.items():
        if item.get_closest_marker(marker):
            needed |= set(programs)
    if absent := sorted(program for program in needed if not shutil.which(program)):
        missing(f"not installed on this machine: {', '.join(absent)}")


def forget_aws_settings(patch: pytest.MonkeyPatch) -> None:
    """Keep the AWS settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    patch.setenv("AWS_CONFIG_FILE", os.devnull)
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    patch.setenv("no_proxy", "127.0.0.1")
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # a third of a second each time


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: it would look at all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session", autouse=True)
def _service_models_are_read_once() -> Iterator[None]:
    """Let all of botocore's sessions share what each would read and parse anew."""
    loader = botocore.loaders.create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", lambda *_: loader)
        yield


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_aws_settings(monkeypatch)


@pytest.fixture(autouse=True)
def _no_command_of_another_test() -> None:
    called.begin()


@pytest.fixture(scope="session")
def boto() -> boto3.Session:
    """A session whose models of the services are loaded only once."""
    with pytest.MonkeyPatch.context() as patch:
        forget_aws_settings(patch)
        return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
