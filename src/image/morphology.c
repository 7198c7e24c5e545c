/* SPDX-License-Identifier: MIT */
#include "lesionbench/image.h"

#include <math.h>
#include <string.h>

#include "base/cpu_kernel.h"

static const double PI = 3.14159265358979323846;

/* A row of the cross's erosion, but for its ends. Pixels are 0 or not. */
LB_KERNEL(void, erode_row,
          (uint8_t *restrict out, const uint8_t *above, const uint8_t *here, const uint8_t *below,
           size_t width),
          (out, above, here, below, width))
{
#pragma omp simd
    for (size_t x = 1; x < width - 1; x++) {
        out[x] = (here[x] != 0) & (here[x - 1] != 0) & (here[x + 1] != 0) & (above[x] != 0) &
                 (below[x] != 0);
    }
}

/* The value outside the image is 0, so the frame never survives an erosion. */
void
lb_binary_erosion(uint8_t *out, const uint8_t *image, size_t height, size_t width)
{
    memset(out, 0, height * width);
    for (size_t y = 1; y + 1 < height && width > 2; y++) {
        const uint8_t *here = image + y * width;
        erode_row(out + y * width, here - width, here, here + width, width);
    }
}

/* The same of the dilation. Pixels are 0 and 1. */
LB_KERNEL(void, dilate_row,
          (uint8_t *restrict out, const uint8_t *above, const uint8_t *here, const uint8_t *below,
           size_t width),
          (out, above, here, below, width))
{
#pragma omp simd
    for (size_t x = 1; x < width - 1; x++) {
        out[x] = here[x] | here[x - 1] | here[x + 1] | above[x] | below[x];
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
        size_t last = width - 1, beside = width > 1 ? 1 : 0;
        dilate_row(out + y * width, above, here, below, width);
        out[y * width] = here[0] | here[beside] | above[0] | below[0];
        out[y * width + last] = here[last] | here[last - beside] | above[last] | below[last];
    }
}

lb_status
lb_binary_opening(uint8_t *out, const uint8_t *image, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *eroded = NULL;
    LB_ALLOC(eroded, height * width);
    lb_binary_erosion(eroded, image, height, width);
    dilate(out, eroded, height, width);
cleanup:
    lb_free(eroded);
    return status;
}

/* The oldest run that this one was joined to. Roots are their own parents. */
static uint32_t
find_root(lb_run *runs, uint32_t run)
{
    while (runs[run].component != run) {
        runs[run].component = runs[runs[run].component].component;
        run = runs[run].component;
    }
    return run;
}

/* Older runs become the roots, so a component's root is its first run. */
static void
join(lb_run *runs, uint32_t a, uint32_t b)
{
    a = find_root(runs, a);
    b = find_root(runs, b);
    runs[a < b ? b : a].component = a < b ? a : b;
}

/* Bit x is set where pixel x of eight is. */
static uint64_t
pack_eight(const uint8_t *p)
{
    uint64_t set = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
                   (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
                   (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
    set |= set >> 4;
    set |= set >> 2;
    set |= set >> 1;
    set &= 0x0101010101010101u;
    return (set * 0x0102040810204080u) >> 56; /* byte x's bit goes to bit 56 + x */
}

/* The same of up to 64 pixels. */
static uint64_t
pack(const uint8_t *pixels, size_t count)
{
    uint64_t word = 0;
    size_t x = 0;
    for (; x + 8 <= count; x += 8) {
        word |= pack_eight(pixels + x) << x;
    }
    for (; x < count; x++) {
        word |= (uint64_t)(pixels[x] != 0) << x;
    }
    return word;
}

/* Appends the runs of a row. Words whose bits say where a run starts or ends spare looking at every
 * pixel. */
static size_t
find_runs(lb_run *runs, size_t count, const uint8_t *row, size_t width, uint32_t y)
{
    enum { BITS = 64 };
    uint64_t last = 0; /* the pixel before */
    uint32_t start = 0;
    bool inside = false;
    for (size_t x = 0; x < width; x += BITS) {
        uint64_t word = pack(row + x, width - x < BITS ? width - x : BITS);
        uint64_t edges = word ^ (word << 1 | last);
        last = word >> (BITS - 1);
        for (; edges != 0; edges &= edges - 1, inside = !inside) {
            uint32_t at = (uint32_t)x + (uint32_t)__builtin_ctzll(edges);
            if (inside) {
                runs[count] = (lb_run){y, start, at, (uint32_t)count};
                count++;
            } else {
                start = at;
            }
        }
    }
    if (inside) {
        runs[count] = (lb_run){y, start, (uint32_t)width, (uint32_t)count};
        count++;
    }
    return count;
}

/* Joins runs of a row, first .. end - 1, with those of the row above, above .. first - 1, that they
 * touch. */
static void
join_rows(lb_run *runs, size_t above, size_t first, size_t end)
{
    size_t next = above;
    for (size_t i = first; i < end; i++) {
        while (next < first && runs[next].end <= runs[i].start) {
            next++;
        }
        for (size_t k = next; k < first && runs[k].start < runs[i].end; k++) {
            join(runs, (uint32_t)k, (uint32_t)i);
        }
    }
}

lb_status
lb_label_runs(lb_run *out, size_t *count, size_t *components, const uint8_t *image, size_t height,
              size_t width, lb_error *err)
{
    size_t pixels = 0, above = 0, first = 0, end = 0, found = 0;
    lb_status status = lb_multiply(&pixels, height, width, err);
    if (status != LB_OK) {
        return status;
    }
    if (pixels >= INT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "an image of %zu x %zu pixels is too large to label",
                       height, width);
    }
    for (size_t y = 0; y < height; y++) {
        above = first;
        first = end;
        end = find_runs(out, end, image + y * width, width, (uint32_t)y);
        join_rows(out, above, first, end);
    }
    for (size_t i = 0; i < end; i++) {
        /* Parents are older, so they have their final number already. */
        size_t parent = out[i].component;
        out[i].component = parent == i ? (uint32_t)found++ : out[parent].component;
    }
    *count = end;
    *components = found;
    return LB_OK;
}

lb_status
lb_connected_components(int32_t *out, size_t *count, const uint8_t *image, size_t height,
                        size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    lb_run *runs = NULL;
    size_t found = 0, max = 0;
    LB_TRY(lb_multiply(&max, height, width / 2 + 1, err));
    LB_ALLOC(runs, max);
    LB_TRY(lb_label_runs(runs, &found, count, image, height, width, err));
    memset(out, 0, height * width * sizeof *out);
    for (size_t i = 0; i < found; i++) {
        int32_t *row = out + runs[i].row * width;
        for (size_t x = runs[i].start; x < runs[i].end; x++) {
            row[x] = (int32_t)runs[i].component + 1;
        }
    }
cleanup:
    lb_free(runs);
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
