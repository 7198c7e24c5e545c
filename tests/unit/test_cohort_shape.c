/* SPDX-License-Identifier: MIT */
/* The deformations of the simulated cohort: their size, that they never fold, and what they make of
 * the sexes. */
#include "cohort_testing.h"

/* A template and room for what is made of it; released by the teardown of the group. */
typedef struct bench {
    lb_cohort_options options;
    cohort_template head;
    cohort_subject subject;
    cohort_field velocity, half, whole;
} bench;

static bench *b;

static int
make_bench(void **state)
{
    lb_error err;
    void *folder = NULL;
    (void)state;
    b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(test_setup(&folder), 0);
    char *path = write_template(&folder, "head.nii", HEAD, 0);
    small_options(&b->options, path);
    assert_ok(cohort_template_load(&b->head, &b->options, NULL, &err));
    lb_free(path);
    b->options.template_path = NULL;
    return test_teardown(&folder);
}

static int
free_bench(void **state)
{
    (void)state;
    cohort_template_release(&b->head);
    free(b);
    return 0;
}

static void
draw_velocity(double deformation, double cortex, uint64_t item)
{
    lb_error err;
    lb_random random;
    b->options.deformation = deformation;
    b->options.cortex = cortex;
    lb_random_init(&random, 1, LB_PURPOSE_TEST, item);
    assert_ok(cohort_velocity_draw(&b->velocity, &b->head, &b->options, 0, &random, &err));
}

/* Standard deviation along an axis, and correlation of points `apart` mm from each other along x,
 * over many points outside the ventricles. */
static void
measure_field(double *deviation, double *correlation, double deformation, double cortex,
              double apart)
{
    double square = 0, product = 0;
    size_t count = 0;
    for (uint64_t item = 0; item < 8; item++) {
        draw_velocity(deformation, cortex, item);
        for (size_t i = 0; i < 9 * 9 * 9; i++) {
            float at[3] = {8.1f * (float)(i % 9) - 35, 12.7f * (float)(i / 9 % 9) - 50,
                           10.3f * (float)(i / 81) - 40};
            float here[FIELD_PARTS], there[FIELD_PARTS];
            if (at[0] * at[0] + at[1] * at[1] + (at[2] - 10) * (at[2] - 10) < 60 * 60) {
                continue;
            }
            cohort_field_at(here, &b->velocity, at);
            at[0] += (float)apart;
            cohort_field_at(there, &b->velocity, at);
            for (size_t part = 0; part < 3; part++) {
                square += (double)here[part] * (double)here[part];
                product += (double)here[part] * (double)there[part];
                count++;
            }
        }
    }
    assert_true(count > 1000);
    *deviation = sqrt(square / (double)count);
    *correlation = product / square;
}

/* Millimetres as asked; lobes move as wholes, folds apart from their neighbours. */
static void
displacements_are_as_asked(void **state)
{
    double deviation, correlation;
    (void)state;
    measure_field(&deviation, &correlation, 3, 0, 15);
    assert_close(deviation, 3, 0.3, 0);
    assert_true(correlation > 0.85);
    measure_field(&deviation, &correlation, 0, 2, 15);
    assert_close(deviation, 2, 0.15, 0);
    assert_close(correlation, 0.49, 0.08, 0); /* worked out from the two splines with NumPy */
    measure_field(&deviation, &correlation, 0, 2, 35);
    assert_close(correlation, 0, 0.12, 0);
}

static void
displaced(float at[3], const cohort_field *field)
{
    float part[FIELD_PARTS];
    cohort_field_at(part, field, at);
    for (size_t axis = 0; axis < 3; axis++) {
        at[axis] += part[axis];
    }
}

/* A flow for half the time, twice, is the flow; back and forth is none (to the error of the
 * splines, which are read at nodes 7.5 mm apart). */
static void
flow_is_a_flow(void **state)
{
    lb_error err;
    double apart = 0, back = 0, length = 0;
    (void)state;
    draw_velocity(4, 0, 7);
    assert_ok(cohort_flow(&b->whole, &b->velocity, &b->head, 1, &err));
    assert_ok(cohort_flow(&b->half, &b->velocity, &b->head, 0.5, &err));
    assert_ok(cohort_flow(&b->subject.field, &b->velocity, &b->head, -1, &err));
    for (size_t i = 0; i < 5 * 5 * 5; i++) {
        const float from[3] = {24 * ((float)(i % 5) - 2), 30 * ((float)(i / 5 % 5) - 2),
                               24 * ((float)(i / 25) - 2)};
        float once[3] = {from[0], from[1], from[2]}, twice[3] = {from[0], from[1], from[2]};
        displaced(once, &b->whole);
        displaced(twice, &b->half);
        displaced(twice, &b->half);
        for (size_t axis = 0; axis < 3; axis++) {
            length = fmax(length, fabs((double)(once[axis] - from[axis])));
            apart = fmax(apart, fabs((double)(once[axis] - twice[axis])));
        }
        displaced(once, &b->subject.field);
        for (size_t axis = 0; axis < 3; axis++) {
            back = fmax(back, fabs((double)(once[axis] - from[axis])));
        }
    }
    assert_true(length > 8);
    assert_true(apart < 0.05 && back < 0.1);
}

/* A subject whose head is the template, displaced by so much along x for each mm along x. */
static void
stretch_subject(double by)
{
    memset(&b->subject, 0, sizeof b->subject);
    for (size_t i = 0; i < 12; i++) {
        b->subject.to_index[i / 4][i % 4] = (float)b->head.index[i / 4][i % 4];
    }
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        size_t z = i / FIELD_NODES / FIELD_NODES, x = i / FIELD_NODES % FIELD_NODES;
        b->subject.field.node[z][x][i % FIELD_NODES][0] = (float)(by * cohort_node_mm(x));
    }
}

static void
folds_are_found(void **state)
{
    (void)state;
    stretch_subject(0);
    assert_close(cohort_jacobian_minimum(&b->subject, &b->head), 1, 1e-6, 0);
    stretch_subject(0.3);
    assert_close(cohort_jacobian_minimum(&b->subject, &b->head), 1.3, 1e-5, 0);
    stretch_subject(-1.5);
    assert_close(cohort_jacobian_minimum(&b->subject, &b->head), -0.5, 1e-5, 0);
    stretch_subject(0);
    b->subject.field.node[FIELD_NODES / 2][FIELD_NODES / 2 + 2][FIELD_NODES / 2][0] = 30;
    assert_true(cohort_jacobian_minimum(&b->subject, &b->head) < 0);
}

/* By differences of points 0.1 mm apart, from the field alone. */
static double
dense_determinant(const float at[3])
{
    const float step = 0.05f;
    double j[3][3];
    for (size_t axis = 0; axis < 3; axis++) {
        float low[FIELD_PARTS], high[FIELD_PARTS], from[3] = {at[0], at[1], at[2]};
        from[axis] = at[axis] - step;
        cohort_field_at(low, &b->subject.field, from);
        from[axis] = at[axis] + step;
        cohort_field_at(high, &b->subject.field, from);
        for (size_t i = 0; i < 3; i++) {
            j[i][axis] = (i == axis) + (double)(high[i] - low[i]) / (2 * (double)step);
        }
    }
    return j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1]) -
           j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0]) +
           j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0]);
}

/* Over the brain and what is near it, at every 1.9 mm. */
static double
dense_minimum(void)
{
    enum { X = 51, Y = 65, Z = 55 }; /* points on each side of the middle */
    double least = INFINITY;
    for (int i = 0; i < (2 * Z + 1) * (2 * X + 1) * (2 * Y + 1); i++) {
        const int x = i / (2 * Y + 1) % (2 * X + 1), z = i / (2 * Y + 1) / (2 * X + 1);
        const float at[3] = {1.9f * (float)(x - X), 1.9f * (float)(i % (2 * Y + 1) - Y),
                             1.9f * (float)(z - Z)};
        float part[FIELD_PARTS], index[3];
        cohort_field_at(part, &b->subject.field, at);
        cohort_subject_index(index, &b->subject, at[0], at[1], at[2], part);
        if (cohort_template_near(&b->head, index)) {
            least = fmin(least, dense_determinant(at));
        }
    }
    return least;
}

static void
deformation_never_folds(void **state)
{
    lb_error err;
    (void)state;
    lb_cohort_options options = b->options;
    lb_cohort_defaults(&b->options);
    options.deformation = b->options.deformation;
    options.cortex = b->options.cortex;
    assert_ok(cohort_subject_make(&b->subject, &b->head, &options, 3, &err));
    assert_true(b->subject.kept == 1);
    assert_true(b->subject.jacobian > 0.2f && b->subject.jacobian < 0.8f); /* heads do differ */
    assert_close(dense_minimum(), b->subject.jacobian, 0.05, 0);
    options.deformation = 20; /* the greatest settings that there are */
    options.cortex = 10;
    assert_ok(cohort_subject_make(&b->subject, &b->head, &options, 3, &err));
    assert_true(b->subject.kept < 0.5f && b->subject.kept > 0.01f);
    assert_true(b->subject.jacobian >= 0.2f);
    assert_true(dense_minimum() > 0.1);
    b->options = options;
}

/* Whatever the deformation, nothing moves at the edge, so that no brain is lost over it. */
static void
edge_stands_still(void **state)
{
    lb_error err;
    (void)state;
    draw_velocity(20, 10, 5);
    assert_ok(cohort_flow(&b->whole, &b->velocity, &b->head, 1, &err));
    for (size_t axis = 0; axis < 3; axis++) {
        for (size_t i = 0; i < 25; i++) {
            float at[3], part[FIELD_PARTS];
            at[axis] = (float)(cohort_still(&b->head, axis) + 0.1) * (i % 2 == 0 ? 1 : -1);
            at[(axis + 1) % 3] = 20 * ((float)(i % 5) - 2);
            at[(axis + 2) % 3] = 20 * ((float)(i / 5) - 2);
            cohort_field_at(part, &b->velocity, at);
            assert_close(hypot(hypot((double)part[0], (double)part[1]), (double)part[2]), 0, 1e-5,
                         0);
        }
    }
}

/* Mean volume of each sex in the cohort, from its largest slices: volume ~ area ^ 1.5. */
static void
mean_volumes(double out[2], void **state, const lb_cohort_options *options)
{
    size_t pixels = options->height * options->width, slices = options->slices_per_subject;
    float *image = images_of(state, options);
    out[0] = out[1] = 0;
    for (size_t i = 0; i < options->subjects; i++) {
        size_t most = 0;
        for (size_t k = 0; k < slices; k++) {
            size_t brain = count_brain(image + (i * slices + k) * pixels, pixels);
            most = brain > most ? brain : most;
        }
        out[i % 2] += pow((double)most, 1.5) / (double)(options->subjects / 2);
    }
    free(image);
}

static void
men_are_larger_as_asked(void **state)
{
    lb_cohort_options options;
    double volume[2];
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 60;
    options.volume_deviation = 0;
    mean_volumes(volume, state, &options);
    assert_close(volume[1] / volume[0], 1.12, 0.03, 0);
    options.volume_difference = 0;
    options.shape_difference = 0;
    mean_volumes(volume, state, &options);
    assert_close(volume[1] / volume[0], 1, 0.03, 0);
    lb_free(head);
}

/* The shift of shape between the sexes moves the images, and nothing else does. */
static void
shape_differs_as_asked(void **state)
{
    lb_cohort_options options;
    size_t pixels = 65 * 78;
    char *head = write_template(state, "head.nii", HEAD, 0);
    small_options(&options, head);
    options.subjects = 2;
    options.shape_difference = 0;
    float *without = images_of(state, &options);
    options.shape_difference = 1;
    float *with = images_of(state, &options);
    assert_memory_not_equal(without, with, 6 * pixels * sizeof *with);
    free(with);
    free(without);
    lb_free(head);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(displacements_are_as_asked),
        cmocka_unit_test(flow_is_a_flow),
        cmocka_unit_test(folds_are_found),
        cmocka_unit_test(deformation_never_folds),
        cmocka_unit_test(edge_stands_still),
        cmocka_unit_test_setup_teardown(men_are_larger_as_asked, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(shape_differs_as_asked, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("cohort's shape", tests, make_bench, free_bench);
}
