"""Run the benchmarks and print a table; benchmarks/results.json keeps the figures."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; by default all")
    chosen = parser.parse_args().names or names
    if unknown := sorted(set(chosen) - set(names)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(names)}")

    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"{'benchmark':<14}{'what':<52}{'measured':>14}{'goal':>14}")
    results: list[dict[str, object]] = []
    for name in chosen:
        for measure in importlib.import_module(f"benchmarks.bench_{name}").run():
            goal = "" if measure.goal is None else f"≤ {measure.goal:g} {measure.unit}"
            measured = f"{measure.value:.4g} {measure.unit}"
            print(f"{name:<14}{measure.what:<52}{measured:>14}{goal:>14}", flush=True)
            results.append({"benchmark": name, **measure._asdict()})
    target = HERE / "results.json"
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"kept in {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
