"""What the prompt completes: commands and prompts after `/`, files and resources after `@`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_agent.ui.offering import Offered, after_at, offered_prompts, offered_resources, written
from tui_agent.ui.tui.paper import Row, Sheet, cut_middle, make_row, matched
from tui_agent.ui.tui.slash import matching
from tui_agent.ui.tui.virtual_lines import VirtualLines

if TYPE_CHECKING:
    from tui_agent.core.events import ServerReported
    from tui_agent.ui.tui.shell import Shell

MOST = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose."""

    text: str
    """What is put into the prompt."""
    detail: str = ""
    typed: str = ""
    """What of it was typed."""
    focusable: bool = True

    def height_hint(self, _width: int) -> int:
        """Take one row."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it, chosen or not."""
        band = sheet.on("selected") if sheet.cursor else sheet
        bar = band.glyphs.gutter_focused if sheet.cursor else " "
        left = [(bar, band.ink("accent")), (" ", band.ink()), (" ", band.ink())]
        room = max(10, sheet.width // 2 if self.detail else sheet.width - 5)
        text = cut_middle(self.text, room, band.glyphs.cut)
        left += matched(text, self.typed, band, " bold" if sheet.cursor else "")
        detail = "text-2" if sheet.cursor else "text-3"
        if self.detail:
            gap = max(2, 16 - cell_len(text))
            said = self.detail.replace("`", "")
            left += [(" " * gap, band.ink()), band.span(said, detail)]
        return [make_row(band, left, [(" " * 2, band.ink())])]


def _offer(one: Offered) -> Offer:
    return Offer(one.text, one.about)


class Offers(VirtualLines):
    """The list above the prompt."""

    DEFAULT_CSS = """
    Offers { layer: popup; dock: bottom; height: 1; width: 1fr; background: $raised; }
    """
    can_focus = False


class Completion:
    """Watches what is typed, and offers what it may become."""

    def __init__(
        self,
        shell: Shell,
        servers: Callable[[], Mapping[str, ServerReported]],
        told: Callable[[], None],
    ) -> None:
        """Complete in this shell's prompt; `servers` are those that have said what they offer.

        `told` is called when something is offered, or nothing any more.
        """
        self.shell = shell
        self._told = told
        self._servers = servers
        self.offers: Offers | None = None
        self._start = 0
        self._looking = False
        """Whether files that match what is typed are still looked for."""
        self._then: Callable[[], object] | None = None
        """What is to be done once some have been found, or none."""

    @property
    def open(self) -> bool:
        """Whether something is offered."""
        return self.offers is not None and bool(self.offers.display)

    def typed(self) -> None:
        """Look at what stands before the caret."""
        self._looked()
        prompt = self.shell.prompt
        row, column = prompt.cursor_location
        before = prompt.document[row][:column]
        if row == 0 and before.startswith("/") and " " not in before and "/" not in before[1:]:
            offers = [Offer(f"/{one.name}", one.description) for one in matching(before)]
            prompts = [_offer(one) for one in offered_prompts(self._servers(), before[1:])]
            self._offer([*offers, *prompts], start=0)
        elif (name := after_at(before)) is None:
            self.close()
        elif resources := offered_resources(self._servers(), name):
            self._offer([_offer(one) for one in resources], start=column - len(name))
        elif self.shell.doors.files is not None:
            self._start, self._looking = column - len(name), True
            self.shell.run_worker(self._files(name), name="files", group="files", exclusive=True)
        else:
            self.close()

    async def _files(self, typed: str) -> None:
        if self.shell.doors.files is None:
            return
        async for paths in self.shell.doors.files(typed):
            names = [written(path) for path in paths]
            self._offer([Offer(name, typed=typed) for name in names], start=self._start)
            self._looked(found=True)
        self._looked(found=True)

    def once_looked(self, then: Callable[[], object]) -> bool:
        """Do something once the files are found that match what is typed; return if that is late.

        What is offered until then belongs to fewer letters. Keys that come behind wait.
        """
        if self._looking:
            self._then = then
            self.shell.turns.hold()
        return self._looking

    def _looked(self, *, found: bool = False) -> None:
        self._looking, then, self._then = False, self._then, None
        if then is not None:
            if found:
                then()
            self.shell.turns.go_on()

    def _offer(self, offers: Sequence[Offer], *, start: int) -> None:
        self._start = start
        if not offers:
            self.close()
            return
        if self.offers is None:
            self.offers = Offers(plane="raised", thumb="always", id="offers")
            self.shell.prompt.screen.mount(self.offers)
        pane = self.offers
        pane.plane = self.shell.look.over
        rows = min(MOST, len(offers))
        pane.styles.height = rows
        pane.styles.margin = (0, 0, 1 + self.shell.prompt.size.height, 0)
        pane.display = True
        chosen = pane.items[pane.cursor] if pane.cursor else None
        pane.set_items(offers)
        pane.set_cursor(offers.index(chosen) if chosen in offers else 0)
        self.shell.prompt.choosing = True
        self._told()

    def move(self, step: int) -> bool:
        """Choose the next offer; return whether anything is offered."""
        if self.offers is None or not self.open:
            return False
        self.offers.move_cursor(step)
        return True

    def take(self, *, exact_sends: bool = False) -> bool:
        """Put the chosen offer into the prompt; return whether that was done.

        With `exact_sends`, a command that is typed whole is not taken again, but sent.
        """
        pane = self.offers
        if pane is None or not self.open or pane.cursor is None:
            return False
        offer = pane.items[pane.cursor]
        if not isinstance(offer, Offer):
            return False
        prompt = self.shell.prompt
        row, column = prompt.cursor_location
        typed = prompt.document[row][self._start : column]
        self.close()
        if exact_sends and typed == offer.text:
            return False
        prompt.replace(offer.text + " ", (row, self._start), (row, column))
        self.close()
        return True

    def close(self) -> bool:
        """Offer nothing; return whether anything was."""
        was = self.open
        if self.offers is not None:
            self.offers.display = False
        self.shell.prompt.choosing = False
        if was:
            self._told()
        return was
