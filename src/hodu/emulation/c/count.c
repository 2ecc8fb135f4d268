/* A plugin of QEMU that counts instructions between count_begin and count_end, whose addresses are
   its arguments: begin=ADDRESS,end=ADDRESS. Few distributions have QEMU's header, and Hodu's
   compiler has none of the C library, so that what is used of both is declared here. */
#include <stdint.h>
#include <stddef.h>

struct qemu_plugin_tb;
typedef uint64_t plugin;
__attribute__((visibility("default"))) int qemu_plugin_version = HODU_PLUGIN_VERSION;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int,
                                          void *);
int dprintf(int file, const char *format, ...);
unsigned long long strtoull(const char *text, char **end, int base);
int strncmp(const char *a, const char *b, size_t count);

static uint64_t count, at_begin, found, begin, end;

/* Both functions are called, so that a block begins where they do; a block has no way in but its
   first instruction, and no way out before the last. */
static void count_block(unsigned cpu, void *size) { (void)cpu, count += (uintptr_t)size; }
static void start(unsigned cpu, void *size) { count_block(cpu, size), at_begin = count; }
static void stop(unsigned cpu, void *size) { found = count - at_begin, count_block(cpu, size); }

static void translated(plugin id, struct qemu_plugin_tb *block) {
  (void)id;
  uint64_t address = qemu_plugin_tb_vaddr(block);
  void *size = (void *)qemu_plugin_tb_n_insns(block);
  qemu_plugin_register_vcpu_tb_exec_cb(
      block, address == begin ? start : address == end ? stop : count_block, 0, size);
}

static void finished(plugin id, void *data) {
  (void)id, (void)data;
  if (at_begin) dprintf(2, "instructions %llu\n", (unsigned long long)found);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin id, const void *info, int argc,
                                                               char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++) {
    if (!strncmp(argv[i], "begin=", 6)) begin = strtoull(argv[i] + 6, 0, 0);
    if (!strncmp(argv[i], "end=", 4)) end = strtoull(argv[i] + 4, 0, 0);
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, finished, 0);
  return 0;
}
