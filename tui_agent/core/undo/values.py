"""What is known of an edit that is to be taken back."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.patch.modes import is_link


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """One file that a call wrote: what it was before, and what the call made of it."""

    path: str
    """Where it was before the edit."""
    target: str
    """Where it was after the edit; differs from `path` for a rename."""
    before: str | None = None
    """SHA-256 of its bytes before; None: the edit created it."""
    after: str | None = None
    """SHA-256 of its bytes after; None: the edit deleted it."""
    mode_before: int | None = None
    """Its permission bits before, where they are known."""
    mode_after: int | None = None
    """The permission bits that the edit gave it; None where it gave none."""
    stays: str | None = None
    """Why it is left as it is, whatever was done to it: the rest of a sentence on it."""

    @property
    def of_a_link(self) -> bool:
        """Whether it was a symbolic link on either side."""
        return is_link(self.mode_before) or is_link(self.mode_after)
