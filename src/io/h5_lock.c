/* SPDX-License-Identifier: MIT */
#include "h5_internal.h"

#include <pthread.h>

/* The one state that changes outside of any context: it guards a library that is such a state
 * itself. */
static pthread_mutex_t lock;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void
make(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

bool
lb_h5_lock(void)
{
    pthread_once(&made, make);
    pthread_mutex_lock(&lock);
    return true;
}

void
lb_h5_unlock(bool *locked)
{
    *locked = false;
    pthread_mutex_unlock(&lock);
}
