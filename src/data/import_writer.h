/* SPDX-License-Identifier: MIT */
/* A slices.h5 that grows: the number of qualifying slices is unknown beforehand. */
#ifndef LB_DATA_IMPORT_WRITER_H
#define LB_DATA_IMPORT_WRITER_H

#include "import_internal.h"
#include "lesionbench/h5.h"

typedef struct import_writer import_writer;

lb_status import_writer_open(import_writer **out, const char *path, size_t height, size_t width,
                             const lb_context *context, lb_error *err);
void import_writer_close(import_writer *writer); /* accepts NULL; drops what is not committed */
lb_h5 *import_writer_file(import_writer *writer);
size_t import_writer_rows(const import_writer *writer);
/* Slices of one file and one subject, whose name is copied; the path is borrowed until the end. */
lb_status import_writer_add(import_writer *writer, const import_slices *slices, const char *path,
                            const char *subject, int8_t sex, float age, lb_error *err);
/* Whether a call has failed: then it is no input's fault. */
bool import_writer_failed(const import_writer *writer);
/* Forgets all rows from this one on. */
void import_writer_cut(import_writer *writer, size_t rows);
/* Writes what is not an image, and commits. Slices or volumes with the same content under two
 * subjects are LB_ERROR_ARGUMENT. *subjects is the number of different ones. */
lb_status import_writer_finish(import_writer *writer, size_t *subjects, lb_error *err);

#endif
