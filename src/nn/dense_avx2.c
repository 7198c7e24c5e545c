/* SPDX-License-Identifier: MIT */
/* Compiled for AVX2 and FMA: 10 sums, 2 weights and a value in the 16 registers. */
#define LB_KERNELS lb_dense_avx2
#define LB_LANES 8
#define LB_HELD 2

#include "dense_kernels.h"
