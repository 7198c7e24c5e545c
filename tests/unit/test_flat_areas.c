/* SPDX-License-Identifier: MIT */
/* Path methods on images with flat areas and stripes that are not 0. There activations are equal in
 * exact arithmetic, and rounding must not choose between them; where it does, these maps are 0.25
 * to 1.0 away from the reference, which takes all decisions in double at the same points. Near
 * ties, which float32 cannot tell apart, remain: one of them moves a map of few points by about
 * 0.01. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/image.h"
#include "lesionbench/method.h"
#include "lesionbench/random.h"
#include "lesionbench/training.h"
#include "nn/executor_internal.h"
#include "nn/twins.h"

enum {
    MAX_SIDE = 224,
    MAX_VALUES = 3 * MAX_SIDE * MAX_SIDE,
    CLASSES = 2,
    TARGET = 1,
    POINTS = 10, /* of each path, and of each of XRAI's two */
    ITEM = 3
};

static const double FURTHEST = 0.05, MEAN = 0.01, MIN_OVERLAP = 0.95, MEAN_OVERLAP = 0.98;

/* ------------------------------------------------------------------------------------------------
 * Images
 */

typedef enum kind {
    DISC_ON_BLACK,
    DISC_IN_TEXTURE,
    DISCS_ON_GREY,
    STRIPES_ACROSS,
    STRIPES_ALONG,
    SQUARES,
    NORMALISED,
    NORMALISED_STRIPES,
    KINDS
} kind;

static bool
is_in_disc(size_t side, double row, double column, double radius, size_t y, size_t x)
{
    double dy = (double)y / (double)side - row, dx = (double)x / (double)side - column;
    return dy * dy + dx * dx < radius * radius;
}

static float
value_at(kind what, size_t side, size_t y, size_t x, float grain)
{
    bool head = is_in_disc(side, 0.5, 0.48, 0.4, y, x);
    bool disc = is_in_disc(side, 0.55, 0.4, 0.15, y, x);
    switch (what) {
    case DISC_ON_BLACK:
        return disc ? 0.9f : head ? grain : 0.0f;
    case DISC_IN_TEXTURE:
        return disc ? 0.9f : grain;
    case DISCS_ON_GREY:
        return disc ? 0.9f : head ? 0.6f : 0.25f;
    case STRIPES_ACROSS:
        return y / 5 % 2 != 0 ? 0.8f : 0.3f;
    case STRIPES_ALONG:
        return x / 4 % 3 != 0 ? 0.7f : 0.2f;
    case SQUARES:
        return (y / 3 + x / 7) % 2 != 0 ? 0.75f : 0.35f;
    case NORMALISED:
        return head ? grain : 0.0f;
    default:
        return !head ? 0.0f : y / 6 % 2 != 0 ? 0.8f : 0.4f;
    }
}

/* (3, side, side); the normalised ones by ImageNet's mean and deviation. */
static void
make_image(float *image, kind what, size_t side)
{
    static const float mean[3] = {0.485f, 0.456f, 0.406f}, deviation[3] = {0.229f, 0.224f, 0.225f};
    bool normalised = what == NORMALISED || what == NORMALISED_STRIPES;
    size_t size = side * side;
    lb_random random;
    lb_random_init(&random, 3, LB_PURPOSE_TEST, what);
    for (size_t i = 0; i < size; i++) {
        float grain = (float)(0.2 + 0.6 * lb_random_uniform(&random));
        float value = value_at(what, side, i / side, i % side, grain);
        for (size_t c = 0; c < 3; c++) {
            image[c * size + i] = normalised ? (value - mean[c]) / deviation[c] : value;
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Points of each method
 */

typedef struct problem {
    lb_network *network;
    size_t side, values; /* values: 3 x side x side */
    float image[MAX_VALUES], background[MAX_VALUES];
} problem;

/* Point k of a method, and what the gradient there is multiplied by. */
typedef void point_of(float *point, float *times, const problem *p, size_t k);

/* Between a baseline image, or one value, and the image. */
static void
between(float *point, float *times, const problem *p, const float *baseline, float value,
        float alpha, double weight)
{
    for (size_t v = 0; v < p->values; v++) {
        float b = baseline != NULL ? baseline[v] : value;
        point[v] = b + alpha * (p->image[v] - b);
        times[v] = (float)weight * (p->image[v] - b);
    }
}

/* Five points of Gauss and Legendre, twice. */
static void
integrated_gradients(float *point, float *times, const problem *p, size_t k)
{
    static const double x[] = {-0.9061798459386640, -0.5384693101056831, 0, 0.5384693101056831,
                               0.9061798459386640};
    static const double w[] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889,
                               0.4786286704993665, 0.2369268850561891};
    between(point, times, p, NULL, 0, (float)((1 + x[k % 5]) / 2), w[k % 5] / 4);
}

static double
alpha_of(size_t k)
{
    return ((double)k + 0.3) / POINTS;
}

static void
gradient_shap(float *point, float *times, const problem *p, size_t k)
{
    between(point, times, p, NULL, 0, (float)alpha_of(k), 1.0 / POINTS);
}

static void
expected_gradients(float *point, float *times, const problem *p, size_t k)
{
    lb_random random;
    lb_random_init(&random, 0, LB_PURPOSE_EXPECTED, ((uint64_t)ITEM << 16) + k);
    lb_random_below(&random, 1);
    between(point, times, p, p->background, 0, (float)lb_random_uniform(&random), 1.0 / POINTS);
}

/* The pixels' attributions: midpoints from the image's least and greatest values. */
static void
xrai(float *point, float *times, const problem *p, size_t k)
{
    float least = p->image[0], most = p->image[0];
    for (size_t v = 1; v < p->values; v++) {
        least = fminf(least, p->image[v]);
        most = fmaxf(most, p->image[v]);
    }
    float alpha = (float)(((double)(k % POINTS) + 0.5) / POINTS);
    between(point, times, p, NULL, k < POINTS ? least : most, alpha, 0.5 / POINTS);
}

static void
blurred(float *out, const problem *p, double left)
{
    size_t size = p->side * p->side;
    double sigma = 50 * (double)p->side / 224 * left * left;
    static double plane[MAX_SIDE * MAX_SIDE];
    lb_error err;
    for (size_t c = 0; c < 3; c++) {
        for (size_t i = 0; i < size; i++) {
            plane[i] = (double)p->image[c * size + i];
        }
        assert_ok(lb_gaussian_filter(plane, plane, p->side, p->side, sigma, sigma, &err));
        for (size_t i = 0; i < size; i++) {
            out[c * size + i] = (float)plane[i];
        }
    }
}

static void
blur_ig(float *point, float *times, const problem *p, size_t k)
{
    blurred(point, p, ((double)(POINTS - k)) / POINTS);
    blurred(times, p, ((double)(POINTS - k) - 1) / POINTS);
    for (size_t v = 0; v < p->values; v++) {
        times[v] -= point[v];
    }
    blurred(point, p, ((double)(POINTS - k) - 0.5) / POINTS);
}

typedef struct method {
    const char *name;
    point_of *point;
    size_t count;
    bool of_pixels; /* a pass gives the map: the method's own is made of regions */
} method;

static const method METHODS[] = {
    {"integrated_gradients", integrated_gradients, POINTS, false},
    {"gradient_shap", gradient_shap, POINTS, false},
    {"expected_gradients", expected_gradients, POINTS, false},
    {"blur_ig", blur_ig, POINTS, false},
    {"xrai", xrai, 2 * POINTS, true},
};

/* ------------------------------------------------------------------------------------------------
 * Maps
 */

/* Sums over the points, in a pass with decisions in double or in float32. */
static void
sum_points(double *out, const problem *p, const method *m, bool in_f64)
{
    static float times[MAX_VALUES], gradient[MAX_VALUES];
    const float seeds[CLASSES] = {[TARGET] = 1};
    const lb_executor_options options = {.purpose = in_f64 ? LB_EXECUTOR_EXPLAIN
                                                           : LB_EXECUTOR_EXPLAIN_PATH,
                                         .batch = 1,
                                         .height = p->side,
                                         .width = p->side};
    lb_error err;
    lb_executor *executor = NULL;
    float *first = NULL;
    memset(out, 0, p->values * sizeof *out);
    assert_ok(lb_executor_create(&executor, p->network, &options, &err));
    for (size_t k = 0; k < m->count; k++) {
        m->point(lb_executor_view_of(executor).input, times, p, k);
        assert_ok(lb_executor_forward(executor, &err));
        assert_ok(lb_executor_backward(&first, executor, LB_RULE_GRADIENT, NULL, seeds, &err));
        assert_ok(lb_executor_to_input(gradient, executor, LB_RULE_GRADIENT, first, &err));
        for (size_t v = 0; v < p->values; v++) {
            out[v] += (double)(gradient[v] * times[v]);
        }
    }
    lb_executor_free(executor);
}

static lb_status
read_background(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const problem *p = data;
    (void)index;
    (void)err;
    assert_int_equal(n, 1);
    memcpy(out, p->background, p->values * sizeof *out);
    return LB_OK;
}

typedef struct answer {
    double *map;
    size_t values;
} answer;

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    const answer *out = data;
    (void)err;
    for (size_t v = 0; v < out->values; v++) {
        out->map[v] = (double)e->attribution[v];
    }
    return LB_OK;
}

static void
explain(double *out, problem *p, const method *m)
{
    const lb_image_loader background = {.count = 1,
                                        .channels = 3,
                                        .height = p->side,
                                        .width = p->side,
                                        .data = p,
                                        .read = read_background};
    const size_t item = ITEM;
    const int32_t target = TARGET;
    double alphas[POINTS];
    const lb_method *known = NULL;
    answer to = {.map = out, .values = p->values};
    lb_error err;
    lb_explain_options options;
    lb_explain_defaults(&options);
    for (size_t k = 0; k < POINTS; k++) {
        alphas[k] = alpha_of(k);
    }
    options.steps = POINTS / 2;
    options.samples = options.blur_steps = options.expected_samples = POINTS;
    options.alphas = alphas;
    options.batch = 4;
    options.background = &background;
    assert_ok(lb_method_get(&known, m->name, &err));
    assert_ok(lb_explain(p->network, p->image, 3, p->side, p->side, 1, &item, &target, &known, 1,
                         &options, collect, &to, NULL, &err));
}

static int
compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Sums of magnitudes over channels; returns the least of the top 1/28. */
static double
pixels_of(double *out, const double *map, size_t size)
{
    static double sorted[MAX_SIDE * MAX_SIDE];
    for (size_t i = 0; i < size; i++) {
        sorted[i] = out[i] = fabs(map[i]) + fabs(map[size + i]) + fabs(map[2 * size + i]);
    }
    qsort(sorted, size, sizeof *sorted, compare_values);
    return sorted[size / 28 - 1];
}

/* Relative L2, and the share of the top pixels in common. */
static double
distance(double *overlap, const double *map, const double *reference, size_t size)
{
    static double a[MAX_SIDE * MAX_SIDE], b[MAX_SIDE * MAX_SIDE];
    double difference = 0, norm = 0, top_a = pixels_of(a, map, size),
           top_b = pixels_of(b, reference, size);
    size_t same = 0;
    for (size_t v = 0; v < 3 * size; v++) {
        difference += (map[v] - reference[v]) * (map[v] - reference[v]);
        norm += reference[v] * reference[v];
    }
    for (size_t i = 0; i < size; i++) {
        same += a[i] >= top_a && b[i] >= top_b;
    }
    assert_true(norm > 0);
    *overlap = (double)same / (double)(size / 28);
    return sqrt(difference / norm);
}

/* ------------------------------------------------------------------------------------------------
 * Tests
 */

static lb_network *
make_network(const char *name)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    lb_random random;
    assert_ok(lb_architecture_init(&architecture, name, 1.0 / 8, CLASSES, &err));
    assert_ok(lb_network_create(&network, &architecture, 5, &err));
    lb_random_init(&random, 9, LB_PURPOSE_TEST, 0);
    for (size_t i = 0; i < lb_network_parameters(network); i++) {
        lb_parameter *parameter = lb_network_parameter(network, i);
        for (size_t k = 0; k < parameter->count; k++) {
            parameter->value[k] *= parameter->rank == 2 ? 10.0f : 1.0f;
            parameter->value[k] +=
                parameter->rank == 1 ? (float)(0.05 * lb_random_normal(&random)) : 0.0f;
        }
    }
    return network;
}

/* Adds each kind's distance and overlap to sums; returns their number. */
static size_t
check_side(double sums[2], problem *p, const method *m)
{
    static double map[MAX_VALUES], reference[MAX_VALUES];
    size_t maps = 0;
    for (kind what = 0; what < KINDS; what++) {
        double overlap = 0;
        if (m->point == blur_ig && (what == NORMALISED_STRIPES || what == SQUARES)) {
            continue; /* a wide blur leaves differences that float32 cannot tell from none */
        }
        make_image(p->image, what, p->side);
        make_image(p->background, (what + 2) % KINDS, p->side);
        sum_points(reference, p, m, true);
        if (m->of_pixels) {
            sum_points(map, p, m, false);
        } else {
            explain(map, p, m);
        }
        double far = distance(&overlap, map, reference, p->side * p->side);
        if (!(far <= FURTHEST && overlap >= MIN_OVERLAP)) {
            fail_msg("%s, image %d, %zu pixels a side: distance %.2e, overlap %.3f", m->name,
                     (int)what, p->side, far, overlap);
        }
        sums[0] += far;
        sums[1] += overlap;
        maps++;
    }
    return maps;
}

static void
check(const char *network, size_t methods, const size_t *sides, size_t count)
{
    problem *p = lb_alloc(1, sizeof *p, &(lb_error){.code = LB_OK});
    assert_non_null(p);
    p->network = make_network(network);
    for (size_t m = 0; m < methods; m++) {
        double sums[2] = {0, 0};
        size_t maps = 0;
        for (size_t s = 0; s < count; s++) {
            p->side = sides[s];
            p->values = 3 * sides[s] * sides[s];
            maps += check_side(sums, p, &METHODS[m]);
        }
        double far = sums[0] / (double)maps, overlap = sums[1] / (double)maps;
        print_message("%s, %s: mean distance %.1e, overlap %.4f\n", network, METHODS[m].name, far,
                      overlap);
        assert_true(far <= MEAN && overlap >= MEAN_OVERLAP);
    }
    lb_network_free(p->network);
    lb_free(p);
}

static void
decisions_are_those_of_double(void **state)
{
    const size_t sides[] = {64, 75, 112};
    (void)state;
#ifdef __SANITIZE_ADDRESS__ /* slow: one method, the smallest images */
    const size_t methods = 1, count = 1;
#else
    const size_t methods = sizeof METHODS / sizeof *METHODS, count = sizeof sides / sizeof *sides;
    const size_t large = 224;
    check("vgg16", 1, &large, 1);
#endif
    check("vgg16", methods, sides, count);
    check("vgg11", methods, sides, 1); /* a pooling right behind the first convolution */
}

/* By comparing all with all. */
static void
twins_are_the_first_that_see_the_same(void **state)
{
    enum { HEIGHT = 13, WIDTH = 18, SIZE = HEIGHT * WIDTH, TABLE = 1024 };
    static uint32_t pixels[SIZE], windows[SIZE], pools[SIZE], table[TABLE];
    float image[3 * SIZE];
    (void)state;
    assert_true(lb_twins_table(SIZE) <= TABLE);
    for (size_t v = 0; v < 3 * SIZE; v++) {
        image[v] = v % WIDTH % 3 != 0 ? (float)(v / SIZE) : v % 7 != 0 ? 0.0f : -0.0f;
    }
    image[5 * WIDTH + 8] = 9;
    lb_twins_of_pixels(pixels, image, HEIGHT, WIDTH, table);
    lb_twins_of_windows(windows, pixels, HEIGHT, WIDTH, table);
    lb_twins_of_pools(pools, windows, HEIGHT, WIDTH, table);
    for (size_t i = 0; i < SIZE; i++) {
        size_t pixel = 0, window = 0;
        while (image[pixel] != image[i] || image[SIZE + pixel] != image[SIZE + i]) {
            pixel++;
        }
        assert_int_equal(pixels[i], pixel);
        for (bool same = false; !same; window += !same) {
            same = true;
            for (size_t k = 0; k < 9; k++) {
                size_t a = window / WIDTH + k / 3, b = window % WIDTH + k % 3;
                size_t c = i / WIDTH + k / 3, d = i % WIDTH + k % 3;
                bool in = a > 0 && a <= HEIGHT && b > 0 && b <= WIDTH;
                bool also = c > 0 && c <= HEIGHT && d > 0 && d <= WIDTH;
                same = same && in == also &&
                       (!in || pixels[(a - 1) * WIDTH + b - 1] == pixels[(c - 1) * WIDTH + d - 1]);
            }
        }
        assert_int_equal(windows[i], window);
    }
    for (size_t u = 0; u < HEIGHT / 2 * (WIDTH / 2); u++) {
        for (size_t k = 0; k < 4; k++) {
            size_t a = (u / (WIDTH / 2) * 2 + k / 2) * WIDTH + u % (WIDTH / 2) * 2 + k % 2;
            size_t t = pools[u];
            size_t b = (t / (WIDTH / 2) * 2 + k / 2) * WIDTH + t % (WIDTH / 2) * 2 + k % 2;
            assert_true(t <= u && windows[a] == windows[b]);
        }
    }
    assert_true(pools[WIDTH / 2 + 4] < WIDTH / 2 + 4); /* three columns further on */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twins_are_the_first_that_see_the_same),
        cmocka_unit_test(decisions_are_those_of_double),
    };
    return cmocka_run_group_tests_name("flat_areas", tests, NULL, NULL);
}
