/* SPDX-License-Identifier: MIT */
/* What an architecture implies: names and shapes of its parameters. */
#ifndef LB_NN_ARCHITECTURE_H
#define LB_NN_ARCHITECTURE_H

#include <stdio.h>

#include "lesionbench/network.h"
#include "lesionbench/safetensors.h"

enum {
    LB_POOLED_SIDE = 7, /* of the adaptive average pooling */
    LB_MAX_PARAMETERS = 2 * (LB_MAX_CONVOLUTIONS + LB_DENSE_LAYERS)
};

size_t lb_architecture_convolutions(const lb_architecture *architecture);
/* Fills out (LB_MAX_PARAMETERS) but for the values; returns their number. */
size_t lb_architecture_parameters(lb_parameter *out, const lb_architecture *architecture);
/* Reads the architecture off a file's tensors. */
lb_status lb_architecture_read(lb_architecture *out, const lb_tensors *tensors, const char *path,
                               lb_error *err);

#endif
