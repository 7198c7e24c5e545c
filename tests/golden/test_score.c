/* SPDX-License-Identifier: MIT */
/* The score of one map against the highest pixels of another, as meta.json of the golden data has
 * it
 * ("top_p", the smaller of the two images). The unit test holds small figures of the same. */
#include "testing.h"

#include <string.h>

#include "lesionbench/score.h"

enum { SIDE = 64, PIXELS = SIDE * SIDE, IMAGES = 2, TOP = PIXELS / 28, HEADER = 128 };

/* The grey maps of a (2, 3, 64, 64) float32 file. */
static void
read_maps(float *map, const char *path)
{
    char header[HEADER];
    float attribution[3 * PIXELS];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(header, 1, HEADER, file), HEADER);
    assert_memory_equal(header + 1, "NUMPY", 5);
    assert_non_null(strstr(header + 10, "(2, 3, 64, 64)"));
    for (int i = 0; i < IMAGES; i++, map += PIXELS) {
        assert_int_equal(fread(attribution, sizeof(float), 3 * PIXELS, file), 3 * PIXELS);
        for (int k = 0; k < PIXELS; k++) {
            double sum = 0;
            const double weights[] = {0.2989, 0.5870, 0.1140};
            for (int c = 0; c < 3; c++) {
                double value = (double)attribution[c * PIXELS + k];
                sum += weights[c] * (value < 0 ? -value : value);
            }
            map[k] = (float)sum;
        }
    }
    fclose(file);
}

/* Marks the TOP highest pixels, by repeated search for the next maximum. */
static void
mark_top(float *truth, const float *map)
{
    memset(truth, 0, PIXELS * sizeof *truth);
    for (int n = 0; n < TOP; n++) {
        int best = -1;
        for (int k = 0; k < PIXELS; k++) {
            if (truth[k] == 0 && (best < 0 || map[k] > map[best])) {
                best = k;
            }
        }
        truth[best] = 1;
    }
}

static void
check_overlap(const char *exact_path, const char *captum_path, double expected)
{
    lb_error err;
    static float exact[IMAGES * PIXELS], captum[IMAGES * PIXELS], truth[PIXELS], scratch[PIXELS];
    double least = 1;
    skip_without(exact_path);
    skip_without(captum_path);
    read_maps(exact, exact_path);
    read_maps(captum, captum_path);
    for (int i = 0; i < IMAGES; i++) {
        lb_localisation score;
        mark_top(truth, exact + i * PIXELS);
        assert_ok(lb_localise(&score, captum + i * PIXELS, truth, PIXELS, scratch, &err));
        assert_int_equal(score.tp + score.fn, TOP);
        least = lb_tpr(&score) < least ? lb_tpr(&score) : least;
    }
    assert_close(least, expected, 1e-12, 0);
}

/* Maps of whole numbers without equal values at the bound; NumPy's argsort() counts 60 and 61
 * pixels in common. */
static void
made_up_overlap(void **state)
{
    lb_error err;
    static float one[PIXELS], other[PIXELS], truth[PIXELS], scratch[PIXELS];
    const size_t common[IMAGES] = {60, 61};
    (void)state;
    for (int i = 0; i < IMAGES; i++) {
        lb_localisation score;
        for (int k = 0; k < PIXELS; k++) {
            int value = (k * 1103 + 17 * i) % 4099;
            one[k] = (float)value;
            other[k] = (float)(3 * value + (k * 2741 + 5 * i) % 4099);
        }
        mark_top(truth, one);
        assert_ok(lb_localise(&score, other, truth, PIXELS, scratch, &err));
        assert_int_equal(score.tp, common[i]);
        assert_int_equal(score.tp + score.fn, TOP);
    }
}

static void
deeplift_overlap(void **state)
{
    (void)state;
    check_overlap(LB_SHARED "/golden/attribution/deeplift_target0.npy",
                  LB_SHARED "/golden/attribution/deeplift_captum_target0.npy", 0.547945205479452);
    check_overlap(LB_SHARED "/golden/attribution/deeplift_target1.npy",
                  LB_SHARED "/golden/attribution/deeplift_captum_target1.npy", 0.5821917808219178);
}

static void
deconvolution_overlap(void **state)
{
    (void)state;
    check_overlap(LB_SHARED "/golden/attribution/deconvolution_target0.npy",
                  LB_SHARED "/golden/attribution/deconvolution_captum_target0.npy",
                  0.9931506849315068);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_overlap),
        cmocka_unit_test(deeplift_overlap),
        cmocka_unit_test(deconvolution_overlap),
    };
    return cmocka_run_group_tests_name("golden_score", tests, NULL, NULL);
}
