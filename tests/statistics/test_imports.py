"""Counting a share or reading a result must not wait for libraries that only some statistics need."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["survival", "proportions", "incidence", "comparison", "regression", "fine_gray"])
def test_heavy_libraries_are_not_loaded_with_the_module(module):
    code = f"import sys, helpers.statistics.{module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "helpers" in loaded
    assert loaded.isdisjoint({"lifelines", "comprisk", "numba", "sklearn", "matplotlib", "autograd"})
