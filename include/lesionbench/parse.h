/* SPDX-License-Identifier: MIT */
/* Parses numbers strictly: the whole string must be a number in the range. Otherwise
 * LB_ERROR_ARGUMENT; the message says what is allowed. */
#ifndef LESIONBENCH_PARSE_H
#define LESIONBENCH_PARSE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

lb_status lb_parse_u64(uint64_t *out, const char *text, uint64_t min, uint64_t max, lb_error *err);
lb_status lb_parse_real(double *out, const char *text, double min, double max, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
