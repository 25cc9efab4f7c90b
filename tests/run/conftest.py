"""The small run of the loop's tests."""

from tests.active_learning.conftest import run as run
