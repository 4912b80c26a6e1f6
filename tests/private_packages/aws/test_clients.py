"""Clients that call as one identity."""

from typing import Any

import pytest
from botocore.config import Config

from private_packages.aws.clients import Clients


class Recorder(Clients):
    """Tells what it is asked for."""

    def _client(self, service: str, region_name: str | None, config: Any) -> Any:
        return service, region_name, config


@pytest.mark.parametrize(
    "service", ["cloudformation", "ec2", "iam", "kms", "organizations", "s3", "secretsmanager", "sts"]
)
def test_any_service_can_be_asked_in_any_region(service: str) -> None:
    config = Config()
    assert Recorder().client(service) == (service, None, None)
    assert Recorder().client(service, region_name="eu-west-1", config=config) == (
        service,
        "eu-west-1",
        config,
    )
