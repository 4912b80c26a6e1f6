"""How the tests call `token`: with a token on standard input, which shows nowhere."""

from collections.abc import Callable

from click.testing import CliRunner, Result

from private_packages.commands.failures import UNFORESEEN
from private_packages.main import main
from tests.aws import Scripted
from tests.private_packages.aws.tokens.test_stored_token import TOKEN

Aws = Callable[..., Scripted]


def call(*arguments: str, given: str = f"{TOKEN}\n") -> Result:
    result = CliRunner().invoke(main, arguments, input=given, prog_name="private-packages")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert TOKEN not in result.output
    assert UNFORESEEN not in result.stderr
    return result


def refused(*arguments: str, given: str = f"{TOKEN}\n", code: int = 1) -> str:
    """The last line of standard error of a call that fails so."""
    result = call(*arguments, given=given)
    assert result.exit_code == code, result.output
    return result.stderr.splitlines()[-1]
