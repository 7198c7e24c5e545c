/* SPDX-License-Identifier: MIT */
/* HDF5 files of this project: the attributes `format`, `format_version` and `provenance` (JSON) at
 * the root, plain row-major datasets below. Written files hold no time stamps, so that the same
 * content gives the same bytes. Names are paths: "train/image". Calls from several
 * threads wait for each other; one handle belongs to one thread at a time. */
#ifndef LESIONBENCH_H5_H
#define LESIONBENCH_H5_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_h5 lb_h5;

/* Creates PATH.partial; lb_h5_commit() gives it its final name. provenance: the context's command
 * line and the library versions as JSON; left out where the context has no command line. */
lb_status lb_h5_create(lb_h5 **out, const char *path, const char *format, int format_version,
                       const lb_context *context, lb_error *err);
/* Opens for reading. Where format is not NULL, the file's own must equal it. */
lb_status lb_h5_open(lb_h5 **out, const char *path, const char *format, lb_error *err);
/* Syncs and renames. The handle is good only for lb_h5_close() afterwards. */
lb_status lb_h5_commit(lb_h5 *file, lb_error *err);
/* Closes; a created file that was not committed is removed. Accepts NULL. */
void lb_h5_close(lb_h5 *file);
const char *lb_h5_path(const lb_h5 *file);

/* Datasets. Parent groups are made as needed. */
lb_status lb_h5_write(lb_h5 *file, const char *name, lb_type type, size_t rank, const size_t *shape,
                      const void *data, lb_error *err);
/* Makes a dataset of this shape, to be filled by lb_h5_write_rows(). */
lb_status lb_h5_reserve(lb_h5 *file, const char *name, lb_type type, size_t rank,
                        const size_t *shape, lb_error *err);
/* The same where the number of rows is not known yet: shape[0] now, another with lb_h5_grow(). */
lb_status lb_h5_reserve_growing(lb_h5 *file, const char *name, lb_type type, size_t rank,
                                const size_t *shape, lb_error *err);
lb_status lb_h5_grow(lb_h5 *file, const char *name, size_t rows, lb_error *err);
/* Rows are along the first axis. The type is that of data; HDF5 converts. When reading, a value
 * that the type does not hold (256 or 0.5 as LB_U8, 1e300 as LB_F32) is LB_ERROR_FORMAT. */
lb_status lb_h5_write_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count,
                           const void *data, lb_error *err);
lb_status lb_h5_read_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count,
                          void *data, lb_error *err);
/* Rows that several threads may read or write at once, different ones when writing: straight from
 * or to the file where it holds them as they are in memory and in one piece, as written files do;
 * else through HDF5, one thread after another. Borrows the file; to be closed before it is
 * committed or closed. */
typedef struct lb_h5_rows lb_h5_rows;
lb_status lb_h5_rows_open(lb_h5_rows **out, lb_h5 *file, const char *name, lb_type type,
                          lb_error *err);
void lb_h5_rows_close(lb_h5_rows *rows); /* accepts NULL */
lb_status lb_h5_rows_read(const lb_h5_rows *rows, size_t first, size_t count, void *data,
                          lb_error *err);
lb_status lb_h5_rows_write(const lb_h5_rows *rows, size_t first, size_t count, const void *data,
                           lb_error *err);
/* The whole dataset as `type`; the caller frees out->data. */
lb_status lb_h5_read(lb_array *out, lb_h5 *file, const char *name, lb_type type, lb_error *err);
/* The least type that holds all that a dataset can. */
lb_status lb_h5_stored(lb_type *out, lb_h5 *file, const char *name, lb_error *err);
/* rank and shape (LB_MAX_RANK entries) of a dataset. */
lb_status lb_h5_shape(size_t *rank, size_t *shape, lb_h5 *file, const char *name, lb_error *err);
/* Whether there is a dataset or group; also true for a link to one that cannot be followed, so that
 * reading it says why: what is not there may be left out, what cannot be found may not. */
bool lb_h5_has(lb_h5 *file, const char *name);
/* Names of the members of a group ("" or "/" for the root), sorted; *out and each name are the
 * caller's, freed with lb_h5_free_names(). */
lb_status lb_h5_members(char ***out, size_t *count, lb_h5 *file, const char *group, lb_error *err);
void lb_h5_free_names(char **names, size_t count);
/* A dataset of UTF-8 strings. */
lb_status lb_h5_write_strings(lb_h5 *file, const char *name, size_t count,
                              const char *const *strings, lb_error *err);
/* *out and each string are the caller's, freed with lb_h5_free_names(). */
lb_status lb_h5_read_strings(char ***out, size_t *count, lb_h5 *file, const char *name,
                             lb_error *err);

/* Attributes of a group or dataset ("" for the root). Groups are made as needed when writing. */
lb_status lb_h5_set_text(lb_h5 *file, const char *object, const char *name, const char *value,
                         lb_error *err);
lb_status lb_h5_set_number(lb_h5 *file, const char *object, const char *name, double value,
                           lb_error *err);
/* *out is the caller's (lb_free). */
lb_status lb_h5_get_text(char **out, lb_h5 *file, const char *object, const char *name,
                         lb_error *err);
lb_status lb_h5_get_number(double *out, lb_h5 *file, const char *object, const char *name,
                           lb_error *err);
bool lb_h5_has_attribute(lb_h5 *file, const char *object, const char *name);

#ifdef __cplusplus
}
#endif

#endif
