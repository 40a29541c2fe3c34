"""Write reviews/mmn anew from the facts: ``python -m reviews.authoring [--to FOLDER]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from reviews.authoring.write import write


def main() -> None:
    """Read the command line and write the snapshot."""
    parser = argparse.ArgumentParser(prog="python -m reviews.authoring", description=__doc__)
    default = Path(__file__).parents[1] / "mmn"
    parser.add_argument("--to", type=Path, default=default, help="folder to write")
    folder: Path = parser.parse_args().to
    (folder / ".keep").unlink(missing_ok=True)
    write(folder)
    print(f"Wrote {folder}")


if __name__ == "__main__":
    main()
