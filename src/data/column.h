/* SPDX-License-Identifier: MIT */
#ifndef LB_DATA_COLUMN_H
#define LB_DATA_COLUMN_H

#include "lesionbench/h5.h"

/* Reads group/name (or name, where group is NULL), which must hold one value for each of count
 * items. *out is the caller's. */
lb_status lb_column_read(lb_array *out, lb_h5 *file, const char *group, const char *name,
                         lb_type type, size_t count, lb_error *err);

#endif
