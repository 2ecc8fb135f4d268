/* The few functions of POSIX that the pool needs, declared without the system's headers, which a
 * compiler for many systems does not have. Objects are taken larger than on any of them.
 */
#ifndef HODU_POSIX_H
#define HODU_POSIX_H

#include <stddef.h>

typedef union hodu_mutex { long long words[16]; void *aligned; } hodu_mutex;
typedef union hodu_condition { long long words[16]; void *aligned; } hodu_condition;
typedef void *hodu_thread; /* pthread_t is an integer or a pointer of this size */

int pthread_create(hodu_thread *, const void *, void *(*)(void *), void *);
int pthread_join(hodu_thread, void **);
int pthread_mutex_init(hodu_mutex *, const void *);
int pthread_mutex_lock(hodu_mutex *);
int pthread_mutex_unlock(hodu_mutex *);
int pthread_cond_init(hodu_condition *, const void *);
int pthread_cond_wait(hodu_condition *, hodu_mutex *);
int pthread_cond_broadcast(hodu_condition *);
int getpid(void);
void *malloc(size_t);
void free(void *);

#endif
