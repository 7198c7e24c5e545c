/* SPDX-License-Identifier: MIT */
/* The edge baselines: Sobel's gradient magnitude and the absolute Laplace filter, with SciPy's
 * kernels and borders. In the published study both are the Laplace filter, with its sign. */
#include <math.h>

#include "explainer.h"
#include "lesionbench/image.h"

static void
to_double(double *out, const float *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (double)in[i];
    }
}

static lb_status
laplace(lb_explainer *e, float *map, lb_error *err)
{
    lb_status status = LB_OK;
    double *image = NULL, *filtered = NULL;
    LB_ALLOC(image, e->pixels);
    LB_ALLOC(filtered, e->pixels);
    for (size_t i = 0; i < e->count; i++) {
        to_double(image, e->grey + i * e->pixels, e->pixels);
        lb_laplace(filtered, image, e->height, e->width);
        for (size_t p = 0; p < e->pixels; p++) {
            double value = e->options->sobel_is_laplace ? filtered[p] : fabs(filtered[p]);
            map[i * e->pixels + p] = (float)value;
        }
    }
cleanup:
    lb_free(image);
    lb_free(filtered);
    return status;
}

static lb_status
sobel(lb_explainer *e, float *map, lb_error *err)
{
    lb_status status = LB_OK;
    double *image = NULL, *along_y = NULL, *along_x = NULL;
    if (e->options->sobel_is_laplace) {
        return laplace(e, map, err);
    }
    LB_ALLOC(image, e->pixels);
    LB_ALLOC(along_y, e->pixels);
    LB_ALLOC(along_x, e->pixels);
    for (size_t i = 0; i < e->count; i++) {
        to_double(image, e->grey + i * e->pixels, e->pixels);
        LB_TRY(lb_sobel(along_y, image, e->height, e->width, 0, err));
        LB_TRY(lb_sobel(along_x, image, e->height, e->width, 1, err));
        for (size_t p = 0; p < e->pixels; p++) {
            map[i * e->pixels + p] = (float)sqrt(along_y[p] * along_y[p] + along_x[p] * along_x[p]);
        }
    }
cleanup:
    lb_free(image);
    lb_free(along_y);
    lb_free(along_x);
    return status;
}

const lb_method lb_sobel_map = {.name = "sobel",
                                .summary = "baseline: gradient magnitude of the image",
                                .of_edges = true,
                                .map = sobel};

const lb_method lb_laplace_map = {.name = "laplace",
                                  .summary = "baseline: absolute Laplace filter of the image",
                                  .of_edges = true,
                                  .map = laplace};
