/* SPDX-License-Identifier: MIT */
/* The edge baselines: Sobel's gradient magnitude and the absolute Laplace filter, with SciPy's
 * kernels and borders. In the published study both are the Laplace filter, with its sign. */
#include <math.h>

#include "lesionbench/image.h"
#include "session.h"

static void
to_double(double *out, const float *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (double)in[i];
    }
}

static lb_status
laplace(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
        lb_error *err)
{
    lb_status status = LB_OK;
    double *image = NULL, *filtered = NULL;
    (void)diagnostics;
    (void)session;
    (void)err;
    LB_ALLOC(image, batch->pixels);
    LB_ALLOC(filtered, batch->pixels);
    for (size_t i = 0; i < batch->count; i++) {
        to_double(image, batch->grey + i * batch->pixels, batch->pixels);
        lb_laplace(filtered, image, batch->height, batch->width);
        for (size_t p = 0; p < batch->pixels; p++) {
            double value = batch->options->sobel_is_laplace ? filtered[p] : fabs(filtered[p]);
            map[i * batch->pixels + p] = (float)value;
        }
    }
cleanup:
    lb_free(image);
    lb_free(filtered);
    return status;
}

static lb_status
sobel(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
      lb_error *err)
{
    lb_status status = LB_OK;
    double *image = NULL, *along_y = NULL, *along_x = NULL;
    if (batch->options->sobel_is_laplace) {
        return laplace(map, diagnostics, session, batch, err);
    }
    LB_ALLOC(image, batch->pixels);
    LB_ALLOC(along_y, batch->pixels);
    LB_ALLOC(along_x, batch->pixels);
    for (size_t i = 0; i < batch->count; i++) {
        to_double(image, batch->grey + i * batch->pixels, batch->pixels);
        LB_TRY(lb_sobel(along_y, image, batch->height, batch->width, 0, err));
        LB_TRY(lb_sobel(along_x, image, batch->height, batch->width, 1, err));
        for (size_t p = 0; p < batch->pixels; p++) {
            map[i * batch->pixels + p] =
                (float)sqrt(along_y[p] * along_y[p] + along_x[p] * along_x[p]);
        }
    }
cleanup:
    lb_free(image);
    lb_free(along_y);
    lb_free(along_x);
    return status;
}

const lb_method lb_sobel_map = {.struct_size = sizeof(lb_method),
                                .name = "sobel",
                                .title = "Sobel edge filter",
                                .summary = "edge filter, gradient magnitude of the image",
                                .source = "Sobel, Feldman 1968; as scipy.ndimage.sobel",
                                .flags = LB_METHOD_CONTROL | LB_METHOD_OF_EDGES,
                                .attribute = sobel};

const lb_method lb_laplace_map = {.struct_size = sizeof(lb_method),
                                  .name = "laplace",
                                  .title = "Laplace filter",
                                  .summary = "edge filter, absolute Laplacian of the image",
                                  .source = "as scipy.ndimage.laplace",
                                  .flags = LB_METHOD_CONTROL | LB_METHOD_OF_EDGES,
                                  .attribute = laplace};
