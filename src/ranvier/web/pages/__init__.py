"""The pages: one module a page, each with a `router`."""

from ranvier.web.pages import accounts, conflicts, decisions, door, home, projects, screen

__all__ = ["ROUTERS"]

#: Each page once, by name; the order is of no matter.
ROUTERS = (
    accounts.router,
    conflicts.router,
    decisions.router,
    door.router,
    home.router,
    projects.router,
    screen.router,
)
