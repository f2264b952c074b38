"""Which folders the user trusts, with which files, and what has changed since."""

from tui_agent.adapters.trust.folder import FolderTrust
from tui_agent.adapters.trust.record import TrustedFolder, trusted_folders

__all__ = ["FolderTrust", "TrustedFolder", "trusted_folders"]
