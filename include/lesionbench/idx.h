/* SPDX-License-Identifier: MIT */
/* IDX files of bytes (the format of MNIST and Fashion-MNIST), plain or gzipped.
 * Source: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT". */
#ifndef LESIONBENCH_IDX_H
#define LESIONBENCH_IDX_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Unsigned bytes of any rank. */
lb_status lb_idx_read(lb_array *out, const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
