/* SPDX-License-Identifier: MIT */
/* Datasets for the tests of the audit: a round brain with lesions that are discs or bars of the
 * same area, and whatever is to be found wrong with them. */
#ifndef LB_TESTS_AUDIT_TESTING_H
#define LB_TESTS_AUDIT_TESTING_H

#include "io_testing.h"

#include <math.h>

#include "lesionbench/dataset.h"
#include "lesionbench/h5.h"
#include "lesionbench/random.h"

enum { AUDIT_SIDE = 64, AUDIT_PIXELS = AUDIT_SIDE * AUDIT_SIDE };

/* Zeroed but for images and subjects: nothing wrong. */
typedef struct audit_fault {
    size_t images[LB_SPLITS];
    size_t subjects; /* of all splits */
    double larger;   /* bars are larger by this share of the area */
    double shine;    /* images of bars are brighter by this much */
    double aside;    /* bars lie this many pixels further down */
    bool box;        /* a faint rectangle around each lesion */
    bool soft;       /* lesions fade out beyond the truth */
    bool shared;     /* subjects and slices are in all splits */
    bool one_class;  /* training images are all of class 1 */
    bool anonymous;  /* no subjects */
    bool by_side;    /* says that the label is a side */
    const char *protocol;
    size_t twins; /* so many images of twin_split have the brain of a training image of another
                     subject: holdout's i that of i, training's 2 i + 1 that of 2 i */
    lb_split twin_split; /* holdout or training */
    bool rounded;        /* these to 8 bits */
    size_t broken;       /* training images 1 to 5 have one defect each */
} audit_fault;

/* One block of a split. */
typedef struct audit_block {
    float *image, *truth;
    uint8_t *label, *lesion_count;
    int32_t *slice, *subject;
} audit_block;

/* Whether this image has another's brain; *index is that one's, of the training images. */
static inline bool
audit_is_twin(size_t *index, lb_split split, size_t i, const audit_fault *fault)
{
    bool within = split == LB_TRAIN;
    *index = within ? i - 1 : i;
    return split == fault->twin_split &&
           (within ? i % 2 == 1 && i / 2 < fault->twins : i < fault->twins);
}

/* Lightens an ellipse of half axes a, b and marks it true. */
static inline void
audit_paint(float *image, float *truth, double y, double x, double a, double b,
            const audit_fault *fault)
{
    for (size_t p = 0; p < AUDIT_PIXELS; p++) {
        double dy = ((double)(p / AUDIT_SIDE) - y) / a, dx = ((double)(p % AUDIT_SIDE) - x) / b;
        double radius = sqrt(dy * dy + dx * dx);
        bool near = fabs(dy * a) < a + 3 && fabs(dx * b) < b + 3;
        double m = radius < 1 ? 0.5 : fault->box && near ? 0.1 : 0;
        m = fault->soft ? 0.5 * fmax(0, fmin(1, 1.5 - radius)) : m;
        image[p] = (float)(1 - (1 - (double)image[p]) * (1 - m));
        truth[p] = radius < 1 ? 1 : truth[p];
    }
}

static inline void
audit_draw(audit_block *out, size_t n, lb_split split, size_t i, const audit_fault *fault)
{
    lb_random random;
    float *image = out->image + n * AUDIT_PIXELS, *truth = out->truth + n * AUDIT_PIXELS;
    lb_random_init(&random, (uint64_t)split, LB_PURPOSE_TEST, i);
    size_t of_split = fault->subjects / LB_SPLITS;
    size_t subject = i % of_split + (fault->shared ? 0 : (size_t)split * of_split);
    bool bar = lb_random_below(&random, 2) == 1 || (fault->one_class && split == LB_TRAIN);
    double tissue = 0.4 + 0.004 * (double)(subject % 7) + (bar ? fault->shine : 0);
    size_t other = 0;
    bool twin = audit_is_twin(&other, split, i, fault);
    lb_random brain = random;
    if (twin) {
        lb_random_init(&brain, LB_TRAIN, LB_PURPOSE_TEST, other);
        (void)lb_random_below(&brain, 2);
        tissue = 0.4 + 0.004 * (double)(other % of_split % 7);
    }
    for (size_t p = 0; p < AUDIT_PIXELS; p++) {
        double dy = (double)(p / AUDIT_SIDE) - 31.5, dx = (double)(p % AUDIT_SIDE) - 31.5;
        double value = tissue + 0.03 * lb_random_normal(&brain);
        value = twin && fault->rounded ? floor(value * 255 + 0.5) / 255 : value;
        image[p] = dy * dy + dx * dx < 30 * 30 ? (float)fmax(0.01, fmin(0.9, value)) : 0;
        truth[p] = 0;
    }
    random = twin ? random : brain;
    double grow = bar ? sqrt(1 + fault->larger) : 1, stretch = bar ? 1.6 : 1;
    for (int lesion = 0; lesion < 2; lesion++) {
        double y = 31.5 + (lesion == 0 ? -9 : 9) + 4 * lb_random_uniform(&random) - 2;
        double x = 31.5 + 12 * lb_random_uniform(&random) - 6;
        double flip = lb_random_below(&random, 2) == 1 ? stretch : 1 / stretch;
        audit_paint(image, truth, y + (bar ? fault->aside : 0), x, 3.5 * grow * flip,
                    3.5 * grow / flip, fault);
    }
    out->label[n] = bar;
    out->lesion_count[n] = 2;
    out->subject[n] = (int32_t)subject;
    out->slice[n] = (int32_t)(2 * subject + i / of_split % 2);
    if (fault->broken > 0 && split == LB_TRAIN) {
        image[100] = i == 1 ? NAN : i == 2 ? 1.5f : image[100];
        truth[32 * AUDIT_SIDE + 32] = i == 3 ? -1.0f : truth[32 * AUDIT_SIDE + 32];
        truth[0] = i == 5 ? 1.0f : truth[0];
        for (size_t p = 0; i == 4 && p < AUDIT_PIXELS; p++) {
            truth[p] = 0;
        }
    }
}

static inline void
audit_write_part(lb_h5 *file, const char *split, const char *name, lb_type type, size_t count,
                 const void *data)
{
    lb_error err;
    char path[64];
    const size_t shape[3] = {count, AUDIT_SIDE, AUDIT_SIDE};
    snprintf(path, sizeof path, "%s/%s", split, name);
    assert_ok(lb_h5_write(file, path, type, type == LB_F32 ? 3 : 1, shape, data, &err));
}

static inline void
audit_write_split(lb_h5 *file, lb_split split, const audit_fault *fault)
{
    lb_error err;
    size_t count = fault->images[split];
    const char *name = lb_split_name(split);
    audit_block b = {.image = lb_alloc(count * AUDIT_PIXELS, sizeof(float), &err),
                     .truth = lb_alloc(count * AUDIT_PIXELS, sizeof(float), &err),
                     .label = lb_alloc(count, 1, &err),
                     .lesion_count = lb_alloc(count, 1, &err),
                     .slice = lb_alloc(count, sizeof(int32_t), &err),
                     .subject = lb_alloc(count, sizeof(int32_t), &err)};
    assert_true(b.image && b.truth && b.label && b.lesion_count && b.slice && b.subject);
    for (size_t i = 0; i < count; i++) {
        audit_draw(&b, i, split, i, fault);
    }
    audit_write_part(file, name, "image", LB_F32, count, b.image);
    audit_write_part(file, name, "truth", LB_F32, count, b.truth);
    audit_write_part(file, name, "label", LB_U8, count, b.label);
    audit_write_part(file, name, "lesion_count", LB_U8, count, b.lesion_count);
    audit_write_part(file, name, "slice", LB_I32, count, b.slice);
    if (!fault->anonymous) {
        audit_write_part(file, name, "subject", LB_I32, count, b.subject);
    }
    lb_free(b.image);
    lb_free(b.truth);
    lb_free(b.label);
    lb_free(b.lesion_count);
    lb_free(b.slice);
    lb_free(b.subject);
}

/* A dataset.h5 in the test's folder; lb_free() its path. */
static inline char *
audit_write(void **state, const char *name, const audit_fault *fault)
{
    lb_error err;
    lb_h5 *file = NULL;
    char *path = test_path(state, name);
    assert_ok(lb_h5_create(&file, path, "dataset", 1, NULL, &err));
    if (fault->protocol != NULL) {
        assert_ok(lb_h5_set_text(file, "", "protocol", fault->protocol, &err));
    }
    assert_ok(lb_h5_set_text(file, "", "label_by", fault->by_side ? "side" : "shape", &err));
    for (int split = 0; split < LB_SPLITS; split++) {
        audit_write_split(file, (lb_split)split, fault);
    }
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    return path;
}

/* The row of that part and name. */
static inline const lb_check *
audit_row(const lb_audit *audit, char part, const char *name)
{
    for (size_t i = 0; i < audit->count; i++) {
        if (audit->checks[i].part == part && strcmp(audit->checks[i].name, name) == 0) {
            return audit->checks + i;
        }
    }
    fail_msg("no check %c %s", part, name);
    return NULL;
}

#endif
