"""Start the product's engines.

`run -- CMD…`: one command beside throw-away servers; `serve`: the whole product, its data in var/;
`manage COMMAND…`: a manage.py command on that data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if not __package__:  # called by path: the repository, not tools/, is where imports begin
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.engine.processes import Trouble
from tools.engine.throwaway import run_with_servers
from tools.engine.trial import ROOT, Trial, manage, serve


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools/stack.py", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "var", help="the folder of the data that stays")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a command beside throw-away PostgreSQL and Valkey")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="-- CMD ARGS…")
    stay = commands.add_parser("serve", help="run the whole product with data that stays")
    stay.add_argument("--host", default="127.0.0.1")
    stay.add_argument("--port", type=int, default=8000)
    stay.add_argument("--no-seed", action="store_true", help="leave an empty database empty")
    managed = commands.add_parser("manage", help="a manage.py command on the data that stays")
    managed.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND ARGS…")
    options = parser.parse_args(argv)
    try:
        if options.command == "serve":
            seed = not options.no_seed
            return serve(Trial(host=options.host, port=options.port, seed=seed, var=options.data.resolve()))
        if options.command == "manage":
            return manage(Trial(seed=False, var=options.data.resolve()), options.words)
        words = options.words[1:] if options.words[:1] == ["--"] else options.words
        if not words:
            parser.error("run needs a command")
        return run_with_servers(words)
    except Trouble as trouble:
        print(f"✗ {trouble}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
