/* SPDX-License-Identifier: MIT */
/* A method of one's own: the gradient times the image less its mean. The program registers it,
 * finds it by its name and explains an image with it, for an untrained network.
 * usage: own_method [MODEL.safetensors], where the network is saved. */
#include <stdio.h>

#include "lesionbench/lesionbench.h"

enum { SIDE = 64, PIXELS = SIDE * SIDE };

/* Fills out (count, 3, H, W). */
static lb_status
attribute(float *out, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    const float *gradient = NULL;
    (void)diagnostics;
    if (lb_session_gradient(&gradient, session, batch, err) != LB_OK) {
        return err->code;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const float *image = batch->images + i * batch->values;
        float mean = 0;
        for (size_t v = 0; v < batch->values; v++) {
            mean += image[v] / (float)batch->values;
        }
        for (size_t v = 0; v < batch->values; v++) {
            out[i * batch->values + v] = (image[v] - mean) * gradient[i * batch->values + v];
        }
    }
    return LB_OK;
}

static const lb_method centred = {.struct_size = sizeof(lb_method),
                                  .name = "gradient_x_centred",
                                  .title = "Gradient x centred input",
                                  .summary = "gradient times the image less its mean",
                                  .source = "examples/own_method.c",
                                  .needs = LB_NEEDS_FORWARD,
                                  .flags = LB_METHOD_OF_GRADIENT,
                                  .attribute = attribute};

/* Takes the maps of a batch: here of one image. */
static lb_status
print_map(void *data, const lb_explanation *explanation, lb_error *err)
{
    size_t brightest = 0;
    (void)data;
    (void)err;
    for (size_t p = 1; p < PIXELS; p++) {
        brightest = explanation->map[p] > explanation->map[brightest] ? p : brightest;
    }
    printf("%s: brightest at row %zu, column %zu\n", explanation->method->title, brightest / SIDE,
           brightest % SIDE);
    return LB_OK;
}

int
main(int argc, char **argv)
{
    static float image[PIXELS]; /* a bright square on a dark one */
    const size_t item = 0;
    const int32_t target = 1;
    lb_error err;
    lb_status status = LB_OK;
    lb_architecture architecture;
    lb_explain_options options;
    lb_network *network = NULL;
    for (size_t p = 0; p < PIXELS; p++) {
        size_t y = p / SIDE, x = p % SIDE;
        image[p] = y / 8 == 3 && x / 8 == 4 ? 0.9f : y > 8 && y < 56 && x > 8 && x < 56 ? 0.4f : 0;
    }
    LB_TRY(lb_method_register(&centred, &err));
    LB_TRY(lb_architecture_init(&architecture, "vgg11", 0.125, 2, &err));
    LB_TRY(lb_network_create(&network, &architecture, 1, &err)); /* or lb_network_load() */
    lb_explain_defaults(&options);
    const lb_method *method = lb_method_find("gradient_x_centred");
    LB_TRY(lb_explain(network, image, 1, SIDE, SIDE, 1, &item, &target, &method, 1, &options,
                      print_map, NULL, NULL, &err));
    if (argc > 1) {
        LB_TRY(lb_network_save(network, argv[1], &err));
    }
cleanup:
    lb_network_free(network);
    if (status != LB_OK) {
        fprintf(stderr, "own_method: %s\n", err.message);
    }
    return status == LB_OK ? 0 : 1;
}
