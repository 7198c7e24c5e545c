/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* Nothing inside the brain is as dark as the outside: the least intensity, far below one step of a
 * scanner's integers. */
static const float MIN_INTENSITY = 1e-3f;

/* Two independent normals at once: the two coordinates of one Box-Muller draw. */
static void
draw_pair(double *radius, double *angle, lb_random *random)
{
    *radius = sqrt(-2 * log(1 - lb_random_uniform(random)));
    *angle = 2 * acos(-1) * lb_random_uniform(random);
}

void
cohort_add_noise(float *image, size_t pixels, float deviation, lb_random *random)
{
    double scale = (double)deviation;
    for (size_t i = 0; i < pixels; i++) {
        double radius, angle, signal = (double)image[i];
        if (!(image[i] > 0)) {
            continue;
        }
        draw_pair(&radius, &angle, random);
        radius *= scale;
        /* |signal + radius exp(i angle)| */
        double square = signal * signal + 2 * signal * radius * cos(angle) + radius * radius;
        image[i] = fmaxf((float)sqrt(fmax(square, 0)), MIN_INTENSITY);
    }
}

typedef struct complex_value {
    float re, im;
} complex_value;

/* exp(-2 pi i k / n) for k below n / 2. */
static void
set_roots(complex_value *root, size_t n)
{
    for (size_t k = 0; k < n / 2; k++) {
        double angle = -2 * acos(-1) * (double)k / (double)n;
        root[k] = (complex_value){(float)cos(angle), (float)sin(angle)};
    }
}

static void
reverse_bits(complex_value *line, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            complex_value swap = line[i];
            line[i] = line[j];
            line[j] = swap;
        }
    }
}

/* The discrete Fourier transform of n values in place, n a power of two (Cooley and Tukey,
 * Mathematics of Computation 19, 1965). */
static void
transform(complex_value *line, size_t n, const complex_value *root)
{
    reverse_bits(line, n);
    for (size_t half = 1; half < n; half *= 2) {
        size_t stride = n / (2 * half);
        for (size_t start = 0; start < n; start += 2 * half) {
            for (size_t k = 0; k < half; k++) {
                complex_value w = root[k * stride], *a = &line[start + k], *b = a + half;
                complex_value turned = {w.re * b->re - w.im * b->im, w.re * b->im + w.im * b->re};
                *b = (complex_value){a->re - turned.re, a->im - turned.im};
                *a = (complex_value){a->re + turned.re, a->im + turned.im};
            }
        }
    }
}

/* Signed frequency of an index, in cycles per field. */
static double
frequency(size_t index, size_t size)
{
    return index <= size / 2 ? (double)index : (double)index - (double)size;
}

/* Complex Gaussian coefficients whose mean square falls with the square of the frequency, on half
 * of the plane, as only the real part of the transform is taken. */
static void
draw_spectrum(complex_value *spectrum, size_t size, lb_random *random)
{
    for (size_t row = 0; row < size; row++) {
        for (size_t column = 0; column < size; column++) {
            complex_value *out = &spectrum[row * size + column];
            *out = (complex_value){0, 0};
            bool mirrored = column > size / 2 || (column % (size / 2) == 0 && row > size / 2);
            if (mirrored || row + column == 0) {
                continue;
            }
            double radius, angle;
            double y = frequency(row, size), x = frequency(column, size);
            draw_pair(&radius, &angle, random);
            radius /= hypot(x, y);
            *out = (complex_value){(float)(radius * cos(angle)), (float)(radius * sin(angle))};
        }
    }
}

lb_status
cohort_pink_noise(float *out, size_t size, lb_random *random, lb_error *err)
{
    lb_status status = LB_OK;
    complex_value *spectrum = NULL, *root = NULL, *line = NULL;
    size_t pixels = 0;
    LB_TRY(lb_multiply(&pixels, size, size, err));
    LB_ALLOC(spectrum, pixels);
    LB_ALLOC(root, size / 2 + 1);
    LB_ALLOC(line, size);
    set_roots(root, size);
    draw_spectrum(spectrum, size, random);
    for (size_t row = 0; row < size; row++) {
        transform(spectrum + row * size, size, root);
    }
    for (size_t column = 0; column < size; column++) {
        for (size_t row = 0; row < size; row++) {
            line[row] = spectrum[row * size + column];
        }
        transform(line, size, root);
        for (size_t row = 0; row < size; row++) {
            out[row * size + column] = line[row].re;
        }
    }
cleanup:
    lb_free(line);
    lb_free(root);
    lb_free(spectrum);
    return status;
}
