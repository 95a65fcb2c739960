"""The command line: `fieldloom init | serve | user | schema | catalog | export | import | labels`; larger groups of commands are in `commands/`."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from commands import catalog, files, labels, schema, telling
from engine.access import ROLES
from engine.accounts import BadUser
from engine.errors import FieldloomError
from engine.messages import M_
from engine.metadata.database import Database
from engine.service import people, setup
from settings import BadSetting, Settings, from_environment

THREADS = 8
MAX_DAYS = 36_500


class _NotUnderstood(Exception):
    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.parser = parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave it to `main`, which knows in what form it is to be said."""
        raise _NotUnderstood(self, message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status."""
    os.umask(0o077)  # what is made here, the database file too, is for its owner only
    given = sys.argv[1:] if arguments is None else arguments
    try:
        told = _parser().parse_args(given)
    except _NotUnderstood as error:
        if "--json" in given:
            telling.say_json({"error": "Usage", "message": str(error)})
            return telling.USAGE
        error.parser.print_usage(sys.stderr)
        error.parser.exit(telling.USAGE, f"{error.parser.prog}: error: {error}\n")
    try:
        status = int(told.run(told, from_environment()))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return telling.DONE
    except KeyboardInterrupt:
        print("\nfieldloom: Stopped.", file=sys.stderr)
        return telling.STOPPED
    except (FieldloomError, BadSetting) as error:
        return telling.refuse(error, as_json=False)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="fieldloom", description="A metadata-driven form engine and its customer module.")
    commands = parser.add_subparsers(required=True, metavar="command")
    init = commands.add_parser("init", help="set the database up; safe to run again")
    init.add_argument("--samples", action="store_true", help="add sample customers where there are none")
    init.set_defaults(run=_init)
    commands.add_parser("serve", help="serve on FIELDLOOM_HOST and FIELDLOOM_PORT").set_defaults(run=_serve)
    user = commands.add_parser("user", help="people who may sign in").add_subparsers(required=True, metavar="action")
    add = user.add_parser("add", help="make a user")
    add.add_argument("username")
    add.add_argument("--role", choices=ROLES, default="user")
    add.add_argument("--name", default="", help="the full name")
    add.add_argument("--password", help="asked for when left out")
    add.add_argument("--person", type=int, help="the id of the user's row in the list of people: what $CURRENT_USER stands for")
    add.add_argument("--timezone", help="like Asia/Shanghai; else that of the installation")
    add.set_defaults(run=_add_user)
    token = user.add_parser("token", help="make an API token; it is printed once")
    token.add_argument("username")
    token.add_argument("--name", default="api", help="what it is for")
    token.add_argument("--days", type=_days, help="how long it holds; for ever when left out")
    token.set_defaults(run=_add_token)
    password = user.add_parser("password", help="set a user's password and end all sessions")
    password.add_argument("username")
    password.add_argument("--password", help="asked for when left out")
    password.set_defaults(run=_set_password)
    schema.register(commands)
    catalog.register(commands)
    labels.register(commands)
    files.register(commands)
    return parser


def _init(told: argparse.Namespace, settings: Settings) -> int:
    _set_up(settings)
    if told.samples:
        from engine.service import samples

        count = samples.load(Database(settings.database_url))
        print(f"{count} sample customers added." if count else "Customers are there already; no samples added.")
    return 0


def _set_up(settings: Settings) -> None:
    """Make what is not there yet: tables, shipped entities, the first administrator."""
    database = Database(settings.database_url)
    made = setup.install(database, settings.catalogs, settings.locales, print)
    if made:
        print(f"Database set up: {len(made)} entities.")
    password = setup.make_administrator(database, settings.admin_password)
    if password:
        kept = settings.instance / "admin_password"
        kept.touch(mode=0o600)
        kept.write_text(password + "\n", encoding="utf-8")
        print(f"Administrator made. User name: admin  Password: {password}")
        print(f"(The password is kept in {kept}; delete that file once you know it.)")
    database.close()


def _serve(told: argparse.Namespace, settings: Settings) -> int:
    from waitress.server import create_server

    from app import create_app

    database = Database(settings.database_url)
    if not setup.is_ready(database):
        _set_up(settings)
    database.close()
    app = create_app(settings)
    try:
        server = create_server(app, host=settings.host, port=settings.port, threads=THREADS, ident="")
    except (OSError, ValueError) as error:
        raise BadSetting(f"FIELDLOOM_HOST and FIELDLOOM_PORT: cannot listen on {settings.host}:{settings.port} ({error}).") from None
    print(f"Fieldloom is at http://{settings.host}:{settings.port}/", flush=True)
    kept = settings.instance / "admin_password"
    if settings.admin_password:
        print("The first administrator is admin, with the password of FIELDLOOM_ADMIN_PASSWORD at the first start.", flush=True)
    elif kept.exists():
        print(f"Sign in as admin with the password {kept.read_text(encoding='utf-8').strip()}", flush=True)
    server.run()
    return 0


def _add_user(told: argparse.Namespace, settings: Settings) -> int:
    people.add(Database(settings.database_url), told.username, told.password or _asked(), told.role, told.name, told.person, told.timezone)
    print(f"User {told.username} made.")
    return 0


def _add_token(told: argparse.Namespace, settings: Settings) -> int:
    print(people.add_token(Database(settings.database_url), told.username, told.name, told.days))
    return 0


def _set_password(told: argparse.Namespace, settings: Settings) -> int:
    people.set_password(Database(settings.database_url), told.username, told.password or _asked())
    print(f"Password of {told.username} set.")
    return 0


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_DAYS):
        raise argparse.ArgumentTypeError(f"“{text}” must be a number of days from 1 to {MAX_DAYS}")
    return int(text)


def _asked() -> str:
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        raise BadUser(M_("Nobody is there to be asked for the password. Give it with --password.")) from None


if __name__ == "__main__":
    sys.exit(main())
