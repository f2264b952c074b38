"""Which environment variables hold keys or lead to models, and which a host is given.

Loaded before anything is drawn: names only, no imports.
"""

from __future__ import annotations

from tui_agent.adapters.early import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KEY_VARIABLES = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "CODESTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "GROQ_API_KEY",
    "XAI_API_KEY",
    "CEREBRAS_API_KEY",
    "TOGETHERAI_API_KEY",
    "TOGETHER_API_KEY",
    "FIREWORKS_API_KEY",
    "FIREWORKS_AI_API_KEY",
    "MOONSHOT_API_KEY",
    "ZAI_API_KEY",
    "DASHSCOPE_API_KEY",
    "PERPLEXITYAI_API_KEY",
    "COHERE_API_KEY",
    "NVIDIA_NIM_API_KEY",
    "HUGGINGFACE_API_KEY",
    "HF_TOKEN",
    "REPLICATE_API_KEY",
    "SAMBANOVA_API_KEY",
    "GITHUB_API_KEY",
    "AZURE_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "AZURE_AI_API_KEY",
    "AZURE_AD_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "WATSONX_APIKEY",
    "DATABRICKS_API_KEY",
    "OLLAMA_API_KEY",
    "LITELLM_API_KEY",
)
"""Hold a key of a model provider, by the providers' own or litellm's name for it."""

_NEEDED = (
    "PATH",
    "HOME",
    "USER",
    "TZ",
    "TMPDIR",
    "LANG",
    "PYTHONDONTWRITEBYTECODE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "AWS_REGION",
    "AWS_REGION_NAME",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AZURE_API_BASE",
    "AZURE_API_VERSION",
    "AZURE_TENANT_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "VERTEXAI_PROJECT",
    "VERTEXAI_LOCATION",
    "DATABRICKS_API_BASE",
    "WATSONX_URL",
)
_NEEDED_PREFIXES = ("LC_",)
RING_NEEDS = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "PYTHON_KEYRING_BACKEND",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
)
"""What a host needs besides, where it gets a key from the keyring."""


SHORTEST_KEY = 8
"""Characters: a shorter value is a placeholder, which other variables may well hold, too."""


def is_key_variable(name: str, extra: Collection[str] = ()) -> bool:
    """Return whether the variable holds a model key; `extra` are those that the settings name."""
    return name in KEY_VARIABLES or name in extra


def strip_key_variables(environ: Mapping[str, str], extra: Collection[str] = ()) -> dict[str, str]:
    """Return `environ` without model keys: what the program starts itself again with.

    A key's value is left out under any name.
    """
    held = {value for value in held_keys(environ, extra).values() if len(value) >= SHORTEST_KEY}
    return {
        name: value
        for name, value in environ.items()
        if not is_key_variable(name, extra) and value.strip() not in held
    }


def host_environment(environ: Mapping[str, str], extra: Collection[str] = ()) -> dict[str, str]:
    """Return what a model host gets of `environ`: the keys, ways to the network, little else."""
    return {
        name: value
        for name, value in environ.items()
        if is_key_variable(name, extra) or name in _NEEDED or name.startswith(_NEEDED_PREFIXES)
    }


def held_keys(environ: Mapping[str, str], extra: Collection[str] = ()) -> dict[str, str]:
    """Return the keys in `environ`, by variable; empty ones are none."""
    return {
        name: value.strip()
        for name, value in environ.items()
        if is_key_variable(name, extra) and value.strip()
    }
