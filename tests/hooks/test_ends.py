"""What a build's log says of tokens that end."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from private_packages.aws.tokens import expiry
from tests import ROOT
from tests.hooks.machine import MAVEN, NPM, PIP, TOKEN, Machine, arn, refused
from tests.hooks.secrets_manager import SecretsManager

END = date(2027, 2, 1)
VERSION = f"6a11c6eb-7f19-415c-aa12-2fb3af443cca-expires-{END}"


def move_clock(machine: Machine, day: date, time: str = "12:00:00") -> None:
    """Let bash see another time where it asks for it; the hook itself has no way to be told one."""
    seconds = int(datetime.fromisoformat(f"{day}T{time}+00:00").timestamp())
    clock = machine.temporary / "clock"
    clock.write_text(
        f"""printf() {{
          if [[ $3 == '%(%s)T' ]]; then builtin printf -v "$2" %s {seconds}; return; fi
          builtin printf "$@"
        }}"""
    )
    machine.environment["BASH_ENV"] = str(clock)


def warnings(machine: Machine) -> str:
    """What a run that succeeds says on standard error."""
    done = machine.run()
    assert "private-packages: AcmeNpm is set up\n" in done.stdout
    assert f":_authToken={TOKEN}\n" in machine.text(".npmrc")
    return done.stderr


@pytest.fixture
def hook(machine: Machine) -> Machine:
    """A machine with a hook, whose token ends."""
    machine.store(AcmeNpm=TOKEN)
    machine.store_version("AcmeNpm", VERSION)
    machine.make(NPM)
    return machine


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2027, 1, 18), "ends on 2027-02-01, in 14 days"),
        (date(2027, 1, 23), "ends on 2027-02-01, in 9 days"),
        (date(2027, 1, 31), "ends on 2027-02-01, in 1 day"),
        (date(2027, 2, 1), "ends on 2027-02-01, today"),
        (date(2027, 2, 2), "ended on 2027-02-01, 1 day ago"),
        (date(2028, 3, 1), "ended on 2027-02-01, 394 days ago"),
    ],
)
@pytest.mark.parametrize("time", ["00:00:00", "23:59:59"])
def test_it_warns_from_14_days_before_in_the_words_of_the_commands(
    hook: Machine, monkeypatch: pytest.MonkeyPatch, today: date, said: str, time: str
) -> None:
    move_clock(hook, today, time)
    assert warnings(hook) == (
        f"private-packages: the token of AcmeNpm {said}: store a new one:"
        " private-packages token set AcmeNpm --expires DATE\n"
    )
    monkeypatch.setattr(expiry, "today", lambda: today)
    assert (expiry.told(END), expiry.is_near(END)) == (said, True)


def test_it_names_the_stack_that_it_was_made_from(hook: Machine) -> None:
    hook.make(NPM, stack=["--stack-name", "acme", "--region", "eu-west-1"])
    move_clock(hook, date(2027, 2, 1), "00:00:00")
    assert warnings(hook).endswith(
        " private-packages token set AcmeNpm --stack-name acme --region eu-west-1 --expires DATE\n"
    )


def test_before_that_it_says_nothing(hook: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    move_clock(hook, date(2027, 1, 17), "23:59:59")
    assert warnings(hook) == ""
    monkeypatch.setattr(expiry, "today", lambda: date(2027, 1, 17))
    assert not expiry.is_near(END)


@pytest.mark.parametrize(
    "version",
    [
        "6a11c6eb-7f19-415c-aa12-2fb3af443cca",
        f"{VERSION}0",
        VERSION.replace("-02-", "-2-"),
        VERSION.replace("-02-", "-13-"),
        VERSION.replace("-02-", "-00-"),
        VERSION.replace("02-01", "02-32"),
        VERSION.replace("02-01", "02-00"),
        VERSION.replace("expires", "Expires"),
        VERSION.replace("2027", "a[0]"),
        "None",
    ],
)
def test_a_version_that_says_no_day_has_no_end(hook: Machine, version: str) -> None:
    hook.store_version("AcmeNpm", version)
    move_clock(hook, date(2030, 1, 1))
    assert warnings(hook) == ""
    assert expiry.of_version(version) is None


def test_each_token_has_its_own_end(hook: Machine) -> None:
    hook.store(AcmePip=TOKEN, AcmeMaven=TOKEN)
    hook.store_version("AcmePip", VERSION.replace("2027", "2099"))
    hook.store_version("AcmeMaven", VERSION.replace("02-01", "02-03"))
    hook.make(NPM, PIP, MAVEN)
    move_clock(hook, date(2027, 1, 25))
    assert re.findall(r"token of (\w+) (.*?):", warnings(hook)) == [
        ("AcmeNpm", "ends on 2027-02-01, in 7 days"),
        ("AcmeMaven", "ends on 2027-02-03, in 9 days"),
    ]


def test_what_is_refused_is_said_alone(hook: Machine) -> None:
    hook.store(AcmeNpm="two\nlines")
    move_clock(hook, date(2027, 2, 2))
    assert "line break" in refused(hook.run(check=False))


@pytest.mark.server
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue"])
def test_with_the_real_command_and_the_real_clock_in_utc(
    machine: Machine, secrets_manager: SecretsManager, zone: str
) -> None:
    machine.use_real_aws(secrets_manager.endpoint)
    machine.environment["TZ"] = zone
    machine.make(NPM)
    today = None
    while today != datetime.now(UTC).date():  # midnight may come in between
        today = datetime.now(UTC).date()
        id_ = expiry.version_id(today + timedelta(9))
        secrets_manager.store(arn("AcmeNpm"), TOKEN, id_)
        said = warnings(machine)
    assert f"the token of AcmeNpm ends on {today + timedelta(9)}, in 9 days: " in said
    assert len(secrets_manager.requests) == 1


def test_days_are_counted_as_the_calendar_does(machine: Machine) -> None:
    """Each of 140 years, a leap year that ends in 00 and one that is none among them."""
    text = (ROOT / "generator/hooks/hook.bash").read_text()
    [function] = re.findall(r"^count_days\(\).*?^}$", text, re.MULTILINE | re.DOTALL)
    first = date(1970, 1, 1)
    days = [first + timedelta(number) for number in range((date(2110, 1, 1) - first).days)]
    (machine.temporary / "days").write_text("".join(f"{day:%Y %m %d}\n" for day in days))
    loop = 'while read -r y m d; do count_days "$y" "$m" "$d"; echo "${day}"; done <"${TMPDIR}/days"'
    done = machine.run("bash", "-c", f"{function}\n{loop}")
    assert [int(line) for line in done.stdout.split()] == list(range(len(days)))
