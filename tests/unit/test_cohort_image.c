/* SPDX-License-Identifier: MIT */
/* The intensities of the simulated cohort: fluid, point spread, contrast, bias, noise, and the 1/f
 * noise that can stand in for anatomy. */
#include "cohort_testing.h"

enum { PIXELS = 65 * 78 };

static lb_random
stream(uint64_t item)
{
    lb_random random;
    lb_random_init(&random, 3, LB_PURPOSE_TEST, item);
    return random;
}

/* Means of the Rician distribution of deviation 1 from its closed form (SciPy's Bessel functions);
 * the mean of the square is signal^2 + 2. */
static void
noise_is_rician(void **state)
{
    static const double cases[][2] = {
        {1e-6, 1.2533141373155001}, {1, 1.5485724605511453}, {3, 3.1725772879007166}};
    enum { COUNT = 200000 };
    float *image = malloc(COUNT * sizeof *image);
    (void)state;
    assert_non_null(image);
    for (size_t k = 0; k < 3; k++) {
        lb_random random = stream(k);
        double mean = 0, square = 0;
        for (size_t i = 0; i < COUNT; i++) {
            image[i] = i % 2 == 0 ? (float)cases[k][0] : 0;
        }
        cohort_add_noise(image, COUNT, 1, &random);
        for (size_t i = 0; i < COUNT; i += 2) {
            assert_true(image[i] > 0 && image[i + 1] == 0);
            mean += (double)image[i] / (COUNT / 2);
            square += (double)image[i] * (double)image[i] / (COUNT / 2);
        }
        assert_close(mean, cases[k][1], 0.012, 0);
        assert_close(square, cases[k][0] * cases[k][0] + 2, 0.04, 0.005);
    }
    free(image);
}

/* A subject of the small cohort, and one of its slices. */
typedef struct bench {
    lb_cohort_options options;
    cohort_template head;
    cohort_subject subject;
    float image[PIXELS];
} bench;

static bench *
make_bench(void **state, anatomy kind)
{
    lb_error err;
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    char *path = write_template(state, "head.nii", kind, 0);
    small_options(&b->options, path);
    assert_ok(cohort_template_load(&b->head, &b->options, NULL, &err));
    b->options.template_path = NULL;
    lb_free(path);
    return b;
}

static void
free_bench(bench *b)
{
    cohort_template_release(&b->head);
    free(b);
}

static void
render_slice(bench *b, size_t slice)
{
    lb_error err;
    int32_t position = 0;
    assert_ok(cohort_slice_render(b->image, &position, &b->subject, &b->head, &b->options, 1, slice,
                                  &err));
}

static void
noise_is_as_drawn(void **state)
{
    lb_error err;
    bench *b = make_bench(state, HEAD);
    float least = 1, most = 0, with[PIXELS];
    for (size_t i = 0; i < 30; i++) {
        assert_ok(cohort_subject_make(&b->subject, &b->head, &b->options, i, &err));
        least = fminf(least, b->subject.noise);
        most = fmaxf(most, b->subject.noise);
    }
    assert_true(least >= 0.01f && least < 0.014f && most <= 0.03f && most > 0.026f);
    assert_ok(cohort_subject_make(&b->subject, &b->head, &b->options, 1, &err));
    render_slice(b, 1);
    memcpy(with, b->image, sizeof with);
    float noise = b->subject.noise * b->subject.gain;
    b->subject.noise = 0;
    render_slice(b, 1);
    double square = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        double difference = (double)(with[i] - b->image[i]);
        assert_true((with[i] > 0) == (b->image[i] > 0));
        square += difference * difference;
    }
    assert_close(sqrt(square / (double)count_brain(with, PIXELS)), noise, 0, 0.07);
    free_bench(b);
}

/* White matter stays where it is; grey matter and fluid vary as asked, and never change places. */
static void
contrast_is_as_asked(void **state)
{
    enum { SUBJECTS = 60, GREY = 148, FLUID = 58 }; /* codes: 0.74 and 0.29 of CODE_WHITE */
    lb_error err;
    bench *b = make_bench(state, HEAD);
    b->options.deformation = b->options.cortex = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        double sum[2] = {0}, square[2] = {0};
        b->options.contrast = pass == 0 ? 0.03 : 0.2;
        for (size_t i = 0; i < SUBJECTS; i++) {
            assert_ok(cohort_subject_make(&b->subject, &b->head, &b->options, i, &err));
            const float *tone = b->subject.tone;
            assert_true(tone[0] == 0);
            assert_close(tone[CODE_WHITE], 1, 1e-6, 0);
            for (size_t code = 1; code < CODES; code++) {
                assert_true(tone[code] > tone[code - 1]);
            }
            const double found[2] = {(double)tone[FLUID], (double)tone[GREY]};
            for (size_t k = 0; k < 2; k++) {
                sum[k] += found[k] / SUBJECTS;
                square[k] += found[k] * found[k] / SUBJECTS;
            }
        }
        for (size_t k = 0; pass == 0 && k < 2; k++) {
            assert_close(sum[k], k == 0 ? 0.29 : 0.74, 0.01, 0);
            assert_close(sqrt(square[k] - sum[k] * sum[k]), 0.03, 0.006, 0);
        }
    }
    free_bench(b);
}

/* The bias field multiplies, is smooth, and spreads as asked. */
static void
bias_is_as_asked(void **state)
{
    lb_error err;
    bench *b = make_bench(state, HEAD);
    double square = 0, step = 0;
    size_t count = 0;
    b->options.deformation = b->options.cortex = 0;
    b->options.bias = 0.1;
    for (uint64_t item = 0; item < 12; item++) {
        lb_random random = stream(item);
        assert_ok(cohort_velocity_draw(&b->subject.field, &b->head, &b->options, 0, &random, &err));
        for (size_t i = 0; i < 7 * 7 * 7; i++) {
            float at[3] = {20 * ((float)(i % 7) - 3), 25 * ((float)(i / 7 % 7) - 3),
                           20 * ((float)(i / 49) - 3)};
            float here[FIELD_PARTS], there[FIELD_PARTS];
            cohort_field_at(here, &b->subject.field, at);
            at[0] += 10;
            cohort_field_at(there, &b->subject.field, at);
            square += (double)here[3] * (double)here[3];
            step = fmax(step, fabs((double)(there[3] - here[3])));
            count++;
        }
    }
    assert_close(sqrt(square / (double)count), 0.1, 0.025, 0);
    assert_true(step < 0.06);
    b->options.noise = 0;
    assert_ok(cohort_subject_make(&b->subject, &b->head, &b->options, 1, &err));
    render_slice(b, 1);
    float with[PIXELS];
    memcpy(with, b->image, sizeof with);
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        (&b->subject.field.node[0][0][0][3])[FIELD_PARTS * i] = (float)log(2);
    }
    b->options.bias = 0;
    render_slice(b, 1);
    for (size_t i = 0; i < PIXELS; i++) {
        assert_true((with[i] > 0) == (b->image[i] > 0));
        assert_true(with[i] <= 0 || (b->image[i] / with[i] > 1.4f && b->image[i] / with[i] < 2.8f));
    }
    free_bench(b);
}

/* A block of brain with a cavity that a channel opens, a groove of 12 mm and one of 24 mm. */
enum { SIDE = 48 };

static bool
in_block(size_t x, size_t y, size_t z)
{
    const size_t at[3] = {x, y, z};
    for (size_t axis = 0; axis < 3; axis++) {
        if (at[axis] < 6 || at[axis] >= SIDE - 6) {
            return false;
        }
    }
    bool cavity = x >= 22 && x < 26 && y >= 22 && y < 26 && z >= 12 && z < 36;
    bool channel = x == 24 && y == 24;
    bool narrow = x >= 14 && x < 20 && y < 14; /* voxels of 2 mm */
    bool wide = x >= 28 && x < 40 && y >= SIDE - 14;
    return !(cavity || channel || narrow || wide);
}

static void
gaps_are_filled_with_fluid(void **state)
{
    lb_error err;
    lb_volume volume = {.nx = SIDE, .ny = SIDE, .nz = SIDE, .spacing = {2, 2, 2}};
    (void)state;
    volume.value = calloc((size_t)SIDE * SIDE * SIDE, sizeof *volume.value);
    assert_non_null(volume.value);
    for (size_t i = 0; i < (size_t)SIDE * SIDE * SIDE; i++) {
        volume.value[i] = in_block(i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE) ? 100 : 0;
    }
    assert_ok(cohort_fluid_fill(&volume, 29, &err));
#define AT(x, y, z) volume.value[((size_t)(z) * SIDE + (y)) * SIDE + (x)]
    assert_true(AT(24, 24, 24) == 29 && AT(24, 24, 30) == 29); /* cavity, and the channel to it */
    assert_true(AT(17, 10, 24) == 29);                         /* the narrow groove */
    assert_true(AT(34, SIDE - 8, 24) == 0);                    /* the wide one stays open */
    assert_true(AT(5, 24, 24) == 0 && AT(24, 24, SIDE - 6) == 0 && AT(0, 0, 0) == 0);
    for (size_t i = 0; i < (size_t)SIDE * SIDE * SIDE; i++) {
        bool brain = in_block(i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE);
        assert_true(volume.value[i] == (brain ? 100 : volume.value[i] > 0 ? 29 : 0));
    }
    free(volume.value);
}

/* Variance, in mm^2, of the step from the rind's code to the core's along an axis of the head. */
static double
spread_of_step(const cohort_template *head, size_t axis)
{
    const size_t n[3] = {head->nx, head->ny, head->nz};
    const size_t step[3] = {1, head->nx, head->nx * head->ny};
    size_t start = 0;
    for (size_t i = 0; i < 3; i++) {
        start += i == axis ? 0 : n[i] / 2 * step[i];
    }
    double sum = 0, mean = 0, square = 0;
    for (size_t i = n[axis] / 2; i + 4 < n[axis]; i++) { /* the outer edge is left out */
        double fall = (double)head->code[start + i * step[axis]] -
                      (double)head->code[start + (i + 1) * step[axis]];
        sum += fall;
        mean += fall * (double)i;
        square += fall * (double)(i * i);
    }
    mean /= sum;
    return (square / sum - mean * mean) * HEAD_VOXEL * HEAD_VOXEL;
}

/* An edge is spread by the Gaussian of the pixel in the plane, of the thickness across it. */
static void
point_spread_is_the_voxel(void **state)
{
    lb_error err;
    lb_cohort_options options;
    cohort_template sharp = {0}, coarse = {0}, thick = {0};
    char *path = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, path);
    options.voxel = 0.1; /* the least spread: half a voxel of the template */
    assert_ok(cohort_template_load(&sharp, &options, NULL, &err));
    options.voxel = 8;
    assert_ok(cohort_template_load(&coarse, &options, NULL, &err));
    options.voxel = 0.1;
    options.thickness = 8;
    assert_ok(cohort_template_load(&thick, &options, NULL, &err));
    const double pixel = 8 / sqrt(8 * log(2));
    for (size_t axis = 0; axis < 3; axis++) {
        double least = spread_of_step(&sharp, axis), extra = pixel * pixel - 4;
        assert_close(spread_of_step(&coarse, axis) - least, extra, 0, 0.25);
        assert_close(spread_of_step(&thick, axis) - least, axis == 2 ? extra : 0, 0.5, 0.25);
    }
    cohort_template_release(&thick);
    cohort_template_release(&coarse);
    cohort_template_release(&sharp);
    lb_free(path);
}

/* Squared magnitude of one frequency, by its definition. */
static double
power_at(const float *image, size_t size, double row, double column)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < size * size; i++) {
        double turn = row * (double)(i / size) + column * (double)(i % size);
        double angle = -2 * acos(-1) * turn / (double)size;
        re += (double)image[i] * cos(angle);
        im += (double)image[i] * sin(angle);
    }
    return re * re + im * im;
}

/* Power falls as 1 / f^2, alike in all directions, and there is no mean. */
static void
pink_noise_has_its_spectrum(void **state)
{
    enum { SIZE = 64, FIELDS = 60 };
    static const double directions[][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
    static const double steps[] = {1, 2, 4, 8, 16};
    double power[4][5] = {{0}};
    lb_error err;
    (void)state;
    float *image = malloc(SIZE * SIZE * sizeof *image);
    assert_non_null(image);
    for (uint64_t item = 0; item < FIELDS; item++) {
        lb_random random = stream(item);
        double mean = 0;
        assert_ok(cohort_pink_noise(image, SIZE, &random, &err));
        for (size_t i = 0; i < (size_t)SIZE * SIZE; i++) {
            mean += (double)image[i];
        }
        assert_close(mean / (SIZE * SIZE), 0, 1e-5, 0);
        for (size_t i = 0; i < 20; i++) {
            const double *way = directions[i / 5];
            double at = steps[i % 5], square = way[0] * way[0] + way[1] * way[1];
            power[i / 5][i % 5] += power_at(image, SIZE, at * way[0], at * way[1]) * square;
        }
    }
    double slope = 0, weight = 0, total[4] = {0};
    for (size_t k = 0; k < 5; k++) {
        double x = log(steps[k]) - log(4);
        double y = log(power[0][k] + power[1][k] + power[2][k] + power[3][k]);
        slope += x * y;
        weight += x * x;
        for (size_t way = 0; way < 4; way++) {
            total[way] += power[way][k] * steps[k] * steps[k];
        }
    }
    assert_close(slope / weight, -2, 0.12, 0);
    for (size_t way = 1; way < 4; way++) {
        assert_close(total[way] / total[0], 1, 0.25, 0);
    }
    free(image);
}

/* With 1/f noise the outlines stay, holes are filled, the range stays, the anatomy goes. */
static void
noise_fills_the_outline(void **state)
{
    lb_error err;
    enum { HEIGHT = 24, WIDTH = 40 };
    float image[HEIGHT * WIDTH], before[HEIGHT * WIDTH];
    (void)state;
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        double x = (double)(i % WIDTH) - 20, y = (double)(i / WIDTH) - 12;
        double radius = sqrt(x * x / 4 + y * y);
        before[i] = radius < 2 || radius > 9 ? 0 : (x < 0 ? 300 : 900);
    }
    memcpy(image, before, sizeof image);
    lb_random random = stream(1);
    assert_ok(cohort_background_fill(image, HEIGHT, WIDTH, &random, &err));
    float least = INFINITY, most = 0;
    size_t middle = 0;
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        double x = (double)(i % WIDTH) - 20, y = (double)(i / WIDTH) - 12;
        assert_true((image[i] > 0) == (sqrt(x * x / 4 + y * y) <= 9));
        least = image[i] > 0 ? fminf(least, image[i]) : least;
        most = fmaxf(most, image[i]);
        middle += image[i] > 400 && image[i] < 800;
    }
    assert_close(least, 300, 0.01, 0);
    assert_close(most, 900, 0.01, 0);
    assert_true(middle > 100); /* 300 and 900 alone before */
}

/* Of two slices within the same outline. */
static double
correlation_of(const float *a, const float *b)
{
    double mean[2] = {0}, square[2] = {0}, product = 0, brain = (double)count_brain(a, PIXELS);
    for (size_t i = 0; i < PIXELS; i++) {
        assert_true((a[i] > 0) == (b[i] > 0));
        mean[0] += (double)a[i] / brain;
        mean[1] += (double)b[i] / brain;
    }
    for (size_t i = 0; i < PIXELS; i++) {
        double x = a[i] > 0 ? (double)a[i] - mean[0] : 0, y = a[i] > 0 ? (double)b[i] - mean[1] : 0;
        product += x * y;
        square[0] += x * x;
        square[1] += y * y;
    }
    return product / sqrt(square[0] * square[1]);
}

/* The same subjects with and without anatomy. */
static void
backgrounds_share_their_outlines(void **state)
{
    lb_cohort_options options;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    float *mri = images_of(state, &options);
    options.background = LB_BACKGROUND_NOISE;
    float *noise = images_of(state, &options), *again = images_of(state, &options);
    size_t count = 12 * PIXELS;
    assert_memory_equal(noise, again, count * sizeof *noise);
    double mean = 0;
    for (size_t i = 0; i < 12; i++) {
        mean += correlation_of(mri + i * PIXELS, noise + i * PIXELS) / 12;
    }
    assert_close(mean, 0, 0.2, 0);
    assert_memory_not_equal(noise, noise + PIXELS, PIXELS * sizeof *noise);
    free(again);
    free(noise);
    free(mri);
    lb_free(head);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_rician),
        cmocka_unit_test_setup_teardown(noise_is_as_drawn, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(contrast_is_as_asked, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(bias_is_as_asked, test_setup, test_teardown),
        cmocka_unit_test(gaps_are_filled_with_fluid),
        cmocka_unit_test_setup_teardown(point_spread_is_the_voxel, test_setup, test_teardown),
        cmocka_unit_test(pink_noise_has_its_spectrum),
        cmocka_unit_test(noise_fills_the_outline),
        cmocka_unit_test_setup_teardown(backgrounds_share_their_outlines, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("cohort's images", tests, NULL, NULL);
}
