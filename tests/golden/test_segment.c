/* SPDX-License-Identifier: MIT */
/* Super-pixels: their properties, and that they keep outlines as well as scikit-image's do
 * (expected_segment.py). */
#include <omp.h>
#include <string.h>

#include "formula_network.h"

#include "expected_segment.h"
#include "lesionbench/image.h"
#include "lesionbench/segment.h"

enum { PIXELS = HEIGHT * WIDTH, ITERATIONS = 10 };

static void
draw_discs(double *image, int32_t *truth)
{
    for (uint32_t p = 0; p < PIXELS; p++) {
        image[p] = 20 + 8 * (formula_value(p, 300) - 0.5);
        truth[p] = 0;
        for (int k = 0; k < DISCS; k++) {
            int y = (int)(p / WIDTH) - DISC[k][0], x = (int)(p % WIDTH) - DISC[k][1];
            if (y * y + x * x <= DISC[k][2] * DISC[k][2]) {
                image[p] += DISC[k][3] - 20;
                truth[p] = k + 1;
            }
        }
    }
}

static void
find_edges(uint8_t *out, const int32_t *labels)
{
    for (size_t p = 0; p < PIXELS; p++) {
        out[p] = (p % WIDTH + 1 < WIDTH && labels[p] != labels[p + 1]) ||
                 (p + WIDTH < PIXELS && labels[p] != labels[p + WIDTH]);
    }
}

static double
boundary_recall(const int32_t *labels, const int32_t *truth)
{
    static uint8_t found[PIXELS], real[PIXELS];
    size_t hits = 0, all = 0;
    find_edges(found, labels);
    find_edges(real, truth);
    for (int p = 0; p < PIXELS; p++) {
        bool hit = false;
        for (int y = p / WIDTH - NEAR; y <= p / WIDTH + NEAR; y++) {
            for (int x = p % WIDTH - NEAR; x <= p % WIDTH + NEAR; x++) {
                hit = hit ||
                      (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH && found[y * WIDTH + x] != 0);
            }
        }
        all += real[p];
        hits += real[p] != 0 && hit;
    }
    return (double)hits / (double)all;
}

/* Labels from 0 on in the order of their first pixels; each one 4-connected piece (by the labelling
 * that is tested against SciPy) of at least `least` pixels. */
static void
assert_regions(const int32_t *labels, size_t count, size_t least)
{
    lb_error err;
    static uint8_t mask[PIXELS];
    static int32_t pieces[PIXELS];
    int32_t next = 0;
    for (size_t p = 0; p < PIXELS; p++) {
        assert_in_range(labels[p], 0, next);
        next += labels[p] == next;
    }
    assert_int_equal(next, count);
    for (size_t k = 0; k < count; k++) {
        size_t size = 0, found = 0;
        for (size_t p = 0; p < PIXELS; p++) {
            mask[p] = labels[p] == (int32_t)k;
            size += mask[p];
        }
        assert_ok(lb_connected_components(pieces, &found, mask, HEIGHT, WIDTH, &err));
        assert_int_equal(found, 1);
        assert_true(size >= least);
    }
}

static void
slic_is_as_good_as_another(void **state)
{
    (void)state;
    lb_error err;
    static double image[PIXELS];
    static int32_t truth[PIXELS], labels[PIXELS];
    draw_discs(image, truth);
    for (size_t i = 0; i < sizeof SLIC_FIGURES / sizeof *SLIC_FIGURES; i++) {
        const struct slic_figure *theirs = &SLIC_FIGURES[i];
        const lb_slic_options options = {.segments = theirs->segments,
                                         .compactness = theirs->compactness,
                                         .iterations = ITERATIONS};
        size_t count = 0;
        assert_ok(lb_slic(labels, &count, image, 1, HEIGHT, WIDTH, &options, &err));
        double recall = boundary_recall(labels, truth);
        print_message("%zu wanted, compactness %g: %zu, recall %.3f; scikit-image %zu, %.3f\n",
                      theirs->segments, theirs->compactness, count, recall, theirs->found,
                      theirs->recall);
        assert_regions(labels, count, PIXELS / theirs->segments / 5);
        assert_close(count, theirs->segments, 0, 0.25);
        assert_true(recall > theirs->recall - 0.03);
    }
}

/* No brightness, no difference: the cells of a grid. And three equal channels, each over the root
 * of 3, are one. */
static void
slic_of_plain_and_of_grey_images(void **state)
{
    (void)state;
    lb_error err;
    static double image[3 * PIXELS];
    static int32_t truth[PIXELS], labels[PIXELS], others[PIXELS];
    size_t count = 0, other_count = 0;
    lb_slic_options options = {.segments = 99, .compactness = 10, .iterations = ITERATIONS};
    assert_ok(lb_slic(labels, &count, image, 1, HEIGHT, WIDTH, &options, &err));
    assert_int_equal(count, 99); /* 9 x 11 squares of 10 x 10 */
    for (size_t p = 0; p < PIXELS; p++) {
        assert_int_equal(labels[p], p / WIDTH / 10 * 11 + p % WIDTH / 10);
    }
    options.segments = 1;
    assert_ok(lb_slic(labels, &count, image, 1, HEIGHT, WIDTH, &options, &err));
    assert_int_equal(count, 1);
    options.segments = 60;
    draw_discs(image, truth);
    assert_ok(lb_slic(labels, &count, image, 1, HEIGHT, WIDTH, &options, &err));
    for (size_t p = 0; p < PIXELS; p++) {
        image[p] /= 1.7320508075688772;
        image[PIXELS + p] = image[2 * PIXELS + p] = image[p];
    }
    int threads = omp_get_max_threads();
    omp_set_num_threads(threads > 1 ? 1 : 2);
    assert_ok(lb_slic(others, &other_count, image, 3, HEIGHT, WIDTH, &options, &err));
    omp_set_num_threads(threads);
    assert_int_equal(other_count, count);
    assert_memory_equal(others, labels, sizeof labels);
    options.segments = 0;
    assert_int_equal(lb_slic(labels, &count, image, 1, HEIGHT, WIDTH, &options, &err),
                     LB_ERROR_ARGUMENT);
}

static void
felzenszwalb_equals_scikit_image(void **state)
{
    (void)state;
    lb_error err;
    static double image[PIXELS];
    static int32_t truth[PIXELS], labels[PIXELS];
    size_t count = 0;
    draw_discs(image, truth);
    for (size_t p = 0; p < PIXELS; p++) {
        image[p] /= 100;
    }
    for (size_t i = 0; i < sizeof FELZENSZWALB_FIGURES / sizeof *FELZENSZWALB_FIGURES; i++) {
        const struct felzenszwalb_figure *theirs = &FELZENSZWALB_FIGURES[i];
        double weighted = 0;
        assert_ok(lb_felzenszwalb(labels, &count, image, 1, HEIGHT, WIDTH, theirs->scale,
                                  theirs->least, &err));
        for (size_t p = 0; p < PIXELS; p++) {
            weighted += (double)labels[p] * (double)(p * 37 % 101);
        }
        assert_int_equal(count, theirs->found);
        assert_close(weighted, theirs->weighted, 0, 0);
    }
    for (size_t p = 0; p < PIXELS; p++) { /* nothing to tell apart: one region */
        image[p] = 0.25;
    }
    assert_ok(lb_felzenszwalb(labels, &count, image, 1, HEIGHT, WIDTH, 50, 1, &err));
    assert_int_equal(count, 1);
    assert_int_equal(lb_felzenszwalb(labels, &count, image, 1, 0, WIDTH, 50, 1, &err),
                     LB_ERROR_ARGUMENT);
}

/* Noise of labels in the grain of single pixels, and a piece that lies within another. */
static void
small_pieces_join(void **state)
{
    (void)state;
    lb_error err;
    static int32_t labels[PIXELS];
    size_t count = 0;
    for (uint32_t p = 0; p < PIXELS; p++) {
        labels[p] = (int32_t)(formula_value(p, 301) * 5);
    }
    assert_ok(lb_merge_small_regions(labels, &count, HEIGHT, WIDTH, 20, &err));
    assert_true(count > 3);
    assert_regions(labels, count, 20);
    assert_ok(lb_merge_small_regions(labels, &count, HEIGHT, WIDTH, PIXELS + 1, &err));
    assert_int_equal(count, 1);
    for (size_t p = 0; p < PIXELS; p++) { /* a hole of 3 at a border of 4 : 2 */
        labels[p] = p % WIDTH < 50 ? 7 : 3;
    }
    labels[40 * WIDTH + 49] = labels[41 * WIDTH + 49] = labels[41 * WIDTH + 48] = 5;
    assert_ok(lb_merge_small_regions(labels, &count, HEIGHT, WIDTH, 4, &err));
    assert_int_equal(count, 2);
    assert_int_equal(labels[40 * WIDTH + 49], 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slic_is_as_good_as_another),
                                       cmocka_unit_test(slic_of_plain_and_of_grey_images),
                                       cmocka_unit_test(felzenszwalb_equals_scikit_image),
                                       cmocka_unit_test(small_pieces_join)};
    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
