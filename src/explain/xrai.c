/* SPDX-License-Identifier: MIT */
/* XRAI (Kapishnikov, Bolukbasi, Viegas, Terry: XRAI: better attributions through regions, ICCV
 * 2019). Integrated Gradients from a black and from a white baseline, the image's least and
 * greatest value, are averaged; a pixel has the greatest of its channels, as in the authors'
 * program; the image is cut into regions at six
 * scales (Felzenszwalb & Huttenlocher), each widened by a few pixels, so that edges count for both
 * sides; regions are then taken one after the other, always the one whose mean attribution over
 * pixels not taken yet is the greatest, which these pixels have as their value. What adds too few
 * pixels is left out, and what no region takes has its mean. Sizes and scales are the paper's for
 * 224 x 224 pixels, and go with the image's area. Integration by the midpoint rule. */
#include <math.h>
#include <string.h>

#include "lesionbench/image.h"
#include "lesionbench/segment.h"
#include "session.h"

enum { SCALES = 6, BASELINES = 2 };

static const double SCALE[SCALES] = {50, 100, 150, 250, 500, 1200};
static const double SMOOTHING = 0.8, MIN_REGION = 150, MIN_NEW = 50, USUAL = 224 * 224;

/* Regions as lists of pixels. */
typedef struct regions {
    size_t count, capacity;
    size_t *start;    /* (count + 1) in pixels */
    uint32_t *pixels; /* (room) */
} regions;

typedef struct xrai {
    size_t height, width, size, steps; /* size: pixels */
    long dilation;
    float *sum;        /* (count, 3, H, W): attributions */
    float *greatest;   /* (H, W): of an image's channels */
    float (*range)[2]; /* (count) least and greatest value */
    double *smooth;    /* (3, H, W) of an image, in [-1, 1] */
    double *plane;     /* (H, W) */
    int32_t *label;    /* (H, W) */
    uint32_t *sorted;  /* (H, W) pixels by label */
    size_t *first;     /* (H x W + 1) of each label in sorted */
    uint32_t *seen;    /* (H, W) the last region that a pixel came into, + 1 */
    regions all;
} xrai;

static void
xrai_release(xrai *x)
{
    lb_free(x->all.pixels);
    lb_free(x->all.start);
    lb_free(x->seen);
    lb_free(x->first);
    lb_free(x->sorted);
    lb_free(x->label);
    lb_free(x->plane);
    lb_free(x->smooth);
    lb_free(x->range);
    lb_free(x->greatest);
    lb_free(x->sum);
}

static lb_status
xrai_init(xrai *x, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    *x = (xrai){.height = batch->height,
                .width = batch->width,
                .size = batch->pixels,
                .steps = batch->options->xrai_steps,
                .dilation = (long)batch->options->xrai_dilation};
    if (x->steps == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "xrai needs at least one step");
    }
    LB_ALLOC(x->sum, batch->count * batch->values);
    LB_ALLOC(x->greatest, batch->pixels);
    LB_ALLOC(x->range, batch->count);
    LB_ALLOC(x->smooth, batch->values);
    LB_ALLOC(x->plane, batch->pixels);
    LB_ALLOC(x->label, batch->pixels);
    LB_ALLOC(x->sorted, batch->pixels);
    LB_ALLOC(x->first, batch->pixels + 1);
    LB_ALLOC(x->seen, batch->pixels);
    LB_ALLOC(x->all.start, SCALES * batch->pixels + 1);
    for (size_t i = 0; i < batch->count; i++) {
        const float *image = batch->images + i * batch->values;
        x->range[i][0] = x->range[i][1] = image[0];
        for (size_t v = 1; v < batch->values; v++) {
            x->range[i][0] = fminf(x->range[i][0], image[v]);
            x->range[i][1] = fmaxf(x->range[i][1], image[v]);
        }
    }
cleanup:
    return status;
}

static void
fill_point(const void *data, const lb_batch *batch, float *point, size_t i, size_t k)
{
    const xrai *x = data;
    const float *image = batch->images + i * batch->values;
    float baseline = x->range[i][k / x->steps];
    float alpha = (float)(((double)(k % x->steps) + 0.5) / (double)x->steps);
    for (size_t v = 0; v < batch->values; v++) {
        point[v] = baseline + alpha * (image[v] - baseline);
    }
}

static void
take_gradient(void *data, const lb_batch *batch, const float *gradient, size_t i, size_t k)
{
    xrai *x = data;
    const float *image = batch->images + i * batch->values;
    float *sum = x->sum + i * batch->values, baseline = x->range[i][k / x->steps];
    float weight = (float)(1.0 / (double)(BASELINES * x->steps));
    for (size_t v = 0; v < batch->values; v++) {
        sum[v] += weight * gradient[v] * (image[v] - baseline);
    }
}

static void
take_greatest(xrai *x, const float *attribution)
{
    for (size_t p = 0; p < x->size; p++) {
        x->greatest[p] = attribution[p];
        for (size_t c = 1; c < LB_INPUT_CHANNELS; c++) {
            x->greatest[p] = fmaxf(x->greatest[p], attribution[c * x->size + p]);
        }
    }
}

/* The image in [-1, 1], smoothed. */
static lb_status
smooth_image(xrai *x, const float *image, const float *range, lb_error *err)
{
    lb_status status = LB_OK;
    double width = (double)range[1] - (double)range[0], scale = width > 0 ? 2 / width : 0;
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        for (size_t p = 0; p < x->size; p++) {
            x->plane[p] = ((double)image[c * x->size + p] - (double)range[0]) * scale - 1;
        }
        LB_TRY(lb_gaussian_filter(x->smooth + c * x->size, x->plane, x->height, x->width, SMOOTHING,
                                  SMOOTHING, err));
    }
cleanup:
    return status;
}

static void
sort_by_label(xrai *x, size_t count)
{
    memset(x->first, 0, (count + 1) * sizeof *x->first);
    for (size_t p = 0; p < x->size; p++) {
        x->first[x->label[p] + 1]++;
    }
    for (size_t k = 0; k < count; k++) {
        x->first[k + 1] += x->first[k];
    }
    for (size_t p = x->size; p-- > 0;) { /* ends become starts */
        x->sorted[--x->first[x->label[p] + 1]] = (uint32_t)p;
    }
    memmove(x->first, x->first + 1, count * sizeof *x->first);
    x->first[count] = x->size;
}

/* Room for another region, which has at most all pixels. */
static lb_status
need_room(xrai *x, lb_error *err)
{
    lb_status status = LB_OK;
    size_t used = x->all.start[x->all.count], wanted = 2 * (used + x->size);
    uint32_t *more = NULL;
    if (used + x->size > x->all.capacity) {
        LB_ALLOC(more, wanted);
        if (used > 0) {
            memcpy(more, x->all.pixels, used * sizeof *more);
        }
        lb_free(x->all.pixels);
        x->all.pixels = more;
        x->all.capacity = wanted;
    }
cleanup:
    return status;
}

/* Adds the pixels of a label and those at most `dilation` away from one. */
static lb_status
add_region(xrai *x, size_t label, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(need_room(x, err));
    long height = (long)x->height, width = (long)x->width, d = x->dilation;
    uint32_t mark = (uint32_t)x->all.count + 1;
    size_t used = x->all.start[x->all.count];
    for (size_t k = x->first[label]; k < x->first[label + 1]; k++) {
        long y = (long)(x->sorted[k] / x->width), at = (long)(x->sorted[k] % x->width);
        for (long row = y - d < 0 ? 0 : y - d; row <= y + d && row < height; row++) {
            for (long column = at - d < 0 ? 0 : at - d; column <= at + d && column < width;
                 column++) {
                size_t p = (size_t)(row * width + column);
                long apart = (row - y) * (row - y) + (column - at) * (column - at);
                if (apart <= d * d && x->seen[p] != mark) {
                    x->seen[p] = mark;
                    x->all.pixels[used++] = (uint32_t)p;
                }
            }
        }
    }
    x->all.start[++x->all.count] = used;
cleanup:
    return status;
}

static lb_status
cut(xrai *x, const float *image, const float *range, lb_error *err)
{
    lb_status status = LB_OK;
    double area = (double)x->size / USUAL;
    x->all.count = 0;
    memset(x->seen, 0, x->size * sizeof *x->seen);
    LB_TRY(smooth_image(x, image, range, err));
    for (size_t s = 0; s < SCALES; s++) {
        size_t count = 0;
        LB_TRY(lb_felzenszwalb(x->label, &count, x->smooth, LB_INPUT_CHANNELS, x->height, x->width,
                               SCALE[s] * area, (size_t)(MIN_REGION * area), err));
        sort_by_label(x, count);
        for (size_t k = 0; k < count; k++) {
            LB_TRY(add_region(x, k, err));
        }
    }
cleanup:
    return status;
}

/* Mean attribution of a region's pixels that are not taken, and their number. */
static double
gain(size_t *fresh, const xrai *x, size_t region, const float *sum, const uint8_t *covered)
{
    double total = 0;
    *fresh = 0;
    for (size_t k = x->all.start[region]; k < x->all.start[region + 1]; k++) {
        uint32_t p = x->all.pixels[k];
        if (!covered[p]) {
            total += (double)sum[p];
            (*fresh)++;
        }
    }
    return *fresh > 0 ? total / (double)*fresh : 0;
}

/* The region to take next, or `count`. Regions that add too little are struck off. */
static size_t
best_region(double *out, const xrai *x, const float *sum, const uint8_t *covered, uint8_t *gone)
{
    size_t best = x->all.count, fresh = 0;
    double min = MIN_NEW * (double)x->size / USUAL;
    for (size_t r = 0; r < x->all.count; r++) {
        if (gone[r]) {
            continue;
        }
        double here = gain(&fresh, x, r, sum, covered);
        if (fresh == 0 || (double)fresh < min) {
            gone[r] = 1;
        } else if (best == x->all.count || here > *out) {
            best = r;
            *out = here;
        }
    }
    return best;
}

static lb_status
rank(float *out, const xrai *x, const float *sum, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *covered = NULL, *gone = NULL;
    double value = 0, rest = 0;
    size_t left = 0;
    LB_ALLOC(covered, x->size);
    LB_ALLOC(gone, x->all.count);
    for (size_t r; (r = best_region(&value, x, sum, covered, gone)) < x->all.count; gone[r] = 1) {
        for (size_t k = x->all.start[r]; k < x->all.start[r + 1]; k++) {
            uint32_t p = x->all.pixels[k];
            out[p] = covered[p] ? out[p] : (float)value;
            covered[p] = 1;
        }
    }
    for (size_t p = 0; p < x->size; p++) {
        left += !covered[p];
        rest += covered[p] ? 0 : (double)sum[p];
    }
    for (size_t p = 0; p < x->size; p++) {
        out[p] = covered[p] ? out[p] : (float)(rest / (double)left);
    }
cleanup:
    lb_free(gone);
    lb_free(covered);
    return status;
}

static lb_status
attribute(float *pixels, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    lb_status status = LB_OK;
    xrai x = {.size = 0};
    (void)diagnostics;
    LB_TRY(xrai_init(&x, batch, err));
    const lb_path_samples points = {
        .count = BASELINES * x.steps, .data = &x, .fill = fill_point, .take = take_gradient};
    LB_TRY(lb_session_path_samples(session, batch, &points, err));
    for (size_t i = 0; i < batch->count; i++) {
        LB_TRY(cut(&x, batch->images + i * batch->values, x.range[i], err));
        take_greatest(&x, x.sum + i * batch->values);
        LB_TRY(rank(pixels + i * batch->pixels, &x, x.greatest, err));
    }
cleanup:
    xrai_release(&x);
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return BASELINES * (double)options->xrai_steps;
}

const lb_method lb_xrai = {
    .struct_size = sizeof(lb_method),
    .name = "xrai",
    .title = "XRAI",
    .summary = "regions by mean Integrated Gradients, best first",
    .source = "Kapishnikov, Bolukbasi, Viegas, Terry: XRAI: better attributions through regions, "
              "ICCV 2019",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .flags = LB_METHOD_PER_PIXEL | LB_METHOD_POSITIVE,
    .settings = (const char *const[]){"xrai_steps", "xrai_dilation", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
