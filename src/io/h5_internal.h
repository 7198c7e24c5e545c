/* SPDX-License-Identifier: MIT */
/* What the files h5*.c share. */
#ifndef LB_IO_H5_INTERNAL_H
#define LB_IO_H5_INTERNAL_H

#include <hdf5.h>

#include "lesionbench/h5.h"

struct lb_h5 {
    hid_t id;
    char *path;
    char *partial; /* NULL for a file that is read, and once published */
    int lock;      /* descriptor that keeps other writers off partial; -1: none */
};

/* HDF5 is one library-wide state and Debian's is not thread-safe: every public function holds one
 * lock from this line to its end. A function may call another one meanwhile. */
#define LB_H5_LOCKED \
    __attribute__((cleanup(lb_h5_unlock), unused)) bool lb_h5_is_locked = lb_h5_lock()
bool lb_h5_lock(void);
void lb_h5_unlock(bool *locked);

/* Closes any identifier of HDF5; fine with an invalid one. For cleaning up, where a failure cannot
 * be told any more; what was written is closed with its own checked call. */
void lb_h5_drop(hid_t id);

/* How files are opened. */
hid_t lb_h5_access_properties(void);

/* "cannot write", with the system's reason where errno has one. Callers clear errno first. */
lb_status lb_h5_fail_write(const lb_h5 *file, const char *name, lb_error *err);
lb_status lb_h5_fail_read(const lb_h5 *file, const char *name, lb_error *err);
/* The same of an open dataset, whose filters may not be installed. */
lb_status lb_h5_fail_dataset(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err);
/* The same of a link that leads nowhere: where it should lead, and what is wrong there. */
lb_status lb_h5_fail_link(const lb_h5 *file, const char *link, lb_error *err);
/* Fails where values of the dataset are in other files that cannot be read: HDF5 would give fill
 * values. */
lb_status lb_h5_check_sources(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err);

/* Opens a group or dataset; where it is missing, the message lists what is there instead. */
lb_status lb_h5_open_object(hid_t *out, lb_h5 *file, const char *name, lb_error *err);
lb_status lb_h5_open_dataset(hid_t *out, lb_h5 *file, const char *name, lb_error *err);

/* The type of numbers in memory. */
hid_t lb_h5_memory_type(lb_type type);
/* Fails unless the dataset holds integers, floats or (as h5py stores truth values) enumerations. */
lb_status lb_h5_check_numbers(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err);

/* Link creation properties that make the groups on the way. */
lb_status lb_h5_link_properties(hid_t *out, const lb_h5 *file, lb_error *err);
/* The type of UTF-8 strings of this size, or of any (H5T_VARIABLE). */
lb_status lb_h5_string_type(hid_t *out, size_t size, const lb_h5 *file, lb_error *err);

/* Reads a dataset or attribute; the one thing in which their strings differ. */
typedef herr_t (*lb_h5_reader)(hid_t object, hid_t type, void *buffer);
/* Copies `count` strings of either of HDF5's two kinds out of an object with this type and space.
 */
lb_status lb_h5_copy_strings(char ***out, size_t count, hid_t object, hid_t type, hid_t space,
                             lb_h5_reader reader, const lb_h5 *file, const char *name,
                             lb_error *err);

#endif
