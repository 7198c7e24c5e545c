/* SPDX-License-Identifier: MIT */
/* The gradient against differences of the logit, along random directions.
 *
 * A network of float32 answers x + h d and x - h d with rounding errors that weigh the more the
 * smaller h is; and it is piecewise linear, with pieces that are small in deep networks, so that
 * the larger h is, the more ReLUs change their mind on the way. The steps h are 1/64 to 1/2^22 of
 * the image's greatest value, each half the one before. The smallest of them, where rounding is all
 * that tells one quotient from the next, say how large the rounding is (it goes with 1/h); the
 * smallest step is taken at which it is at most 1 in 250.
 *
 * A direction that is drawn blindly is almost perpendicular to the gradient, and its derivative a
 * small difference of large terms. So its signs are those of the gradient and its sizes |N(0, 1)|;
 * where the gradient is wrong, the quotient and the product with the gradient still disagree. Flat
 * pixels, equal to their four neighbours, stay as they are: there fields of activations are tied,
 * and the network has no derivative. */
#include <math.h>

#include "lesionbench/random.h"
#include "session.h"

enum { FIRST_STEP = 6, STEPS = 17, NOISY_STEPS = 4 };
static const double MAX_NOISE = 4e-3;

/* One image's direction, and what it is compared with. */
typedef struct probe {
    lb_session *session;
    const lb_batch *batch;
    lb_executor *executor;
    size_t image;              /* in the batch */
    double greatest;           /* of the image's absolute values */
    const float *gradient;     /* (3, H, W) of the image */
    float *direction;          /* (3, H, W) */
    double logit[2 * STEPS];   /* at x + h d and x - h d of each step */
    double product[2 * STEPS]; /* of the gradient with what these points, rounded, are from x */
} probe;

static bool
is_flat(const float *image, size_t y, size_t x, size_t height, size_t width)
{
    const float *at = image + y * width + x;
    return (y == 0 || at[0] == at[-(ptrdiff_t)width]) && (y + 1 == height || at[0] == at[width]) &&
           (x == 0 || at[0] == at[-1]) && (x + 1 == width || at[0] == at[1]);
}

static void
draw_direction(probe *p, lb_random *random)
{
    const lb_batch *batch = p->batch;
    const float *image = batch->images + p->image * batch->values;
    p->greatest = 0;
    for (size_t v = 0; v < batch->values; v++) {
        size_t pixel = v % batch->pixels;
        float size = (float)fabs(lb_random_normal(random));
        bool flat = is_flat(image + v - pixel, pixel / batch->width, pixel % batch->width,
                            batch->height, batch->width);
        p->direction[v] = flat ? 0 : copysignf(size, p->gradient[v]);
        p->greatest = fmax(p->greatest, fabs((double)image[v]));
    }
}

/* Puts the points `first` .. `first + count` of 2 x STEPS into the executor. */
static void
fill_points(probe *p, size_t first, size_t count)
{
    const lb_batch *batch = p->batch;
    const float *image = batch->images + p->image * batch->values;
    float *input = lb_executor_view_of(p->executor).input;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        double h = ldexp(p->greatest, -(int)(FIRST_STEP + (first + i) / 2)), product = 0;
        double step = (first + i) % 2 == 0 ? h : -h;
        float *point = input + i * batch->values;
        for (size_t v = 0; v < batch->values; v++) {
            point[v] = (float)((double)image[v] + step * (double)p->direction[v]);
            product += (double)p->gradient[v] * ((double)point[v] - (double)image[v]);
        }
        p->product[first + i] = product;
    }
}

static lb_status
compute_points(probe *p, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_batch *batch = p->batch;
    for (size_t first = 0; first < 2 * STEPS; first += p->session->batch) {
        size_t left = 2 * STEPS - first,
               count = left < p->session->batch ? left : p->session->batch;
        LB_TRY(lb_check_cancelled(batch->context, err));
        fill_points(p, first, count);
        LB_TRY(lb_executor_forward(p->executor, err));
        for (size_t i = 0; i < count; i++) {
            const float *logits = lb_executor_view_of(p->executor).logits + i * batch->classes;
            p->logit[first + i] = (double)logits[batch->targets[p->image]];
        }
    }
cleanup:
    return status;
}

/* |difference of the logits - difference by the gradient| over the larger, at the step chosen. */
static double
compare_differences(const probe *p)
{
    double difference[STEPS], noise = 0;
    for (size_t s = 0; s < STEPS; s++) {
        difference[s] = p->logit[2 * s] - p->logit[2 * s + 1];
    }
    for (size_t s = STEPS - NOISY_STEPS; s < STEPS; s++) {
        /* A half step's difference is half as large, but for the rounding of both. */
        noise = fmax(noise, fabs(difference[s - 1] - 2 * difference[s]) / 2);
    }
    size_t chosen = STEPS - 1;
    while (chosen > 0 && noise > MAX_NOISE * fabs(difference[chosen])) {
        chosen--;
    }
    double product = p->product[2 * chosen] - p->product[2 * chosen + 1];
    double larger = fmax(fabs(difference[chosen]), fabs(product));
    return larger > 0 ? fabs(difference[chosen] - product) / larger : 0;
}

/* The worst of an image's directions. */
static lb_status
check_image(double *out, probe *p, lb_error *err)
{
    lb_status status = LB_OK;
    double worst = 0;
    lb_random random;
    lb_random_init(&random, p->batch->options->seed, LB_PURPOSE_GRADIENT_CHECK,
                   p->batch->items[p->image]);
    for (size_t n = 0; n < p->batch->options->check_gradient; n++) {
        draw_direction(p, &random);
        LB_TRY(compute_points(p, err));
        worst = fmax(worst, compare_differences(p));
    }
    *out = worst;
cleanup:
    return status;
}

static lb_status
check_batch(lb_session *session, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    probe p = {.session = session, .batch = batch};
    const lb_executor_options options = {.batch = session->batch,
                                         .height = batch->height,
                                         .width = batch->width,
                                         .compute = {.convolution = LB_CONVOLUTION_DIRECT}};
    LB_TRY(lb_session_gradient(&gradient, session, batch, err));
    LB_ALLOC(p.direction, batch->values);
    LB_TRY(lb_executor_create(&p.executor, session->network, &options, err));
    for (p.image = 0; p.image < batch->count; p.image++) {
        p.gradient = gradient + p.image * batch->values;
        LB_TRY(check_image(&session->gradient_error[p.image], &p, err));
    }
cleanup:
    lb_executor_free(p.executor);
    lb_free(p.direction);
    return status;
}

lb_status
lb_session_check_gradient(lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
                          lb_error *err)
{
    lb_status status = LB_OK;
    if (!session->has_check) {
        LB_TRY(check_batch(session, batch, err));
        session->has_check = true;
    }
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].gradient_error = session->gradient_error[i];
    }
cleanup:
    return status;
}
