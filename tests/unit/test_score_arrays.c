/* SPDX-License-Identifier: MIT */
/* Maps made elsewhere, in .npy files, against truths in one. */
#include <math.h>

#include "io_testing.h"

#include "lesionbench/explanations.h"
#include "lesionbench/npy.h"

enum { IMAGES = 80, SIDE = 4, PIXELS = SIDE * SIDE }; /* more than wait to be scored at once */

static const size_t PLAIN[] = {IMAGES, SIDE, SIDE};
static const size_t COLOUR[] = {IMAGES, 3, SIDE, SIDE};

/* The brightest pixel is image % PIXELS, and it is true. */
static void
write_truth_and_maps(void **state)
{
    lb_error err;
    static float truth[IMAGES * PIXELS], map[IMAGES * PIXELS];
    for (size_t i = 0; i < IMAGES; i++) {
        for (size_t p = 0; p < PIXELS; p++) {
            truth[i * PIXELS + p] = p == i % PIXELS ? 1 : 0;
            map[i * PIXELS + p] = p == i % PIXELS ? 2 : 1 / (float)(p + 1);
        }
    }
    char *path = test_path(state, "truth.npy"), *maps = test_path(state, "maps.npy");
    assert_ok(lb_npy_write(path, LB_F32, 3, PLAIN, truth, &err));
    assert_ok(lb_npy_write(maps, LB_F32, 3, PLAIN, map, &err));
    lb_free(path);
    lb_free(maps);
}

static lb_status
score(lb_score_rows *rows, void **state, const char *name, const char *index, lb_error *err)
{
    char *maps = test_path(state, name), *truth = test_path(state, "truth.npy");
    const lb_array_truth against = {.path = truth, .index = index};
    const lb_scoring scoring = {.metrics = LB_CHEAP_METRICS};
    lb_status status = lb_score_arrays(rows, maps, &against, &scoring, NULL, err);
    lb_free(maps);
    lb_free(truth);
    return status;
}

static void
every_row_is_its_image(void **state)
{
    lb_error err = {0};
    lb_score_rows rows = {0};
    write_truth_and_maps(state);
    assert_ok(score(&rows, state, "maps.npy", NULL, &err));
    assert_int_equal(rows.count, IMAGES);
    for (size_t i = 0; i < IMAGES; i++) {
        assert_int_equal(rows.rows[i].image, i);
        assert_string_equal(rows.rows[i].method, "maps");
        assert_int_equal(rows.rows[i].score.tp, 1);
    }
    lb_score_rows_release(&rows);
}

/* float64, signed: the map is 0.2989 |R| + 0.5870 |G| + 0.1140 |B|, so that green alone decides. */
static void
colours_are_weighed(void **state)
{
    lb_error err = {0};
    lb_score_rows rows = {0};
    static double values[IMAGES * 3 * PIXELS];
    write_truth_and_maps(state);
    for (size_t i = 0; i < IMAGES; i++) {
        double *red = values + i * 3 * PIXELS;
        red[(i + 1) % PIXELS] = 1;               /* 0.2989 */
        red[PIXELS + i % PIXELS] = -0.6;         /* 0.3522: the brightest */
        red[2 * PIXELS + (i + 2) % PIXELS] = -3; /* 0.342 */
    }
    char *path = test_path(state, "rgb.npy");
    assert_ok(lb_npy_write(path, LB_F64, 4, COLOUR, values, &err));
    assert_ok(score(&rows, state, "rgb.npy", NULL, &err));
    for (size_t i = 0; i < IMAGES; i++) {
        assert_int_equal(rows.rows[i].score.tp, 1);
        assert_true(fabs(rows.rows[i].certificate.zero_share - 13.0 / 16.0) < 1e-12);
    }
    lb_score_rows_release(&rows);
    /* Beyond float32. */
    values[70 * 3 * PIXELS] = -1e39;
    assert_ok(lb_npy_write(path, LB_F64, 4, COLOUR, values, &err));
    assert_int_equal(score(&rows, state, "rgb.npy", NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "rgb.npy: row 70, of image 70, ");
    lb_score_rows_release(&rows);
    lb_free(path);
}

static void
index_names_images(void **state)
{
    lb_error err = {0};
    lb_score_rows rows = {0};
    write_truth_and_maps(state);
    const float map[2 * PIXELS] = {[7] = 1, [PIXELS + 3] = 1};
    const size_t shape[] = {2, SIDE, SIDE};
    char *path = test_path(state, "two.npy");
    assert_ok(lb_npy_write(path, LB_F32, 3, shape, map, &err));
    assert_ok(score(&rows, state, "two.npy", "71, 3", &err)); /* 71 % 16 = 7 */
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.rows[0].image, 71);
    assert_int_equal(rows.rows[1].image, 3);
    assert_int_equal(rows.rows[0].score.tp + rows.rows[1].score.tp, 2);
    lb_score_rows_release(&rows);
    const char *const wrong[] = {"3", "3,80", "3,3", "3,-1", "3,x", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(score(&rows, state, "two.npy", wrong[i], &err) != LB_OK);
    }
    assert_int_equal(score(&rows, state, "two.npy", NULL, &err), LB_ERROR_FORMAT);
    assert_message(&err, "--index");
    lb_score_rows_release(&rows);
    lb_free(path);
}

static void
lists_are_told_from_files(void **state)
{
    (void)state;
    assert_true(lb_is_array_list("a.npy"));
    assert_true(lb_is_array_list("ig=a.npy,lrp=b"));
    assert_false(lb_is_array_list("explanations.h5"));
    assert_false(lb_is_array_list("explanations"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_row_is_its_image, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(colours_are_weighed, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(index_names_images, test_setup, test_teardown),
        cmocka_unit_test(lists_are_told_from_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
