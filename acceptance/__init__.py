"""The run on real AWS: what no imitation can tell, found out for some cents by who has an account."""
