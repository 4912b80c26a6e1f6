"""What to create: `repositories.yaml` in, CloudFormation templates out. No AWS call, no clock, no network."""

__version__ = "0.2.0"
