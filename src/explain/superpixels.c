/* SPDX-License-Identifier: MIT */
#include "superpixels.h"

#include <string.h>

#include "lesionbench/image.h"
#include "lesionbench/segment.h"

const char *const lb_infill_names[] = {"usual", "value", "mean", NULL};

enum { ITERATIONS = 10, LIGHTNESS = 100 };

/* Values over the image's own range, as CIELAB's lightness, so that neither the images' scale nor
 * normalisation matters. Grey images have three equal channels: dividing the squares' sum by three
 * gives them the distance of one. */
static void
scale_image(double *out, const float *image, size_t values)
{
    float low = image[0], high = image[0];
    for (size_t v = 1; v < values; v++) {
        low = image[v] < low ? image[v] : low;
        high = image[v] > high ? image[v] : high;
    }
    double range = high > low ? (double)high - (double)low : 1;
    double scale = LIGHTNESS / range / 1.7320508075688772; /* sqrt(3) */
    for (size_t v = 0; v < values; v++) {
        out[v] = ((double)image[v] - (double)low) * scale;
    }
}

static lb_status
fill_means(lb_superpixels *s, lb_error *err)
{
    lb_status status = LB_OK;
    double *sum = NULL;
    size_t *size = NULL;
    LB_ALLOC(sum, s->count * LB_INPUT_CHANNELS);
    LB_ALLOC(size, s->count);
    for (size_t p = 0; p < s->pixels; p++) {
        size_t k = (size_t)s->label[p];
        size[k]++;
        for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
            sum[k * LB_INPUT_CHANNELS + c] += (double)s->image[c * s->pixels + p];
        }
    }
    for (size_t v = 0; v < LB_INPUT_CHANNELS * s->pixels; v++) {
        size_t k = (size_t)s->label[v % s->pixels];
        s->fill[v] = (float)(sum[k * LB_INPUT_CHANNELS + v / s->pixels] / (double)size[k]);
    }
cleanup:
    lb_free(size);
    lb_free(sum);
    return status;
}

static lb_status
fill_hidden(lb_superpixels *s, const lb_perturbation_options *o, lb_infill usual, lb_error *err)
{
    lb_status status = LB_OK;
    size_t infill = o->hide_with == LB_INFILL_USUAL ? usual : o->hide_with;
    if (infill == LB_INFILL_MEAN) {
        LB_TRY(fill_means(s, err));
    } else {
        for (size_t v = 0; v < LB_INPUT_CHANNELS * s->pixels; v++) {
            s->fill[v] = (float)o->hidden_value;
        }
    }
    memset(s->idle, 1, s->count * sizeof *s->idle);
    for (size_t v = 0; v < LB_INPUT_CHANNELS * s->pixels; v++) {
        if (s->image[v] != s->fill[v]) {
            s->idle[s->label[v % s->pixels]] = false;
        }
    }
cleanup:
    return status;
}

lb_status
lb_superpixels_init(lb_superpixels *out, const lb_batch *batch, size_t i, lb_infill usual,
                    lb_error *err)
{
    lb_status status = LB_OK;
    double *scaled = NULL;
    const lb_perturbation_options *o = &batch->options->perturbation;
    const lb_slic_options slic = {
        .segments = o->superpixels, .compactness = o->compactness, .iterations = ITERATIONS};
    *out = (lb_superpixels){.pixels = batch->pixels, .image = batch->images + i * batch->values};
    LB_ALLOC(out->label, batch->pixels);
    LB_ALLOC(out->fill, batch->values);
    LB_ALLOC(scaled, batch->values);
    scale_image(scaled, out->image, batch->values);
    LB_TRY(lb_slic(out->label, &out->count, scaled, LB_INPUT_CHANNELS, batch->height, batch->width,
                   &slic, err));
    LB_ALLOC(out->idle, out->count);
    LB_TRY(fill_hidden(out, o, usual, err));
cleanup:
    lb_free(scaled);
    return status;
}

void
lb_superpixels_release(lb_superpixels *s)
{
    lb_free(s->idle);
    lb_free(s->fill);
    lb_free(s->label);
    *s = (lb_superpixels){.count = 0};
}

void
lb_superpixels_hide(const void *data, float *out, size_t copy)
{
    const lb_superpixels *s = data;
    const uint8_t *seen = s->seen + copy * s->count;
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        const float *image = s->image + c * s->pixels, *fill = s->fill + c * s->pixels;
        for (size_t p = 0; p < s->pixels; p++) {
            out[c * s->pixels + p] = seen[s->label[p]] ? image[p] : fill[p];
        }
    }
}

void
lb_superpixels_paint(float *out, const lb_superpixels *s, const double *weights)
{
    for (size_t p = 0; p < s->pixels; p++) {
        out[p] = (float)weights[s->label[p]];
    }
}
