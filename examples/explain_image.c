/* SPDX-License-Identifier: MIT */
/* Explains images by one method. usage: explain_image MODEL IMAGES.npy METHOD MAPS.npy; images are
 * (N, H, W), float32, from 0 to 1. Explains class 1, and writes maps (N, H, W). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/lesionbench.h"

/* Gathers the maps. Batches come in order. */
typedef struct gathered {
    float *maps;
    size_t count;
} gathered;

static lb_status
take_maps(void *data, const lb_explanation *explanation, lb_error *err)
{
    gathered *all = data;
    size_t pixels = explanation->height * explanation->width;
    (void)err;
    memcpy(all->maps + all->count * pixels, explanation->map,
           explanation->count * pixels * sizeof *all->maps);
    all->count += explanation->count;
    return LB_OK;
}

int
main(int argc, char **argv)
{
    lb_error error = {.message = "usage: explain_image MODEL IMAGES.npy METHOD MAPS.npy"},
             *err = &error;
    lb_status status = argc == 5 ? LB_OK : LB_ERROR_ARGUMENT;
    lb_network *network = NULL;
    lb_array images = {.data = NULL};
    gathered all = {.maps = NULL};
    size_t *items = NULL;
    int32_t *targets = NULL;
    const lb_method *method = NULL;
    lb_explain_options options;
    LB_TRY(status);
    LB_TRY(lb_network_load(&network, argv[1], err));
    LB_TRY(lb_npy_read(&images, argv[2], err));
    if (images.rank != 3 || images.type != LB_F32) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not (N, H, W) of float32", argv[2]));
    }
    LB_TRY(lb_method_get(&method, argv[3], err));
    LB_ALLOC(all.maps, lb_array_count(&images));
    LB_ALLOC(items, images.shape[0]);
    LB_ALLOC(targets, images.shape[0]);
    for (size_t i = 0; i < images.shape[0]; i++) {
        items[i] = i;
        targets[i] = 1;
    }
    lb_explain_defaults(&options);
    LB_TRY(lb_explain(network, images.data, 1, images.shape[1], images.shape[2], images.shape[0],
                      items, targets, &method, 1, &options, take_maps, &all, NULL, err));
    LB_TRY(lb_npy_write(argv[4], LB_F32, 3, images.shape, all.maps, err));
cleanup:
    lb_free(targets);
    lb_free(items);
    lb_free(all.maps);
    lb_array_release(&images);
    lb_network_free(network);
    if (status != LB_OK) {
        fprintf(stderr, "explain_image: %s\n", error.message);
    }
    return status == LB_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
