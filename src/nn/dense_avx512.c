/* SPDX-License-Identifier: MIT */
/* Compiled for AVX-512: 20 sums, 4 weights and a value in the 32 registers. */
#define LB_KERNELS lb_dense_avx512
#define LB_LANES 16
#define LB_HELD 4

#include "dense_kernels.h"
