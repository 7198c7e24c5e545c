/* SPDX-License-Identifier: MIT */
/* A small VGG-11 whose weights come from a formula that is the same in Python
 * (expected_training.py), so that PyTorch's figures need no file of weights. */
#ifndef LB_TESTS_FORMULA_NETWORK_H
#define LB_TESTS_FORMULA_NETWORK_H

#include <math.h>

#include "testing.h"

#include "lesionbench/network.h"

/* In [0, 1): element k of array p. */
static inline double
formula_value(uint32_t k, uint32_t p)
{
    uint32_t x = k * 2654435761u + p * 0x9E3779B9u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return (double)x / 4294967296.0;
}

static inline lb_network *
formula_network(void)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 0, &err));
    for (size_t p = 0; p < lb_network_parameters(network); p++) {
        lb_parameter *parameter = lb_network_parameter(network, p);
        size_t inputs = parameter->rank > 1 ? parameter->count / parameter->shape[0] : 0;
        double scale = parameter->rank > 1 ? 2 * sqrt(6.0 / (double)inputs) : 0.1;
        for (size_t k = 0; k < parameter->count; k++) {
            parameter->value[k] = (float)((formula_value((uint32_t)k, (uint32_t)p) - 0.5) * scale);
        }
    }
    return network;
}

#endif
