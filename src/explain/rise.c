/* SPDX-License-Identifier: MIT */
/* RISE (Petsiuk, Das, Saenko: Randomized input sampling for explanation of black-box models, BMVC
 * 2018): the mean of random masks, each weighted by the target's probability for the image seen
 * through it, over the masks' mean: sum_k f(x M_k) M_k / (N p).
 *
 * A mask is a grid of s x s cells, each seen with probability p, enlarged bilinearly to s + 1 cells
 * a side and cut to the image at a random shift of less than a cell. A cell's side is the image's
 * over s, rounded up, so that every shift covers the image (the authors' program; the paper rounds
 * down). Enlarging is skimage.transform.resize(order=1, mode='reflect', anti_aliasing=False), the
 * authors' as well. Random numbers are keyed by image and mask: more masks keep the first ones. */
#include <math.h>
#include <string.h>

#include "lesionbench/random.h"
#include "perturbation.h"

enum { MAX_GRID = 64, CHUNK = 64, MASK_SHIFT = 40 };

/* Where the enlarged mask's coordinate lies between two cells. */
typedef struct between {
    size_t low, high;
    double weight; /* of high */
} between;

typedef struct mask {
    double cells[MAX_GRID * MAX_GRID]; /* (grid, grid): 0 or 1 */
    size_t top, left;                  /* shift */
} mask;

typedef struct rise {
    const float *image;
    size_t height, width, grid, item, masks;
    double probability, value;
    uint64_t seed;
    size_t cell_height, cell_width;
    between *rows, *columns; /* of the whole enlarged mask */
} rise;

static void
draw_mask(mask *out, const rise *r, size_t k)
{
    lb_random random;
    lb_random_init(&random, r->seed, LB_PURPOSE_RISE, r->item + ((uint64_t)k << MASK_SHIFT));
    for (size_t c = 0; c < r->grid * r->grid; c++) {
        out->cells[c] = lb_random_uniform(&random) < r->probability ? 1 : 0;
    }
    out->top = lb_random_below(&random, (uint32_t)r->cell_height);
    out->left = lb_random_below(&random, (uint32_t)r->cell_width);
}

/* Row y of the mask within the image: out (width). */
static void
mask_row(double *out, const rise *r, const mask *m, size_t y)
{
    double cells[MAX_GRID];
    const between *row = &r->rows[m->top + y];
    for (size_t c = 0; c < r->grid; c++) {
        cells[c] = (1 - row->weight) * m->cells[row->low * r->grid + c] +
                   row->weight * m->cells[row->high * r->grid + c];
    }
    for (size_t x = 0; x < r->width; x++) {
        const between *column = &r->columns[m->left + x];
        out[x] = (1 - column->weight) * cells[column->low] + column->weight * cells[column->high];
    }
}

enum { MAX_SIDE = 1 << 14 }; /* of images, as of an executor */

static void
see_through(const void *data, float *out, size_t copy)
{
    const rise *r = data;
    mask m;
    double seen[MAX_SIDE];
    draw_mask(&m, r, copy);
    for (size_t y = 0; y < r->height; y++) {
        mask_row(seen, r, &m, y);
        for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
            size_t at = (c * r->height + y) * r->width;
            for (size_t x = 0; x < r->width; x++) {
                out[at + x] =
                    (float)(seen[x] * (double)r->image[at + x] + (1 - seen[x]) * r->value);
            }
        }
    }
}

/* One side of the enlarged mask; beyond the outermost cells' centres the grid is mirrored. */
static void
place_between(between *out, size_t grid, size_t cell)
{
    size_t length = (grid + 1) * cell;
    for (size_t i = 0; i < length; i++) {
        double at = ((double)i + 0.5) * (double)grid / (double)length - 0.5;
        double low = floor(at);
        out[i].low = low < 0 ? 1 : (size_t)low;
        out[i].high = (size_t)(low + 1) < grid ? (size_t)(low + 1) : grid - 2;
        out[i].weight = at - low;
    }
}

static lb_status
rise_init(rise *r, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_perturbation_options *o = &batch->options->perturbation;
    if (o->rise_grid < 2 || o->rise_grid > MAX_GRID || o->rise_masks == 0 ||
        !(o->rise_probability > 0 && o->rise_probability < 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "RISE needs masks, a grid of 2 to %d and a probability between 0 and 1",
                       MAX_GRID);
    }
    *r = (rise){.height = batch->height,
                .width = batch->width,
                .grid = o->rise_grid,
                .masks = o->rise_masks,
                .probability = o->rise_probability,
                .value = o->hidden_value,
                .seed = batch->options->seed,
                .cell_height = (batch->height + o->rise_grid - 1) / o->rise_grid,
                .cell_width = (batch->width + o->rise_grid - 1) / o->rise_grid};
    LB_ALLOC(r->rows, (r->grid + 1) * r->cell_height);
    LB_ALLOC(r->columns, (r->grid + 1) * r->cell_width);
    place_between(r->rows, r->grid, r->cell_height);
    place_between(r->columns, r->grid, r->cell_width);
cleanup:
    return status;
}

/* Adds the masks first .. first + n - 1, weighted, to sum (H, W); in their order at every pixel. */
static void
add_masks(double *sum, mask *masks, const rise *r, const double *values, size_t first, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        draw_mask(&masks[k], r, first + k);
    }
#pragma omp parallel for schedule(static)
    for (size_t y = 0; y < r->height; y++) {
        double seen[MAX_SIDE];
        for (size_t k = 0; k < n; k++) {
            mask_row(seen, r, &masks[k], y);
            for (size_t x = 0; x < r->width; x++) {
                sum[y * r->width + x] += values[first + k] * seen[x];
            }
        }
    }
}

static lb_status
attribute(float *pixels, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    lb_status status = LB_OK;
    rise r = {.rows = NULL};
    double *values = NULL, *sum = NULL;
    mask *masks = NULL;
    (void)diagnostics;
    LB_TRY(rise_init(&r, batch, err));
    LB_ALLOC(values, r.masks);
    LB_ALLOC(sum, batch->pixels);
    LB_ALLOC(masks, CHUNK);
    for (size_t i = 0; i < batch->count; i++) {
        r.image = batch->images + i * batch->values;
        r.item = batch->items[i];
        LB_TRY(lb_session_forward_copies(values, session, batch, i, r.masks, see_through, &r,
                                         LB_TARGET_PROBABILITY, err));
        memset(sum, 0, batch->pixels * sizeof *sum);
        for (size_t first = 0; first < r.masks; first += CHUNK) {
            size_t left = r.masks - first;
            add_masks(sum, masks, &r, values, first, left < CHUNK ? left : CHUNK);
        }
        for (size_t p = 0; p < batch->pixels; p++) {
            pixels[i * batch->pixels + p] = (float)(sum[p] / ((double)r.masks * r.probability));
        }
    }
cleanup:
    lb_free(masks);
    lb_free(sum);
    lb_free(values);
    lb_free(r.columns);
    lb_free(r.rows);
    return status;
}

static const char *const settings[] = {
    "answer", "hidden_value", "rise_masks", "rise_grid", "rise_probability", "seed", NULL};

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return LB_FORWARD_PASS * (double)options->perturbation.rise_masks;
}

const lb_method lb_rise = {.struct_size = sizeof(lb_method),
                           .name = "rise",
                           .title = "RISE",
                           .summary =
                               "mean of random masks, weighted by the probability behind them",
                           .source = "Petsiuk, Das, Saenko: Randomized input sampling for "
                                     "explanation of black-box models, BMVC 2018",
                           .needs = LB_NEEDS_COPIES,
                           .flags = LB_METHOD_SLOW | LB_METHOD_PER_PIXEL,
                           .settings = settings,
                           .attribute = attribute,
                           .passes = passes};
