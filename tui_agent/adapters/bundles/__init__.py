"""Sessions in one file, `.agentz`: the log, its payloads and the trees, for another machine."""

from __future__ import annotations

from tui_agent.adapters.bundles.archive import BundleError
from tui_agent.adapters.bundles.session import BundledSession
from tui_agent.adapters.bundles.write import Bundled, write_bundle

__all__ = [
    "BundleError",
    "Bundled",
    "BundledSession",
    "write_bundle",
]
