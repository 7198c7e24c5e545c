/* SPDX-License-Identifier: MIT */
#include "lesionbench/image.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* The value outside the image is 0, so the frame never survives an erosion. */
void
lb_erode(uint8_t *out, const uint8_t *image, size_t height, size_t width)
{
    memset(out, 0, height * width);
    for (size_t y = 1; y + 1 < height; y++) {
        const uint8_t *above = image + (y - 1) * width, *here = above + width;
        const uint8_t *below = here + width;
        for (size_t x = 1; x + 1 < width; x++) {
            out[y * width + x] = (here[x] != 0) & (here[x - 1] != 0) & (here[x + 1] != 0) &
                                 (above[x] != 0) & (below[x] != 0);
        }
    }
}

/* image holds 0 and 1. */
static void
dilate(uint8_t *out, const uint8_t *image, size_t height, size_t width)
{
    for (size_t y = 0; y < height; y++) {
        const uint8_t *here = image + y * width;
        const uint8_t *above = y == 0 ? here : here - width;
        const uint8_t *below = y + 1 == height ? here : here + width;
        for (size_t x = 0; x < width; x++) {
            uint8_t left = x == 0 ? 0 : here[x - 1], right = x + 1 == width ? 0 : here[x + 1];
            out[y * width + x] = here[x] | above[x] | below[x] | left | right;
        }
    }
}

lb_status
lb_open(uint8_t *out, const uint8_t *image, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *eroded = NULL;
    LB_ALLOC(eroded, height * width);
    lb_erode(eroded, image, height, width);
    dilate(out, eroded, height, width);
cleanup:
    lb_free(eroded);
    return status;
}

/* The oldest provisional label that this one was joined to. Roots are their own parents. */
static int32_t
find_root(int32_t *parent, int32_t label)
{
    while (parent[label] != label) {
        parent[label] = parent[parent[label]];
        label = parent[label];
    }
    return label;
}

/* Gives every pixel a provisional label and joins those that touch. Older labels become the roots,
 * so a component's root was given at its first pixel. Returns the number of labels. */
static int32_t
label_provisionally(int32_t *out, int32_t *parent, const uint8_t *image, size_t height,
                    size_t width)
{
    int32_t labels = 0;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            size_t i = y * width + x;
            if (image[i] == 0) {
                out[i] = 0;
                continue;
            }
            int32_t above = y == 0 ? 0 : out[i - width], left = x == 0 ? 0 : out[i - 1];
            if (above == 0 && left == 0) {
                labels++;
                parent[labels] = labels;
                out[i] = labels;
            } else if (above == 0 || left == 0 || above == left) {
                out[i] = above != 0 ? above : left;
            } else {
                int32_t a = find_root(parent, above), b = find_root(parent, left);
                out[i] = a < b ? a : b;
                parent[a < b ? b : a] = out[i];
            }
        }
    }
    return labels;
}

lb_status
lb_label(int32_t *out, size_t *count, const uint8_t *image, size_t height, size_t width,
         lb_error *err)
{
    lb_status status = LB_OK;
    int32_t *parent = NULL;
    size_t pixels = 0;
    LB_TRY(lb_multiply(&pixels, height, width, err));
    if (pixels >= INT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "an image of %zu x %zu pixels is too large to label",
                       height, width);
    }
    /* At most every second pixel of a row starts a label. */
    LB_ALLOC(parent, height * (width / 2 + 1) + 1);
    int32_t labels = label_provisionally(out, parent, image, height, width);
    int32_t components = 0;
    for (int32_t label = 1; label <= labels; label++) {
        /* Parents are older, so they have their final number already. */
        parent[label] = parent[label] == label ? ++components : parent[parent[label]];
    }
    for (size_t i = 0; i < pixels; i++) {
        out[i] = parent[out[i]];
    }
    *count = (size_t)components;
cleanup:
    lb_free(parent);
    return status;
}

/* Crofton's formula on the pixel grid: the perimeter is pi/2 times the mean, over the directions,
 * of the lines' intersections with the outline. It is a sum over the 2 x 2 windows of the
 * zero-padded image, by which of the four pixels are set: bit 0 lower right, bit 1 upper right, bit
 * 2 lower left, bit 3 upper left. Rivollier, Analyse d'image geometrique et morphometrique, thesis,
 * Ecole des Mines de Saint-Etienne 2010. */
double
lb_perimeter_crofton(const uint8_t *image, size_t height, size_t width)
{
    size_t windows[16] = {0};
    for (size_t y = 0; y <= height; y++) {
        const uint8_t *below = y < height ? image + y * width : NULL;
        const uint8_t *above = y > 0 ? image + (y - 1) * width : NULL;
        unsigned left = 0; /* bits 2 and 3 of the next window */
        for (size_t x = 0; x <= width; x++) {
            unsigned low = below != NULL && x < width && below[x] != 0;
            unsigned high = above != NULL && x < width && above[x] != 0;
            windows[left | high << 1 | low]++;
            left = high << 3 | low << 2;
        }
    }
    const double straight = PI / 4, diagonal = PI / (4 * sqrt(2.0));
    const double corner = PI / 4 * (1 + 1 / sqrt(2.0));
    const double weight[16] = {
        0,        corner,       diagonal, 2 * diagonal, 0,        corner,       0, diagonal,
        straight, 2 * straight, diagonal, diagonal,     straight, 2 * straight, 0, 0};
    double perimeter = 0;
    for (size_t i = 0; i < 16; i++) {
        perimeter += weight[i] * (double)windows[i];
    }
    return perimeter;
}
