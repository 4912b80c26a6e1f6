"""The tokens in the secrets: stored, looked at, and read as a build reads them."""
