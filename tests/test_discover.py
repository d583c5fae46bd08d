"""Asking for events by the field, as a user would."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from answers import Ask
from clock import generous, now
from dexter_mcp.simulator import Simulator
from dexter_mcp.simulator.faults import Fault
from small_world import broken, small_world, story
from surface import cost, current_tools
from tokens import tokens

pytestmark = pytest.mark.anyio
