/* SPDX-License-Identifier: MIT */
/* What a pass knows of the output of a block. */
#include <assert.h>

#include "executor.h"

/* The step of the block's max pooling. */
static size_t
find_pool(const lb_executor *pass, size_t block)
{
    size_t pools = 0;
    for (size_t i = 0; i < pass->count; i++) {
        if (pass->steps[i].kind == LB_STEP_POOL && pools++ == block) {
            return i;
        }
    }
    assert(false);
    return 0;
}

static size_t
block_channels(const lb_executor *pass, size_t block)
{
    return pass->network->architecture.channels[block];
}

lb_block_shape
lb_executor_block_shape(const lb_executor *pass, size_t block)
{
    const lb_planes *shape = &pass->steps[find_pool(pass, block)].shape;
    return (lb_block_shape){block_channels(pass, block), shape->height, shape->width};
}

lb_status
lb_executor_block_backward(lb_executor *pass, size_t block, const float *logit_values,
                           lb_error *err)
{
    float *at = NULL; /* gradient[0] */
    return lb_executor_backward_to(&at, pass, find_pool(pass, block) - 1, LB_RULE_GRADIENT, NULL,
                                   logit_values, err);
}

void
lb_executor_block_read(float *output, float *gradient, const lb_executor *pass, size_t block,
                       size_t image)
{
    size_t pool = find_pool(pass, block), channels = block_channels(pass, block);
    lb_planes one = pass->steps[pool].shape;
    one.images = 1;
    size_t start = image * pass->steps[pool].in_size;
    lb_unblock(output, lb_step_input(pass, pool) + start, channels, &one);
    lb_unblock(gradient, pass->gradient[0] + start, channels, &one);
}
