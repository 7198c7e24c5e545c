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
    const lb_scoring scoring = {.metrics = lb_metrics_cheap()};
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
        assert_true(fabs(rows.rows[i].diagnostic.zero_share - 13.0 / 16.0) < 1e-12);
    }
    lb_score_rows_release(&rows);
    values[70 * 3 * PIXELS + 5] = -1e39; /* beyond float32, which does not matter */
    assert_ok(lb_npy_write(path, LB_F64, 4, COLOUR, values, &err));
    assert_ok(score(&rows, state, "rgb.npy", NULL, &err));
    assert_int_equal(rows.rows[70].score.tp, 0);
    lb_score_rows_release(&rows);
    values[70 * 3 * PIXELS] = -INFINITY;
    assert_ok(lb_npy_write(path, LB_F64, 4, COLOUR, values, &err));
    assert_int_equal(score(&rows, state, "rgb.npy", NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "rgb.npy: row 70, of image 70, ");
    lb_score_rows_release(&rows);
    lb_free(path);
}

/* Of image and pixel, and half of the pixels differ by less than float32 tells. */
static double
fine_value(size_t i, size_t p)
{
    return (double)((p * 7 + i * 3) % PIXELS / 2 + 1) + 1e-12 * (double)((p * 5 + i) % PIXELS);
}

static void
write_scaled(void **state, lb_type type, double factor)
{
    lb_error err;
    static double values[IMAGES * PIXELS];
    static int64_t whole[IMAGES * PIXELS];
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        double value = fine_value(i / PIXELS, i % PIXELS);
        values[i] = (i % PIXELS % 3 == 0 ? -value : value) * factor;
        whole[i] = (int64_t)(values[i] * 1e13);
    }
    char *path = test_path(state, "scaled.npy");
    assert_ok(
        lb_npy_write(path, type, 3, PLAIN, type == LB_F64 ? (void *)values : (void *)whole, &err));
    lb_free(path);
}

/* Neither the map's scale nor the truth's changes a score, and float32 does not come between. */
static void
scale_changes_nothing(void **state)
{
    static const double FACTORS[] = {1e-50, 1e300, 1e-295, 0x1p-1000, 0x1p900};
    lb_error err = {0};
    lb_score_rows plain = {0}, rows = {0};
    write_truth_and_maps(state);
    write_scaled(state, LB_F64, 1);
    assert_ok(score(&plain, state, "scaled.npy", NULL, &err));
    static double truth[IMAGES * PIXELS];
    for (size_t i = 0; i < IMAGES; i++) {
        truth[i * PIXELS + i % PIXELS] = 1e-60;
    }
    char *path = test_path(state, "truth.npy");
    assert_ok(lb_npy_write(path, LB_F64, 3, PLAIN, truth, &err));
    lb_free(path);
    size_t different = 0;
    for (size_t f = 0; f < sizeof FACTORS / sizeof *FACTORS + 1; f++) {
        bool whole = f == sizeof FACTORS / sizeof *FACTORS;
        write_scaled(state, whole ? LB_I64 : LB_F64, whole ? 1 : FACTORS[f]);
        assert_ok(score(&rows, state, "scaled.npy", NULL, &err));
        for (size_t i = 0; i < IMAGES; i++) {
            const lb_score_row *a = &plain.rows[i], *b = &rows.rows[i];
            double higher = 0, value = fine_value(i, i % PIXELS);
            value = i % PIXELS % 3 == 0 ? -value : value;
            for (size_t p = 0; p < PIXELS; p++) {
                double other = (p % 3 == 0 ? -1 : 1) * fine_value(i, p);
                higher += value > other ? 1 : 0;
            }
            assert_close(b->metric[LB_METRIC_PIXEL_AUROC], higher / (PIXELS - 1), 1e-12, 0);
            assert_int_equal(a->score.tp, b->score.tp);
            assert_int_equal(b->score.ties, 1);
            for (size_t m = 0; m < lb_metric_count(); m++) {
                if (!isnan(a->metric[m])) {
                    assert_close(b->metric[m], a->metric[m], 1e-7, 0);
                }
            }
            different += a->metric[LB_METRIC_PIXEL_AUROC] != 0.5;
        }
        lb_score_rows_release(&rows);
    }
    assert_true(different > IMAGES);
    lb_score_rows_release(&plain);
    /* What doubles do not tell apart is refused. */
    int64_t large[IMAGES * PIXELS] = {[5 * PIXELS] = ((int64_t)1 << 53) + 1};
    path = test_path(state, "large.npy");
    assert_ok(lb_npy_write(path, LB_I64, 3, PLAIN, large, &err));
    assert_int_equal(score(&rows, state, "large.npy", NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "row 5 has a whole number beyond 2^53");
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
        cmocka_unit_test_setup_teardown(scale_changes_nothing, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(index_names_images, test_setup, test_teardown),
        cmocka_unit_test(lists_are_told_from_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
