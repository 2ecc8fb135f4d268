"""Functions that are captured on their first call and run compiled after that.

function.py   a compiled function: one program for each kind of call
trace.py      a function run once under capture, with all that it reads and writes
names.py      what the arguments are called
capture.py    which tensors are states of it: traced until nothing is missing
program.py    a run: states and written arguments are updated in place
states.py     the tensors in models, optimizers and structures that are named as states
memory.py     which arrays may be updated in place
"""

from hodu.jit.function import CompiledFunction as CompiledFunction
