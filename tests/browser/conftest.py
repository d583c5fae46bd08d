"""Tests in a real browser, where there is one."""

from chromium import MISSING

collect_ignore_glob = ["test_*.py"] if MISSING else []
