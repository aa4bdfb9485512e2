"""What goes into the wheel from outside the package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# file in the repository -> its place in the wheel
CARRIED = {
    "data/hubble.csv": "coursekit/_data/hubble.csv",
}


class CarryHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # an editable install reads the repository itself
            return
        for source, target in CARRIED.items():
            build_data["force_include"][str(Path(self.root) / source)] = target
