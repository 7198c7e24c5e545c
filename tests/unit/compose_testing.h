/* SPDX-License-Identifier: MIT */
/* Slices and lesions that are drawn here, for what tests composing. */
#ifndef LB_TESTS_COMPOSE_TESTING_H
#define LB_TESTS_COMPOSE_TESTING_H

#include "io_testing.h"

#include <math.h>

#include "lesionbench/compose.h"
#include "lesionbench/h5.h"

enum { SUBJECTS = 12, PER_SUBJECT = 3, SLICES = SUBJECTS * PER_SUBJECT };
enum { HEIGHT = 100, WIDTH = 120, SIZE = 48 };

/* A file of discs, subject by subject, women and men in turn. A subject's are smaller by that
 * shrink each time. */
static inline void
write_shrinking_slices(const char *path, double radius, double shrink)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    static float image[SLICES][HEIGHT][WIDTH];
    static char text[SLICES][16];
    const char *subject[SLICES];
    int8_t sex[SLICES];
    float age[SLICES];
    int32_t position[SLICES];
    for (int i = 0; i < SLICES; i++) {
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double away = hypot(y - 49.5, x - 59.5);
                image[i][y][x] = away < radius - shrink * (i % PER_SUBJECT)
                                     ? (float)(50 + i + (x * (i + 7) + y * 3 + x * y * i / 50) % 11)
                                     : 0;
            }
        }
        snprintf(text[i], sizeof text[i], "sub-%02d", i / PER_SUBJECT);
        subject[i] = text[i];
        sex[i] = (int8_t)(i / PER_SUBJECT % 2);
        age[i] = NAN;
        position[i] = 100 + i % PER_SUBJECT;
    }
    const size_t shape[3] = {SLICES, HEIGHT, WIDTH};
    assert_ok(lb_h5_create(&file, path, "slices", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "image", LB_F32, 3, shape, image, &err));
    assert_ok(lb_h5_write_strings(file, "subject", SLICES, subject, &err));
    assert_ok(lb_h5_write(file, "sex", LB_I8, 1, shape, sex, &err));
    assert_ok(lb_h5_write(file, "age", LB_F32, 1, shape, age, &err));
    assert_ok(lb_h5_write(file, "position", LB_I32, 1, shape, position, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
}

static inline void
write_slices(const char *path, double radius)
{
    write_shrinking_slices(path, radius, 0);
}

static inline lb_slices *
make_slices(void **state, double radius)
{
    lb_error err = {0};
    lb_slices *slices = NULL;
    char *path = test_path(state, "slices.h5");
    write_slices(path, radius);
    assert_ok(lb_slices_open(&slices, path, &err));
    lb_free(path);
    return slices;
}

/* Round lesions are 8 x 8 pixels, irregular ones 6 x 14, distractors 5 x 7. */
static inline void
make_library(lb_lesion_library *out)
{
    lb_error err = {0};
    static const size_t HEIGHTS[LB_SHAPES] = {8, 6, 5}, WIDTHS[LB_SHAPES] = {8, 14, 7};
    *out = (lb_lesion_library){.count = {4, 5, 7}, .found = {4, 5, 7}};
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        out->lesions[shape] = lb_alloc(out->count[shape], sizeof(lb_lesion), &err);
        assert_non_null(out->lesions[shape]);
        for (size_t i = 0; i < out->count[shape]; i++) {
            lb_lesion *l = out->lesions[shape] + i;
            l->height = HEIGHTS[shape];
            l->width = WIDTHS[shape];
            l->mask = lb_alloc(l->height * l->width, sizeof(double), &err);
            assert_non_null(l->mask);
            for (size_t p = 0; p < l->height * l->width; p++) {
                size_t y = p / l->width, x = p % l->width;
                bool inside = y > 0 && x > 0 && y + 1 < l->height && x + 1 < l->width;
                l->mask[p] = inside ? 1.0 - 0.02 * (double)i : 0;
            }
        }
    }
}

static inline void
small_options(lb_compose_options *options)
{
    lb_compose_defaults(options);
    options->images[LB_TRAIN] = 70;
    options->images[LB_VALIDATION] = 20;
    options->images[LB_HOLDOUT] = 30;
    options->size = SIZE;
    options->maximum_lesions = 4;
}

#endif
