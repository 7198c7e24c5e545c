/* SPDX-License-Identifier: MIT */
#include "base/cpu_kernel.h"
#include "composition.h"
#include "lesionbench/image.h"

LB_KERNEL(void, to_floats, (float *restrict out, const double *restrict in, size_t count),
          (out, in, count))
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)in[i];
    }
}

void
lb_composition_resize(float *out, lb_composition *composition)
{
    for (size_t y = 0; y < composition->size; y++) {
        to_floats(out + y * composition->size,
                  lb_resizer_row(composition->resizer, y, 0, composition->size), composition->size);
    }
}
