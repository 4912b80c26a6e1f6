"""The pre-build hook: a bash script that fetches the tokens and configures the package managers.

A module for each package manager says what is particular to it; `hook` puts the script together.
"""
