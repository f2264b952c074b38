"""Dataclasses whose methods are compiled late are what the standard library makes at once."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tui_agent.wiring.late_methods import MAKER, Late, compile_methods_late

pytestmark = pytest.mark.skipif(
    MAKER not in vars(dataclasses), reason="this Python compiles a class's methods together"
)

SOURCE = """
from __future__ import annotations
from dataclasses import KW_ONLY, InitVar, dataclass, field

@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list, compare=False)

@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Point):
    name: str = "n"

@dataclass(order=True)
class Ranked:
    rank: int
    twice: int = field(init=False, repr=False)
    given: InitVar[int] = 0
    _: KW_ONLY
    inner: object = None

    def __post_init__(self, given: int) -> None:
        self.twice = 2 * self.rank + given
"""


def _defined(folder: Path) -> ModuleType:
    """Define them in a module that counts as ours."""
    path = folder / "made_up.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = spec_from_file_location("tui_agent.made_up", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


@pytest.fixture
def late() -> Iterator[Late]:
    before = vars(dataclasses)[MAKER]
    compile_methods_late()
    maker = vars(dataclasses)[MAKER]
    yield maker
    setattr(dataclasses, MAKER, before)


def _told(module: ModuleType) -> list[str]:
    """Spell what every method does, errors included."""
    point, named, ranked = module.Point, module.Named, module.Ranked
    holding = ranked(1, inner=None)
    holding.inner = holding
    acts = (
        lambda: point(x=1),
        lambda: named(x=1, tags=["a"], name="other"),
        lambda: point(x=1) == point(x=1, tags=["b"]) != named(x=1),
        lambda: point(x=1) == 3,
        lambda: hash(point(x=1)),
        lambda: hash(ranked(1)),
        lambda: dataclasses.replace(named(x=1), y=7),
        lambda: dataclasses.asdict(named(x=1)),
        lambda: setattr(point(x=1), "x", 2),
        lambda: delattr(named(x=1), "name"),
        point,
        lambda: point(1),
        lambda: point(x=1, z=2),
        lambda: ranked(2) > ranked(1, 5) >= ranked(1),
        lambda: ranked(3, 4).twice,
        lambda: holding,
        lambda: (point.__init__.__qualname__, point.__match_args__),
    )
    return [_outcome(act) for act in acts]


def _outcome(act: Callable[[], object]) -> str:
    try:
        return repr(act())
    except (AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def test_what_is_compiled_late_does_what_is_compiled_at_once(tmp_path: Path, late: Late) -> None:
    module = _defined(tmp_path)
    assert late.compiled == 0
    told = _told(module)
    assert late.compiled > 0
    setattr(dataclasses, MAKER, late.at_once)
    assert told == _told(_defined(tmp_path))


def test_a_method_is_compiled_once_and_then_stands_in_its_class(tmp_path: Path, late: Late) -> None:
    named = _defined(tmp_path).Named
    assert [named(x=number).x for number in range(3)] == [0, 1, 2]
    assert late.compiled == 1
    assert vars(named)["__init__"].__code__.co_filename == "<string>"


def test_other_packages_have_theirs_at_once(late: Late) -> None:
    @dataclasses.dataclass
    class Foreign:
        one: int

    assert vars(Foreign)["__init__"].__code__.co_varnames[:2] == ("self", "one")
    assert late.compiled == 0


MOST_OF_A_RUN = """
import dataclasses, sys
from tui_agent.wiring.late_methods import compile_methods_late
compile_methods_late()
import tui_agent.agent.agent, tui_agent.wiring.outfit, tui_agent.wiring.headless
print(dataclasses._create_fn.compiled)
"""


def test_importing_the_agent_compiles_next_to_none() -> None:
    argv = [sys.executable, "-c", MOST_OF_A_RUN]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30)
    assert int(done.stdout) <= 60
