/* SPDX-License-Identifier: MIT */
#include "kernels.h"

#include <string.h>

#include "architecture.h"
#include "base/cpu_kernel.h"

/* One row of outputs from two rows of inputs. */
LB_KERNEL(void, pool_row,
          (float *restrict out, uint8_t *restrict argmax, const float *restrict above,
           const float *restrict below, size_t width, size_t block, float tie),
          (out, argmax, above, below, width, block, tie))
{
    for (size_t x = 0; x < width; x++) {
        const float *a = above + 2 * x * block, *c = below + 2 * x * block;
        for (size_t k = 0; k < block; k++) {
            float v0 = a[k], v1 = a[k + block], v2 = c[k], v3 = c[k + block];
            float top = v0 > v1 ? v0 : v1, bottom = v2 > v3 ? v2 : v3;
            float max = top > bottom ? top : bottom;
            float enough = max - tie * (max > 0 ? max : -max);
            int winner = v2 >= enough ? 2 : 3;
            winner = v1 >= enough ? 1 : winner;
            winner = v0 >= enough ? 0 : winner;
            float first = winner < 2 ? (winner == 0 ? v0 : v1) : (winner == 2 ? v2 : v3);
            out[x * block + k] = first;
            if (argmax != NULL) {
                argmax[x * block + k] = (uint8_t)winner;
            }
        }
    }
}

LB_KERNEL(void, mark_nobody, (uint8_t *restrict argmax, const float *restrict out, size_t count),
          (argmax, out, count))
{
    for (size_t i = 0; i < count; i++) {
        argmax[i] = out[i] > 0 ? argmax[i] : LB_NO_ARGMAX;
    }
}

static void
pool(float *out, uint8_t *argmax, const float *in, const lb_planes *s, float tie, bool rectified)
{
    size_t half_height = s->height / 2, half_width = s->width / 2;
    size_t in_row = s->width * s->block, out_row = half_width * s->block;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        for (size_t y = 0; y < half_height; y++) {
            const float *above = in + (p * s->height + 2 * y) * in_row;
            size_t at = (p * half_height + y) * out_row;
            pool_row(out + at, argmax != NULL ? argmax + at : NULL, above, above + in_row,
                     half_width, s->block, tie);
            if (rectified) {
                mark_nobody(argmax + at, out + at, out_row);
            }
        }
    }
}

void
lb_pool_forward(float *out, uint8_t *argmax, const float *in, const lb_planes *s)
{
    pool(out, argmax, in, s, LB_TIE, false);
}

void
lb_pool_forward_rectified(float *out, uint8_t *argmax, const float *in, const lb_planes *s)
{
    pool(out, argmax, in, s, 0, true);
}

/* above and below are the ReLU's output where masked is set; else they are not read. */
LB_KERNEL(void, unpool_row,
          (float *restrict above, float *restrict below, const float *restrict gradient,
           const uint8_t *restrict argmax, size_t width, size_t block, bool masked),
          (above, below, gradient, argmax, width, block, masked))
{
    for (size_t x = 0; x < width; x++) {
        float *a = above + 2 * x * block, *c = below + 2 * x * block;
        for (size_t k = 0; k < block; k++) {
            float g = gradient[x * block + k];
            int winner = argmax[x * block + k];
            if (masked) {
                float left = winner == 0 ? a[k] : a[k + block];
                float right = winner == 2 ? c[k] : c[k + block];
                g = (winner < 2 ? left : right) > 0 ? g : 0.0f;
            }
            a[k] = winner == 0 ? g : 0.0f;
            a[k + block] = winner == 1 ? g : 0.0f;
            c[k] = winner == 2 ? g : 0.0f;
            c[k + block] = winner == 3 ? g : 0.0f;
        }
    }
}

/* What no window covers, of odd sides, becomes 0. */
static void
clear_edges(float *plane, const lb_planes *s)
{
    size_t row = s->width * s->block;
    for (size_t y = 0; s->width % 2 != 0 && y < s->height; y++) {
        memset(plane + (y + 1) * row - s->block, 0, s->block * sizeof *plane);
    }
    if (s->height % 2 != 0) {
        memset(plane + (s->height - 1) * row, 0, row * sizeof *plane);
    }
}

static void
unpool(float *in_gradient, const float *out_gradient, const uint8_t *argmax, const lb_planes *s,
       bool masked)
{
    size_t half_height = s->height / 2, half_width = s->width / 2;
    size_t in_row = s->width * s->block, out_row = half_width * s->block;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < s->images * s->planes; p++) {
        float *plane = in_gradient + p * s->height * in_row;
        clear_edges(plane, s);
        for (size_t y = 0; y < half_height; y++) {
            float *above = plane + 2 * y * in_row;
            size_t at = (p * half_height + y) * out_row;
            unpool_row(above, above + in_row, out_gradient + at, argmax + at, half_width, s->block,
                       masked);
        }
    }
}

void
lb_pool_backward(float *in_gradient, const float *out_gradient, const uint8_t *argmax,
                 const lb_planes *shape)
{
    unpool(in_gradient, out_gradient, argmax, shape, false);
}

void
lb_pool_rectify_backward(float *values, const float *out_gradient, const uint8_t *argmax,
                         const lb_planes *shape)
{
    unpool(values, out_gradient, argmax, shape, true);
}

lb_span
lb_average_window(size_t i, size_t length)
{
    return (lb_span){.start = i * length / LB_POOLED_SIDE,
                     .end = ((i + 1) * length + LB_POOLED_SIDE - 1) / LB_POOLED_SIDE};
}

/* Calls for every (image, channel): plane points at the channel's first element, whose pixels are
 * block floats apart. */
static const float *
channel_start(const float *in, size_t image, size_t channel, const lb_planes *s)
{
    size_t plane = image * s->planes + channel / s->block;
    return in + plane * s->height * s->width * s->block + channel % s->block;
}

void
lb_average_forward(float *out, const float *in, size_t channels, const lb_planes *s)
{
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < s->images * channels; c++) {
        const float *plane = channel_start(in, c / channels, c % channels, s);
        float *pooled = out + c * LB_POOLED_SIDE * LB_POOLED_SIDE;
        for (size_t i = 0; i < LB_POOLED_SIDE * LB_POOLED_SIDE; i++) {
            lb_span rows = lb_average_window(i / LB_POOLED_SIDE, s->height);
            lb_span columns = lb_average_window(i % LB_POOLED_SIDE, s->width);
            size_t count = (rows.end - rows.start) * (columns.end - columns.start);
            float sum = 0;
            for (size_t y = rows.start; y < rows.end; y++) {
                for (size_t x = columns.start; x < columns.end; x++) {
                    sum += plane[(y * s->width + x) * s->block];
                }
            }
            pooled[i] = sum / (float)count;
        }
    }
}

void
lb_average_backward(float *in_gradient, const float *out_gradient, size_t channels,
                    const lb_planes *s)
{
    memset(in_gradient, 0,
           s->images * s->planes * s->height * s->width * s->block * sizeof *in_gradient);
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < s->images * channels; c++) {
        size_t offset =
            (size_t)(channel_start(in_gradient, c / channels, c % channels, s) - in_gradient);
        const float *pooled = out_gradient + c * LB_POOLED_SIDE * LB_POOLED_SIDE;
        for (size_t i = 0; i < LB_POOLED_SIDE * LB_POOLED_SIDE; i++) {
            lb_span rows = lb_average_window(i / LB_POOLED_SIDE, s->height);
            lb_span columns = lb_average_window(i % LB_POOLED_SIDE, s->width);
            size_t count = (rows.end - rows.start) * (columns.end - columns.start);
            float share = pooled[i] / (float)count;
            for (size_t y = rows.start; y < rows.end; y++) {
                for (size_t x = columns.start; x < columns.end; x++) {
                    in_gradient[offset + (y * s->width + x) * s->block] += share;
                }
            }
        }
    }
}

void
lb_unblock(float *out, const float *in, size_t channels, const lb_planes *s)
{
    size_t pixels = s->height * s->width;
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < s->images * channels; c++) {
        const float *plane = channel_start(in, c / channels, c % channels, s);
        for (size_t i = 0; i < pixels; i++) {
            out[c * pixels + i] = plane[i * s->block];
        }
    }
}

LB_KERNEL(void, rectify_range, (float *out, const float *in, size_t count), (out, in, count))
{
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] > 0 ? in[i] : 0.0f;
    }
}

void
lb_rectify(float *out, const float *in, size_t count)
{
    enum { CHUNK = 16384 };
#pragma omp parallel for schedule(static)
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t rest = count - start;
        rectify_range(out + start, in + start, rest < CHUNK ? rest : CHUNK);
    }
}

LB_KERNEL(void, rectify_backward_range,
          (float *restrict values, const float *restrict gradient, size_t count),
          (values, gradient, count))
{
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] > 0 ? gradient[i] : 0.0f;
    }
}

void
lb_rectify_backward(float *values, const float *out_gradient, size_t count)
{
    enum { CHUNK = 16384 };
#pragma omp parallel for schedule(static)
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t rest = count - start;
        rectify_backward_range(values + start, out_gradient + start, rest < CHUNK ? rest : CHUNK);
    }
}

enum { WORD = 32 };

size_t
lb_bit_words(size_t count)
{
    return (count + WORD - 1) / WORD;
}

LB_KERNEL(void, positive_words,
          (uint32_t *restrict bits, const float *restrict values, size_t words),
          (bits, values, words))
{
    for (size_t w = 0; w < words; w++) {
        uint32_t word = 0;
        for (uint32_t k = 0; k < WORD; k++) {
            word |= (uint32_t)(values[w * WORD + k] > 0) << k;
        }
        bits[w] = word;
    }
}

LB_KERNEL(void, keep_words, (float *restrict values, const uint32_t *restrict bits, size_t words),
          (values, bits, words))
{
    for (size_t w = 0; w < words; w++) {
        for (uint32_t k = 0; k < WORD; k++) {
            values[w * WORD + k] = (bits[w] >> k & 1) != 0 ? values[w * WORD + k] : 0.0f;
        }
    }
}

void
lb_relu_bits(uint32_t *bits, const float *values, size_t count)
{
    enum { CHUNK = 512 };
    size_t words = count / WORD;
#pragma omp parallel for schedule(static)
    for (size_t start = 0; start < words; start += CHUNK) {
        size_t rest = words - start;
        positive_words(bits + start, values + start * WORD, rest < CHUNK ? rest : CHUNK);
    }
    for (size_t i = words * WORD; i < count; i++) {
        uint32_t bit = (uint32_t)(values[i] > 0) << i % WORD;
        bits[words] = i % WORD == 0 ? bit : bits[words] | bit;
    }
}

void
lb_keep_where(float *values, const uint32_t *bits, size_t count)
{
    enum { CHUNK = 512 };
    size_t words = count / WORD;
#pragma omp parallel for schedule(static)
    for (size_t start = 0; start < words; start += CHUNK) {
        size_t rest = words - start;
        keep_words(values + start * WORD, bits + start, rest < CHUNK ? rest : CHUNK);
    }
    for (size_t i = words * WORD; i < count; i++) {
        values[i] = (bits[words] >> i % WORD & 1) != 0 ? values[i] : 0.0f;
    }
}

LB_KERNEL(void, round_range, (uint16_t *restrict out, const float *restrict in, size_t count),
          (out, in, count))
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, in + i, sizeof bits);
        uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
        out[i] = (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : rounded);
    }
}

void
lb_round_bf16(uint16_t *out, const float *in, size_t count)
{
    enum { CHUNK = 16384 };
#pragma omp parallel for schedule(static)
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t rest = count - start;
        round_range(out + start, in + start, rest < CHUNK ? rest : CHUNK);
    }
}

void
lb_add_bias(float *rows, const float *bias, size_t n, size_t units, bool relu)
{
    for (size_t i = 0; i < n; i++) {
        float *row = rows + i * units;
        for (size_t u = 0; u < units; u++) {
            float value = row[u] + bias[u];
            row[u] = relu && !(value > 0) ? 0.0f : value;
        }
    }
}

void
lb_sum_rows(float *sum, const float *rows, size_t n, size_t units)
{
    memset(sum, 0, units * sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        for (size_t u = 0; u < units; u++) {
            sum[u] += rows[i * units + u];
        }
    }
}
