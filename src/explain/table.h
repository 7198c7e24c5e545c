/* SPDX-License-Identifier: MIT */
/* The methods of this folder. */
#ifndef LB_EXPLAIN_TABLE_H
#define LB_EXPLAIN_TABLE_H

#include "lesionbench/method.h"

extern const lb_method *const lb_method_rows[]; /* NULL-terminated */

/* From now on no method can be registered. */
void lb_methods_in_use(void);

#endif
