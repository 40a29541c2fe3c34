"""Search strategies: one syntax tree, read from and written for every platform, run on records."""

from ranvier.query.explain import Explanation, Step, explain
from ranvier.query.filters import FILTERS, SearchFilter, recognised, search_filter, with_filter
from ranvier.query.index import RecordIndex
from ranvier.query.inline import inline
from ranvier.query.lint import check
from ranvier.query.meaning import meaning, resolved
from ranvier.query.mesh import MeshTree, read_mesh
from ranvier.query.parse import parse
from ranvier.query.parsed import Diagnosis, Parsed, ParsedLine
from ranvier.query.platforms import PLATFORMS, Platform, PlatformName, platform
from ranvier.query.run import Found, run
from ranvier.query.translate import Translation, translate
from ranvier.query.write import Loss, write

__all__ = [
    "FILTERS",
    "PLATFORMS",
    "Diagnosis",
    "Explanation",
    "Found",
    "Loss",
    "MeshTree",
    "Parsed",
    "ParsedLine",
    "Platform",
    "PlatformName",
    "RecordIndex",
    "SearchFilter",
    "Step",
    "Translation",
    "check",
    "explain",
    "inline",
    "meaning",
    "parse",
    "platform",
    "read_mesh",
    "recognised",
    "resolved",
    "run",
    "search_filter",
    "translate",
    "with_filter",
    "write",
]
