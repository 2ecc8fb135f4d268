"""Running what is built for other machines in QEMU, on this one."""
