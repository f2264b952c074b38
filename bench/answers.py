"""What the scripted model says: Markdown of a given length, of the kinds that models write."""

from __future__ import annotations

import random

TOKEN_CHARACTERS = 4
BEGINS, ENDS = "Firstword", "Lastword"
NOUNS = [
    "parser",
    "cursor",
    "buffer",
    "session",
    "header",
    "worker",
    "queue",
    "branch",
    "commit",
    "record",
    "theme",
    "widget",
]
VERBS = [
    "reads",
    "writes",
    "keeps",
    "drops",
    "splits",
    "joins",
    "checks",
    "returns",
    "draws",
    "stores",
    "sends",
    "folds",
]


def _sentence(chance: random.Random) -> str:
    words = [f"The {chance.choice(NOUNS)} {chance.choice(VERBS)} the {chance.choice(NOUNS)}"]
    if chance.random() < 0.4:
        words.append(f"and calls `{chance.choice(NOUNS)}_{chance.choice(NOUNS)}()`")
    if chance.random() < 0.3:
        words.append(f"once the **{chance.choice(NOUNS)} {chance.choice(VERBS)}** it")
    return " ".join(words) + "."


def _paragraph(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 6)))


def _points(chance: random.Random) -> str:
    return "\n".join(f"- {_sentence(chance)}" for _ in range(chance.randint(3, 6)))


def _steps(chance: random.Random) -> str:
    steps = "\n".join(f"{n}. {_sentence(chance)}" for n in range(1, chance.randint(4, 7)))
    return f"{steps}\n\n> {_sentence(chance)}"


def _code(chance: random.Random) -> str:
    name, other = chance.choice(NOUNS), chance.choice(NOUNS)
    lines = [f"def {name}_{chance.choice(VERBS)}({other}: list[int]) -> int:"]
    lines += [
        f"    {other}[{n}] = [{name}.{chance.choice(VERBS)}(it, {n}) for it in {other} if it > {n}]"
        f"  # the {chance.choice(NOUNS)} {chance.choice(VERBS)} it"
        for n in range(chance.randint(4, 9))
    ]
    return "\n".join(["```python", *lines, f"    return len({other})", "```"])


def _grid(chance: random.Random) -> str:
    rows = [f"| {chance.choice(NOUNS)} | {chance.choice(VERBS)} | {n} |" for n in range(5)]
    return "\n".join(["| part | does | times |", "| --- | --- | --- |", *rows])


def markdown(tokens: int, seed: int = 7) -> str:
    """Return so many tokens (of four characters) of Markdown between a first and a last word."""
    chance = random.Random(seed)
    parts, size = [f"{BEGINS}."], 0
    while size < tokens * TOKEN_CHARACTERS:
        kind = chance.choice([_paragraph, _points, _steps, _code, _grid])
        part = kind(chance)
        if chance.random() < 0.2:
            part = f"## The {chance.choice(NOUNS)}\n\n{part}"
        parts.append(part)
        size += len(part) + 2
    return "\n\n".join([*parts, f"{ENDS}."])
