/* SPDX-License-Identifier: MIT */
#ifndef LB_NN_NETWORK_H
#define LB_NN_NETWORK_H

#include "architecture.h"

enum { LB_MAX_METADATA = 32 };

struct lb_network {
    lb_architecture architecture;
    size_t count;
    lb_parameter parameters[LB_MAX_PARAMETERS];
    size_t pairs;
    char *keys[LB_MAX_METADATA], *values[LB_MAX_METADATA];
};

/* All parameters 0. */
lb_status lb_network_allocate(lb_network **out, const lb_architecture *architecture, lb_error *err);
/* Both of the same architecture. */
void lb_network_copy_values(lb_network *to, const lb_network *from);

#endif
