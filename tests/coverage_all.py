"""Every scenario of the coverage study, in the order of its table."""

from __future__ import annotations

from coverage_cells import SCENARIOS as LEARNERS
from coverage_surveys import SURVEYS

SCENARIOS = (*LEARNERS, *SURVEYS)
