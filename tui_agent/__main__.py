"""`python -m tui_agent` is `agent`."""

from __future__ import annotations

import sys

from tui_agent.cli import main

sys.exit(main())
