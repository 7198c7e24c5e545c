/* SPDX-License-Identifier: MIT */
/* Convolutions, by every algorithm and precision, against sums in double; layer kernels; passes
 * that forget, and passes in two parts, against whole ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise.h"
#include "testing.h"

#include "lesionbench/training.h"
#include "nn/convolution.h"
#include "nn/executor_internal.h"
#include "nn/kernels.h"

typedef struct problem {
    lb_convolution_shape shape;
    size_t block, planes_in, planes_out; /* of channels */
    float *input, *output_gradient;      /* plain (N, C, H, W) */
    float *weight, *bias;
} problem;

static size_t
plain_at(size_t channels, const lb_convolution_shape *s, size_t n, size_t c, size_t y, size_t x)
{
    return ((n * channels + c) * s->height + y) * s->width + x;
}

static size_t
blocked_at(const problem *p, size_t planes, size_t n, size_t c, size_t y, size_t x)
{
    const lb_convolution_shape *s = &p->shape;
    size_t plane = n * planes + c / p->block;
    return ((plane * s->height + y) * s->width + x) * p->block + c % p->block;
}

/* Into the layout between layers, padded channels 0. */
static float *
to_blocks(const problem *p, const float *plain, size_t channels, size_t planes)
{
    lb_error err;
    const lb_convolution_shape *s = &p->shape;
    size_t count = s->batch * planes * s->height * s->width * p->block;
    float *out = lb_alloc(count, sizeof *out, &err);
    for (size_t n = 0; n < s->batch; n++) {
        for (size_t c = 0; c < channels; c++) {
            for (size_t y = 0; y < s->height; y++) {
                for (size_t x = 0; x < s->width; x++) {
                    out[blocked_at(p, planes, n, c, y, x)] =
                        plain[plain_at(channels, s, n, c, y, x)];
                }
            }
        }
    }
    return out;
}

/* The input at an offset of the kernel; 0 outside. */
static double
padded(const problem *p, size_t n, size_t c, size_t y, size_t x, size_t k)
{
    const lb_convolution_shape *s = &p->shape;
    size_t v = y + k / 3, u = x + k % 3; /* one too many each */
    bool inside = v >= 1 && u >= 1 && v <= s->height && u <= s->width;
    return inside ? (double)p->input[plain_at(s->in, s, n, c, v - 1, u - 1)] : 0;
}

/* Largest difference over largest value, forward. */
static double
forward_error(const problem *p, const float *output)
{
    const lb_convolution_shape *s = &p->shape;
    double worst = 0, most = 0;
    for (size_t i = 0; i < s->batch * s->out * s->height * s->width; i++) {
        size_t x = i % s->width, y = i / s->width % s->height;
        size_t o = i / s->width / s->height % s->out, n = i / s->width / s->height / s->out;
        double sum = (double)p->bias[o];
        for (size_t c = 0; c < s->in; c++) {
            for (size_t k = 0; k < 9; k++) {
                sum += padded(p, n, c, y, x, k) * (double)p->weight[(o * s->in + c) * 9 + k];
            }
        }
        sum = s->relu && sum < 0 ? 0 : sum;
        worst = fmax(worst, fabs(sum - (double)output[blocked_at(p, p->planes_out, n, o, y, x)]));
        most = fmax(most, fabs(sum));
    }
    return worst / most;
}

/* ... of the gradients at weights, biases and input, all in one pass over the products. */
static double
backward_error(const problem *p, const float *weight, const float *bias, const float *input)
{
    lb_error err;
    const lb_convolution_shape *s = &p->shape;
    size_t weights = s->out * s->in * 9, pixels = s->height * s->width;
    double *w = lb_alloc(weights, sizeof *w, &err), *b = lb_alloc(s->out, sizeof *b, &err);
    double *in = lb_alloc(s->batch * s->in * pixels, sizeof *in, &err), worst[3] = {0},
           most[3] = {0};
    for (size_t i = 0; i < s->batch * s->out * pixels; i++) {
        size_t x = i % s->width, y = i / s->width % s->height;
        size_t o = i / pixels % s->out, n = i / pixels / s->out;
        double g = (double)p->output_gradient[i];
        b[o] += g;
        for (size_t c = 0; c < s->in; c++) {
            for (size_t k = 0; k < 9; k++) {
                size_t at = (o * s->in + c) * 9 + k, v = y + k / 3, u = x + k % 3;
                w[at] += g * padded(p, n, c, y, x, k);
                if (v >= 1 && u >= 1 && v <= s->height && u <= s->width) {
                    in[plain_at(s->in, s, n, c, v - 1, u - 1)] += g * (double)p->weight[at];
                }
            }
        }
    }
    for (size_t i = 0; i < weights; i++) {
        worst[0] = fmax(worst[0], fabs(w[i] - (double)weight[i]));
        most[0] = fmax(most[0], fabs(w[i]));
    }
    for (size_t i = 0; i < s->out; i++) {
        worst[1] = fmax(worst[1], fabs(b[i] - (double)bias[i]));
        most[1] = fmax(most[1], fabs(b[i]));
    }
    for (size_t i = 0; i < s->batch * s->in * pixels; i++) {
        size_t x = i % s->width, y = i / s->width % s->height;
        size_t at = blocked_at(p, p->planes_in, i / pixels / s->in, i / pixels % s->in, y, x);
        worst[2] = fmax(worst[2], fabs(in[i] - (double)input[at]));
        most[2] = fmax(most[2], fabs(in[i]));
    }
    lb_free(w);
    lb_free(b);
    lb_free(in);
    return fmax(worst[0] / most[0], fmax(worst[1] / most[1], worst[2] / most[2]));
}

static void
assert_convolution(const lb_convolution_shape *shape, const lb_compute *compute, double least,
                   double tolerance)
{
    lb_error err;
    lb_backend *backend = NULL;
    lb_convolution *convolution = NULL;
    problem p = {.shape = *shape};
    size_t pixels = shape->batch * shape->height * shape->width;
    assert_ok(lb_backend_create(&backend, compute, &err));
    p.block = lb_backend_block(backend);
    p.planes_in = (shape->in + p.block - 1) / p.block;
    p.planes_out = (shape->out + p.block - 1) / p.block;
    p.input = noise(pixels * shape->in, 1);
    p.output_gradient = noise(pixels * shape->out, 2);
    p.weight = noise(shape->out * shape->in * 9, 3);
    p.bias = noise(shape->out, 4);
    float *blocked = to_blocks(&p, p.input, shape->in, p.planes_in);
    float *gradient = to_blocks(&p, p.output_gradient, shape->out, p.planes_out);
    float *output = noise(pixels * p.planes_out * p.block, 5);
    float *input = noise(pixels * p.planes_in * p.block, 6);
    float *weight = noise(shape->out * shape->in * 9, 7), *bias = noise(shape->out, 8);
    const float *in = shape->plain_input ? p.input : blocked;
    assert_ok(lb_convolution_create(&convolution, backend, shape, &err));
    assert_ok(lb_convolution_set_weights(convolution, p.weight, p.bias, &err));
    assert_ok(lb_convolution_forward(convolution, in, output, &err));
    assert_ok(lb_convolution_backward_input(convolution, gradient, input, &err));
    assert_ok(lb_convolution_backward_weights(convolution, in, gradient, weight, bias, &err));
    double forward = forward_error(&p, output), backward = backward_error(&p, weight, bias, input);
    printf("%zu -> %zu, %zu x %zu, %s, %s: %.1e forward, %.1e backward\n", shape->in, shape->out,
           shape->height, shape->width, lb_convolution_names[compute->convolution],
           lb_precision_names[compute->precision], forward, backward);
    assert_true(forward >= least && forward < tolerance);
    assert_true(backward >= least && backward < tolerance);
    float *all[] = {
        p.input, p.output_gradient, p.weight, p.bias, blocked, gradient, output, input, weight,
        bias};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lb_free(all[i]);
    }
    lb_convolution_free(convolution);
    lb_backend_free(backend);
}

/* Sides that no tile of 4 divides, channels that fill blocks and that do not. */
static const lb_convolution_shape shapes[] = {
    {2, 3, 20, 9, 14, true, true, true, true, false, false},
    {2, 16, 32, 14, 9, false, false, true, true, false, false},
    {3, 24, 40, 7, 7, false, true, true, true, false, false},
    {2, 64, 64, 10, 13, false, true, true, true, false, false},
    {1, 80, 128, 16, 16, false, false, true, true, false, false}};

static void
convolutions_equal_their_sums(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (size_t c = 0; lb_convolution_names[c] != NULL; c++) {
            const lb_compute compute = {.convolution = c};
            assert_convolution(shapes + i, &compute, 0, c == LB_CONVOLUTION_DIRECT ? 2e-6 : 1e-5);
        }
    }
}

static void
bfloat16_rounds_operands_only(void **state)
{
    (void)state;
    lb_error err;
    lb_backend *backend = NULL;
    const lb_compute compute = {.precision = LB_PRECISION_BF16};
    if (lb_backend_create(&backend, &compute, &err) != LB_OK) {
        assert_int_equal(err.code, LB_ERROR_UNSUPPORTED);
        print_message("skipped: no AVX-512 here\n");
        skip();
    }
    lb_backend_free(backend);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        assert_convolution(shapes + i, &compute, 2e-4, 1e-2);
    }
}

static void
bfloat16_is_the_nearest(void **state)
{
    (void)state;
    const struct {
        uint32_t in;
        uint16_t out;
    } rows[] = {{0x3F800000, 0x3F80}, {0x3F808000, 0x3F80}, /* the middle: to even */
                {0x3F818000, 0x3F82}, {0x3F808001, 0x3F81}, {0x7F7FFFFF, 0x7F80},
                {0x80000000, 0x8000}, {0xFF800000, 0xFF80}, {0x7F800001, 0x7FC0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float in;
        uint16_t out;
        memcpy(&in, &rows[i].in, sizeof in);
        lb_round_bf16(&out, &in, 1);
        assert_int_equal(out, rows[i].out);
    }
}

/* Through a ReLU and the pooling after it at once, as one after the other; odd sides. */
static void
pooling_and_relu_go_back_together(void **state)
{
    (void)state;
    const lb_planes shape = {.images = 2, .planes = 3, .height = 7, .width = 9, .block = 16};
    size_t out_count = 2 * 3 * 3 * 4 * 16, count = 2 * 3 * 7 * 9 * 16;
    float *activation = noise(count, 1), *gradient = noise(out_count, 2),
          *out = noise(out_count, 3);
    float *apart = noise(count, 4), *mask = noise(count, 5);
    uint8_t argmax[2 * 3 * 3 * 4 * 16];
    lb_rectify(activation, activation, count);
    lb_pool_forward(out, argmax, activation, &shape);
    lb_pool_backward(apart, gradient, argmax, &shape);
    memcpy(mask, activation, count * sizeof *mask);
    lb_rectify_backward(mask, apart, count);
    lb_pool_rectify_backward(activation, gradient, argmax, &shape);
    size_t passed = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(mask[i] == activation[i]);
        passed += mask[i] != 0;
    }
    assert_true(passed > out_count / 2 && passed <= out_count);
    float *all[] = {activation, gradient, out, apart, mask};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lb_free(all[i]);
    }
}

enum { BATCH = 3, SIDE = 48, VALUES = 3 * SIDE * SIDE };

static lb_executor *
make_executor(lb_network *network, const lb_executor_options *options,
              const lb_executor_switches *switches, const float *input)
{
    lb_error err;
    lb_executor *executor = NULL;
    assert_ok(lb_executor_create_with(&executor, network, options, switches, &err));
    memcpy(lb_executor_view_of(executor).input, input,
           BATCH * lb_executor_view_of(executor).input_size * sizeof *input);
    assert_ok(lb_executor_forward(executor, &err));
    return executor;
}

/* An executor that keeps the logits alone, and one in two parts, give the bits of a whole one. */
static void
executors_in_parts_are_the_whole(void **state)
{
    (void)state;
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    float *images = noise(BATCH * VALUES, 1);
    assert_ok(lb_architecture_init(&architecture, "vgg13", 0.25, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 1, &err));
    lb_executor_options options = {
        .purpose = LB_EXECUTOR_EXPLAIN, .batch = BATCH, .height = SIDE, .width = SIDE};
    const lb_executor_switches f32 = {.f32_forward = true};
    lb_executor *whole = make_executor(network, &options, &f32, images);
    options.purpose = LB_EXECUTOR_PREDICT;
    lb_executor *forgetful = make_executor(network, &options, NULL, images);
    options.purpose = LB_EXECUTOR_FEATURES;
    lb_executor *features = make_executor(network, &options, NULL, images);
    options.purpose = LB_EXECUTOR_PREDICT;
    options.first_block = LB_BLOCKS;
    lb_executor *classifier =
        make_executor(network, &options, NULL, lb_executor_view_of(features).outputs);
    size_t size = BATCH * 2 * sizeof(float);
    assert_memory_equal(lb_executor_view_of(forgetful).logits, lb_executor_view_of(whole).logits,
                        size);
    assert_memory_equal(lb_executor_view_of(classifier).logits, lb_executor_view_of(whole).logits,
                        size);
    assert_true(lb_executor_view_of(whole).logits[0] != lb_executor_view_of(whole).logits[2]);
    lb_executor_free(whole);
    lb_executor_free(forgetful);
    lb_executor_free(features);
    lb_executor_free(classifier);
    lb_network_free(network);
    lb_free(images);
}

enum { IMAGES = 41, SMALL = 32, SMALL_VALUES = 3 * SMALL * SMALL };

/* data: the number of the first image. */
static lb_status
read_noise(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const size_t *first = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        float *image = noise(SMALL_VALUES, 100 + *first + index[i]);
        memcpy(out + i * SMALL_VALUES, image, SMALL_VALUES * sizeof *out);
        lb_free(image);
    }
    return LB_OK;
}

/* However many are predicted together, and wherever an image is among them. */
static void
predictions_do_not_depend_on_the_others(void **state)
{
    (void)state;
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    float together[IMAGES][2], alone[2];
    size_t first = 0;
    lb_image_loader source = {.count = IMAGES,
                              .channels = 3,
                              .height = SMALL,
                              .width = SMALL,
                              .data = &first,
                              .read = read_noise};
    assert_ok(lb_architecture_init(&architecture, "vgg11", 0.25, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 1, &err));
    assert_ok(lb_predict(together[0], network, &source, NULL, NULL, &err));
    source.count = 1;
    for (; first < IMAGES; first++) {
        assert_ok(lb_predict(alone, network, &source, NULL, NULL, &err));
        assert_memory_equal(together[first], alone, sizeof alone);
        for (size_t before = 0; before < first; before++) {
            assert_memory_not_equal(together[before], alone, sizeof alone);
        }
    }
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_equal_their_sums),
        cmocka_unit_test(bfloat16_rounds_operands_only),
        cmocka_unit_test(bfloat16_is_the_nearest),
        cmocka_unit_test(pooling_and_relu_go_back_together),
        cmocka_unit_test(executors_in_parts_are_the_whole),
        cmocka_unit_test(predictions_do_not_depend_on_the_others),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
