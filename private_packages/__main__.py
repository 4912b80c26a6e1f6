"""The command `private-packages`, as `python -m private_packages`."""

from private_packages.main import main

main(prog_name="private-packages")
