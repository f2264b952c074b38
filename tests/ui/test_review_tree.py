"""The tree of a review of a thousand hunks is made once; a key changes two of its items."""

from __future__ import annotations

from tests.support.patches import views_of
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_tree import Tree

HUNKS = 1_000


def many(*files: str) -> tuple[Review, tuple[FileText, ...]]:
    """Return a review of so many hunks, in these files, and its texts."""
    lines = [f"line {number}\n" for number in range(10 * HUNKS // len(files))]
    before, lines[5::10] = "".join(lines), [line.upper() for line in lines[5::10]]
    views = views_of(*((name, before, "".join(lines)) for name in files))
    return Review(views), tuple(FileText(view) for view in views)


def items_after(tree: Tree, items: list[Item], review: Review, texts: tuple[FileText, ...]) -> int:
    """Put what has changed into the items; return how many those are."""
    changed = tree.changed(review, texts)
    assert changed is not None
    put = list(changed)
    for index, item in put:
        items[index] = item
    return len(put)


def test_a_step_and_a_verdict_change_two_items_and_give_the_tree_that_a_new_one_would_be() -> None:
    review, texts = many("a.py", "b.py")
    assert len(review.spots) == HUNKS
    tree = Tree()
    items = tree.items(review, texts)
    assert len(items) == HUNKS + 2
    for key in (review.next_hunk, review.accept, lambda: review.reject("no"), review.next_file):
        key()
        assert items_after(tree, items, review, texts) == 2
        assert items == Tree().items(review, texts)


def test_a_hunk_that_was_split_and_another_review_have_another_tree() -> None:
    review = Review(views_of(("a.txt", "1\n2\n3\n4\n5\n", "one\n2\n3\n4\nfive\n")))
    texts = tuple(FileText(view) for view in review.views)
    tree = Tree()
    tree.items(review, texts)
    assert review.split()
    assert tree.changed(review, texts) is None
    assert len(tree.items(review, texts)) == 3
    assert tree.changed(Review(review.views), texts) is None
