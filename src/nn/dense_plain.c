/* SPDX-License-Identifier: MIT */
/* Compiled for any machine. */
#define LB_KERNELS lb_dense_plain
#define LB_LANES 8
#define LB_HELD 2

#include "dense_kernels.h"
