from tui_agent import __version__


def test_the_version_has_three_numbers() -> None:
    assert len(__version__.split(".")) == 3
