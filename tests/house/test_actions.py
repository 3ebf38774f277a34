"""Every action is behind the border between councils, and is tried by a test."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from samskab.civic.foundation.core.actions import REGISTRY, ActionInfo
from samskab.civic.foundation.core.errors import NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.config.rooms import PACKAGES

for package in PACKAGES:
    if find_spec(f"{package}.actions"):
        import_module(f"{package}.actions")

TESTS = Path(__file__).parents[1]
# What no test calls by its name, and what does call it.
THROUGH = {
    "accounts.add_account": "loading the example",
    "imports.keep_report": "looking through a file that was brought",
    "initiatives.store_overlaps": "saving an initiative",
}
ON = [info for info in REGISTRY.values() if info.on]


@pytest.mark.parametrize("info", ON, ids=lambda info: info.name)
def test_no_action_touches_a_row_of_another_council(info: ActionInfo, visitor: Principal) -> None:
    elsewhere = SimpleNamespace(council_id=visitor.council.pk + 1)
    with pytest.raises(NotFound):
        info.function(by=visitor, **{str(info.on): elsewhere})


def test_every_action_is_tried_by_a_test() -> None:
    others = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    written = "\n".join(path.read_text(encoding="utf-8") for path in others)
    named = {name for name in REGISTRY if re.search(rf"\b{name.split('.')[1]}\b", written)}
    assert sorted(set(REGISTRY) - named - set(THROUGH)) == []
    assert set(THROUGH) <= set(REGISTRY), "a name in THROUGH is gone"
