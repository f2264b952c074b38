"""Which server answers a model's name: known providers, the user's endpoints, the environment."""

from __future__ import annotations

from tui_agent.adapters.early import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Literal

    from tui_agent.core.messages import ModelFacts

    Dialect = Literal["openai", "litellm"]
    HostKind = Literal["direct", "litellm", "scripted"]

SCRIPT = "script:"
NONE_CHOSEN = "none"
"""Stands for a model where a person would rather look around without one."""


class Endpoint(Value):
    """A server that the user named, or a provider that we know."""

    name: str
    """What stands before the slash in a model's name."""
    base_url: str = ""
    """Empty: the provider's own, as litellm knows it."""
    dialect: Dialect = "openai"
    """`openai`: chat completions, spoken directly; `litellm`: everything else."""
    key_variable: str = ""
    """The variable that holds the key; empty where none is needed."""
    headers: tuple[tuple[str, str], ...] = ()
    default_model: str = ""
    """What a user with this key and no choice of their own gets."""
    base_variables: tuple[str, ...] = ()
    """Variables that replace `base_url`, the first that is set."""
    keyless: bool = False
    """Whether a request without a key makes sense: a server of one's own."""


def own_endpoint(
    name: str, base_url: str, dialect: Dialect, key_variable: str, *, has_command: bool
) -> Endpoint:
    """Return an endpoint as the user's settings name it.

    One whose key a command prints has a variable of its own for it, where none is named.
    """
    if has_command and not key_variable:
        key_variable = "".join(c if c.isalnum() else "_" for c in name.upper()) + "_API_KEY"
    return Endpoint(name=name, base_url=base_url, dialect=dialect, key_variable=key_variable)


class Route(Value):
    """Where one request goes, and how."""

    host: HostKind
    provider: str
    model: str
    """As the server or litellm knows it; for a script, its path."""
    base_url: str = ""
    key_variable: str = ""
    keyless: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    cache_markers: bool = False
    """Whether the provider wants to be told what to cache."""

    @property
    def place(self) -> str:
        """What fails together: the provider, at this address; each script is a place of its own."""
        return f"{self.provider} {self.base_url or (self.model if self.host == 'scripted' else '')}"


class UnknownModelError(ValueError):
    """No endpoint has this model; the message says what a name looks like."""


KNOWN = (
    Endpoint(
        name="anthropic",
        dialect="litellm",
        key_variable="ANTHROPIC_API_KEY",
        default_model="anthropic/claude-sonnet-5-5",
        base_variables=("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
    ),
    Endpoint(
        name="openai",
        base_url="https://api.openai.com/v1",
        key_variable="OPENAI_API_KEY",
        default_model="openai/gpt-5.6",
        base_variables=("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    ),
    Endpoint(
        name="gemini",
        dialect="litellm",
        key_variable="GEMINI_API_KEY",
        default_model="gemini/gemini-3.8-flash",
        base_variables=("GEMINI_API_BASE",),
    ),
    Endpoint(
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        key_variable="OPENROUTER_API_KEY",
        default_model="openrouter/anthropic/claude-sonnet-5.5",
        base_variables=("OPENROUTER_API_BASE",),
    ),
    Endpoint(
        name="mistral",
        dialect="litellm",
        key_variable="MISTRAL_API_KEY",
        default_model="mistral/devstral-latest",
        base_variables=("MISTRAL_API_BASE",),
    ),
    Endpoint(
        name="deepseek",
        base_url="https://api.deepseek.com/v1",
        key_variable="DEEPSEEK_API_KEY",
        default_model="deepseek/deepseek-v4-pro",
        base_variables=("DEEPSEEK_API_BASE",),
    ),
    Endpoint(
        name="xai",
        base_url="https://api.x.ai/v1",
        key_variable="XAI_API_KEY",
        default_model="xai/grok-4.7",
        base_variables=("XAI_API_BASE",),
    ),
    Endpoint(
        name="groq",
        base_url="https://api.groq.com/openai/v1",
        key_variable="GROQ_API_KEY",
        default_model="groq/openai/gpt-oss-120b",
    ),
    Endpoint(
        name="cerebras",
        base_url="https://api.cerebras.ai/v1",
        key_variable="CEREBRAS_API_KEY",
        default_model="cerebras/gpt-oss-120b",
    ),
    Endpoint(
        name="huggingface",
        base_url="https://router.huggingface.co/v1",
        key_variable="HF_TOKEN",
        base_variables=("HF_API_BASE",),
    ),
    Endpoint(
        name="moonshot",
        base_url="https://api.moonshot.ai/v1",
        key_variable="MOONSHOT_API_KEY",
        default_model="moonshot/kimi-k3",
        base_variables=("MOONSHOT_API_BASE",),
    ),
    Endpoint(
        name="ollama",
        base_url="http://127.0.0.1:11434/v1",
        key_variable="OLLAMA_API_KEY",
        base_variables=("OLLAMA_API_BASE", "OLLAMA_HOST"),
        keyless=True,
    ),
    Endpoint(name="lmstudio", base_url="http://127.0.0.1:1234/v1", keyless=True),
    Endpoint(name="llamacpp", base_url="http://127.0.0.1:8080/v1", keyless=True),
    Endpoint(name="vllm", base_url="http://127.0.0.1:8000/v1", keyless=True),
)
"""In the order in which a first run offers them."""

_BARE = (
    ("claude", "anthropic"),
    ("gpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("chatgpt-", "openai"),
    ("gemini-", "gemini"),
    ("deepseek-", "deepseek"),
    ("grok-", "xai"),
    ("mistral-", "mistral"),
    ("devstral", "mistral"),
)
"""Families of models that are known without their provider's name."""
_MARKED_PROVIDERS = ("anthropic", "bedrock", "vertex_ai")


class Endpoints(Value):
    """All endpoints of a run: the user's own before those we know."""

    all: tuple[Endpoint, ...] = KNOWN
    replaced: frozenset[str] = frozenset()
    """Providers whose address the environment or the user changed."""
    windows: tuple[tuple[str, int], ...] = ()
    """By endpoint, how many tokens fit into the window of its models, as the user says."""

    @staticmethod
    def of(
        environ: Mapping[str, str],
        configured: Sequence[Endpoint] = (),
        windows: Mapping[str, int] | None = None,
    ) -> Endpoints:
        """Return the known endpoints as the environment bends them, after the `configured` ones."""
        own = {endpoint.name for endpoint in configured}
        known = tuple(_bent(endpoint, environ) for endpoint in KNOWN if endpoint.name not in own)
        bent = {
            now.name
            for now in known
            for before in KNOWN
            if before.name == now.name and before.base_url != now.base_url
        }
        said = tuple((windows or {}).items())
        return Endpoints(all=(*configured, *known), replaced=frozenset(bent | own), windows=said)

    def route(self, model: str) -> Route:
        """Return where `model` is served.

        A name is `provider/model`, a bare name of a well-known family, any name if the environment
        gives an OpenAI-compatible address, or `script:FILE`.

        Raises:
            UnknownModelError: if none of these holds.
        """
        if model == NONE_CHOSEN:
            raise UnknownModelError(
                "no model is chosen: /model NAME chooses one, agent keys set PROVIDER keeps a key"
                " for it, and agent demo needs neither"
            )
        if model.startswith(SCRIPT):
            return Route(host="scripted", provider="script", model=model[len(SCRIPT) :])
        provider, _, rest = model.partition("/")
        endpoint = self.find(provider) if rest else None
        if endpoint is not None:
            return self._through(endpoint, rest)
        if provider and rest:
            return Route(
                host="litellm",
                provider=provider,
                model=model,
                cache_markers=wants_markers(provider, rest),
            )
        family = next((name for start, name in _BARE if model.startswith(start)), "")
        if not family and model and "openai" in self.replaced:
            family = "openai"
        endpoint = self.find(family) if family else None
        if endpoint is None:
            raise UnknownModelError(
                f"no model {model!r}: name it as provider/model, such as {KNOWN[0].default_model}"
            )
        return self._through(endpoint, model)

    def completed(self, facts: ModelFacts, route: Route) -> ModelFacts:
        """Return a model's facts with the window that the user named for its server."""
        from dataclasses import replace

        window = dict(self.windows).get(route.provider)
        return replace(facts, context_tokens=window) if window and window > 0 else facts

    def find(self, name: str) -> Endpoint | None:
        """Return the endpoint called `name`."""
        return next((endpoint for endpoint in self.all if endpoint.name == name), None)

    def _through(self, endpoint: Endpoint, model: str) -> Route:
        direct = endpoint.dialect == "openai"
        known = any(e.name == endpoint.name for e in KNOWN)
        prefix = endpoint.name if known else ""
        spoken = "" if direct else model.partition("/")[0]
        return Route(
            host="direct" if direct else "litellm",
            provider=endpoint.name,
            model=model if direct or not prefix else f"{prefix}/{model}",
            base_url=endpoint.base_url,
            key_variable=endpoint.key_variable,
            keyless=endpoint.keyless or not endpoint.key_variable,
            headers=endpoint.headers,
            cache_markers=wants_markers(endpoint.name if known else spoken, model),
        )


class KeyFound(Value):
    """A key that is there, and what it would be used for."""

    provider: str
    variable: str
    default_model: str


def keys_found(names: Collection[str], endpoints: Endpoints) -> tuple[KeyFound, ...]:
    """Return the endpoints whose key variable is among `names`, in the order to offer them."""
    return tuple(
        KeyFound(
            provider=endpoint.name,
            variable=endpoint.key_variable,
            default_model=endpoint.default_model,
        )
        for endpoint in endpoints.all
        if endpoint.key_variable in names and endpoint.default_model
    )


def host_for(model: str, endpoints: Endpoints) -> HostKind:
    """Return which host serves `model`; `direct` for a name that nobody knows."""
    try:
        return endpoints.route(model).host
    except UnknownModelError:
        return "direct"


def wants_markers(provider: str, model: str) -> bool:
    """Return whether requests to `model` mark what to cache; others cache by themselves or not."""
    if provider == "openrouter":
        return model.startswith("anthropic/")
    return provider in _MARKED_PROVIDERS and (provider == "anthropic" or "claude" in model)


def _bent(endpoint: Endpoint, environ: Mapping[str, str]) -> Endpoint:
    given = next((environ[v].strip() for v in endpoint.base_variables if environ.get(v)), "")
    if not given:
        return endpoint
    if "://" not in given:
        given = "http://" + given
    if endpoint.name == "ollama":
        given = given.replace("//0.0.0.0", "//127.0.0.1").rstrip("/")
        given = given if given.endswith("/v1") else given + "/v1"
    return Endpoint(
        name=endpoint.name,
        base_url=given.rstrip("/"),
        dialect=endpoint.dialect,
        key_variable=endpoint.key_variable,
        headers=endpoint.headers,
        default_model=endpoint.default_model,
        base_variables=endpoint.base_variables,
        keyless=endpoint.keyless or endpoint.name == "openai",
    )
