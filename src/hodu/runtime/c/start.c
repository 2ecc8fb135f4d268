/* A Linux program without a C library: its start, the functions of system.h, and threads for pool.c
 * over clone and futex. Numbers and flags are those of the kernel's interface, which never change.
 */
#include "posix.h"
#include "system.h"

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, OPENAT = 257, CLOSE = 3, MMAP = 9, MUNMAP = 11, CLONE = 56, EXIT = 60,
       GETPID = 39, MKDIRAT = 258, UNLINKAT = 263, RENAMEAT2 = 316, FUTEX = 202,
       CLOCK_GETTIME = 228, GETAFFINITY = 204, EXIT_GROUP = 231 };
static long call(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                   "r"(r9) : "rcx", "r11", "memory");
  return result;
}
__asm__(".text\n.globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n"
        " call hodu_start\n"
        /* hodu_clone(flags, stack): the child takes its function and argument from its stack */
        ".globl hodu_clone\nhodu_clone:\n mov $56, %eax\n xor %edx, %edx\n xor %r10d, %r10d\n"
        " xor %r8d, %r8d\n syscall\n test %rax, %rax\n jz 1f\n ret\n1:\n xor %ebp, %ebp\n"
        " pop %rax\n pop %rdi\n call *%rax\n mov $60, %eax\n xor %edi, %edi\n syscall\n");
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
enum { READ = 63, WRITE = 64, OPENAT = 56, CLOSE = 57, MMAP = 222, MUNMAP = 215, CLONE = 220,
       EXIT = 93, GETPID = 172, MKDIRAT = 34, UNLINKAT = 35, RENAMEAT2 = 276, FUTEX = 98,
       CLOCK_GETTIME = 113, GETAFFINITY = 123, EXIT_GROUP = 94 };
#if defined(__aarch64__)
static long call(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
__asm__(".text\n.globl _start\n_start:\n mov x29, #0\n mov x0, sp\n bl hodu_start\n"
        ".globl hodu_clone\nhodu_clone:\n mov x2, #0\n mov x3, #0\n mov x4, #0\n mov x8, #220\n"
        " svc #0\n cbz x0, 1f\n ret\n1:\n ldp x1, x0, [sp], #16\n blr x1\n mov x8, #93\n"
        " mov x0, #0\n svc #0\n");
#else
static long call(long n, long a, long b, long c, long d, long e, long f) {
  register long a7 __asm__("a7") = n, a0 __asm__("a0") = a, a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c, a3 __asm__("a3") = d, a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                   : "memory");
  return a0;
}
__asm__(".text\n.globl _start\n_start:\n.option push\n.option norelax\n lla gp, __global_pointer$\n"
        ".option pop\n mv a0, sp\n call hodu_start\n"
        ".globl hodu_clone\nhodu_clone:\n li a2, 0\n li a3, 0\n li a4, 0\n li a7, 220\n ecall\n"
        " beqz a0, 1f\n ret\n1:\n ld a1, 0(sp)\n ld a0, 8(sp)\n addi sp, sp, 16\n jalr a1\n"
        " li a7, 93\n li a0, 0\n ecall\n");
#endif
#else
#error "there is no start of a program for this processor"
#endif

int main(int argc, char **argv);
long hodu_clone(long flags, void *stack);

static char **environment;

char *getenv(const char *name) {
  for (char **entry = environment; *entry; entry++) {
    size_t i = 0;
    while (name[i] && name[i] == (*entry)[i]) i++;
    if (!name[i] && (*entry)[i] == '=') return *entry + i + 1;
  }
  return NULL;
}

__attribute__((used)) void hodu_start(long *stack) {
  environment = (char **)(stack + 1) + stack[0] + 1;
  for (;;) call(EXIT_GROUP, main((int)stack[0], (char **)(stack + 1)), 0, 0, 0, 0, 0);
}

/* -- memory and files: a FILE * is a descriptor plus one */

/* Memory is mapped; its size stands before it. */
void *malloc(size_t size) {
  if (size > SIZE_MAX - 64) return NULL;
  long found = call(MMAP, 0, (long)(size + 64), 3 /* read, write */, 0x22 /* private */, -1, 0);
  if (found < 0 && found > -4096) return NULL;
  *(size_t *)found = size + 64;
  return (char *)found + 64;
}

void free(void *memory) {
  if (!memory) return;
  char *start = (char *)memory - 64;
  call(MUNMAP, (long)start, (long)*(size_t *)start, 0, 0, 0, 0);
}

enum { HERE = -100, CREATE = 01101 /* write only, create, truncate */ };

FILE *const stdout = (FILE *)2, *const stderr = (FILE *)3;

FILE *fopen(const char *path, const char *mode) {
  long found = call(OPENAT, HERE, (long)path, mode[0] == 'w' ? CREATE : 0, 0666, 0, 0);
  return found < 0 ? NULL : (FILE *)(found + 1);
}

static size_t transfer(long number, char *data, size_t size, FILE *file) {
  size_t done = 0;
  while (done < size) {
    long moved = call(number, (long)file - 1, (long)(data + done), (long)(size - done), 0, 0, 0);
    if (moved == -4 /* interrupted */) continue;
    if (moved <= 0) break;
    done += (size_t)moved;
  }
  return done;
}

size_t fread(void *data, size_t size, size_t count, FILE *file) {
  return transfer(READ, data, size * count, file) / size;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  return transfer(WRITE, (char *)data, size * count, file) / size;
}

int fclose(FILE *file) { return (int)call(CLOSE, (long)file - 1, 0, 0, 0, 0, 0); }
int remove(const char *path) { return (int)call(UNLINKAT, HERE, (long)path, 0, 0, 0, 0); }
int mkdir(const char *path, unsigned mode) {
  return (int)call(MKDIRAT, HERE, (long)path, (long)mode, 0, 0, 0);
}
int rename(const char *from, const char *to) {
  return (int)call(RENAMEAT2, HERE, (long)from, HERE, (long)to, 0, 0);
}

/* -- time, processors, threads */

uint64_t hodu_nanoseconds(void) {
  long now[2];
  call(CLOCK_GETTIME, 1, (long)now, 0, 0, 0, 0);
  return (uint64_t)now[0] * 1000000000u + (uint64_t)now[1];
}

int hodu_cores(void) {
  unsigned long mask[128];
  long bytes = call(GETAFFINITY, 0, sizeof mask, (long)mask, 0, 0, 0), cores = 0;
  for (long i = 0; i < bytes / (long)sizeof *mask; i++)
    for (unsigned long rest = mask[i]; rest; rest &= rest - 1) cores++;
  return cores < 1 ? 1 : (int)cores;
}

int getpid(void) { return (int)call(GETPID, 0, 0, 0, 0, 0, 0); }

int pthread_create(hodu_thread *thread, const void *options, void *(*run)(void *), void *argument) {
  const size_t bytes = (size_t)8 << 20;
  const long shares = 0x00050f00; /* memory, files, handlers, thread group, semaphores */
  char *stack = malloc(bytes);
  (void)options;
  if (!stack) return 11;
  void **top = (void **)(((uintptr_t)stack + bytes - 64) & ~(uintptr_t)63) - 2;
  top[0] = (void *)run;
  top[1] = argument;
  *thread = stack;
  return hodu_clone(shares, top) < 0 ? 11 : 0;
}

static void futex(int *word, int operation, int value) {
  call(FUTEX, (long)word, operation | 128 /* of this process */, value, 0, 0, 0);
}

/* The first word of a mutex is 0 free, 1 taken, 2 taken with others waiting; see Drepper, "Futexes
 * are tricky" (2011). That of a condition counts its broadcasts. */
int pthread_mutex_init(hodu_mutex *mutex, const void *options) {
  (void)options;
  *(int *)mutex = 0;
  return 0;
}

int pthread_mutex_lock(hodu_mutex *mutex) {
  int *word = (int *)mutex, found = 0;
  if (__atomic_compare_exchange_n(word, &found, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return 0;
  while (__atomic_exchange_n(word, 2, __ATOMIC_SEQ_CST) != 0) futex(word, 0, 2);
  return 0;
}

int pthread_mutex_unlock(hodu_mutex *mutex) {
  if (__atomic_exchange_n((int *)mutex, 0, __ATOMIC_SEQ_CST) == 2) futex((int *)mutex, 1, 1);
  return 0;
}

int pthread_cond_init(hodu_condition *condition, const void *options) {
  (void)options;
  *(int *)condition = 0;
  return 0;
}

int pthread_cond_wait(hodu_condition *condition, hodu_mutex *mutex) {
  int seen = __atomic_load_n((int *)condition, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(mutex);
  futex((int *)condition, 0, seen);
  return pthread_mutex_lock(mutex);
}

int pthread_cond_broadcast(hodu_condition *condition) {
  __atomic_add_fetch((int *)condition, 1, __ATOMIC_SEQ_CST);
  futex((int *)condition, 1, 0x7fffffff);
  return 0;
}
