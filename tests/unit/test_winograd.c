/* SPDX-License-Identifier: MIT */
/* Winograd's convolutions against sums in double; what they do on the way against the kernels that
 * do it by itself, bit for bit; and a path's passes with and without what an image of 0 gives, and
 * whatever was left behind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise.h"
#include "testing.h"

#include "lesionbench/executor.h"
#include "nn/executor.h"
#include "nn/kernels.h"
#include "nn/winograd.h"

enum { THREADS = 24 };

typedef struct problem {
    lb_winograd_shape shape;
    lb_winograd_weights weights;
    float *input, *plain, *bias, *ready;
    void *scratch;
    size_t in_count, out_count;
} problem;

static void
init(problem *p, const lb_winograd_shape *shape, bool transposed)
{
    lb_error err;
    size_t pixels = shape->images * shape->height * shape->width;
    size_t ins = shape->in * shape->block - 3, outs = shape->out * shape->block - 5;
    *p = (problem){.shape = *shape};
    p->in_count = pixels * shape->in * shape->block;
    p->out_count = pixels * shape->out * shape->block;
    p->input = noise(p->in_count, 1);
    p->plain = noise(ins * outs * 9, 2);
    p->bias = noise(shape->out * shape->block, 3);
    p->weights = (lb_winograd_weights){
        .plain = p->plain, .outs = outs, .ins = ins, .transposed = transposed};
    p->ready = lb_alloc(lb_winograd_weights_size(shape), sizeof *p->ready, &err);
    p->scratch = lb_alloc(lb_winograd_scratch(shape, THREADS), 1, &err);
    assert_non_null(p->ready);
    assert_non_null(p->scratch);
    lb_winograd_prepare(p->ready, &p->weights, shape);
    for (size_t i = 0; i < p->in_count; i++) { /* padded channels */
        size_t plane = i / (shape->height * shape->width * shape->block);
        size_t channel = plane % shape->in * shape->block + i % shape->block;
        p->input[i] = channel < ins ? p->input[i] : 0.0f;
    }
}

static void
release(problem *p)
{
    lb_free(p->input);
    lb_free(p->plain);
    lb_free(p->bias);
    lb_free(p->ready);
    lb_free(p->scratch);
}

static double
weight_at(const problem *p, size_t out, size_t in, size_t y, size_t x)
{
    const lb_winograd_weights *w = &p->weights;
    if (out >= w->outs || in >= w->ins) {
        return 0;
    }
    return w->transposed ? p->plain[(in * w->outs + out) * 9 + (2 - y) * 3 + 2 - x]
                         : p->plain[(out * w->ins + in) * 9 + y * 3 + x];
}

static double
sum_at(const problem *p, size_t image, size_t out, size_t y, size_t x)
{
    const lb_winograd_shape *s = &p->shape;
    double sum = p->bias[out];
    for (size_t c = 0; c < s->in * s->block; c++) {
        for (size_t k = 0; k < 9; k++) {
            size_t v = y + k / 3, u = x + k % 3; /* one too far */
            if (v >= 1 && u >= 1 && v <= s->height && u <= s->width) {
                size_t plane = image * s->in + c / s->block;
                size_t at = ((plane * s->height + v - 1) * s->width + u - 1) * s->block;
                sum += weight_at(p, out, c, k / 3, k % 3) * (double)p->input[at + c % s->block];
            }
        }
    }
    return sum;
}

/* Blocks of 16, or 8, where the machine has the instructions. */
static const lb_winograd_shape shapes[] = {
    {.images = 2, .height = 9, .width = 14, .in = 1, .out = 1},
    {.images = 1, .height = 16, .width = 16, .in = 2, .out = 3},
    {.images = 3, .height = 7, .width = 5, .in = 3, .out = 2},
    {.images = 2, .height = 21, .width = 30, .in = 4, .out = 4},
    {.images = 9, .height = 8, .width = 11, .in = 20, .out = 19},   /* large weights, with 16 */
    {.images = 2, .height = 8, .width = 11, .in = 40, .out = 37},   /* ... and with 8 */
    {.images = 150, .height = 8, .width = 11, .in = 20, .out = 19}, /* in strips, with 16 */
};

static float *
convolve(const problem *p, const lb_winograd_output *like, const lb_winograd_input *in,
         size_t threads)
{
    lb_error err;
    lb_winograd_output out = *like;
    out.values = lb_alloc(p->out_count, sizeof *out.values, &err);
    assert_non_null(out.values);
    lb_winograd_convolve(&out, in, &p->weights, &p->shape, p->scratch, threads);
    return out.values;
}

static void
assert_sums(problem *p)
{
    const lb_winograd_shape *s = &p->shape;
    const lb_winograd_output out = {.bias = p->bias};
    const lb_winograd_input in = {.values = p->input};
    float *values = convolve(p, &out, &in, 1);
    double worst = 0, most = 0;
    size_t stride = s->in <= 8 ? 1 : (37 * s->images) | 1;
    for (size_t i = 0; i < p->out_count; i += stride) {
        size_t k = i % s->block, x = i / s->block % s->width;
        size_t y = i / s->block / s->width % s->height;
        size_t plane = i / s->block / s->width / s->height;
        double sum = sum_at(p, plane / s->out, plane % s->out * s->block + k, y, x);
        worst = fmax(worst, fabs(sum - (double)values[i]));
        most = fmax(most, fabs(sum));
    }
    printf("%zu -> %zu blocks of %zu, %zu x %zu: %.1e\n", s->in, s->out, s->block, s->height,
           s->width, worst / most);
    assert_true(worst / most < 5e-6);
    lb_free(values);
}

static void
assert_same_bits(problem *p)
{
    const lb_winograd_output out = {.bias = p->bias};
    const lb_winograd_input in = {.values = p->input};
    float *values = convolve(p, &out, &in, 1);
    /* At last more than there are pairs of blocks. */
    const size_t threads[] = {1, 2, 3, THREADS - 1, THREADS};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        p->weights.ready = threads[i] % 2 == 0 ? NULL : p->ready;
        float *again = convolve(p, &out, &in, threads[i]);
        assert_memory_equal(again, values, p->out_count * sizeof *values);
        lb_free(again);
    }
    /* The last image by itself. */
    problem alone = *p;
    size_t first = p->shape.images - 1;
    alone.shape.images = 1;
    alone.out_count = p->out_count / p->shape.images;
    const lb_winograd_input last = {.values = p->input + first * p->in_count / p->shape.images};
    float *single = convolve(&alone, &out, &last, 2);
    assert_memory_equal(single, values + first * alone.out_count, alone.out_count * sizeof *values);
    lb_free(single);
    lb_free(values);
}

/* Every third tile: it has the same bits, and the others are left alone. */
static void
assert_some_tiles(problem *p)
{
    enum { MAX_TILES = 4096 };
    static lb_winograd_tile tiles[MAX_TILES];
    const lb_winograd_shape *s = &p->shape;
    const lb_winograd_input in = {.values = p->input};
    const lb_winograd_output out = {.bias = p->bias};
    float *values = convolve(p, &out, &in, 2);
    size_t rows = (s->height + 3) / 4, columns = (s->width + 3) / 4, count = 0;
    for (size_t t = 0; t < s->images * rows * columns; t += 3) {
        tiles[count++] = (lb_winograd_tile){.image = (uint32_t)(t / rows / columns),
                                            .y = (uint16_t)(t / columns % rows),
                                            .x = (uint16_t)(t % columns)};
    }
    problem some = *p;
    some.shape.tiles = tiles;
    some.shape.tile_count = count;
    float *computed = convolve(&some, &out, &in, 2);
    size_t pixels = s->height * s->width;
    for (size_t i = 0; i < p->out_count; i++) {
        size_t pixel = i / s->block % pixels, image = i / s->block / pixels / s->out;
        size_t tile = (image * rows + pixel / s->width / 4) * columns + pixel % s->width / 4;
        assert_true(computed[i] == (tile % 3 == 0 ? values[i] : 0.0f));
    }
    some.shape.tile_count = 0;
    float *none = convolve(&some, &out, &in, 2);
    for (size_t i = 0; i < p->out_count; i++) {
        assert_true(none[i] == 0);
    }
    lb_free(none);
    lb_free(computed);
    lb_free(values);
}

/* ReLU's bits and max pooling's choice. */
static void
assert_decisions(problem *p)
{
    lb_error err;
    const lb_winograd_shape *s = &p->shape;
    const lb_planes planes = {.images = s->images,
                              .planes = s->out,
                              .height = s->height,
                              .width = s->width,
                              .block = s->block};
    const lb_winograd_input in = {.values = p->input};
    size_t words = lb_bit_words(p->out_count);
    lb_winograd_output out = {.bias = p->bias, .relu = true};
    uint32_t *bits = lb_alloc(words, sizeof *bits, &err);
    uint32_t *expected_bits = lb_alloc(words, sizeof *bits, &err);
    uint8_t *argmax = lb_alloc(p->out_count, 1, &err);
    uint8_t *expected_choice = lb_alloc(p->out_count, 1, &err);
    float *expected = lb_alloc(p->out_count, sizeof *expected, &err);
    float *rectified = convolve(p, &out, &in, 2);
    out.relu_mask = bits;
    float *decided = convolve(p, &out, &in, 2);
    lb_relu_bits(expected_bits, rectified, p->out_count);
    assert_memory_equal(decided, rectified, p->out_count * sizeof *decided);
    assert_memory_equal(bits, expected_bits, words * sizeof *bits);
    out.relu_mask = NULL;
    out.argmax = argmax;
    float *pooled = convolve(p, &out, &in, 2);
    lb_pool_forward_rectified(expected, expected_choice, rectified, &planes);
    assert_memory_equal(pooled, expected, p->out_count * sizeof *pooled);
    assert_memory_equal(argmax, expected_choice, p->out_count);
    size_t winners[LB_NO_ARGMAX + 1] = {0};
    for (size_t i = 0; i < s->images * s->out * (s->height / 2) * (s->width / 2); i++) {
        winners[argmax[i]]++;
    }
    for (size_t i = 0; i <= LB_NO_ARGMAX; i++) {
        assert_true(winners[i] > 0);
    }
    void *all[] = {bits,     expected_bits, argmax,  expected_choice,
                   expected, rectified,     decided, pooled};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lb_free(all[i]);
    }
}

/* Gradients back through a ReLU, or through max pooling and the ReLU before it. */
static void
assert_ways_back(problem *p)
{
    lb_error err;
    const lb_winograd_shape *s = &p->shape;
    const lb_planes planes = {.images = s->images,
                              .planes = s->in,
                              .height = s->height,
                              .width = s->width,
                              .block = s->block};
    const lb_winograd_output out = {0};
    uint32_t *keep = lb_alloc(lb_bit_words(p->in_count), sizeof *keep, &err);
    uint8_t *argmax = lb_alloc(p->in_count, 1, &err);
    float *masked = noise(p->in_count, 7), *unpooled = noise(p->in_count, 8);
    lb_relu_bits(keep, masked, p->in_count);
    memcpy(masked, p->input, p->in_count * sizeof *masked);
    lb_keep_where(masked, keep, p->in_count);
    for (size_t i = 0; i < p->in_count; i++) {
        argmax[i] = (uint8_t)((unsigned)(fabsf(p->input[i]) * 1000) % (LB_NO_ARGMAX + 1));
    }
    lb_pool_backward(unpooled, p->input, argmax, &planes);
    const lb_winograd_input pairs[2][2] = {
        {{.values = p->input, .keep = keep}, {.values = masked}},
        {{.values = p->input, .argmax = argmax}, {.values = unpooled}}};
    for (size_t i = 0; i < 2; i++) {
        float *at_once = convolve(p, &out, &pairs[i][0], 2);
        float *apart = convolve(p, &out, &pairs[i][1], 2);
        assert_memory_equal(at_once, apart, p->out_count * sizeof *apart);
        lb_free(at_once);
        lb_free(apart);
    }
    lb_free(keep);
    lb_free(argmax);
    lb_free(masked);
    lb_free(unpooled);
}

static void
for_all_problems(void (*check)(problem *p))
{
    const size_t blocks[] = {16, 8};
    size_t checked = 0;
    for (size_t i = 0; i < 2 * sizeof shapes / sizeof *shapes; i++) {
        lb_winograd_shape shape = shapes[i / 2];
        shape.block = blocks[i % 2];
        if (lb_winograd_runs(shape.block)) {
            problem p;
            init(&p, &shape, i / 2 % 2 == 1);
            check(&p);
            release(&p);
            checked++;
        }
    }
    if (checked == 0) {
        print_message("skipped: neither AVX-512 nor AVX2 here\n");
        skip();
    }
}

static void
convolutions_equal_their_sums(void **state)
{
    (void)state;
    for_all_problems(assert_sums);
}

static void
bits_depend_on_nothing_else(void **state)
{
    (void)state;
    for_all_problems(assert_same_bits);
}

static void
tiles_are_computed_alone(void **state)
{
    (void)state;
    for_all_problems(assert_some_tiles);
}

static void
decisions_are_those_of_the_kernels(void **state)
{
    (void)state;
    for_all_problems(assert_decisions);
}

static void
ways_back_are_those_of_the_kernels(void **state)
{
    (void)state;
    for_all_problems(assert_ways_back);
}

/* ------------------------------------------------------------------------------------------------
 * Paths
 */

/* The last of the batch is not used. */
enum { POINTS = 4, BATCH = POINTS + 1, LONG = 100, WIDE = 84 };

/* A disc that is not 0, at another place in each image, in a corner of one; and an image of 0. */
static void
paint(float *images, uint8_t *pixels)
{
    const double rows[POINTS] = {20, 45, LONG - 1, 0}, columns[POINTS] = {30, 40, WIDE - 1, 0};
    const size_t size = (size_t)LONG * WIDE;
    float *values = noise(POINTS * 3 * size, 4);
    for (size_t i = 0; i < POINTS * size; i++) {
        double y = (double)(i % size / WIDE) - rows[i / size];
        double x = (double)(i % WIDE) - columns[i / size];
        pixels[i] = y * y + x * x < 60 && i / size < POINTS - 1;
        for (size_t c = 0; c < 3; c++) {
            size_t at = (i / size * 3 + c) * size + i % size;
            images[at] = pixels[i] ? 1 + values[at] : 0.0f;
        }
    }
    lb_free(values);
}

static void
gradient_of(float *out, lb_executor *executor, const float *images, const uint8_t *pixels)
{
    lb_error err;
    float *first = NULL;
    const float seeds[2 * BATCH] = {1, 0, 0, 1, 1, 0, 0, 1};
    assert_ok(lb_executor_set_batch(executor, POINTS, &err));
    if (pixels != NULL) {
        assert_ok(lb_executor_set_sparsity_mask(executor, pixels, &err));
    }
    memcpy(lb_executor_view_of(executor).input, images,
           POINTS * lb_executor_view_of(executor).input_size * sizeof *images);
    assert_ok(lb_executor_forward(executor, &err));
    assert_ok(lb_executor_backward(&first, executor, LB_RULE_GRADIENT, NULL, seeds, &err));
    bool uses_support = pixels != NULL && (lb_winograd_runs(16) || lb_winograd_runs(8));
    for (size_t i = 1; uses_support && i <= 16; i++) {
        assert_true(first[lb_executor_view_of(executor).first_size - i] ==
                    0); /* far from the first disc */
    }
    assert_ok(lb_executor_to_input(out, executor, LB_RULE_GRADIENT, first, &err));
}

static void
assert_support(const char *name)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    lb_executor *executor = NULL;
    const size_t size = (size_t)LONG * WIDE;
    const lb_executor_options options = {
        .batch = BATCH, .height = LONG, .width = WIDE, .purpose = LB_EXECUTOR_EXPLAIN_PATH};
    static float images[BATCH * 3 * LONG * WIDE], whole[BATCH * 3 * LONG * WIDE],
        some[BATCH * 3 * LONG * WIDE], other_images[BATCH * 3 * LONG * WIDE];
    static uint8_t pixels[POINTS * LONG * WIDE];
    float logits[2 * POINTS];
    paint(images, pixels);
    assert_ok(lb_architecture_init(&architecture, name, 0.25, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 1, &err));
    for (size_t i = 0; i < lb_network_parameters(network); i++) {
        lb_parameter *p = lb_network_parameter(network, i);
        for (size_t k = 0; p->rank == 1 && k < p->count; k++) {
            p->value[k] = 0.1f * (float)((k * 7 + i) % 11) - 0.3f; /* activations around discs */
        }
    }
    assert_ok(lb_executor_create(&executor, network, &options, &err));
    assert_ok(lb_executor_cache_zero_activations(executor, &err));
    gradient_of(whole, executor, images, NULL);
    memcpy(logits, lb_executor_view_of(executor).logits, sizeof logits);
    for (size_t i = 0; i < POINTS * 3 * size; i++) {
        other_images[i] = 2 - images[i] * images[i]; /* leaves other decisions behind */
    }
    gradient_of(some, executor, other_images, NULL);
    gradient_of(some, executor, images, pixels);
    for (size_t i = 0; i < 2 * POINTS; i++) {
        float logit = lb_executor_view_of(executor).logits[i];
        assert_close(logit, logits[i], 0, 1e-5);
        logits[i] = logit;
    }
    size_t inside = 0, other = 0;
    double distance = 0, norm = 0;
    for (size_t i = 0; i < POINTS * 3 * size; i++) {
        if (pixels[i / size / 3 * size + i % size]) {
            double difference = (double)some[i] - (double)whole[i];
            distance += difference * difference;
            norm += (double)whole[i] * (double)whole[i];
            inside += whole[i] != 0;
        } else {
            other += some[i] != whole[i];
        }
    }
    assert_true(inside > 1000);
    assert_true(sqrt(distance / norm) < 1e-5);
    assert_true(other > 0 || !(lb_winograd_runs(16) || lb_winograd_runs(8))); /* time was saved */
    memset(executor->pingpong[0], 0xff, executor->pingpong_bytes);            /* NaN */
    memset(executor->pingpong[1], 0xff, executor->pingpong_bytes);
    gradient_of(whole, executor, images, pixels);
    assert_memory_equal(lb_executor_view_of(executor).logits, logits, sizeof logits);
    for (size_t i = 0; i < POINTS * 3 * size; i++) {
        assert_true(some[i] == whole[i] || !pixels[i / size / 3 * size + i % size]);
    }
    lb_executor_free(executor);
    lb_network_free(network);
}

static void
support_changes_rounding_alone(void **state)
{
    (void)state;
    assert_support("vgg11"); /* a pooling right behind the first convolution */
    assert_support("vgg16");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_equal_their_sums),
        cmocka_unit_test(bits_depend_on_nothing_else),
        cmocka_unit_test(tiles_are_computed_alone),
        cmocka_unit_test(decisions_are_those_of_the_kernels),
        cmocka_unit_test(ways_back_are_those_of_the_kernels),
        cmocka_unit_test(support_changes_rounding_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
