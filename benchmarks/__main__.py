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
    print(f"{'benchmark':<14}{'what':<58}{'measured':>20}{'goal':>14}")
    target = HERE / "results.json"
    kept = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else []
    results = [one for one in kept if one["benchmark"] in names and one["benchmark"] not in chosen]
    for name in chosen:
        for measure in importlib.import_module(f"benchmarks.bench_{name}").run():
            sign = "≥" if measure.at_least else "≤"
            goal = "" if measure.goal is None else f"{sign} {measure.goal:g} {measure.unit}"
            spread = "" if measure.spread is None else f" ± {measure.spread:.2g}"
            measured = f"{measure.value:.4g}{spread} {measure.unit}"
            print(f"{name:<14}{measure.what:<58}{measured:>20}{goal:>14}", flush=True)
            results.append({"benchmark": name, **measure._asdict()})
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"kept in {target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
