"""Run every benchmark and print one table: each figure is a ratio to a bound taken in the same run.

    make bench            all of them
    make bench ONLY=web   one of them

Absolute figures depend on the machine and on its neighbours; the ratios travel. ``docs/benchmarks.md``
says what each bound is and what was measured where.
"""

import argparse
import importlib
import platform
import sys
from os import cpu_count
from typing import Any

MODULES = ("web", "outbox", "register_import", "people", "memory")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help=f"among: {', '.join(MODULES)}")
    chosen = parser.parse_args().only or MODULES
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpu_count()} processors\n")
    rows: list[dict[str, Any]] = []
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"… {module.NAME}", flush=True)
        result = module.run()
        rows += result if isinstance(result, list) else [{"name": module.NAME, "bound": module.BOUND, **result}]
    print()
    _table(rows)
    return 0 if all(row.get("met", True) for row in rows) else 1


def _table(rows: list[dict[str, Any]]) -> None:
    heads = ("What", "Bound", "Measured", "Aim", "Met")
    lines = [
        (
            row["name"],
            row["bound"],
            str(row["measured"]),
            str(row.get("aim", "")),
            {True: "yes", False: "NO", None: ""}[row.get("met")],
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(heads))]
    for line in [heads, tuple("-" * width for width in widths), *lines]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    for row in rows:
        for detail in row.get("details", ()):
            print(f"  {row['name']}: {detail}")


if __name__ == "__main__":
    sys.exit(main())
