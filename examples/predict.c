/* SPDX-License-Identifier: MIT */
/* Predictions of a network for images. usage: predict MODEL IMAGES.npy; images are (N, H, W),
 * float32, from 0 to 1. Prints each image's softmax probabilities. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/lesionbench.h"

/* The images of an array, as lb_image_loader wants them. */
static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const lb_array *images = data;
    size_t pixels = images->shape[1] * images->shape[2];
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * pixels, (const float *)images->data + index[i] * pixels,
               pixels * sizeof *out);
    }
    return LB_OK;
}

static void
print_row(const float *logits, size_t image, size_t classes)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++) {
        sum += exp((double)logits[c]);
    }
    printf("image %zu:", image);
    for (size_t c = 0; c < classes; c++) {
        printf(" %.6f", exp((double)logits[c]) / sum);
    }
    putchar('\n');
}

int
main(int argc, char **argv)
{
    lb_error error = {.message = "usage: predict MODEL IMAGES.npy"}, *err = &error;
    lb_status status = argc == 3 ? LB_OK : LB_ERROR_ARGUMENT;
    lb_network *network = NULL;
    lb_array images = {.data = NULL};
    float *logits = NULL;
    LB_TRY(status);
    LB_TRY(lb_network_load(&network, argv[1], err));
    LB_TRY(lb_npy_read(&images, argv[2], err));
    if (images.rank != 3 || images.type != LB_F32) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not (N, H, W) of float32", argv[2]));
    }
    size_t classes = lb_network_architecture(network)->classes;
    const lb_image_loader loader = {.count = images.shape[0],
                                    .channels = 1,
                                    .height = images.shape[1],
                                    .width = images.shape[2],
                                    .data = &images,
                                    .read = read_images};
    LB_ALLOC(logits, loader.count * classes);
    LB_TRY(lb_predict(logits, network, &loader, NULL, NULL, err));
    for (size_t i = 0; i < loader.count; i++) {
        print_row(logits + i * classes, i, classes);
    }
cleanup:
    lb_free(logits);
    lb_array_release(&images);
    lb_network_free(network);
    if (status != LB_OK) {
        fprintf(stderr, "predict: %s\n", error.message);
    }
    return status == LB_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
