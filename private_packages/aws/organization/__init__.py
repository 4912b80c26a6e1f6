"""The organization: its accounts, a role in each of them, and the role check there."""
