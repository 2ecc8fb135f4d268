"""How the C of a program is compiled: what the options of the whole mean for it."""

from __future__ import annotations

from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.compiler import CodeOptions


def code_options(target: Target, options: CompileOptions) -> CodeOptions:
    """How the C compiler is called for code that this process runs."""
    return CodeOptions(
        flags=(*target.flags(), "-fwrapv"),
        optimize="s" if target.compact else min(options.opt, 3) if options.opt else 1,
        contraction="off" if options.exact or not options.opt else "fast",
        includes=(C_FOLDER,),
    )
