from __future__ import annotations

import pytest

from tui_agent.adapters.models.endpoints import (
    KNOWN,
    NONE_CHOSEN,
    Endpoint,
    Endpoints,
    UnknownModelError,
    host_for,
    keys_found,
)
from tui_agent.adapters.models.keys import (
    KEY_VARIABLES,
    host_environment,
    is_key_variable,
    strip_key_variables,
)
from tui_agent.adapters.models.price_map import facts_of

PLAIN = Endpoints.of({})


@pytest.mark.parametrize(
    ("name", "host", "wire_model", "variable"),
    [
        ("openai/gpt-5.6", "direct", "gpt-5.6", "OPENAI_API_KEY"),
        ("gpt-5.6", "direct", "gpt-5.6", "OPENAI_API_KEY"),
        ("claude-opus-5", "litellm", "anthropic/claude-opus-5", "ANTHROPIC_API_KEY"),
        ("anthropic/claude-opus-5", "litellm", "anthropic/claude-opus-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-3.8-flash", "litellm", "gemini/gemini-3.8-flash", "GEMINI_API_KEY"),
        ("openrouter/z-ai/glm-5", "direct", "z-ai/glm-5", "OPENROUTER_API_KEY"),
        ("mistral/devstral-latest", "litellm", "mistral/devstral-latest", "MISTRAL_API_KEY"),
        ("deepseek/deepseek-v4-pro", "direct", "deepseek-v4-pro", "DEEPSEEK_API_KEY"),
        ("ollama/qwen3:8b", "direct", "qwen3:8b", "OLLAMA_API_KEY"),
        ("bedrock/anthropic.claude-v9", "litellm", "bedrock/anthropic.claude-v9", ""),
        ("script:demo.toml", "scripted", "demo.toml", ""),
    ],
)
def test_a_name_leads_to_its_host(name: str, host: str, wire_model: str, variable: str) -> None:
    route = PLAIN.route(name)

    assert (route.host, route.model, route.key_variable) == (host, wire_model, variable)
    assert host_for(name, PLAIN) == host


@pytest.mark.parametrize("name", ["", "nothing-known", "openai/", "/x"])
def test_a_name_that_leads_nowhere_is_refused(name: str) -> None:
    with pytest.raises(UnknownModelError, match="provider/model"):
        PLAIN.route(name)


def test_where_no_model_is_chosen_it_says_how_to_choose_one() -> None:
    with pytest.raises(UnknownModelError, match="/model NAME chooses one"):
        PLAIN.route(NONE_CHOSEN)


def test_an_endpoint_of_the_user_goes_before_a_known_one() -> None:
    own = Endpoint(name="openai", base_url="http://proxy:4000", key_variable="PROXY_KEY")
    route = Endpoints.of({"OPENAI_BASE_URL": "http://ignored"}, [own]).route("openai/gpt-5.6")

    assert (route.base_url, route.key_variable) == ("http://proxy:4000", "PROXY_KEY")


def test_an_openai_address_in_the_environment_takes_any_name() -> None:
    bent = Endpoints.of({"OPENAI_API_BASE": "http://localhost:9000/v1/"})

    assert bent.route("some-local-model").base_url == "http://localhost:9000/v1"
    assert bent.route("some-local-model").keyless
    assert not PLAIN.route("gpt-5.6").keyless


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0.0.0.0:11434", "http://127.0.0.1:11434/v1"),
        ("http://gpu:11434", "http://gpu:11434/v1"),
        ("http://gpu:11434/v1", "http://gpu:11434/v1"),
    ],
)
def test_ollama_is_found_where_its_own_variable_says(given: str, expected: str) -> None:
    assert Endpoints.of({"OLLAMA_HOST": given}).route("ollama/x").base_url == expected


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("anthropic/claude-opus-5", True),
        ("bedrock/anthropic.claude-sonnet-5", True),
        ("vertex_ai/claude-opus-5", True),
        ("openrouter/anthropic/claude-opus-5", True),
        ("openrouter/openai/gpt-5.6", False),
        ("openai/gpt-5.6", False),
        ("gemini/gemini-3.8-flash", False),
        ("proxy/anthropic/claude-opus-5", False),
        ("through/anthropic/claude-opus-5", True),
        ("through/openai/claude-opus-5", False),
    ],
)
def test_only_those_who_want_to_be_told_are_told_what_to_cache(name: str, marked: bool) -> None:
    own = [
        Endpoint(name="proxy", base_url="http://proxy"),
        Endpoint(name="through", base_url="http://proxy", dialect="litellm"),
    ]

    assert Endpoints.of({}, own).route(name).cache_markers == marked


def test_keys_are_offered_in_a_fixed_order_with_a_model_that_has_a_price() -> None:
    names = {endpoint.key_variable for endpoint in KNOWN}
    found = keys_found(names, PLAIN)

    assert [key.provider for key in found[:3]] == ["anthropic", "openai", "gemini"]
    for key in found:
        route = PLAIN.route(key.default_model)
        if key.provider != "openrouter":
            name = route.model.removeprefix(f"{key.provider}/")
            facts = facts_of(key.default_model, key.provider, name)
            assert facts.input_price is not None, key.default_model
            assert facts.context_tokens is not None, key.default_model


def test_every_known_endpoint_s_key_is_taken_from_the_program() -> None:
    assert {e.key_variable for e in KNOWN if e.key_variable} <= set(KEY_VARIABLES)


def test_what_the_program_keeps_and_what_a_host_gets_share_no_key() -> None:
    environ = {"OPENAI_API_KEY": "a", "LAB_KEY": "b", "PATH": "/bin", "EDITOR": "vi", "LC_ALL": "C"}
    kept = strip_key_variables(environ, ["LAB_KEY"])
    given = host_environment(environ, ["LAB_KEY"])

    assert set(kept) == {"PATH", "EDITOR", "LC_ALL"}
    assert set(given) == {"OPENAI_API_KEY", "LAB_KEY", "PATH", "LC_ALL"}
    assert not any(is_key_variable(name, ["LAB_KEY"]) for name in kept)
