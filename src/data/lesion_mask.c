/* SPDX-License-Identifier: MIT */
/* From a blob to a lesion's mask: a soft edge, larger. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesion_internal.h"

#include "lesionbench/image.h"

/* Lower values of the soft edge become 0, by shape. The study has one for each class, distractors
 * the one half-way, so that they are as near to either. They belong to the study's softness. */
static const double CUT[LB_SHAPES] = {0.2, 0.15, 0.175};
static const double STUDY_SIGMA = 0.75;

static int
compare_descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The cut that leaves the expected mass. spare: room for count values. */
static double
find_cut(const double *soft, double *spare, size_t count, const lb_lesion_options *options)
{
    double sum = 0, expected = lesion_expected_mass(options);
    size_t i = 0;
    memcpy(spare, soft, count * sizeof *soft);
    qsort(spare, count, sizeof *spare, compare_descending);
    while (i + 1 < count && sum + spare[i] < expected) {
        sum += spare[i++];
    }
    return spare[i];
}

/* Sets the low values of a softened blob to 0. False where the rest has not the right mass. */
static bool
trim(double *soft, double *spare, size_t count, lb_shape shape, const lb_lesion_options *options)
{
    bool as_in_study = options->edge_sigma == STUDY_SIGMA;
    double cut = as_in_study ? CUT[shape] : find_cut(soft, spare, count, options);
    for (size_t i = 0; i < count; i++) {
        soft[i] = soft[i] < cut ? 0 : soft[i];
    }
    return !as_in_study || lesion_has_expected_mass(soft, count, options);
}

/* Room for the soft edge on each side: two pixels in the study, at least twice sigma. */
static size_t
padding(const lb_lesion_options *options)
{
    return (size_t)fmax(2, ceil(2 * options->edge_sigma));
}

/* The lesion's mask: the trimmed blob enlarged or, for matched lesions, the blob as it was before,
 * enlarged and given the common values. NULL where it has too few pixels for them. */
static lb_status
enlarge(double **out, const double *soft, size_t rows, size_t columns,
        const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    double *mask = NULL;
    size_t height = rows * options->scale, width = columns * options->scale;
    bool fits = true;
    LB_ALLOC(mask, height * width);
    LB_TRY(lb_resize(mask, height, width, soft, rows, columns, err));
    if (options->matched) {
        LB_TRY(lesion_match(&fits, mask, height * width, options, err));
    }
    if (fits) {
        *out = mask;
        mask = NULL;
    }
cleanup:
    lb_free(mask);
    return status;
}

lb_status
lesion_soften(lb_lesion *out, const uint8_t *blob, size_t height, size_t width, lb_shape shape,
              const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    double *soft = NULL, *trimmed = NULL, *spare = NULL;
    double sigma = options->edge_sigma;
    size_t pad = padding(options), rows = height + 2 * pad, columns = width + 2 * pad;
    size_t pixels = rows * columns;
    LB_ALLOC(soft, pixels);
    LB_ALLOC(trimmed, pixels);
    LB_ALLOC(spare, pixels);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            soft[(y + pad) * columns + x + pad] = blob[y * width + x];
        }
    }
    LB_TRY(lb_gaussian_filter(soft, soft, rows, columns, sigma, sigma, err));
    memcpy(trimmed, soft, pixels * sizeof *soft);
    if (trim(trimmed, spare, pixels, shape, options)) {
        out->height = rows * options->scale;
        out->width = columns * options->scale;
        LB_TRY(enlarge(&out->mask, options->matched ? soft : trimmed, rows, columns, options, err));
    }
cleanup:
    lb_free(spare);
    lb_free(trimmed);
    lb_free(soft);
    return status;
}
