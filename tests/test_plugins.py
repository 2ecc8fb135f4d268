"""Finding plugins: built in, installed, registered, missing and broken."""

from __future__ import annotations

import importlib.metadata
from types import SimpleNamespace

import numpy as np
import pytest

import hodu
from hodu.artifact import CompiledArtifact, OutputFormat
from hodu.backends.interp.plugin import InterpCompiler, InterpRuntime
from hodu.devices import CPU, as_device
from hodu.errors import DeviceError, FormatError, PluginError, UnsupportedError
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions, FormatPlugin


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Each test with its own registrations."""
    monkeypatch.setattr(manager, "_registered", {})
    manager.entries.cache_clear()
    yield
    manager.entries.cache_clear()


@pytest.fixture
def snapshot():
    with hodu.capture("double") as board:
        board.target("y", board.input("x", (2,)) * 2)
    return board.snapshot


def announce(monkeypatch, *points):
    """Make these (name, target, package) the installed entry points."""
    found = []
    for name, target, package in points:
        point = importlib.metadata.EntryPoint(name, target, "hodu.formats")
        dist = SimpleNamespace(name=package, version="1")
        found.append(SimpleNamespace(name=point.name, value=point.value, dist=dist))
    monkeypatch.setattr(manager.importlib.metadata, "entry_points", lambda group: found)


def test_built_in_plugins_are_entry_points():
    assert {"hdss", "hdt", "json", "npy", "npz", "safetensors", "onnx"} <= set(
        manager.names("format")
    )
    assert "interp" in manager.names("compiler")
    assert "interp" in manager.names("runtime")
    for plugin in manager.formats():
        assert isinstance(plugin, FormatPlugin)
        assert plugin.capabilities


def test_hodus_own_come_first_and_cannot_be_replaced_by_a_package(monkeypatch):
    announce(
        monkeypatch,
        ("zzz", "a:b", "aaa-package"),
        ("npy", "evil:plugin", "aaa-package"),
        ("npy", "hodu.formats.npy:plugin", "hodu"),
    )
    assert manager.names("format") == ["npy", "zzz"]
    assert manager.entries("format")["npy"].package == "hodu"


def test_a_broken_plugin_warns_and_spoils_nothing(monkeypatch):
    announce(
        monkeypatch,
        ("broken", "no_such_module:plugin", "bad-package"),
        ("half", "types:SimpleNamespace", "half-package"),
        ("npy", "hodu.formats.npy:plugin", "hodu"),
    )
    with pytest.warns(UserWarning) as caught:
        assert [p.name for p in manager.formats()] == ["npy"]
    assert "'broken' of bad-package is broken" in str(caught[0].message)
    assert "'half' of half-package lacks recognizes" in str(caught[1].message)
    with pytest.raises(PluginError, match="uninstall bad-package"):
        manager.get("format", "broken")


def test_registered_plugins_stand_before_installed_ones(snapshot):
    class Loud(InterpCompiler):
        name = "loud"

        def compile(self, snapshot, device, options):
            seen.append(options)
            return super().compile(snapshot, device, options)

    seen: list[CompileOptions] = []
    manager.register("compiler", Loud())
    module = hodu.compile(snapshot, threads=2, exact=True, opt=3)
    assert seen == [CompileOptions(threads=2, exact=True, opt=3)]
    assert module.execute({"x": hodu.tensor([1.0, 2.0])})["y"].tolist() == [2, 4]
    with pytest.raises(PluginError, match="lacks loadable_formats, load, load_file"):
        manager.register("runtime", Loud())


def test_unknown_names_and_devices_say_what_there_is(snapshot):
    with pytest.raises(PluginError, match=r"no runtime plugin .gpu.\n.*installed: .*interp"):
        hodu.compile(snapshot, runtime="gpu")
    with pytest.raises(PluginError, match="'interp' does not support metal:0"):
        hodu.compile(snapshot, device="metal", compiler="interp")
    with pytest.raises(DeviceError, match=r"'gpu' is not a device\n.*cuda:0"):
        as_device("gpu")


def test_the_interpreter_builds_and_loads_snapshots(snapshot, tmp_path):
    path = tmp_path / "double.hdss"
    compiler, runtime = InterpCompiler(), InterpRuntime()
    options = CompileOptions()
    compiler.build(snapshot, CPU, OutputFormat.SNAPSHOT, path, options)
    module = runtime.load_file(path, CPU)
    assert module.execute({"x": hodu.tensor([1.0, 2.0])})["y"].tolist() == [2, 4]
    with pytest.raises(UnsupportedError, match=r"builds \.hdss files, not \.so"):
        compiler.build(snapshot, CPU, OutputFormat.SHARED_LIBRARY, path, options)
    with pytest.raises(UnsupportedError, match=r"not \.so artefacts"):
        runtime.load(CompiledArtifact(OutputFormat.SHARED_LIBRARY, CPU, b"", (), ()), CPU)


def test_formats_are_chosen_by_extension_then_contents(tmp_path, snapshot):
    hodu.save(hodu.tensor([1.0, 2.0]), tmp_path / "x.npy")
    (tmp_path / "x.npy").rename(tmp_path / "nameless")
    assert hodu.load(tmp_path / "nameless").tolist() == [1, 2]
    with pytest.raises(FormatError, match="no such file"):
        hodu.load(tmp_path / "missing.npy")
    with pytest.raises(FormatError, match="the extensions are"):
        hodu.save(snapshot, tmp_path / "model.xyz")
    (tmp_path / "junk.bin").write_bytes(b"\x00\x01junk")
    with pytest.raises(FormatError):
        hodu.load(tmp_path / "junk.bin")


def test_results_share_no_memory_with_inputs_constants_or_states():
    weight = hodu.tensor([1.0, 2.0])
    with hodu.capture() as board:
        x = board.input("x", (2, 3))
        board.targets(same=x, view=x.reshape(3, 2), constant=weight.clone(), new=x + 1)
    x = np.ones((2, 3), np.float32)
    module = hodu.compile(board.snapshot)
    results = module.execute({"x": x})
    for tensor in results.values():
        tensor += 5
    assert (x == 1).all()
    assert module.execute({"x": x})["constant"].tolist() == [1, 2]
