"""The rollout of a template across the organization with CloudFormation StackSets."""
