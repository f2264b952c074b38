"""The codec: every value of ours survives the way into a log line and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_agent.core.codec import CodecError, dumps
from tui_agent.core.events import Notice, Record, Unknown
from tui_agent.core.wire import EVENTS, decode_record, encode_record

TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
PLAIN = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT, max_size=3)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(dict, lambda _hint: PLAIN)
QUICK = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.property
@pytest.mark.parametrize("name", sorted(EVENTS))
@QUICK
@given(data=st.data())
def test_every_event_comes_back_from_its_line_as_it_was(name: str, data: st.DataObject) -> None:
    event = data.draw(st.from_type(EVENTS[name]))
    record = Record(seq=7, ts="2026-01-02T03:04:05.678Z", mono_ms=12, turn=1, step=2, event=event)
    line = dumps(encode_record(record))
    assert "\n" not in line
    assert decode_record(json.loads(line)) == record


def test_a_lone_surrogate_is_written_as_an_escape_and_read_back() -> None:
    record = Record(seq=1, ts="t", mono_ms=0, event=Notice(text="half a pair: \ud83d"))
    line = dumps(encode_record(record))
    line.encode()
    assert decode_record(json.loads(line)) == record


def test_an_event_that_we_do_not_know_is_kept_as_it_is() -> None:
    line = {
        **encode_record(Record(seq=1, ts="t", mono_ms=0, event=Notice(text="x"))),
        "type": "MoonRose",
        "data": {"phase": "full"},
    }
    record = decode_record(line)
    assert record.event == Unknown(name="MoonRose", data={"phase": "full"})
    assert encode_record(record) == line


def test_a_field_that_we_do_not_know_is_passed_over() -> None:
    line = encode_record(Record(seq=1, ts="t", mono_ms=0, event=Notice(text="x")))
    line["data"]["colour"] = "green"
    assert decode_record(line).event == Notice(text="x")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"text": 3}, "Notice.text"),
        ({"text": "x", "level": "loud"}, "Notice.level"),
        ({}, "Notice"),
        ([], "Notice"),
    ],
)
def test_a_line_that_is_not_what_it_says_names_the_place(data: object, place: str) -> None:
    line = encode_record(Record(seq=1, ts="t", mono_ms=0, event=Notice(text="x")))
    line["data"] = data
    with pytest.raises(CodecError, match=place):
        decode_record(line)
