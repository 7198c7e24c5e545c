/* SPDX-License-Identifier: MIT */
/* The parameters of an architecture: names and shapes. */
#ifndef LB_NN_ARCHITECTURE_H
#define LB_NN_ARCHITECTURE_H

#include <stdio.h>

#include "lesionbench/network.h"
#include "lesionbench/weights.h"

enum {
    LB_POOLED_SIDE = 7, /* of the adaptive average pooling */
    LB_MAX_PARAMETERS = 2 * (LB_MAX_CONVOLUTIONS + LB_DENSE_LAYERS)
};

/* LB_ERROR_ARGUMENT if lb_architecture_init() cannot give this architecture. */
lb_status lb_architecture_check(const lb_architecture *architecture, lb_error *err);
size_t lb_architecture_convolutions(const lb_architecture *architecture);
/* Fills out (LB_MAX_PARAMETERS) except the values. Returns the number of parameters. */
size_t lb_architecture_parameters(lb_parameter *out, const lb_architecture *architecture);
/* Reads the architecture from the shapes of a file's tensors. Sizes of lb_architecture_parameters()
 * do not overflow then. The tensors need not all be in the file. */
lb_status lb_architecture_read(lb_architecture *out, const lb_weights *weights, const char *path,
                               lb_error *err);
/* The file's tensor for a parameter, under torchvision's name or timm's; NULL where there is none.
 * Where it is timm's, wanted gets the shape that it has there. */
const lb_weight *lb_architecture_find(lb_parameter *wanted, const lb_weights *weights);

#endif
