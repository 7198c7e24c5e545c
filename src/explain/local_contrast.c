/* SPDX-License-Identifier: MIT */
/* Two controls that find what differs from its surroundings, whatever the network. Their widths are
 * shares of the image, so that they mean the same at any size; they were chosen by what finds the
 * study's lesions best (docs/audit.md has the trials). */
#include <math.h>

#include "lesionbench/image.h"
#include "session.h"

/* Standard deviations in pixels of an image of 224 x 224. A lesion of the study has a radius of
 * about 7.5 there. The ratio of 8 between centre and surround is that of Itti, Koch & Niebur, IEEE
 * TPAMI 20 (1998) 1254. */
static const double CENTRE = 3, SURROUND = 24, NEIGHBOURHOOD = 8, SIDE = 224;
static const double MIN_VARIANCE = 1e-4; /* for fields without texture */

/* What the controls of this file work with, for one image; doubles. */
typedef struct fields {
    double *image, *square;  /* the image and its square */
    double *fine, *coarse;   /* smoothed */
    double *brain, *weights; /* 1 where the image is above 0; smoothed */
} fields;

static void
fields_release(fields *f)
{
    lb_free(f->weights);
    lb_free(f->brain);
    lb_free(f->coarse);
    lb_free(f->fine);
    lb_free(f->square);
    lb_free(f->image);
}

static lb_status
fields_init(fields *f, size_t pixels, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(f->image, pixels);
    LB_ALLOC(f->square, pixels);
    LB_ALLOC(f->fine, pixels);
    LB_ALLOC(f->coarse, pixels);
    LB_ALLOC(f->brain, pixels);
    LB_ALLOC(f->weights, pixels);
cleanup:
    return status;
}

static void
fields_load(fields *f, const float *image, size_t pixels)
{
    for (size_t p = 0; p < pixels; p++) {
        f->image[p] = (double)image[p];
        f->square[p] = f->image[p] * f->image[p];
        f->brain[p] = image[p] > 0 ? 1 : 0;
    }
}

/* A Gaussian mean over the brain alone: G(x b) / G(b) (normalised convolution: Knutsson & Westin,
 * CVPR 1993). Without it the rim of the head is the strongest contrast of all. */
static lb_status
smooth_brain(double *out, fields *f, const lb_batch *batch, double sigma, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_gaussian_filter(out, f->image, batch->height, batch->width, sigma, sigma, err));
    LB_TRY(
        lb_gaussian_filter(f->weights, f->brain, batch->height, batch->width, sigma, sigma, err));
    for (size_t p = 0; p < batch->pixels; p++) {
        out[p] = f->brain[p] > 0 ? out[p] / f->weights[p] : 0;
    }
cleanup:
    return status;
}

/* max(0, G_centre - G_surround) within the brain: what is lighter than its surroundings (Marr &
 * Hildreth, Proceedings of the Royal Society B 207 (1980) 187). */
static lb_status
map_difference(float *map, fields *f, const lb_batch *batch, double scale, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(smooth_brain(f->fine, f, batch, CENTRE * scale, err));
    LB_TRY(smooth_brain(f->coarse, f, batch, SURROUND * scale, err));
    for (size_t p = 0; p < batch->pixels; p++) {
        map[p] = (float)fmax(0, f->fine[p] - f->coarse[p]);
    }
cleanup:
    return status;
}

/* |G_centre - local mean| / local standard deviation, over the whole image (as in Peli, JOSA A 7
 * (1990) 2032, with the deviation in the mean's place): light or dark against its surroundings,
 * most where these are plain. */
static lb_status
map_contrast(float *map, fields *f, const lb_batch *batch, double scale, lb_error *err)
{
    lb_status status = LB_OK;
    double centre = CENTRE * scale, wide = NEIGHBOURHOOD * scale;
    LB_TRY(lb_gaussian_filter(f->fine, f->image, batch->height, batch->width, centre, centre, err));
    LB_TRY(lb_gaussian_filter(f->coarse, f->image, batch->height, batch->width, wide, wide, err));
    LB_TRY(lb_gaussian_filter(f->square, f->square, batch->height, batch->width, wide, wide, err));
    for (size_t p = 0; p < batch->pixels; p++) {
        double variance = fmax(0, f->square[p] - f->coarse[p] * f->coarse[p]);
        map[p] = (float)(fabs(f->fine[p] - f->coarse[p]) / sqrt(variance + MIN_VARIANCE));
    }
cleanup:
    return status;
}

typedef lb_status (*field_map)(float *map, fields *f, const lb_batch *batch, double scale,
                               lb_error *err);

static lb_status
map_all(float *map, const lb_batch *batch, field_map make, lb_error *err)
{
    lb_status status = LB_OK;
    fields f = {.image = NULL};
    double scale = sqrt((double)batch->pixels) / SIDE;
    LB_TRY(fields_init(&f, batch->pixels, err));
    for (size_t i = 0; i < batch->count; i++) {
        fields_load(&f, batch->grey + i * batch->pixels, batch->pixels);
        LB_TRY(make(map + i * batch->pixels, &f, batch, scale, err));
    }
cleanup:
    fields_release(&f);
    return status;
}

static lb_status
difference_of_gaussians(float *map, lb_diagnostics *diagnostics, lb_session *session,
                        const lb_batch *batch, lb_error *err)
{
    (void)diagnostics;
    (void)session;
    return map_all(map, batch, map_difference, err);
}

static lb_status
local_contrast(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
               lb_error *err)
{
    (void)diagnostics;
    (void)session;
    return map_all(map, batch, map_contrast, err);
}

const lb_method lb_difference_of_gaussians_map = {
    .struct_size = sizeof(lb_method),
    .name = "difference_of_gaussians",
    .title = "Difference of Gaussians",
    .summary = "what is lighter than its surroundings",
    .source = "Marr, Hildreth: Theory of edge detection, Proceedings of the Royal Society B 1980",
    .flags = LB_METHOD_CONTROL,
    .attribute = difference_of_gaussians};

const lb_method lb_local_contrast_map = {.struct_size = sizeof(lb_method),
                                         .name = "local_contrast",
                                         .title = "Local contrast",
                                         .summary =
                                             "distance from the local mean, in local deviations",
                                         .source = "Peli: Contrast in complex images, JOSA A 1990",
                                         .flags = LB_METHOD_CONTROL,
                                         .attribute = local_contrast};
