/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

typedef struct range {
    float min, max;
} range;

static range
range_of(const float *value, const uint8_t *inside, size_t stride, size_t height, size_t width)
{
    range found = {INFINITY, -INFINITY};
    for (size_t i = 0; i < height * width; i++) {
        if (inside[i]) {
            float here = value[i / width * stride + i % width];
            found.min = fminf(found.min, here);
            found.max = fmaxf(found.max, here);
        }
    }
    return found;
}

/* All that is not connected to the image's corner, which is outside. */
static lb_status
find_inside(uint8_t *inside, const float *image, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    int32_t *label = NULL;
    size_t pieces = 0;
    LB_ALLOC(label, height * width);
    for (size_t i = 0; i < height * width; i++) {
        inside[i] = image[i] <= 0;
    }
    LB_TRY(lb_connected_components(label, &pieces, inside, height, width, err));
    for (size_t i = 0; i < height * width; i++) {
        inside[i] = label[i] == 0 || label[i] != label[0];
    }
cleanup:
    lb_free(label);
    return status;
}

lb_status
cohort_background_fill(float *image, size_t height, size_t width, lb_random *random, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *brain = NULL, *inside = NULL;
    float *noise = NULL;
    size_t size = 1;
    while (size < height || size < width) {
        size *= 2;
    }
    LB_ALLOC(brain, height * width);
    LB_ALLOC(inside, height * width);
    LB_ALLOC(noise, size * size);
    for (size_t i = 0; i < height * width; i++) {
        brain[i] = image[i] > 0;
    }
    range to = range_of(image, brain, width, height, width);
    LB_TRY(find_inside(inside, image, height, width, err));
    LB_TRY(cohort_pink_noise(noise, size, random, err));
    range from = range_of(noise, inside, size, height, width);
    float scale = from.max > from.min ? (to.max - to.min) / (from.max - from.min) : 0;
    for (size_t i = 0; i < height * width; i++) {
        float value = noise[i / width * size + i % width];
        image[i] = inside[i] ? to.min + scale * (value - from.min) : 0;
    }
cleanup:
    lb_free(noise);
    lb_free(inside);
    lb_free(brain);
    return status;
}
