/* SPDX-License-Identifier: MIT */
#include "cam.h"

#include <string.h>

void
lb_cam_mean_gradient(float *map, const float *output, const float *gradient,
                     const lb_block_shape *shape)
{
    size_t cells = shape->height * shape->width;
    memset(map, 0, cells * sizeof *map);
    for (size_t c = 0; c < shape->channels; c++) {
        double weight = 0;
        for (size_t p = 0; p < cells; p++) {
            weight += (double)gradient[c * cells + p];
        }
        for (size_t p = 0; p < cells; p++) {
            map[p] += (float)(weight / (double)cells) * output[c * cells + p];
        }
    }
    for (size_t p = 0; p < cells; p++) {
        map[p] = map[p] > 0 ? map[p] : 0.0f;
    }
}

/* The two cells around pixel i, and the share of the second. */
typedef struct between {
    size_t first, second;
    float share;
} between;

static between
locate(size_t i, size_t length, size_t cells)
{
    double at = ((double)i + 0.5) * (double)cells / (double)length - 0.5;
    at = at > 0 ? at : 0;
    size_t first = (size_t)at;
    first = first < cells - 1 ? first : cells - 1;
    return (between){first, first + 1 < cells ? first + 1 : first, (float)(at - (double)first)};
}

void
lb_cam_enlarge(float *out, size_t height, size_t width, const float *in, size_t in_height,
               size_t in_width)
{
    for (size_t y = 0; y < height; y++) {
        between row = locate(y, height, in_height);
        for (size_t x = 0; x < width; x++) {
            between column = locate(x, width, in_width);
            const float *above = in + row.first * in_width, *below = in + row.second * in_width;
            float top =
                above[column.first] + column.share * (above[column.second] - above[column.first]);
            float bottom =
                below[column.first] + column.share * (below[column.second] - below[column.first]);
            out[y * width + x] = top + row.share * (bottom - top);
        }
    }
}

lb_status
lb_session_cam(float *out, lb_session *session, const lb_batch *batch, lb_cam_combine combine,
               lb_error *err)
{
    lb_status status = LB_OK;
    size_t block = batch->options->cam_block - 1;
    lb_block_shape shape = {0};
    float *output = NULL, *gradient = NULL, *map = NULL;
    LB_TRY(lb_executor_block_shape(&shape, session->executor, block, err));
    size_t cells = shape.height * shape.width, size = shape.channels * cells;
    LB_ALLOC(output, size);
    LB_ALLOC(gradient, size);
    LB_ALLOC(map, cells);
    lb_session_seed(session, batch, false);
    LB_TRY(lb_executor_block_backward(session->executor, block, session->seeds, err));
    for (size_t i = 0; i < batch->count; i++) {
        float *image = out + i * batch->values;
        LB_TRY(lb_executor_block_read(output, gradient, session->executor, block, i, err));
        combine(map, output, gradient, &shape);
        lb_cam_enlarge(image, batch->height, batch->width, map, shape.height, shape.width);
        for (size_t c = 1; c < LB_INPUT_CHANNELS; c++) {
            memcpy(image + c * batch->pixels, image, batch->pixels * sizeof *image);
        }
    }
cleanup:
    lb_free(output);
    lb_free(gradient);
    lb_free(map);
    return status;
}
