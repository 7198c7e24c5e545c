/* SPDX-License-Identifier: MIT */
/* Layers in double against plain loops; what passes decide in double; and passes that keep less,
 * or share memory, against those that keep all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise.h"
#include "testing.h"

#include "nn/executor_internal.h"
#include "nn/f64_kernels.h"

enum { SIDE = 48, IMAGES = 2, VALUES = 3 * SIDE * SIDE };

static double *
doubles(size_t count)
{
    lb_error err;
    double *values = lb_alloc(count, sizeof *values, &err);
    assert_non_null(values);
    return values;
}

static double
at(const double *values, const lb_planes *s, size_t image, size_t channel, size_t y, size_t x)
{
    size_t plane = image * s->planes + channel / s->block;
    return values[((plane * (s->height + 2) + y + 1) * (s->width + 2) + x + 1) * s->block +
                  channel % s->block];
}

/* The sum over a window, from plain arrays. */
static double
convolved(const float *in, const float *weight, const float *bias, size_t ins, const lb_planes *s,
          size_t image, size_t o, size_t y, size_t x)
{
    double sum = (double)bias[o];
    for (size_t c = 0; c < ins; c++) {
        for (size_t k = 0; k < 9; k++) {
            size_t yy = y + k / 3, xx = x + k % 3; /* one more than the place */
            if (yy > 0 && yy <= s->height && xx > 0 && xx <= s->width) {
                sum += (double)weight[(o * ins + c) * 9 + k] *
                       (double)in[((image * ins + c) * s->height + yy - 1) * s->width + xx - 1];
            }
        }
    }
    return sum;
}

static void
check_convolution(size_t ins, size_t outs, size_t height, size_t width, size_t block)
{
    const lb_planes s = {
        .images = IMAGES, .planes = (ins + block - 1) / block, height, width, block};
    lb_planes out_shape = s;
    out_shape.planes = (outs + block - 1) / block;
    float *plain = noise(IMAGES * ins * height * width, ins);
    float *weight = noise(outs * ins * 9, outs), *bias = noise(outs, block);
    double *in = doubles(IMAGES * lb_f64_size(&s));
    double *out = doubles(IMAGES * lb_f64_size(&out_shape));
    double *weights = doubles(lb_f64_weights_size(outs, ins, block));
    double *wide_bias = doubles(out_shape.planes * block);
    for (size_t o = 0; o < outs; o++) {
        wide_bias[o] = (double)bias[o];
    }
    lb_f64_load(in, plain, ins, &s);
    lb_f64_weights(weights, weight, outs, ins, block);
    lb_f64_convolution(out, in, weights, wide_bias, &s, ins, out_shape.planes);
    for (size_t i = 0; i < IMAGES * outs * height * width; i++) {
        size_t x = i % width, y = i / width % height, o = i / width / height % outs;
        size_t image = i / width / height / outs;
        assert_close(at(out, &out_shape, image, o, y, x),
                     convolved(plain, weight, bias, ins, &s, image, o, y, x), 1e-13, 1e-13);
    }
    lb_free(plain);
    lb_free(weight);
    lb_free(bias);
    lb_free(in);
    lb_free(out);
    lb_free(weights);
    lb_free(wide_bias);
}

/* Widths of every tile and rest; channels that fill blocks and that do not. */
static void
convolutions_equal_their_sums(void **state)
{
    (void)state;
    const size_t blocks[] = {8, 16};
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        check_convolution(3, 16, 5, 26, blocks[b]);
        check_convolution(16, 40, 7, 14, blocks[b]);
        check_convolution(20, 8, 6, 12, blocks[b]);
        check_convolution(33, 17, 3, 3, blocks[b]);
    }
}

/* Equal but for 1e-12: the first wins; 1e-6 apart: the larger. */
static void
pooling_is_stable(void **state)
{
    (void)state;
    enum { BLOCK = 8 };
    const lb_planes s = {.images = 1, .planes = 1, .height = 2, .width = 4, .block = BLOCK};
    const lb_planes half = {.images = 1, .planes = 1, .height = 1, .width = 2, .block = BLOCK};
    float *plain = noise(2 * 4 * BLOCK, 1);
    double *in = doubles(lb_f64_size(&s)), *out = doubles(lb_f64_size(&half)), scratch;
    uint8_t argmax[2 * BLOCK];
    for (size_t i = 0; i < 2 * 4 * BLOCK; i++) {
        plain[i] = 0.5f;
    }
    lb_f64_load(in, plain, BLOCK, &s);
    size_t second = ((size_t)1 * 6 + 2) * BLOCK, fourth = ((size_t)2 * 6 + 4) * BLOCK;
    in[second] += 1e-12;
    in[fourth] += 1e-6;
    lb_f64_pool(out, argmax, in, BLOCK, &scratch, &s);
    assert_int_equal(argmax[0], 0);
    assert_int_equal(argmax[BLOCK], 3);
    assert_close(at(out, &half, 0, 0, 0, 1), 0.5 + 1e-6, 1e-15, 0);
    assert_true(at(out, &half, 0, 0, 0, 0) == 0.5 + 1e-12); /* the maximum, not the winner's */
    lb_free(plain);
    lb_free(in);
    lb_free(out);
}

static void
bits_keep_what_is_positive(void **state)
{
    (void)state;
    enum { COUNT = 16384 * 2 + 77 };
    float *values = noise(COUNT, 3), *gradient = noise(COUNT, 4), *kept = noise(COUNT, 4);
    lb_error err;
    uint32_t *bits = lb_alloc(lb_bit_words(COUNT), sizeof *bits, &err);
    values[5] = 0.0f;
    values[COUNT - 1] = -0.0f;
    lb_relu_bits(bits, values, COUNT);
    lb_keep_where(kept, bits, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(kept[i] == (values[i] > 0 ? gradient[i] : 0.0f));
    }
    lb_free(values);
    lb_free(gradient);
    lb_free(kept);
    lb_free(bits);
}

/* The gradient at the image of one executor. */
static float *
gradient_of(lb_network *network, lb_executor_options options, lb_executor_switches switches)
{
    lb_error err;
    lb_executor *executor = NULL;
    float *out = noise(IMAGES * VALUES, 0), *input = noise(IMAGES * VALUES, 9), *first = NULL;
    const float seeds[IMAGES * 2] = {1, 0, 0, 1};
    options.batch = IMAGES;
    options.height = options.width = SIDE;
    assert_ok(lb_executor_create_with(&executor, network, &options, &switches, &err));
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        size_t x = i % SIDE;
        lb_executor_view_of(executor).input[i] =
            x < SIDE / 3 ? 0.0f : fabsf(input[i]); /* a plain field */
    }
    assert_ok(lb_executor_forward(executor, &err));
    assert_ok(lb_executor_backward(&first, executor, LB_RULE_GRADIENT, NULL, seeds, &err));
    assert_ok(lb_executor_to_input(out, executor, LB_RULE_GRADIENT, first, &err));
    lb_executor_free(executor);
    lb_free(input);
    return out;
}

static double
distance(const float *a, const float *b)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < IMAGES * VALUES; i++) {
        difference += pow((double)a[i] - (double)b[i], 2);
        size += pow((double)b[i], 2);
    }
    assert_true(size > 0);
    return sqrt(difference / size);
}

static lb_network *
network_with_biases(void)
{
    lb_error err;
    lb_network *network = NULL;
    lb_architecture architecture;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 4, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 3, &err));
    for (size_t p = 0; p < lb_network_parameters(network); p++) {
        lb_parameter *parameter = lb_network_parameter(network, p);
        float *values = noise(parameter->count, p);
        for (size_t k = 0; parameter->rank == 1 && k < parameter->count; k++) {
            parameter->value[k] = 0.05f * values[k];
        }
        lb_free(values);
    }
    return network;
}

/* With decisions in double the algorithm of the way back does not matter, ties or not. */
static void
double_decides_for_every_algorithm(void **state)
{
    (void)state;
    lb_network *network = network_with_biases();
    lb_executor_options options = {.purpose = LB_EXECUTOR_EXPLAIN,
                                   .compute = {.convolution = LB_CONVOLUTION_DIRECT}};
    lb_executor_switches switches = {.f32_forward = false};
    float *direct = gradient_of(network, options, switches);
    options.compute.convolution = LB_CONVOLUTION_FASTEST;
    float *fastest = gradient_of(network, options, switches);
    switches.transient_weights = true;
    float *transient = gradient_of(network, options, switches);
    switches.f32_forward = true;
    float *single = gradient_of(network, options, switches);
    assert_true(distance(fastest, direct) < 1e-5);
    assert_true(distance(single, direct) < 0.5);
    assert_memory_equal(transient, fastest, IMAGES * VALUES * sizeof *fastest);
    lb_free(direct);
    lb_free(fastest);
    lb_free(transient);
    lb_free(single);
    lb_network_free(network);
}

/* Bits and choices are all that the gradient needs. The direct algorithm keeps ties, so that it
 * does not matter which tolerance pooling has. */
static void
decisions_are_enough(void **state)
{
    (void)state;
    lb_network *network = network_with_biases();
    lb_executor_options options = {.purpose = LB_EXECUTOR_EXPLAIN,
                                   .compute = {.convolution = LB_CONVOLUTION_DIRECT}};
    lb_executor_switches switches = {.f32_forward = true};
    float *whole = gradient_of(network, options, switches);
    options.purpose = LB_EXECUTOR_EXPLAIN_PATH;
    switches.f32_forward = false;
    float *decided = gradient_of(network, options, switches);
    assert_memory_equal(decided, whole, IMAGES * VALUES * sizeof *whole);
    options.purpose = LB_EXECUTOR_EXPLAIN;
    float *wide = gradient_of(network, options, switches);
    assert_true(distance(wide, whole) < 1e-2);
    lb_free(whole);
    lb_free(decided);
    lb_free(wide);
    lb_network_free(network);
}

static void
passes_share_memory(void **state)
{
    (void)state;
    lb_error err;
    lb_network *network = network_with_biases();
    lb_executor *owner = NULL;
    lb_executor_options options = {
        .batch = 1, .height = SIDE, .width = SIDE, .purpose = LB_EXECUTOR_EXPLAIN};
    lb_executor_switches switches = {.f32_forward = true, .transient_weights = true};
    const lb_executor_options other = {.purpose = LB_EXECUTOR_EXPLAIN};
    size_t bytes = 0;
    assert_ok(lb_executor_create_with(&owner, network, &options, &switches, &err));
    float *alone = gradient_of(network, other, switches);
    switches.share_workspace = owner;
    float *sharing = gradient_of(network, other, switches);
    assert_memory_equal(sharing, alone, IMAGES * VALUES * sizeof *alone);
    assert_ok(lb_executor_forward(owner, &err));
    assert_ok(lb_executor_image_bytes(&bytes, network, &options, &err));
    assert_true(bytes > 0);
    lb_free(alone);
    lb_free(sharing);
    lb_executor_free(owner);
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(convolutions_equal_their_sums),
                                       cmocka_unit_test(pooling_is_stable),
                                       cmocka_unit_test(bits_keep_what_is_positive),
                                       cmocka_unit_test(double_decides_for_every_algorithm),
                                       cmocka_unit_test(decisions_are_enough),
                                       cmocka_unit_test(passes_share_memory)};
    return cmocka_run_group_tests_name("double", tests, NULL, NULL);
}
