/* What clang calls on Windows before a function takes more stack than a page: each page is touched
 * in turn, because the system gives them one after the other. A C library has these otherwise. */
#define NOT_EXPORTED(name) ".section .drectve\n.ascii \" -exclude-symbols:" #name "\"\n"

#if defined(__x86_64__)
/* The size is in rax, which stays, as do all other registers. */
__asm__(".text\n.globl ___chkstk_ms\n___chkstk_ms:\n push %rcx\n push %rax\n"
        " lea 24(%rsp), %rcx\n1:\n cmp $0x1000, %rax\n jbe 2f\n sub $0x1000, %rcx\n"
        " orl $0, (%rcx)\n sub $0x1000, %rax\n jmp 1b\n2:\n sub %rax, %rcx\n orl $0, (%rcx)\n"
        " pop %rax\n pop %rcx\n ret\n" NOT_EXPORTED(___chkstk_ms));
#elif defined(__aarch64__)
/* The size is in x15, in units of 16 bytes; only x16 and x17 may change. */
__asm__(".text\n.globl __chkstk\n__chkstk:\n lsl x16, x15, #4\n mov x17, sp\n1:\n"
        " sub x17, x17, #4096\n subs x16, x16, #4096\n ldr xzr, [x17]\n b.gt 1b\n ret\n"
        NOT_EXPORTED(__chkstk));
#endif
