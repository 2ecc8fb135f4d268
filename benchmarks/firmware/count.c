/* A plugin of QEMU that counts instructions between count_begin and count_end.
   Arguments: begin=ADDRESS,end=ADDRESS. Debian's qemu has no header for plugins, so what is used of it
   is declared here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin;
__attribute__((visibility("default"))) int qemu_plugin_version = 1;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int,
                                            void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);

static uint64_t count, at_begin, found, begin, end;

static void start(unsigned cpu, void *data) { (void)cpu, (void)data, at_begin = count; }
static void stop(unsigned cpu, void *data) { (void)cpu, (void)data, found = count - at_begin; }

static void translated(plugin id, struct qemu_plugin_tb *block) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
    uint64_t address = qemu_plugin_insn_vaddr(insn);
    if (address == begin) qemu_plugin_register_vcpu_insn_exec_cb(insn, start, 0, 0);
    if (address == end) qemu_plugin_register_vcpu_insn_exec_cb(insn, stop, 0, 0);
    qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, &count, 1);
  }
}

static void finished(plugin id, void *data) {
  (void)id, (void)data;
  fprintf(stderr, "instructions %" PRIu64 "\n", found);
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
