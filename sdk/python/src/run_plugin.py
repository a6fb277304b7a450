"""Runs one plugin for the host: `python -I run_plugin.py --plugin DIR`."""

import os.path
import sys

OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow

if __name__ == "__main__":
    if OWN_FOLDER not in sys.path:
        sys.path.insert(0, OWN_FOLDER)
    from stonks_runner.command import main

    sys.exit(main(sys.argv[1:], OWN_FOLDER))
