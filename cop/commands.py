"""The ``cop`` command. Each part is loaded when it is called: ``cop serve`` watches for months, so it stays light."""

import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Final

import click

from cop.commands_serve import demonstration

PARTS: Final = {
    "account": "cop.commands_account:account",
    "check": "cop.commands_check:check",
    "demo": "cop.commands_data:demo",
    "import": "cop.commands_import:import_group",
    "init": "cop.commands_data:init",
    "jobs": "cop.commands_work:jobs_group",
    "migrate": "cop.commands_data:migrate",
    "prepare": "cop.commands_data:prepare",
    "serve": "cop.commands_serve:serve",
    "worker": "cop.commands_work:worker",
}


class Mendable(click.ClickException):
    """Said in a sentence: the person can put it right."""

    exit_code = 2


class Parts(click.Group):
    """Sub-commands by name; wrong settings and refusals are said in a sentence, not shown as a traceback."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for name, place in PARTS.items() if find_spec(place.partition(":")[0])]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        module, _, attribute = PARTS[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            raise Mendable(sentence) from error


def _sentence(error: Exception) -> str | None:
    """The words for an error that is the person's to mend; ``None`` for a defect, which keeps its traceback."""
    from cop.core.errors import Refused
    from cop.core.settings import SettingsError

    if isinstance(error, SettingsError):
        return f"the settings are not right.\n{error}"
    return str(error) if isinstance(error, Refused) else None


def _version() -> str:
    try:
        return version("cop")
    except PackageNotFoundError:
        return "from a checkout"


@click.group(cls=Parts, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="cop")
@click.option("--demo", is_flag=True, help="With the settings of the demonstration (those of “make run”).")
def main(demo: bool) -> None:
    """A house for a community of practice: events, invitations, reminders, attendance, figures."""
    if demo:
        demonstration(os.environ)


if __name__ == "__main__":
    sys.exit(main())
