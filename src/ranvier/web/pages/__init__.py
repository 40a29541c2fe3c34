"""The pages: one module a page, each with a `router`."""

from ranvier.web.pages import accounts, door, home, projects

__all__ = ["ROUTERS"]

#: Each page once, by name; the order is of no matter.
ROUTERS = (
    accounts.router,
    door.router,
    home.router,
    projects.router,
)
