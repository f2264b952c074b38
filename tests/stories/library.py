"""A small library with a failing test, and the model's part in mending it."""

from __future__ import annotations

from typing import Any

from tests.support.repository import Repository

STOCK = '''\
"""What a shop has in stock."""


class Stock:
    """Counts of things by name."""

    def __init__(self):
        self.counts = {}

    def add(self, name, count):
        """Put some more on the shelf."""
        self.counts[name] = count
        return self.counts[name]

    def take(self, name, count):
        """Take some off the shelf; as many as there are, if there are fewer."""
        there = self.counts.get(name, 0)
        taken = min(there, count)
        if taken:
            self.counts[name] = there - taken
        return taken

    def names(self):
        """All names, in the order in which they came."""
        found = []
        for name in self.counts:
            found.append(name)
        return found

    def most(self):
        """The name with the highest count."""
        best = None
        for name, count in self.counts.items():
            if best is None or count > self.counts[best]:
                best = name
        return best

    def total(self):
        """How many things there are."""
        total = 0
        for count in self.counts.values():
            total = count
        return total
'''
PRICES = '''\
"""What things cost, in cents."""

RATE = 20


def gross(net):
    """The price with tax."""
    tax = net * RATE / 100
    return net + tax


def label(cents):
    """The price in words."""
    return str(cents / 100)
'''
TESTS = """\
from shop.prices import gross, label
from shop.stock import Stock


def test_adding_twice_adds_up():
    stock = Stock()
    stock.add("pear", 2)
    assert stock.add("pear", 3) == 5


def test_the_total_counts_everything():
    stock = Stock()
    stock.add("pear", 2)
    stock.add("fig", 3)
    assert stock.total() == 5


def test_prices_are_whole_cents():
    assert gross(101) == 121
    assert isinstance(gross(101), int)
    assert label(100) == "1.0"
"""

PATCH = """\
*** Begin Patch
*** Update File: shop/stock.py
@@ def add(self, name, count):
-        self.counts[name] = count
+        self.counts[name] = self.counts.get(name, 0) + count
         return self.counts[name]
@@ def names(self):
-        found = []
-        for name in self.counts:
-            found.append(name)
-        return found
+        return sorted(self.counts)
@@ def total(self):
-            total = count
+            total += count + 0
         return total
*** Update File: shop/prices.py
@@ def gross(net):
-    tax = net * RATE / 100
+    tax = net * RATE // 100
     return net + tax


 def label(cents):
-    \"\"\"The price in words.\"\"\"
+    \"\"\"The price in figures.\"\"\"
     return str(cents / 100)
*** End Patch
"""

EDITED_STOCK = STOCK.replace(
    "        self.counts[name] = count\n",
    "        self.counts[name] = self.counts.get(name, 0) + count\n",
).replace("            total = count\n", "            total += count\n")
EDITED_PRICES = PRICES.replace("net * RATE / 100", "net * RATE // 100")


def script() -> dict[str, Any]:
    """The model's turns: plan, read, patch, run the tests, say what was done."""
    steps = [
        {"text": "read the shop and its tests", "state": "current"},
        {"text": "mend what the tests say"},
        {"text": "run the tests"},
    ]
    patch = {"name": "apply_patch", "arguments": {"patch": PATCH}}
    tests = {"name": "shell", "arguments": {"command": "python -m pytest -q -p no:cacheprovider"}}
    return {
        "turn": [
            {
                "text": "I read the **shop** first.",
                "call": [
                    {"name": "plan", "arguments": {"steps": steps}},
                    {"name": "read", "arguments": {"path": "shop/stock.py"}},
                    {"name": "read", "arguments": {"path": "shop/prices.py"}},
                    {"name": "search", "arguments": {"pattern": "total"}},
                ],
            },
            {"text": "Two files need a change.", "call": [patch]},
            {"when": {"contains": "REJECTED"}, "text": "The order stays.", "call": [tests]},
            {"text": "All tests pass now."},
        ]
    }


def make_library(repository: Repository) -> None:
    """Commit the library as it is before anybody mends it."""
    repository.write("shop/__init__.py", "")
    repository.write("shop/stock.py", STOCK)
    repository.write("shop/prices.py", PRICES)
    repository.write("tests/test_shop.py", TESTS)
    repository.write("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n')
    repository.write(".gitignore", "__pycache__/\n.pytest_cache/\n")
    repository.commit()
