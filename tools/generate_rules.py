"""src/hodu/lower/_family_of.py: the module that has the rule of an op."""

from __future__ import annotations

from hodu.lower import families
from hodu.lower.rules import CAPACITY, KERNEL, READING, SCALAR
from tools.generate_functions import HEADER


def modules() -> dict[str, str]:
    """File name -> text."""
    families.load_all()
    rules = [*SCALAR.items(), *CAPACITY.items()]
    rules += [(name, one.rule) for kind in (READING, KERNEL) for name, one in kind.items()]
    homes = {name: rule.__module__.rpartition(".")[2] for name, rule in rules}
    lines = [f'    "{name}": "{homes[name]}",' for name in sorted(homes)]
    head = HEADER.format(title="The family of rules that lowers each op.")
    return {"src/hodu/lower/_family_of.py": "\n".join([head, "FAMILY_OF = {", *lines, "}\n"])}
