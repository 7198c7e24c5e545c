/* SPDX-License-Identifier: MIT */
#include "lesionbench/training.h"

#include <string.h>

#include "dropout.h"
#include "feeder.h"
#include "network.h"

lb_status
lb_predict_with_dropout(float *logits, lb_network *network, const lb_image_source *images,
                        double dropout, uint64_t seed, const lb_context *context, lb_error *err)
{
    enum { MOST = 32 };
    lb_status status = LB_OK;
    lb_pass *pass = NULL;
    lb_feeder feeder = {.source = NULL};
    lb_dropout dropped = {0};
    size_t classes = network->architecture.classes;
    size_t batch = images->count < MOST ? images->count : MOST, index[MOST];
    const lb_pass_options options = {
        .batch = batch, .height = images->height, .width = images->width, .last_block = LB_BLOCKS};
    if (images->count == 0) {
        return LB_OK;
    }
    LB_TRY(lb_feeder_init(&feeder, network, images, 0, batch, context, err));
    LB_TRY(lb_pass_create(&pass, network, &options, err));
    if (dropout > 0) {
        LB_TRY(lb_dropout_init(&dropped, pass, dropout, err));
    }
    for (size_t start = 0; start < images->count; start += batch) {
        size_t n = images->count - start < batch ? images->count - start : batch;
        for (size_t i = 0; i < n; i++) {
            index[i] = start + i;
        }
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(lb_feeder_fill(lb_pass_input(pass), &feeder, index, n, err));
        if (dropout > 0) {
            lb_dropout_draw(&dropped, pass, seed, start);
        }
        LB_TRY(lb_pass_forward(pass, err));
        memcpy(logits + start * classes, lb_pass_logits(pass), n * classes * sizeof *logits);
        lb_progress(context, "predicting", start + n, images->count);
    }
cleanup:
    lb_dropout_release(&dropped);
    lb_pass_free(pass);
    lb_feeder_release(&feeder);
    return status;
}

lb_status
lb_predict(float *logits, lb_network *network, const lb_image_source *images,
           const lb_context *context, lb_error *err)
{
    return lb_predict_with_dropout(logits, network, images, 0, 0, context, err);
}
