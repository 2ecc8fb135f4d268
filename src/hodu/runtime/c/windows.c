/* A Windows program without a C library: its start, the functions of system.h, and threads for
 * pool.c, over kernel32 alone. Texts are UTF-8 here and UTF-16 there. */
#include "posix.h"
#include "system.h"

typedef uint16_t wide;
#define FROM_KERNEL32 __declspec(dllimport)

FROM_KERNEL32 void *CreateFileW(const wide *, uint32_t, uint32_t, void *, uint32_t, uint32_t, void *);
FROM_KERNEL32 int ReadFile(void *, void *, uint32_t, uint32_t *, void *);
FROM_KERNEL32 int WriteFile(void *, const void *, uint32_t, uint32_t *, void *);
FROM_KERNEL32 int CloseHandle(void *);
FROM_KERNEL32 int DeleteFileW(const wide *);
FROM_KERNEL32 int MoveFileExW(const wide *, const wide *, uint32_t);
FROM_KERNEL32 int CreateDirectoryW(const wide *, void *);
FROM_KERNEL32 void *GetStdHandle(uint32_t);
FROM_KERNEL32 const wide *GetCommandLineW(void);
FROM_KERNEL32 int WideCharToMultiByte(uint32_t, uint32_t, const wide *, int, char *, int, void *,
                                      void *);
FROM_KERNEL32 int MultiByteToWideChar(uint32_t, uint32_t, const char *, int, wide *, int);
FROM_KERNEL32 void *VirtualAlloc(void *, size_t, uint32_t, uint32_t);
FROM_KERNEL32 int VirtualFree(void *, size_t, uint32_t);
FROM_KERNEL32 int QueryPerformanceCounter(int64_t *);
FROM_KERNEL32 int QueryPerformanceFrequency(int64_t *);
FROM_KERNEL32 void *GetCurrentProcess(void);
FROM_KERNEL32 uint32_t GetCurrentProcessId(void);
FROM_KERNEL32 int GetProcessAffinityMask(void *, size_t *, size_t *);
FROM_KERNEL32 void *CreateThread(void *, size_t, uint32_t (*)(void *), void *, uint32_t, void *);
FROM_KERNEL32 uint32_t WaitForSingleObject(void *, uint32_t);
FROM_KERNEL32 void AcquireSRWLockExclusive(void *);
FROM_KERNEL32 void ReleaseSRWLockExclusive(void *);
FROM_KERNEL32 int SleepConditionVariableSRW(void *, void *, uint32_t, uint32_t);
FROM_KERNEL32 void WakeAllConditionVariable(void *);
FROM_KERNEL32 __attribute__((noreturn)) void ExitProcess(uint32_t);

enum { UTF8 = 65001, PATH_LIMIT = 4096 };
static const uint32_t FOREVER = 0xffffffffu;

int main(int argc, char **argv);
void __main(void) {} /* which main calls first where clang follows MinGW, for constructors of C++ */

/* -- the start */

static int is_blank(char c) { return c == ' ' || c == '\t'; }

/* Splits a command line in place as Microsoft's C library does: in quotes blanks mean themselves,
 * and so does a quote after a backslash; backslashes before a quote stand for half as many. */
static int split(char *at, char **argv) {
  int argc = 0;
  char *to = at;
  while (is_blank(*at)) at++;
  while (*at) {
    int quoted = 0;
    argv[argc++] = to;
    while (*at && (quoted || !is_blank(*at))) {
      size_t slashes = 0;
      while (*at == '\\') slashes++, at++;
      int quote = *at == '"';
      for (size_t i = 0; i < (quote ? slashes / 2 : slashes); i++) *to++ = '\\';
      if (quote && slashes % 2 == 0) quoted = !quoted, at++;
      else if (quote || (*at && (quoted || !is_blank(*at)))) *to++ = *at++;
    }
    while (is_blank(*at)) at++;
    *to++ = 0;
  }
  return argc;
}

__attribute__((noreturn)) void hodu_start(void) {
  const wide *line = GetCommandLineW();
  int bytes = WideCharToMultiByte(UTF8, 0, line, -1, NULL, 0, NULL, NULL);
  char *text = malloc((size_t)bytes + 1);
  char **argv = malloc(((size_t)bytes / 2 + 2) * sizeof *argv); /* an argument takes two bytes */
  if (!text || !argv) ExitProcess(1);
  WideCharToMultiByte(UTF8, 0, line, -1, text, bytes, NULL, NULL);
  int argc = split(text, argv);
  argv[argc] = NULL;
  ExitProcess((uint32_t)main(argc, argv));
}

/* -- memory and files: a FILE * is a handle, or the number of a standard stream */

void *malloc(size_t size) { return VirtualAlloc(NULL, size ? size : 1, 0x3000, 4 /* read, write */); }

void free(void *memory) {
  if (memory) VirtualFree(memory, 0, 0x8000);
}

FILE *const stdout = (FILE *)1, *const stderr = (FILE *)2;

/* `path` as UTF-16 in `room`; NULL if it is too long. */
static const wide *widened(const char *path, wide *room) {
  return MultiByteToWideChar(UTF8, 0, path, -1, room, PATH_LIMIT) ? room : NULL;
}

FILE *fopen(const char *path, const char *mode) {
  static wide room[PATH_LIMIT];
  const int writes = mode[0] == 'w';
  const uint32_t access = writes ? 0x40000000u : 0x80000000u, disposition = writes ? 2 : 3;
  if (!widened(path, room)) return NULL;
  void *found = CreateFileW(room, access, 1 /* others may read */, NULL, disposition, 0x80, NULL);
  return found == (void *)-1 ? NULL : found;
}

static void *handle(FILE *file) {
  const size_t number = (size_t)file;
  return number == 1 || number == 2 ? GetStdHandle((uint32_t)-10 - (uint32_t)number) : file;
}

enum { PIECE = 1 << 30 };

size_t fread(void *data, size_t size, size_t count, FILE *file) {
  size_t done = 0, all = size * count;
  uint32_t moved;
  while (done < all) {
    uint32_t piece = all - done < PIECE ? (uint32_t)(all - done) : PIECE;
    if (!ReadFile(handle(file), (char *)data + done, piece, &moved, NULL) || !moved) break;
    done += moved;
  }
  return done / size;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  size_t done = 0, all = size * count;
  uint32_t moved;
  while (done < all) {
    uint32_t piece = all - done < PIECE ? (uint32_t)(all - done) : PIECE;
    if (!WriteFile(handle(file), (const char *)data + done, piece, &moved, NULL) || !moved) break;
    done += moved;
  }
  return done / size;
}

int fclose(FILE *file) { return CloseHandle(file) ? 0 : -1; }

int remove(const char *path) {
  static wide room[PATH_LIMIT];
  return widened(path, room) && DeleteFileW(room) ? 0 : -1;
}

int mkdir(const char *path, unsigned mode) {
  static wide room[PATH_LIMIT];
  (void)mode;
  return widened(path, room) && CreateDirectoryW(room, NULL) ? 0 : -1;
}

int rename(const char *from, const char *to) {
  static wide rooms[2][PATH_LIMIT];
  if (!widened(from, rooms[0]) || !widened(to, rooms[1])) return -1;
  return MoveFileExW(rooms[0], rooms[1], 1 /* over an older one */) ? 0 : -1;
}

/* -- time, processors, threads */

uint64_t hodu_nanoseconds(void) {
  const int64_t second = 1000000000;
  int64_t now, each;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&each);
  return (uint64_t)(now / each * second + now % each * second / each);
}

int hodu_cores(void) {
  size_t mine = 0, all = 0;
  int cores = 0;
  GetProcessAffinityMask(GetCurrentProcess(), &mine, &all);
  for (; mine; mine &= mine - 1) cores++;
  return cores < 1 ? 1 : cores;
}

int getpid(void) { return (int)GetCurrentProcessId(); }

typedef struct beginning {
  void *(*run)(void *);
  void *argument;
} beginning;

static uint32_t begin(void *given) {
  beginning first = *(beginning *)given;
  free(given);
  first.run(first.argument);
  return 0;
}

int pthread_create(hodu_thread *thread, const void *options, void *(*run)(void *), void *argument) {
  beginning *first = malloc(sizeof *first);
  (void)options;
  if (!first) return 11;
  *first = (beginning){run, argument};
  *thread = CreateThread(NULL, (size_t)8 << 20, begin, first, 0, NULL);
  return *thread ? 0 : 11;
}

int pthread_join(hodu_thread thread, void **result) {
  (void)result;
  WaitForSingleObject(thread, FOREVER);
  return CloseHandle(thread) ? 0 : 22;
}

/* The first word of a mutex is an SRWLOCK, that of a condition a CONDITION_VARIABLE. */
int pthread_mutex_init(hodu_mutex *mutex, const void *options) {
  (void)options;
  mutex->aligned = NULL;
  return 0;
}

int pthread_mutex_lock(hodu_mutex *mutex) { return AcquireSRWLockExclusive(mutex), 0; }
int pthread_mutex_unlock(hodu_mutex *mutex) { return ReleaseSRWLockExclusive(mutex), 0; }

int pthread_cond_init(hodu_condition *condition, const void *options) {
  (void)options;
  condition->aligned = NULL;
  return 0;
}

int pthread_cond_wait(hodu_condition *condition, hodu_mutex *mutex) {
  return SleepConditionVariableSRW(condition, mutex, FOREVER, 0) ? 0 : 22;
}

int pthread_cond_broadcast(hodu_condition *condition) {
  return WakeAllConditionVariable(condition), 0;
}
