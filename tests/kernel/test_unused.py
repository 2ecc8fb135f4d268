"""Values and local buffers that nothing reads are not part of a kernel."""

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import index
from hodu.kernel.text import print_kernel


def test_what_nothing_reads_is_left_out_with_what_it_needs():
    k = KernelBuilder("half")
    x, y = k.param("x", f32, 4, "in"), k.param("y", f32, 4, "out")
    unread = k.local("unread", f32, 4)
    with k.loop(4) as i:
        needed = k.let(k.load(x, i) * 2.0, "needed")
        for_unread = k.let(needed + 1.0, "for_unread")
        k.store(unread, i, for_unread)
        with k.when(i < index(2)):
            k.store(unread, i, needed)
        k.store(y, i, needed)
    assert (
        print_kernel(k.finish())
        == """kernel half(in x: f32[4], out y: f32[4])
  for i in 0..4
    needed: f32 = (x[i] * 2.0)
    y[i] = needed
"""
    )
