"""The pages: one module a page, each with a `router`."""

from ranvier.web.pages import (
    accounts,
    conflicts,
    decisions,
    door,
    duplicates,
    exports,
    history,
    home,
    imports,
    progress,
    projects,
    results,
    screen,
    set_up,
    studies,
    team,
)

__all__ = ["ROUTERS"]

#: Each page once, by name; the order is of no matter.
ROUTERS = (
    accounts.router,
    conflicts.router,
    decisions.router,
    door.router,
    duplicates.router,
    exports.router,
    history.router,
    home.router,
    imports.router,
    progress.router,
    projects.router,
    results.router,
    screen.router,
    set_up.router,
    studies.router,
    team.router,
)
