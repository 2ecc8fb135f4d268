"""The steps of a program as C statements: calls of its kernels, branches and loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hodu.kernel.walk import can_fail
from hodu.lower.program import Argument, Branch, Launch, Place, Program, Repeat, Slot, Step
from hodu.plan.memory import Plan
from hodu.render.c_expr import memory_pointer
from hodu.render.c_kernel import takes_instance, wrapped

_PLACES = 3  # how many lines of the model the comment of a kernel names


class StepWriter:
    """Writes steps where `self`, `arena`, `weights`, `inputs` and `outputs` are known.

    `names` says what each launch calls, by its id; `plan` and `weights` where slots lie.
    """

    def __init__(
        self,
        program: Program,
        names: Mapping[int, str],
        plan: Plan,
        weights: Mapping[Slot, int],
        *,
        bare: bool,
    ) -> None:
        self._program, self._names = program, names
        self._plan, self._weights, self._bare = plan, weights, bare
        self._numbers = {id(launch): i for i, launch in enumerate(program.launches())}

    def write(self, steps: Sequence[Step], pad: str) -> Iterator[str]:
        """The lines of steps, indented by `pad`."""
        for step in steps:
            match step:
                case Launch():
                    yield from self._launch(step, self._numbers[id(step)], pad)
                case Branch(condition=condition, then=then, orelse=orelse):
                    yield f"{pad}if (*(const uint8_t *)({self._address(condition)})) {{"
                    yield from self.write(then, pad + "  ")
                    if orelse:
                        yield f"{pad}}} else {{"
                        yield from self.write(orelse, pad + "  ")
                    yield f"{pad}}}"
                case Repeat(test=test, condition=condition, body=body):
                    yield f"{pad}for (;;) {{"
                    yield from self.write(test, pad + "  ")
                    yield f"{pad}  if (!*(const uint8_t *)({self._address(condition)})) break;"
                    yield from self.write(body, pad + "  ")
                    yield f"{pad}}}"

    def _launch(self, launch: Launch, number: int, pad: str) -> Iterator[str]:
        if launch.more:
            yield self._calls(launch, number, pad)
            return
        given = [*map(self._argument, launch.arguments)]
        if takes_instance(launch.kernel, bare=self._bare):
            given.insert(0, "self")
        fails = can_fail(launch.kernel)
        head = f"{pad}  {'if ((status = ' if fails else ''}{self._names[id(launch)]}"
        call = wrapped(head, given, "))) return status;" if fails else ");")
        yield f"{pad}/* {purpose([launch])} */"
        if self._bare:
            yield call.replace(f"\n{pad}  ", f"\n{pad}").removeprefix("  ")
        else:
            yield "\n".join(
                [f"{pad}{{", f"{pad}  HODU_BEGIN", call, f"{pad}  HODU_END({number})", f"{pad}}}"]
            )

    def _calls(self, launch: Launch, number: int, pad: str) -> str:
        """All calls of a launch, divided among threads if they are `shared` out."""
        name, calls = self._names[id(launch)], launch.calls
        places = {arguments: i for i, arguments in enumerate(dict.fromkeys(c.rest for c in calls))}
        memory = (", ".join(["self", *map(self._argument, rest)]) for rest in places)
        parts = (f"{self._argument(c.arguments[0])}, memory + {places[c.rest]}" for c in calls)
        run = f"hodu_run(self, {name}_calls, " if launch.shared else f"{name}_calls("
        counts = f"{len(calls)}" if launch.shared else f"0, {len(calls)}"
        lines = [
            "{",
            "  HODU_BEGIN",
            f"  const struct {name}_memory memory[] = {{",
            *(f"    {{{row}}}," for row in memory),
            "  };",
            f"  struct {name}_call calls[] = {{",
            *(f"    {{{row}}}," for row in parts),
            "  };",
            f"  {run}calls, {counts});",
            f"  HODU_END({number})",
            "}",
        ]
        return "\n".join(f"{pad}{line}" for line in [f"/* {purpose([launch])} */", *lines])

    def _argument(self, argument: Argument) -> str:
        pointer = memory_pointer(argument.place.slot.dtype, constant=argument.role == "in")
        address = self._address(argument.place)
        return f"({pointer.rstrip()}){f'({address})' if ' ' in address else address}"

    def _address(self, place: Place) -> str:
        slot = place.slot
        at = place.offset * (slot.bytes // slot.size if slot.size else 0)
        if host := self._plan.hosts.get(slot):
            slot, at = host, at + self._plan.offsets[slot]
        if slot.kind in ("input", "updated", "output"):
            ports, array = self._program.inputs, "inputs"
            if slot.kind == "output":
                ports, array = self._program.outputs, "outputs"
            number = next(i for i, port in enumerate(ports) if port.slot is slot)
            base = f"{'(const unsigned char *)' if slot.kind == 'input' else '(unsigned char *)'}"
            return f"{base}{array}[{number}] + {at}" if at else f"{array}[{number}]"
        if slot.kind == "constant":
            return _offset("weights", self._weights[slot] + at)
        if slot.kind == "shapes":
            return "self->shapes"
        return _offset("arena", self._plan.offsets[slot] + at)


def _offset(base: str, offset: int) -> str:
    return f"{base} + {offset}" if offset else base


def purpose(launches: Sequence[Launch]) -> str:
    """What a kernel computes, and for which lines of the model, as the text of a comment."""
    places = list(dict.fromkeys(one.where for one in launches if one.where))
    shown = [*places[:_PLACES], *(["..."] if len(places) > _PLACES else [])]
    labels = " or ".join(dict.fromkeys(one.label for one in launches))
    text = f"{labels} at {', '.join(shown)}" if shown else labels
    return text.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ")
