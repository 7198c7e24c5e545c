/* SPDX-License-Identifier: MIT */
/* The inside of a backend, for convolution.c alone. */
#ifndef LB_NN_BACKEND_H
#define LB_NN_BACKEND_H

#include "convolution.h"
#include "onednn.h"

/* Operands that are rounded to bfloat16: a convolution's input, and the gradient at its output. */
enum { LOW_INPUT, LOW_GRADIENT, LOW_ARRAYS };

struct lb_backend {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    size_t block;
    lb_compute compute;
    /* Shared by all convolutions, as large as the most demanding needs. */
    void *scratch;
    size_t scratch_size;
    void *weights; /* those that are laid out anew for each use */
    size_t weights_size;
    uint16_t *low[LOW_ARRAYS];
    size_t low_count[LOW_ARRAYS];
};

/* Enlarges one of the backend's arrays to at least this size. */
lb_status lb_backend_need(void **array, size_t *size, size_t bytes, lb_error *err);
/* The same for rounded operands with this number of values. */
lb_status lb_backend_need_low(lb_backend *backend, size_t which, size_t count, lb_error *err);

#endif
