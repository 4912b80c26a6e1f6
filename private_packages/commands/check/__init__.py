"""`private-packages check`: the role check, of one account or of all accounts of the organization."""
