"""Signing in and out, links that serve once, one's own account, and all accounts of the server."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from ranvier.core.team import ROLES, Role
from ranvier.errors import InputError, NotFoundError
from ranvier.web.rendering import page, redirect
from ranvier.web.seats import Seat, host_seat
from ranvier.web.signing_in import Visitor, visitor_of
from ranvier.web.signing_in.doors import Doors
from ranvier.workflow.accounts import Account, Invitation

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form()]


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/") -> Response:
    """Ask for login and password."""
    _doors(request)
    return page(request, "accounts/sign_in.html.j2", next=_inside(next), login="", problem=None)


@router.post("/sign-in")
def sign_in(request: Request, login: Text, password: Text, next: Text = "/") -> Response:
    """Check login and password."""
    doors = _doors(request)
    address = request.client.host if request.client else ""
    done = doors.accounts.sign_in(login, password, address=address)
    if done.secret is not None:
        return doors.let_in(redirect(request, _inside(next)), done.secret)
    if done.wait:
        minutes = max(1, round(done.wait / 60))
        problem = f"Too many attempts. Try again in {minutes} min."
    else:
        problem = "Login and password do not fit."
    context: dict[str, Any] = {"next": _inside(next), "login": login, "problem": problem}
    status = 429 if done.wait else 401
    return page(request, "accounts/sign_in.html.j2", status=status, **context)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    doors = _doors(request)
    return doors.let_out(redirect(request, "/sign-in"), visitor_of(request))


@router.get("/join/{secret}")
def join_form(request: Request, secret: str) -> Response:
    """Say what a link is for, and ask for what it takes."""
    return _join_page(request, secret)


@router.post("/join/{secret}")
def join(
    request: Request, secret: str, login: Text = "", name: Text = "", password: Text = ""
) -> Response:
    """Make an account by a link, or join a review with the one that is there."""
    doors = _doors(request)
    visitor: Visitor | None = request.scope.get("ranvier.visitor")
    try:
        invitation = doors.accounts.invitation(secret)
        seat = host_seat(request, invitation)  # before the link is used up
        if invitation.purpose == "reset":
            account = doors.accounts.reset(secret, password=password)
        elif visitor is not None and visitor.account is not None:
            account = doors.accounts.accept(secret, visitor.account)
        else:
            account = doors.accounts.make(secret, login=login, name=name, password=password)
    except InputError as error:
        return _join_page(request, secret, login=login, name=name, problem=str(error))
    if seat is not None:
        _seat(seat, invitation, account)
    doors.forget()
    there = f"/r/{invitation.review}/" if invitation.review else "/"
    response = redirect(request, there, said="Welcome." if invitation.purpose != "reset" else None)
    if visitor is not None and visitor.account is not None and invitation.purpose != "reset":
        return response
    return doors.let_in(response, doors.begin(account))


def _seat(seat: Seat, invitation: Invitation, account: Account) -> None:
    """Give somebody who takes up an invitation their place in the team."""
    email = account.login if "@" in account.login else None
    roles: list[Role] = [role for role in ROLES if role in invitation.roles]
    seat.team.put_member(account.actor, roles, name=account.name, email=email)


def _join_page(request: Request, secret: str, **said: Any) -> Response:
    """Show what a link is for."""
    doors = _doors(request)
    invitation = doors.accounts.invitation(secret)
    seat = host_seat(request, invitation)
    context: dict[str, Any] = {"login": "", "name": "", "problem": None} | said
    return page(
        request,
        "accounts/join.html.j2",
        status=422 if context["problem"] else 200,
        invitation=invitation,
        secret=secret,
        joining=seat.title if seat is not None else None,
        **context,
    )


@router.get("/account")
def account(request: Request) -> Response:
    """Show one's own account."""
    return page(request, "accounts/account.html.j2", account=_own(request), problem=None)


@router.post("/account/password")
def change_password(request: Request, old: Text, new: Text) -> Response:
    """Change one's password; other browsers are signed out."""
    doors, own = _doors(request), _own(request)
    try:
        changed = doors.accounts.change_password(own, old=old, new=new)
    except InputError as error:
        context: dict[str, Any] = {"account": own, "problem": str(error)}
        return page(request, "accounts/account.html.j2", status=422, **context)
    doors.forget()
    response = redirect(request, "/account", said="The password is changed.")
    return doors.let_in(response, doors.begin(changed))


@router.get("/accounts")
def accounts(request: Request) -> Response:
    """List the accounts of the server, for those who keep it."""
    return _accounts_page(request)


@router.post("/accounts/invite")
def invite_keeper(request: Request, note: Text = "") -> Response:
    """Make a link for somebody who shall keep the server, too."""
    keeper = _keeper(request)
    secret = _doors(request).accounts.invite("keep", by=keeper.actor, note=note)
    return _accounts_page(request, link=_link(request, secret), about=note)


@router.post("/accounts/{id}/reset")
def reset_link(request: Request, id: str) -> Response:
    """Make a link by which somebody who forgot their password sets another."""
    keeper, doors = _keeper(request), _doors(request)
    found = next((a for a in doors.accounts.everybody() if a.id == id), None)
    if found is None:
        raise NotFoundError("there is no such account.", remedy="The list has them all.")
    secret = doors.accounts.invite("reset", by=keeper.actor, account=id, note=found.name)
    return _accounts_page(request, link=_link(request, secret), about=found.name)


@router.post("/accounts/{id}/close")
def close_account(request: Request, id: str, closed: Annotated[bool, Form()]) -> Response:
    """Close an account, or open it again; what it decided stays in the reviews."""
    _keeper(request)
    doors = _doors(request)
    changed = doors.accounts.close_account(id, closed=closed)
    doors.forget()
    said = f"The account of {changed.name} is {'closed' if closed else 'open again'}."
    return redirect(request, "/accounts", said=said)


def _accounts_page(request: Request, *, link: str | None = None, about: str = "") -> Response:
    """Show the accounts, with a new link if one was made."""
    _keeper(request)
    held = _doors(request).accounts
    return page(
        request,
        "accounts/accounts.html.j2",
        everybody=held.everybody(),
        waiting=[i for i in held.waiting() if i.purpose != "join"],
        link=link,
        about=about,
    )


def _link(request: Request, secret: str) -> str:
    """Return the address of a link that serves once."""
    return f"{request.app.state.settings.address}/join/{secret}"


def _doors(request: Request) -> Doors:
    """Return the doors of a server with accounts.

    Raises
    ------
    NotFoundError
        If it has none.
    """
    if request.app.state.settings.accounts is None:
        raise NotFoundError(
            "this server has no accounts.", remedy="Start it with --accounts for a team."
        )
    return request.app.state.doors


def _own(request: Request) -> Account:
    """Return the account of who asks."""
    _doors(request)
    account = visitor_of(request).account
    assert account is not None, "a server with accounts lets nobody in without one"
    return account


def _keeper(request: Request) -> Visitor:
    """Return who asks, if they keep the server.

    Raises
    ------
    NotFoundError
        If they do not.
    """
    _own(request)
    visitor = visitor_of(request)
    if not visitor.keeper:
        raise NotFoundError(
            "there is no such page.", remedy="Accounts are looked after by who keeps the server."
        )
    return visitor


def _inside(address: str) -> str:
    """Return an address of ours, or the first page: nobody is sent to another site."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and "\\" not in address and "\n" not in address else "/"
