/* SPDX-License-Identifier: MIT */
/* HDF5 files of this project. The root has the attributes `format`, `format_version` and
 * `provenance` (JSON). Datasets are contiguous and row-major. Files hold no time stamps, so the
 * same content gives the same bytes. Names are paths: "train/image". Calls from several threads
 * wait for each other. Use one handle in one thread at a time. */
#ifndef LESIONBENCH_H5_H
#define LESIONBENCH_H5_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_h5 lb_h5;

/* Creates PATH.partial; lb_h5_commit() renames it to PATH. Provenance: the context's command line
 * and the library versions as JSON. It is left out if the context has no command line. */
lb_status lb_h5_create(lb_h5 **out, const char *path, const char *format, int format_version,
                       const lb_context *context, lb_error *err);
/* Opens for reading. If format is not NULL, the file's format must equal it. */
lb_status lb_h5_open(lb_h5 **out, const char *path, const char *format, lb_error *err);
/* Syncs and renames. Afterwards only lb_h5_close() may be called on the handle. */
lb_status lb_h5_commit(lb_h5 *file, lb_error *err);
/* Closes. A created file that was not committed is removed. Accepts NULL. */
void lb_h5_close(lb_h5 *file);
const char *lb_h5_path(const lb_h5 *file);

/* Writes a dataset. Parent groups are created as needed. */
lb_status lb_h5_write(lb_h5 *file, const char *name, lb_type type, size_t rank, const size_t *shape,
                      const void *data, lb_error *err);
/* Creates a dataset of this shape, to be filled by lb_h5_write_rows(). */
lb_status lb_h5_reserve(lb_h5 *file, const char *name, lb_type type, size_t rank,
                        const size_t *shape, lb_error *err);
/* The same for an unknown number of rows: shape[0] is the current number, which lb_h5_grow()
 * changes. */
lb_status lb_h5_reserve_growing(lb_h5 *file, const char *name, lb_type type, size_t rank,
                                const size_t *shape, lb_error *err);
lb_status lb_h5_grow(lb_h5 *file, const char *name, size_t rows, lb_error *err);
/* Rows are along the first axis. type: that of data; HDF5 converts. When reading, LB_ERROR_FORMAT
 * if the type cannot hold a value (256 or 0.5 as LB_U8, 1e300 as LB_F32). */
lb_status lb_h5_write_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count,
                           const void *data, lb_error *err);
lb_status lb_h5_read_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count,
                          void *data, lb_error *err);
/* Rows of a dataset for several threads at once. Threads that write must write different rows. If
 * the dataset is contiguous and has the type of memory, as in written files, rows are read and
 * written directly. Otherwise they pass through HDF5, one thread at a time. The file is borrowed.
 * Close the rows before the file is committed or closed. */
typedef struct lb_h5_rows lb_h5_rows;
lb_status lb_h5_rows_open(lb_h5_rows **out, lb_h5 *file, const char *name, lb_type type,
                          lb_error *err);
void lb_h5_rows_close(lb_h5_rows *rows); /* accepts NULL */
lb_status lb_h5_rows_read(const lb_h5_rows *rows, size_t first, size_t count, void *data,
                          lb_error *err);
lb_status lb_h5_rows_write(const lb_h5_rows *rows, size_t first, size_t count, const void *data,
                           lb_error *err);
/* Reads the whole dataset as `type`. The caller frees out->data (lb_array_release()). */
lb_status lb_h5_read(lb_array *out, lb_h5 *file, const char *name, lb_type type, lb_error *err);
/* *out: the smallest type that holds every value of the dataset's type. */
lb_status lb_h5_stored(lb_type *out, lb_h5 *file, const char *name, lb_error *err);
/* rank and shape (LB_MAX_RANK entries) of a dataset. */
lb_status lb_h5_shape(size_t *rank, size_t *shape, lb_h5 *file, const char *name, lb_error *err);
/* True if a dataset or group of this name exists. Also true for a link that cannot be followed. So
 * reading it reports why, and a broken link is not mistaken for a part that is absent. */
bool lb_h5_has(lb_h5 *file, const char *name);
/* Names of the members of a group ("" or "/": the root), sorted. The caller frees *out with
 * lb_h5_free_names(). */
lb_status lb_h5_members(char ***out, size_t *count, lb_h5 *file, const char *group, lb_error *err);
void lb_h5_free_names(char **names, size_t count);
/* A dataset of UTF-8 strings. */
lb_status lb_h5_write_strings(lb_h5 *file, const char *name, size_t count,
                              const char *const *strings, lb_error *err);
/* The caller frees *out with lb_h5_free_names(). */
lb_status lb_h5_read_strings(char ***out, size_t *count, lb_h5 *file, const char *name,
                             lb_error *err);

/* Attributes of a group or dataset ("": the root). Groups are created as needed when writing. */
lb_status lb_h5_set_text(lb_h5 *file, const char *object, const char *name, const char *value,
                         lb_error *err);
lb_status lb_h5_set_number(lb_h5 *file, const char *object, const char *name, double value,
                           lb_error *err);
/* The caller frees *out (lb_free). */
lb_status lb_h5_get_text(char **out, lb_h5 *file, const char *object, const char *name,
                         lb_error *err);
lb_status lb_h5_get_number(double *out, lb_h5 *file, const char *object, const char *name,
                           lb_error *err);
bool lb_h5_has_attribute(lb_h5 *file, const char *object, const char *name);

#ifdef __cplusplus
}
#endif

#endif
