/* SPDX-License-Identifier: MIT */
/* The text of an .npy header: a Python dictionary with the keys descr, fortran_order and shape. */
#ifndef LB_IO_NPY_HEADER_H
#define LB_IO_NPY_HEADER_H

#include <stdio.h>

#include "lesionbench/array.h"

/* text ends with a zero byte. Sets type, rank and shape. */
lb_status lb_npy_parse_header(lb_array *out, const char *text, const char *path, lb_error *err);
/* Opens a file at its data, which fills the rest of it: count elements. header has no data. */
lb_status lb_npy_start(FILE **out, lb_array *header, size_t *count, const char *path,
                       lb_error *err);
/* The name of a type in descr: "<f4". */
const char *lb_npy_descr(lb_type type);

#endif
