"""Which paths are secret or protected by their name, so that they ask in every mode."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

from tui_agent.core.proposal import Mark

SECRET_NAMES = (
    ".env", ".env.*", "*.env", ".envrc", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore",
    "*.kdbx", "*.ppk", "*.ovpn", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "credentials",
    "credentials.*", "*.credentials", "secrets", "secrets.*", "*.secret", "*.secrets", ".netrc",
    "_netrc", ".pgpass", ".my.cnf", ".htpasswd", ".pypirc", ".npmrc", ".git-credentials",
    ".dockercfg", ".vault-token", "service-account*.json", "*.tfstate", "*.tfstate.*", "*.tfvars",
)  # fmt: skip
HARMLESS_NAMES = (
    "*.example", "*.sample", "*.template", "*.dist", "*.pub", "secrets.py", "credentials.py",
    "secrets.md", "credentials.md",
)  # fmt: skip
SECRET_FOLDERS = {".ssh", ".aws", ".gnupg", ".kube", ".docker", ".azure", ".gcloud"}

PROTECTED_NAMES = (
    ".gitmodules", ".gitattributes", ".gitconfig", ".agentrc*", ".agentignore", "agents.md",
    "agents.*.md", "claude.md", "claude.*.md", "gemini.md", "copilot-instructions.md",
    ".cursorrules", ".mcp.json", ".gitlab-ci.yml", ".travis.yml", "azure-pipelines*.yml",
    "jenkinsfile", ".drone.yml", "bitbucket-pipelines.yml", "appveyor.yml", ".appveyor.yml",
    "package.json", ".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yml", ".envrc",
    "sitecustomize.py", "usercustomize.py", "*.pth",
)  # fmt: skip
PROTECTED_FOLDERS = {
    ".git", ".github", ".circleci", ".buildkite", ".ci", ".vscode", ".idea", ".zed", ".husky",
    ".githooks", ".devcontainer", ".cursor", ".claude", ".gemini", ".agents", ".agent",
}  # fmt: skip
WORD = re.compile(r"(^|[._-])(secret|password|passwd|token|apikey|api[_-]key)s?\.(txt|ya?ml|json)$")


@lru_cache(maxsize=4096)
def marks_of(path: str) -> tuple[Mark, ...]:
    """Return a path's marks, by its name alone; case does not count."""
    *folders, name = path.casefold().split("/")
    found: list[Mark] = []
    if is_secret_name(name) or SECRET_FOLDERS & set(folders):
        found.append("secret")
    if _fits(name, PROTECTED_NAMES) or PROTECTED_FOLDERS & {*folders, name}:
        found.append("protected")
    return tuple(found)


def is_secret_name(name: str) -> bool:
    """Return whether a file's last component, in lower case, looks like a secret's."""
    if _fits(name, HARMLESS_NAMES):
        return False
    return _fits(name, SECRET_NAMES) or bool(WORD.search(name))


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
