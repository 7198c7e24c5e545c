/* SPDX-License-Identifier: MIT */
/* Pickled values as groups and datasets. */
#ifndef LB_IO_CONVERT_PICKLE_H
#define LB_IO_CONVERT_PICKLE_H

#include "lesionbench/h5.h"
#include "lesionbench/pickle.h"

#define LB_CONVERTED "converted"
enum { LB_CONVERTED_VERSION = 1 };

/* Writes the whole tree. source_size: of the pickle in bytes; a file that refers to the same values
 * so often that they would fill far more is refused. Messages name the value, not the pickle. */
lb_status lb_convert_value(lb_h5 *file, const lb_value *root, size_t source_size, lb_error *err);

#endif
