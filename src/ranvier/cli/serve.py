"""Serving: `serve` and `account`."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import click

from ranvier.cli.output import next_step, remark
from ranvier.cli.places import acting
from ranvier.errors import InputError, NotFoundError

__all__ = ["account", "serve"]

#: File with the accounts of a server, unless they are kept elsewhere.
ACCOUNTS = "accounts.sqlite"


@click.command()
@click.argument("places", metavar="PLACE...", nargs=-1, required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8765, show_default=True, help="Port to listen on; 0 for a free one."
)
@click.option("--accounts", is_flag=True, help="People sign in; needed for any other --host.")
@click.option(
    "--accounts-at",
    metavar="PLACE",
    help="File or postgresql:// address that keeps the accounts.  [default: beside the reviews]",
)
@click.option(
    "--address",
    "addresses",
    metavar="URL",
    multiple=True,
    help="Address under which people reach it, such as https://reviews.example.org.",
)
@click.option(
    "--actor",
    metavar="ID",
    envvar="RANVIER_ACTOR",
    help="Who acts where there are no accounts.  [default: person:<your login>]",
)
def serve(
    places: tuple[str, ...],
    host: str,
    port: int,
    accounts: bool,
    accounts_at: str | None,
    addresses: tuple[str, ...],
    actor: str | None,
) -> None:
    """Work on reviews in the browser: import, duplicates, screening, the page.

    PLACE is a review, a folder that holds reviews, or a postgresql:// address with or without
    #REVIEW. Open the address that is printed: it carries a key that serves once. For a team, add
    --accounts; people then sign in, and owners invite them.

    \b
    Example:
      ranvier serve reviews
    """
    import uvicorn

    from ranvier.web import Settings, make_app

    listening = _listen(host, port)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(24)
    team = accounts or accounts_at is not None
    try:
        settings = Settings(
            places=places,
            host=host,
            port=port,
            actor=acting(actor),
            token=None if team else token,
            accounts=(accounts_at or _accounts_beside(places[0])) if team else None,
            sessions=str(_state_folder() / "sessions.sqlite"),
            addresses=addresses,
        )
        app = make_app(settings)
    except BaseException:
        listening.close()
        raise
    if not team:
        remark("Open this address in a browser; the key in it serves once:")
        click.echo(f"{settings.address}/?token={token}")
    elif app.state.doors.accounts.any():
        remark("People sign in at:")
        click.echo(settings.address)
    else:
        remark("Nobody has an account yet. Make yours by this link; it serves once:")
        click.echo(f"{settings.address}/join/{app.state.doors.accounts.invite('keep', by=None)}")
    remark("Stop it with Ctrl+C.")
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses may carry a key
        server_header=False,
        timeout_keep_alive=75,  # longer than most people look at a record
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listening])


@click.command()
@click.argument("accounts", metavar="ACCOUNTS")
@click.option("--reset", metavar="LOGIN", help="Link for a new password of this account.")
@click.option("--address", metavar="URL", default="http://127.0.0.1:8765", show_default=True)
def account(accounts: str, reset: str | None, address: str) -> None:
    """Make a link for an account that keeps a server, or for a new password.

    ACCOUNTS is the file (accounts.sqlite) or postgresql:// address that keeps the accounts; the
    server may run. The link serves once, for 14 days.

    \b
    Example:
      ranvier account reviews/accounts.sqlite --reset anna@example.org
    """
    from ranvier.bootstrap import keep_accounts

    if not accounts.startswith("postgresql") and not Path(accounts).is_file():
        raise NotFoundError(
            f"there is no file {accounts}.",
            remedy="`ranvier serve FOLDER --accounts` makes FOLDER/accounts.sqlite.",
        )
    kept = keep_accounts(accounts)
    try:
        if reset is None:
            secret = kept.invite("keep", by=None)
        else:
            held = {a.login: a.id for a in kept.everybody()}
            if reset.lower() not in held:
                raise NotFoundError(
                    f"nobody signs in as {reset!r}.",
                    remedy="The page of accounts lists the logins.",
                )
            secret = kept.invite("reset", by=None, account=held[reset.lower()])
    finally:
        kept.close()
    click.echo(f"{address.rstrip('/')}/join/{secret}")
    next_step("send this link to whom it is for; it serves once, for 14 days.")


def _listen(host: str, port: int) -> socket.socket:
    """Take the port, so that what is printed is true."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise InputError(
            f"cannot listen on {host}, port {port}: {error.strerror}.",
            remedy="Stop what listens there, or choose another --port (0 takes a free one).",
        ) from error
    return listening


def _accounts_beside(place: str) -> str:
    """Say where the accounts of a server are kept: with the reviews, never in one of them."""
    from ranvier.bootstrap import places_in

    if place.startswith("postgresql"):
        return place.partition("#")[0]
    folder = Path(place)
    alone = places_in(place) == [str(folder)]
    return str((folder.resolve().parent if alone else folder) / ACCOUNTS)


def _state_folder() -> Path:
    """Return where sessions of one person are kept, readable by them only."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "ranvier"
