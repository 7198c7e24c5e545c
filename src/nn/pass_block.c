/* SPDX-License-Identifier: MIT */
/* What a pass knows of the output of a block. */
#include <assert.h>

#include "pass.h"

/* The step of the block's max pooling. */
static size_t
find_pool(const lb_pass *pass, size_t block)
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
block_channels(const lb_pass *pass, size_t block)
{
    return pass->network->architecture.channels[block];
}

lb_block_shape
lb_pass_block_shape(const lb_pass *pass, size_t block)
{
    const lb_planes *shape = &pass->steps[find_pool(pass, block)].shape;
    return (lb_block_shape){block_channels(pass, block), shape->height, shape->width};
}

lb_status
lb_pass_block(float *output, float *gradient, lb_pass *pass, size_t block,
              const float *logit_values, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pool = find_pool(pass, block);
    const lb_planes *shape = &pass->steps[pool].shape;
    float *at = NULL;
    lb_unblock(output, lb_step_input(pass, pool), block_channels(pass, block), shape);
    LB_TRY(lb_pass_backward_to(&at, pass, pool - 1, LB_RULE_GRADIENT, NULL, logit_values, err));
    lb_unblock(gradient, at, block_channels(pass, block), shape);
cleanup:
    return status;
}
