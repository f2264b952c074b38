from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.patch.making import fastest
from tui_agent.adapters import redaction
from tui_agent.adapters.models import masking
from tui_agent.adapters.models.masking import Mask
from tui_agent.adapters.redaction import Redactor, redact
from tui_agent.agent.redaction import redacted
from tui_agent.core.events import ToolCalled

KEY = "Zq7-own+server/key=0123456789"
HELD = Mask({"OWN_KEY": KEY}).held()
HIDDEN_KEY = "[redacted private-key]"


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"OWN_KEY={KEY}\n",
        f'{{"api_key": "{KEY}"}}',
        f"Authorization: Bearer {KEY}",
        f"curl https://host/v1?key={quote(KEY, safe='')}&x=1",
        f"encoded: {base64.b64encode(KEY.encode()).decode()}",
        f"export A=/{KEY}/",
    ],
)
def test_a_held_value_is_masked_in_each_form_by_those_who_never_knew_it(text: str) -> None:
    masked, kinds = redact(text, HELD)

    assert kinds == ("held",)
    assert KEY not in masked
    assert quote(KEY, safe="") not in masked
    assert base64.b64encode(KEY.encode()).decode() not in masked
    assert "[redacted held]" in masked


@pytest.mark.parametrize(
    "value",
    [
        "p@ss!w0rd:with$signs",
        "!begins{with}#one",
        "four plain words here",
        "schlüssel-ßäöü",
        "a\nb c d ef",
    ],
)
@pytest.mark.parametrize("around", ["{}", "\\n{}", "mysql -p{}x", "é{}ü", "user:{}@host {}"])
def test_a_held_value_is_found_whatever_it_holds_and_wherever_it_stands(
    value: str, around: str
) -> None:
    masked, kinds = redact(around.replace("{}", value), Mask({"OWN": value}).held())

    assert masked == around.replace("{}", "[redacted held]")
    assert set(kinds) == {"held"}


def test_a_held_value_that_goes_on_after_a_token_s_shape_leaves_no_rest() -> None:
    value = "9" * 8 + "!the-rest-of-it"
    shaped = "ghp_" + "a1B2c3" * 6
    masked, _ = redact(f"{shaped}{value} end", Mask({"OWN": value}).held())

    assert "rest" not in masked
    assert masked.endswith(" end")


def test_what_is_told_of_a_held_value_does_not_contain_it() -> None:
    assert KEY not in repr(HELD)
    assert len({value.salt for value in HELD}) == 1
    assert Mask({"OWN_KEY": KEY}).held()[0].salt != HELD[0].salt


SHAPES = {
    "anthropic": "sk-ant-api03-" + "a1B2" * 20,
    "openai": "sk-proj-" + "a1B2" * 12,
    "github": "ghp_" + "a1B2c3" * 6,
    "gitlab": "glpat-" + "a1B2" * 5,
    "aws": "AKIA" + "ABCD2345" * 2,
    "google": "AIza" + "a1B2c3-" * 5,
    "slack": "xoxb-" + "123456789012-" * 2 + "abcdef",
    "stripe": "sk_live_" + "a1B2" * 6,
    "npm": "npm_" + "a1B2c3" * 6,
    "pypi": "pypi-AgE" + "a1B2" * 15,
    "huggingface": "hf_" + "ab" * 17,
    "groq": "gsk_" + "a1B2" * 13,
    "xai": "xai-" + "a1B2" * 20,
    "replicate": "r8_" + "a" * 37,
    "sendgrid": "SG." + "a" * 22 + "." + "b" * 43,
    "telegram": "123456789:AA" + "a" * 33,
    "digitalocean": "dop_v1_" + "0f" * 32,
    "databricks": "dapi" + "0f" * 16,
    "age": "AGE-SECRET-KEY-1" + "A" * 58,
    "azure": "AccountKey=" + "a" * 86 + "==",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXNpZw",
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_token_is_known_by_its_shape(kind: str) -> None:
    masked, kinds = redact(f"before {SHAPES[kind]} after")

    assert masked == f"before [redacted {kind}] after"
    assert kinds == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn is a library, and sk_live is a name",
        "ask-a-question-that-is-rather-long-and-has-hyphens-in-it",
        "commit 0f3c2a9be1d04f7c8a6b5e4d3c2b1a0f9e8d7c6b",
        "sha256:9b28eb6cf16805c4a8d371859bb95c7683b0baa1258e1d7fb0b5a53d762a81df",
        "tui_agent/adapters/models/test_conformance.py::test_the_text_comes",
        "data:image/png;base64," + "iVBORw0KGgo" * 20,
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact(text, HELD) == (text, ())


@pytest.mark.property
@given(
    st.text(max_size=40),
    st.text(max_size=40),
    st.text(
        alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'`\\"),
        min_size=8,
        max_size=60,
    ),
)
def test_a_value_between_blanks_is_always_found_and_masking_twice_changes_nothing(
    before: str, after: str, key: str
) -> None:
    held = Mask({"KEY": key}).held()
    once, kinds = redact(f"{before} {key} {after}", held)

    assert "held" in kinds or "[redacted" in once
    assert redact(once, held)[0] == once


def test_values_that_the_hosts_tell_later_are_masked_from_then_on() -> None:
    redactor = Redactor()
    before = redactor(f"key {KEY}")
    redactor.hold(HELD)

    assert before == (f"key {KEY}", ())
    assert redactor(f"key {KEY}") == ("key [redacted held]", ("held",))


def test_a_large_output_is_looked_through_quickly() -> None:
    text = "tui_agent/adapters/models/some_module_name.py:120: in some_function_name\n" * 1400
    started = time.process_time()
    redact(text, HELD)

    assert time.process_time() - started < 1.0


QUOTED = 'p"a\\s/s wörd of "quotes"'
"""A value that no escaping leaves as it is."""


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("value", [QUOTED, 'a"plain\\one/012', "two\nlines of it"])
def test_a_held_value_is_found_where_it_stands_escaped_or_within_an_encoded_text(
    value: str, plain: bool
) -> None:
    held = Mask({"OWN": value}).held()
    once = json.dumps({"password": value}, ensure_ascii=plain)
    twice = json.dumps({"body": once}, ensure_ascii=plain)
    inner = base64.b64encode(f"user:{value}@host".encode()).decode()
    for text in (
        once,
        twice,
        once.replace("/", "\\/"),
        f"https://host/?p={quote(value, safe='').lower()}",
        f"https://host/?p={quote_plus(value)}",
        f"Authorization: Basic {inner}",
    ):
        masked, kinds = redact(text, held)
        assert kinds == ("held",), text
        assert redact(masked, held) == (masked, ())


def test_a_call_whose_arguments_hold_an_escaped_secret_is_recorded_without_it() -> None:
    redactor = Redactor(Mask({"OWN": QUOTED}).held())
    body = json.dumps({"body": json.dumps({"password": QUOTED})})
    event, kinds = redacted(ToolCalled(call_id="a", tool="t", arguments=body), redactor)

    assert kinds == ("held",)
    assert isinstance(event, ToolCalled)
    assert json.loads(str(event.arguments)) == {"body": '{"password": "[redacted held]"}'}


def plainly(text: str, forms: Iterable[str]) -> set[tuple[int, int]]:
    """Every place at which one of the forms stands, as it is defined."""
    return {
        (start, start + len(form))
        for form in forms
        for start in range(len(text))
        if text.startswith(form, start)
    }


@pytest.mark.property
@given(st.data())
def test_held_values_are_found_exactly_where_they_stand(data: st.DataObject) -> None:
    letters = st.text(alphabet='ab"\\/ ü€😀\n', min_size=8, max_size=12)
    value = data.draw(letters)
    forms = masking.forms_of(value)
    piece = st.sampled_from([*forms, value[:-1], value[1:], "a", "ü"]) | letters
    text = "".join(data.draw(st.lists(piece, max_size=8)))
    found = redaction.held_spans(text, Mask({"OWN": value}).held(), "held")

    assert {(start, end) for start, end, _ in found} == plainly(text, forms)


def test_a_long_text_without_blanks_costs_next_to_nothing_for_many_held_values() -> None:
    values = {f"KEY_{number}": "sk-" + "Zq7+" * (number + 4) for number in range(9)}
    held = Mask(values).held()
    text = base64.b64encode(random.Random(1).randbytes(75_000)).decode()

    assert len({one.length for one in held}) > 20
    assert fastest(lambda: redact(text, held)) < 0.1


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", "\\r\\n"])
def test_of_a_private_key_that_was_cut_in_two_neither_half_is_shown(newline: str) -> None:
    lines = [base64.b64encode(random.Random(n).randbytes(48)).decode() for n in range(12)]
    lines[-1] = lines[-1][:9]
    begin, end = (f"-----{word} RSA PRIVATE KEY-----" for word in ("BEGIN", "END"))
    whole = newline.join((begin, *lines, end))
    for cut in range(1, 12):
        head, tail = newline.join((begin, *lines[:cut])), newline.join((*lines[cut:], end))
        gap = "\n… 9 bytes left out …\n"
        assert redact(f"before\n{head}{gap}-- after")[0] == f"before\n{HIDDEN_KEY}{gap}-- after"
        assert redact(f"before --{gap}{tail}\nafter")[0] == f"before --{gap}{HIDDEN_KEY}\nafter"
    assert redact(f"a {whole} b") == (f"a {HIDDEN_KEY} b", ("private-key",))


def test_many_ends_of_keys_cost_no_more_than_their_length() -> None:
    body = base64.b64encode(random.Random(1).randbytes(75_000)).decode()
    text = (body[:64] + "\n") * 1500 + "-----END RSA PRIVATE KEY-----\n" * 100
    assert fastest(lambda: redact(text)) < 0.5


def test_many_beginnings_of_a_key_that_never_ends_cost_no_more_than_their_length() -> None:
    text = "-----BEGIN RSA PRIVATE KEY-----\n" * 4000
    assert fastest(lambda: redact(text)) < 0.5


def test_many_beginnings_of_a_web_token_cost_no_more_than_their_length() -> None:
    begun = "eyJ-" * 25_000
    whole = SHAPES["jwt"]
    assert fastest(lambda: redact(f"{begun}.eyJ {begun}")) < 0.5
    assert redact(f"-.{whole} {whole}")[0] == "-.[redacted jwt] [redacted jwt]"


@settings(max_examples=15)
@given(st.data())
def test_whatever_has_the_shape_of_a_secret_is_looked_at(data: st.DataObject) -> None:
    for name, shape in redaction.SHAPES.items():
        secret = data.draw(st.from_regex(shape), label=name)
        assert any(needle in secret for needle in redaction.NEEDLES[name]), name


@pytest.mark.case(99)
@pytest.mark.parametrize("colour", ["\x1b[01;31m\x1b[K", "\x1b[m", "\x1b[38:5:9m"])
def test_a_secret_that_is_coloured_in_its_middle_is_masked_as_a_terminal_would_show_it(
    colour: str,
) -> None:
    token, value = "ghp_" + "a1B2" * 9, "a-held-value-of-some-length"
    held = Mask({"KEY": value}).held()
    for secret, kind in ((token, "github"), (value, "held")):
        for at in range(len(secret) + 1):
            text = f"{colour}x {secret[:at]}{colour}{secret[at:]}{colour} y\x1b[0m"
            masked, kinds = redact(text, held)
            assert kinds == (kind,)
            assert not any(secret[cut : cut + 8] in masked for cut in range(len(secret) - 8))
            assert masked.startswith(f"{colour}x ")
            assert masked.endswith(f"{colour} y\x1b[0m")
            assert redact(masked, held) == (masked, ())
    assert redact(f"plain {colour}text\x1b[0m", held) == (f"plain {colour}text\x1b[0m", ())


def test_a_block_of_pgp_is_a_private_key() -> None:
    block = "PGP PRIVATE KEY BLOCK-----"
    text = f"a\n-----BEGIN {block}\n\n{'mQENBF' * 12}\n-----END {block}\nb"
    assert redact(text) == ("a\n[redacted private-key]\nb", ("private-key",))
