"""The session that the pictures of the screen show, up to several of its moments."""

from __future__ import annotations

from tests.ui.gate_story import ask_about_a_command
from tests.ui.story import ASK_WRITE, Story, question_proposal
from tui_agent.agent.budget_question import choices_of
from tui_agent.core.budget import told
from tui_agent.core.events import CheckFinished, CheckResult, FileChanged, SnapshotTaken
from tui_agent.core.messages import Usage
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision, FileEffect, Proposal, Question
from tui_agent.core.spending import Forecast, Pause, Spend

CAUSE = (
    "The cause is in `_redirect_headers`. It copies the headers of the first request whole, and "
    "drops only `Authorization` when the origin changes"
)
CODE = """:

```python
headers = Headers(request.headers)

if not _same_origin(url, request.url):
    headers.pop("Authorization", None)
```

"""
FACTS = """A `Cookie` header set by hand travels on to the new host. Two facts decide the fix:

1. The cookie store adds its own header later, so dropping the old one loses nothing.
2. `Proxy-Authorization` has the same fault"""

PROPOSAL = (
    "I propose one list of the headers that belong to an origin, and dropping all of them in that "
    "one place. The cookie store adds its own header later, so nothing is lost."
)

MATCHES = """httpx/_client.py:483:cookies = Cookies(self.cookies)
httpx/_client.py:488:    cookies=cookies,
httpx/_models.py:404:Cookies(cookies).set_cookie_header(self)
httpx/_models.py:1046:class Cookies(typing.MutableMapping[str, str]):
httpx/_models.py:1080:\"\"\"Loads any cookies based on the response headers.\"\"\"
httpx/_models.py:1089:def set_cookie_header(self, request: Request) -> None:
httpx/_models.py:1091:Sets an appropriate "Cookie:" HTTP header on the request.
httpx/_models.py:1212:self.add_unredirected_header("Cookie", value)
httpx/_transports/wsgi.py:118:("HTTP_COOKIE", cookie)
"""

STEPS = (
    "read the redirect code",
    "drop credentials when the host changes",
    "add a test for a redirect to another host",
    "run the checks",
)

MODULE = (
    [f"# line {number}" for number in range(1, 58)]
    + ["", 'USER_AGENT = f"python-httpx/{__version__}"']
    + [f"# line {number}" for number in range(60, 470)]
    + ["class Client(BaseClient):", '    """An HTTP client."""', ""]
    + [f"    # line {number}" for number in range(473, 546)]
    + [
        "    def _redirect_headers(self, request: Request, url: URL, method: str) -> Headers:",
        '        """',
        "        Return the headers that should be used for the redirect request.",
        '        """',
        "        headers = Headers(request.headers)",
        "",
        "        if not _same_origin(url, request.url):",
        "            if not _is_https_redirect(request.url, url):",
        "                # Strip Authorization headers when responses are redirected",
        "                # away from the origin.",
        '                headers.pop("Authorization", None)',
        "",
        "            # Update the Host header.",
        '            headers["Host"] = url.netloc.decode("ascii")',
        "",
        "        return headers",
        "",
        "    def _redirect_stream(",
        "        self, request: Request, method: str",
        "    ) -> SyncByteStream | AsyncByteStream | None:",
        '        """',
        "        Return the body that should be used for the redirect request.",
        '        """',
        '        if method != request.method and method == "GET":',
        "            return None",
        "",
        "        return request.stream",
    ]
)
BEFORE = "\n".join(MODULE) + "\n"
AFTER = (
    BEFORE.replace(
        "# line 60\n",
        "# Headers that belong to one origin.\n"
        '_CREDENTIALS = ("Authorization", "Cookie", "Proxy-Authorization")\n\n# line 60\n',
    )
    .replace(
        "                # Strip Authorization headers when responses are redirected\n"
        "                # away from the origin.\n"
        '                headers.pop("Authorization", None)\n',
        "                # Strip credentials when responses are redirected\n"
        "                # away from the origin.\n"
        "                for name in _CREDENTIALS:\n"
        "                    headers.pop(name, None)\n",
    )
    .replace(
        'if method != request.method and method == "GET":',
        'if method == "GET" or not _same_origin(url, request.url):',
    )
)
TEST_BEFORE = "\n".join(f"# test line {number}" for number in range(1, 41)) + "\n"
TEST_AFTER = TEST_BEFORE + (
    "\n\ndef test_a_redirect_to_another_host_drops_the_cookie():\n"
    "    client = httpx.Client(transport=httpx.MockTransport(redirects))\n"
    '    url = "https://example.org/redirect_to_another_host"\n'
    '    headers = {"Cookie": "session=1", "Proxy-Authorization": "x"}\n'
    "    response = client.get(url, headers=headers, follow_redirects=True)\n"
    '    assert "Cookie" not in response.request.headers\n'
    '    assert "Proxy-Authorization" not in response.request.headers\n'
    '    assert response.url == "https://example.org/"\n'
)
CLIENT, TESTS = "httpx/_client.py", "tests/client/test_redirects.py"


def _usage(share: float, dollars: float) -> Usage:
    return Usage(input_tokens=round(200_000 * share) - 200, output_tokens=200, cost_usd=dollars)


def _plan(story: Story, done: int) -> None:
    story.plan(
        *(
            (text, "done" if number < done else "current" if number == done else "to_do")
            for number, text in enumerate(STEPS)
        )
    )


def streaming() -> Story:
    """Return the moment of the first picture: the answer streams in, one plan step is done."""
    story = Story(at="14:02:00").start()
    story.user("fix the redirect that keeps the Cookie header when the host changes", at="14:02")
    read, search, shell = story.call("read"), story.call("search"), story.call("shell")
    story.model(
        "I will read how the headers of a redirect are built, then run the tests that cover it.",
        read,
        search,
        shell,
        usage=_usage(0.23, 0.12),
    )
    story.run(read, CLIENT, "lines 476-578", BEFORE[:2000])
    story.run(search, '"Cookie" in httpx/', "9 matches", MATCHES)
    story.run(
        shell,
        "pytest -q tests/client/test_redirects.py",
        "",
        "." * 31 + "         [100%]\n31 passed in 1.62s\n",
        seconds=1.9,
    )
    _plan(story, 1)
    story.request().stream(CAUSE).stream(CODE).stream(FACTS, seconds=12)
    return story


def _first_turn(story: Story) -> None:
    story.user("which headers follow a redirect to another host?", at="13:58")
    read = story.call("read")
    story.model("", read, usage=_usage(0.1, 0.01)).run(read, CLIENT, "lines 476-578", "…")
    story.model(
        "All of them, except `Authorization` and, after a switch to GET, the two that describe a "
        "body.",
        usage=_usage(0.11, 0.01),
    )
    story.end(seconds=9, cost=0.02)


def _to_edit(story: Story) -> Proposal:
    story.user("fix the redirect that keeps the Cookie header when the host changes", at="14:02")
    search, shell = story.call("search"), story.call("shell")
    story.model("", search, shell, usage=_usage(0.2, 0.05))
    story.run(search, '"Cookie" in httpx/', "9 matches", MATCHES)
    text = "." * 31 + "         [100%]\n31 passed in 1.62s\n"
    story.run(shell, "pytest -q tests/client", "31 passed", text, seconds=1.9)
    _plan(story, 1)
    edit = story.call("edit")
    story.model(f"{CAUSE}.\n\n{PROPOSAL}", edit, usage=_usage(0.23, 0.05))
    return story.edit(edit, {CLIENT: (BEFORE, AFTER), TESTS: (TEST_BEFORE, TEST_AFTER)})


def edit_waiting() -> Story:
    """Return the moment of the second picture: an edit of two files waits for its verdicts."""
    story = Story(at="13:58:00").start()
    _first_turn(story)
    story.ask(_to_edit(story), ASK_WRITE)
    return story


def hunk_decisions(proposal: Proposal, *verdicts: str) -> tuple[HunkDecision, ...]:
    """Return verdicts for the runs of a patch in order: `y`, `n`, or `n: reason`."""
    assert proposal.patch is not None
    runs = [(file.path, run_id) for file in proposal.patch.files for run_id in file.run_ids]
    return tuple(
        HunkDecision(
            path=path,
            runs=(run_id,),
            verdict="accept" if word == "y" else "reject",
            reason=word.partition(": ")[2],
        )
        for (path, run_id), word in zip(runs, verdicts, strict=False)
    )


def _edited(story: Story) -> Proposal:
    proposal = _to_edit(story)
    request = story.ask(proposal)
    hunks = hunk_decisions(proposal, "y", "y", "y", "n: a 307 must resend the body", "y")
    story.decide(proposal, request, Decision(verdict="once", hunks=hunks))
    story.applied(
        proposal,
        (
            FileEffect(path=CLIENT, sha_before="a", sha_after="b", added=7, removed=3),
            FileEffect(path=TESTS, sha_before="c", sha_after="d", added=10, removed=0),
        ),
    )
    story.emit(SnapshotTaken(tree="9be0c41aa0" + "0" * 30, reason=proposal.call_id))
    story.model(
        "Understood: the body stays, because a 307 must send it again. The other three hunks are "
        "in.",
        usage=_usage(0.33, 0.05),
    )
    return proposal


def _unverified(story: Story, *, with_types: bool) -> None:
    checks = [
        CheckResult(name="tests", command="pytest -q tests/client", status="stale"),
        CheckResult(name="types", command="mypy httpx", status="stale"),
        CheckResult(name="lint", command="ruff check httpx tests", status="not_run"),
    ]
    story.end(
        intent="code_change",
        seconds=161,
        cost=0.16,
        checks=tuple(check for check in checks if with_types or check.name != "types"),
        files=(
            FileChanged(path=CLIENT, added=7, removed=3),
            FileChanged(path=TESTS, added=10, removed=0),
        ),
    )


def approval_waiting() -> Story:
    """Return the moment of picture 05: a shell command of four parts waits."""
    story = Story(at="13:58:00").start()
    _first_turn(story)
    _edited(story)
    _unverified(story, with_types=False)
    _plan(story, 3)
    story.user("format it, run the redirect tests and commit", at="14:09")
    push, read = story.call("shell"), story.call("read")
    shell, log = story.call("shell"), story.call("shell", '{"command": "git log -1 --stat"}')
    story.model("", push, read, shell, log, usage=_usage(0.34, 0.04))
    story.deny(push, "git push origin main", "deny.push", "yours, line 4")
    story.run(read, "pyproject.toml", "lines 96-131", "[tool.pytest]\n")
    ask_about_a_command(
        story,
        shell,
        "ruff format httpx tests && pytest -q tests/client 2>&1 | tail -n 5 && "
        'git commit -qam "Drop credentials on cross-host redirects"',
    )
    return story


def budget_pause() -> Story:
    """Return the moment of picture 10a: the next call would pass the cap of the session."""
    story = approval_waiting()
    story.records.pop()
    call = story.call("budget")
    used = Usage(input_tokens=142_000, output_tokens=400, cached_tokens=9, cost_usd=0.73)
    story.model("One test of the WSGI transport fails. I need one more step.", call, usage=used)
    pause = Pause(
        scope="session",
        cap=1.0,
        spent=Spend(usd=0.94),
        next=Forecast(
            model="claude-sonnet-4.5",
            input_tokens=41_200,
            cached_tokens=38_900,
            output_tokens=4_000,
            cost_usd=0.11,
        ),
        raised=2.0,
        cheaper=Forecast(model="claude-haiku-4.5", input_tokens=41_200, cost_usd=0.02),
        summary=Forecast(model="claude-sonnet-4.5", input_tokens=41_300, cost_usd=0.04),
        afterwards=0.03,
    )
    question = Question(
        text=told(pause), kind="budget", free_text=False, choices=tuple(choices_of(pause)),
        pause=pause,
    )  # fmt: skip
    story.ask(question_proposal(story, call, question))
    return story


def _checked(story: Story) -> tuple[str, tuple[CheckResult, ...]]:
    """Let three checks run and pass; return the tree and their results."""
    calls = [story.call("shell") for _ in range(3)]
    story.model("", *calls, usage=_usage(0.36, 0.06))
    tree = "4be91c7d" + "0" * 32
    passed = "." * 32 + "    [100%]\n32 passed in 1.51s\n"
    runs = (
        ("tests", "pytest -q tests/client", passed, "32 passed", 1.8),
        ("types", "mypy httpx", "Success: no issues\n", "no issues in 23 files", 6.0),
        ("lint", "ruff check httpx tests", "All checks passed\n", "no issues", 0.3),
    )
    results = []
    story.emit(SnapshotTaken(tree=tree, reason="turn"))
    for call, (name, command, text, summary, seconds) in zip(calls, runs, strict=True):
        story.run(call, command, "", text, seconds=seconds)
        finished = CheckFinished(
            name=name,
            command=command,
            call_id=call.id,
            exit_code=0,
            tree=tree,
            seconds=seconds,
            summary=summary,
        )
        story.emit(finished)
        results.append(
            CheckResult(
                name=name,
                command=command,
                status="passed",
                exit_code=0,
                tree=tree,
                seconds=seconds,
                summary=summary,
            )
        )
    return tree, tuple(results)


def reported() -> Story:
    """Return the moment of picture 10b: an unverified turn, then one that ran the checks."""
    story = Story(at="13:58:00").start(dirty=False)
    _first_turn(story)
    _edited(story)
    _unverified(story, with_types=True)
    story.user("run the checks", at="14:11")
    tree, results = _checked(story)
    _plan(story, 4)
    story.model(
        "All three pass. The new test fails when the fix is taken out, so it tests what it says.",
        usage=_usage(0.36, 0.01),
    )
    story.end(
        seconds=24,
        cost=0.03,
        intent="code_change",
        checks=results,
        tree=tree,
        files=(
            FileChanged(path=CLIENT, added=7, removed=3),
            FileChanged(path=TESTS, added=10, removed=0),
        ),
    )
    return story


def children_at_work() -> Story:
    """Two children work at once; one waits with an edit, the other asks its model again."""
    story = Story().start().user("make both files Italian", at="14:02")
    calls = [story.call("task") for _ in range(2)]
    story.model("Two things to mend: I send somebody to each.", *calls)
    left = story.send_out(calls[0], "left", "Translate a.txt into Italian.")
    right = story.send_out(calls[1], "right", "Translate b.txt into Italian.")
    with story.of(right):
        look = story.call("read")
        story.model("I read it first.", look)
        story.run(look, "b.txt", "1 line", "two\n")
        story.request()
    with story.of(left):
        edit = story.call("edit")
        story.model("", edit)
        story.ask(story.edit(edit, {"a.txt": ("one\n", "uno\n")}))
    return story
