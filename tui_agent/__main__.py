"""`python -m tui_agent` is `agent`."""

from __future__ import annotations

import sys

if not sys.flags.safe_path:
    # Python puts the working folder first; what lies there is the project's, and shadows nothing.
    sys.path.append(sys.path.pop(0))

from tui_agent.cli import run

run()
