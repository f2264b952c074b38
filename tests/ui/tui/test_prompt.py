"""The prompt: sending, queueing, steering, recalling, completing, and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from rich.cells import cell_len
from textual import events

from tests.ui.desk import Desk, at_desk
from tests.ui.stage import strips_of
from tests.ui.stories import edit_waiting, streaming
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.blob import Blob
from tui_agent.core.commands import (
    Close,
    Interrupt,
    Recall,
    RunShell,
    SetBudget,
    SetMode,
    Steer,
    Submit,
)
from tui_agent.core.events import MessageQueued
from tui_agent.core.messages import Attachment
from tui_agent.core.ports import Client
from tui_agent.ui.tui.keyed_app import TOGETHER_SECONDS
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme


async def never() -> Client | None:
    await asyncio.sleep(60)
    return None


async def test_enter_sends_and_the_ways_to_a_new_line_do_not() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"one", "ctrl+j", *"two", "alt+enter", *"three", "\\", "enter")
        await desk.pilot.press(*"four", "enter")
        assert desk.commands == [Submit(text="one\ntwo\nthree\nfour")]
        assert desk.shell.prompt.empty


async def test_enter_never_overtakes_the_letters_before_it() -> None:
    async with at_desk(Story().start()) as desk:
        for key in (*"first", "enter", *"second? yes", "enter", *"third"):
            character = key if len(key) == 1 else None
            desk.shell.post_message(events.Key(key, character))
        await desk.until(lambda: desk.shell.prompt.text == "third")
        assert desk.commands == [Submit(text="first"), Submit(text="second? yes")]


async def test_keys_that_come_at_once_write_in_their_order() -> None:
    async with at_desk(Story().start()) as desk:
        for key in (*"frist", *["backspace"] * 4, *"irst", "home", *"at ", "enter"):
            character = key if len(key) == 1 else None
            desk.shell.post_message(events.Key(key, character))
        await desk.until(lambda: bool(desk.commands))
        assert desk.commands == [Submit(text="at first")]


async def test_the_prompt_grows_to_eight_rows_and_no_further() -> None:
    async with at_desk(Story().start()) as desk:
        for _ in range(12):
            await desk.pilot.press("ctrl+j")
        assert desk.shell.prompt.size.height == 8
        await desk.pilot.press("ctrl+c")
        await desk.pilot.pause()
        assert desk.shell.prompt.size.height == 1


async def test_while_a_turn_runs_enter_queues_and_control_s_steers() -> None:
    async with at_desk(streaming()) as desk:
        await desk.pilot.press(*"later", "enter", *"now", "ctrl+s")
        assert desk.commands == [Submit(text="later"), Steer(text="now")]


async def test_up_on_an_empty_prompt_takes_a_queued_message_back() -> None:
    story = streaming()
    story.emit(MessageQueued(message_id="m-1", text="and the docs"))
    async with at_desk(story) as desk:
        assert "and the docs" in desk.text()
        await desk.pilot.press("up")
        assert desk.commands == [Recall(message_id="m-1")]
        assert desk.shell.prompt.text == "and the docs"


async def test_up_and_down_walk_through_what_was_sent() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"one", "enter", *"two", "enter", "up", "up")
        assert desk.shell.prompt.text == "one"
        await desk.pilot.press("down", "down")
        assert desk.shell.prompt.text == ""


async def test_an_exclamation_mark_runs_a_command_of_ones_own() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"!git status", "enter")
        assert desk.commands == [RunShell(command="git status")]


async def test_a_slash_offers_commands_and_tab_takes_one() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"/bud")
        await desk.until(lambda: "/budget" in desk.text())
        await desk.pilot.press("tab", *"2.50", "enter")
        assert desk.commands == [SetBudget(usd=2.5)]


async def test_an_unknown_command_stays_in_the_prompt() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"/nonsense", "enter")
        assert desk.commands == []
        assert desk.shell.prompt.text == "/nonsense"


async def test_a_path_is_no_command() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"/etc/hosts is odd", "enter")
        assert desk.commands == [Submit(text="/etc/hosts is odd")]


async def test_an_at_sign_offers_files_off_the_event_loop() -> None:
    async def files(typed: str) -> AsyncIterator[Sequence[str]]:
        await asyncio.sleep(0)
        yield [name for name in ("calc/add.py", "calc/my sub.py") if typed in name]
        yield [name for name in ("calc/sub.py", "calc/my sub.py") if typed in name]

    async with at_desk(Story().start(), doors=Doors(connect=never, files=files)) as desk:
        await desk.pilot.press(*"look at @sub")
        await desk.until(lambda: "calc/sub.py" in desk.text())
        await desk.pilot.press("tab", *"and @my", "tab", "enter")
        assert desk.commands == [Submit(text='look at @calc/sub.py and @"calc/my sub.py"')]


async def test_a_row_with_characters_that_are_marked_is_as_wide_as_the_others() -> None:
    async with at_desk(Story().start()) as desk:
        for text in (
            "👨\u200d👩\u200d👧 here",
            "\u202eevil",
            "❤\ufe0f 1\ufe0f\u20e3 and",
            "x" * 115 + "\u200b",
        ):
            desk.shell.prompt.write(text)
            await desk.pilot.pause()
            assert {cell_len(strip.text) for strip in strips_of(desk.shell)} == {120}


async def test_a_file_is_taken_from_those_that_match_all_that_was_typed() -> None:
    found = asyncio.Event()

    async def files(typed: str) -> AsyncIterator[Sequence[str]]:
        if typed == "su":
            await found.wait()
        yield [name for name in ("setup.py", "sub.py") if name.startswith(typed)]

    async with at_desk(Story().start(), doors=Doors(connect=never, files=files)) as desk:
        await desk.pilot.press(*"@s")
        await desk.until(lambda: "setup.py" in desk.text())
        for key in ("u", "enter", *"now", "enter"):
            desk.shell.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(0.05)
        assert not desk.commands
        found.set()
        await desk.until(lambda: bool(desk.commands))
        assert desk.commands == [Submit(text="@sub.py now")]


async def test_words_typed_before_the_start_for_a_list_go_to_no_model() -> None:
    ready = asyncio.Event()
    client = ToldClient(Story().start())

    async def connect() -> Client | None:
        await ready.wait()
        return client

    shell = Shell(Doors(connect=connect), choose_theme("dark", {}))
    async with shell.run_test() as pilot:
        await pilot.press(*"/theme", "enter", *"light", "enter", *"and")
        ready.set()
        while len(shell.screen_stack) == 1:
            await pilot.pause(0.01)
        await pilot.press("escape")
        assert not client.commands
        assert shell.prompt.text == "light\nand"


async def test_escape_stops_a_running_turn_and_does_nothing_to_an_idle_one() -> None:
    async with at_desk(streaming()) as desk:
        await desk.pilot.press("escape")
        assert desk.commands == [Interrupt()]
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press("escape", "escape")
        assert desk.commands == []


async def test_control_c_clears_first_and_leaves_only_when_pressed_twice() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"draft", "ctrl+c")
        assert desk.shell.prompt.empty
        await desk.pilot.press("ctrl+c")
        assert desk.commands == []
        assert "again leaves" in desk.text()
        await desk.pilot.press("ctrl+c")
        assert desk.commands == [Close()]


async def test_control_c_twice_while_a_person_is_asked_leaves_the_question_open() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.pilot.press("ctrl+c")
        assert "the question stays open" in desk.text()
        await desk.pilot.press("ctrl+c")
        assert desk.commands == [Close()]


async def test_control_d_leaves_only_from_an_empty_prompt() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"ab", "home", "ctrl+d")
        assert desk.shell.prompt.text == "b"
        await desk.pilot.press("delete", "ctrl+d")
        assert desk.commands == [Close()]


async def test_shift_tab_goes_to_the_next_mode() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press("shift+tab")
        assert desk.commands == [SetMode(mode="edit")]


async def test_a_message_written_in_the_editor_comes_back() -> None:
    async def edit(text: str, suffix: str) -> str:
        assert suffix == ".md"
        return text + " and more\n"

    async with at_desk(Story().start(), doors=Doors(connect=never, edit=edit)) as desk:
        await desk.pilot.press(*"draft", "ctrl+g")
        await desk.until(lambda: desk.shell.prompt.text == "draft and more")


async def test_what_is_typed_before_there_is_an_agent_is_kept_and_sent() -> None:
    told = asyncio.Event()
    story = Story().start()

    async def connect() -> Client | None:
        await told.wait()
        client = ToldClient(story)
        clients.append(client)
        return client

    clients: list[ToldClient] = []
    shell = Shell(Doors(connect=connect), choose_theme("dark", {}))
    async with shell.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"early", "enter", *"draft")
        told.set()
        for _ in range(200):
            if shell.rest is not None:
                break
            await asyncio.sleep(0.01)
        await pilot.pause()
        assert clients[0].commands == [Submit(text="early")]
        assert shell.prompt.text == "draft"


PASTED = "\n".join(f"line {number}" for number in range(240))


async def paste(desk: Desk, text: str) -> None:
    desk.shell.post_message(events.Paste(text))
    # A key that was read together with a paste belongs to it.
    await asyncio.sleep(2 * TOGETHER_SECONDS)
    await desk.pilot.pause()


async def test_a_long_paste_is_folded_and_sent_in_full() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press(*"look: ")
        await paste(desk, PASTED)
        await paste(desk, "short")
        await paste(desk, PASTED)
        assert desk.shell.prompt.text == "look: [pasted 240 lines]short[pasted 240 lines, 2]"
        assert "unfolds the paste" in desk.rows()[-1]
        await desk.pilot.press("enter")
        assert desk.commands == [Submit(text=f"look: {PASTED}short{PASTED}")]
        assert desk.shell.prompt.sent[-1] == f"look: {PASTED}short{PASTED}"


async def test_a_folded_paste_unfolds_and_goes_away_as_a_whole() -> None:
    async with at_desk(Story().start()) as desk:
        # The end of the last line begins no other one.
        await paste(desk, PASTED + "\n")
        assert desk.shell.prompt.text == "[pasted 240 lines]"
        await desk.pilot.press("tab")
        assert desk.shell.prompt.text == PASTED + "\n"
        await desk.pilot.press("ctrl+c")
        await paste(desk, "x" * 3000)
        assert desk.shell.prompt.text == "[pasted 3,000 characters]"


async def test_the_path_of_an_image_becomes_the_image_and_any_other_path_stays_text() -> None:
    seen: list[str] = []
    image = Attachment(
        name="a b.png", mime="image/png", content=Blob(sha="0" * 64, size=1, mime="image/png")
    )

    async def attach(path: str) -> Attachment:
        seen.append(path)
        if "none" in path:
            raise OSError("there is no such file")
        return image

    async with at_desk(Story().start(), doors=Doors(connect=never, attach=attach)) as desk:
        await paste(desk, "/tmp/a\\ b.png ")
        await desk.until(lambda: desk.shell.prompt.text == "[image a b.png] ")
        await desk.pilot.press(*"see", "ctrl+s")
        assert desk.commands == [Submit(text="[image a b.png] see", attachments=(image,))]
        await paste(desk, "'/none/c.png'")
        await desk.until(lambda: desk.shell.prompt.text == "'/none/c.png'")
        assert seen == ["/tmp/a b.png", "/none/c.png"]
        await desk.pilot.press("enter")
        assert desk.commands[-1] == Submit(text="'/none/c.png'")


async def test_the_history_is_searched_and_its_key_goes_on_to_older_messages() -> None:
    async with at_desk(Story().start()) as desk:
        for text in ("mend the parser", "run it", "mend the lexer"):
            await desk.pilot.press(*text, "enter")
        await desk.pilot.press("ctrl+r", *"mend")
        await desk.until(lambda: "2 of 3 messages" in desk.text())
        assert "^R older" in desk.rows()[-1]
        await desk.pilot.press("ctrl+r", "enter")
        await desk.until(lambda: desk.shell.prompt.text == "mend the parser")


async def test_offers_are_drawn_in_full_width_after_others_were_closed() -> None:
    async def files(typed: str) -> AsyncIterator[Sequence[str]]:
        yield [name for name in ("calc/add.py", "calc/sub.py") if typed in name]

    async with at_desk(Story().start(), doors=Doors(connect=never, files=files)) as desk:
        await desk.pilot.press(*"/se", "escape", "ctrl+c", "@")
        await desk.until(lambda: "calc/add.py" in desk.text() and "calc/sub.py" in desk.text())
        await desk.pilot.press("escape", "ctrl+c", "/")
        await desk.until(lambda: "Show every key and command." in desk.text())
