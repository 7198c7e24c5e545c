/* SPDX-License-Identifier: MIT */
#include "h5_internal.h"

#include <pthread.h>

/* The one state that changes outside of any context: it guards a library that is such a state
 * itself. */
static pthread_mutex_t lock;
static pthread_once_t made = PTHREAD_ONCE_INIT;

/* HDF5 shall not clean up at exit, which is to be said before its first other call: every file is
 * closed by lb_h5_close(), and where closing failed on a full disk, its clean-up crashes. */
static void
make(void)
{
    H5dont_atexit();
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* A thread-safe HDF5, as Debian's, keeps for each thread whether it prints errors. */
static _Thread_local bool silent;

bool
lb_h5_lock(void)
{
    pthread_once(&made, make);
    pthread_mutex_lock(&lock);
    if (!silent) {
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
        silent = true;
    }
    return true;
}

void
lb_h5_unlock(bool *locked)
{
    *locked = false;
    pthread_mutex_unlock(&lock);
}
