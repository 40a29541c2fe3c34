"""The web application: pages and a JSON API over `ranvier.api`, served by `ranvier serve`."""

from ranvier.web.app import make_app, routes_of
from ranvier.web.settings import Settings

__all__ = ["Settings", "make_app", "routes_of"]
