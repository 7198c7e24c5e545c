/* SPDX-License-Identifier: MIT */
/* Part g of the audit: controls as explanations. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/audit_report.h"
#include "lesionbench/method.h"
#include "lesionbench/score.h"

static const double LIMIT = 0.40;

static const char *const CONTROLS[] = {
    "raw_input",      "inverted_input", "median_distance", "difference_of_gaussians",
    "local_contrast", "sobel",          "laplace",
};
enum { CONTROL_COUNT = sizeof CONTROLS / sizeof CONTROLS[0], BLOCK = 16 };

typedef struct controls {
    const lb_audit_options *options;
    lb_dataset *dataset;
    size_t height, width, pixels;
    const lb_method *methods[CONTROL_COUNT];
    float *image, *truth; /* (BLOCK, pixels) */
    double *tpr;          /* (CONTROL_COUNT, images) */
    double *share;        /* (images) true pixels, 0 where the image cannot be scored */
    size_t images;
} controls;

/* Buffers for one image. */
typedef struct worker {
    const controls *all;
    const float *truth;
    size_t image;
    uint8_t *mask;
    int32_t *labels;
    float *scratch;
} worker;

static lb_status
score_map(void *data, const lb_explanation *e, lb_error *err)
{
    lb_status status = LB_OK;
    worker *w = data;
    lb_localisation score;
    LB_TRY(lb_localise(&score, e->map, w->truth, w->all->pixels, w->scratch, err));
    for (size_t c = 0; c < CONTROL_COUNT; c++) {
        if (w->all->methods[c] == e->method) {
            w->all->tpr[c * w->all->images + w->image] = lb_tpr(&score);
        }
    }
cleanup:
    return status;
}

static double
true_share(const float *truth, size_t pixels)
{
    size_t count = 0;
    for (size_t p = 0; p < pixels; p++) {
        count += truth[p] > 0;
    }
    return (double)count / (double)pixels;
}

/* Image n of the block, image w->image of all. */
static lb_status
explain_one(worker *w, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    const controls *c = w->all;
    const float *image = c->image + n * c->pixels;
    float *truth = c->truth + n * c->pixels;
    const int32_t target = 0;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.batch = 1;
    LB_ALLOC(w->mask, c->pixels);
    LB_ALLOC(w->labels, c->pixels);
    LB_ALLOC(w->scratch, c->pixels);
    LB_TRY(lb_truth_cut(truth, c->height, c->width, c->options->truth_threshold, w->mask, w->labels,
                        w->scratch, err));
    w->truth = truth;
    double share = true_share(truth, c->pixels);
    bool finite = lb_first_not_finite(image, c->pixels) == c->pixels;
    c->share[w->image] = finite && share < 1 ? share : 0; /* part f tells of the others */
    if (c->share[w->image] > 0) {
        LB_TRY(lb_explain(NULL, image, 1, c->height, c->width, 1, &w->image, &target, c->methods,
                          CONTROL_COUNT, &options, score_map, w, NULL, err));
    }
cleanup:
    lb_free(w->scratch);
    lb_free(w->labels);
    lb_free(w->mask);
    return status;
}

static lb_status
run_block(const controls *c, size_t first, size_t count, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK, result[BLOCK];
    lb_error errors[BLOCK];
    LB_TRY(lb_dataset_read(c->image, c->truth, c->dataset, (lb_split)c->options->control_split,
                           first, count, err));
#pragma omp parallel for schedule(dynamic)
    for (size_t n = 0; n < count; n++) {
        worker w = {.all = c, .image = first + n};
        result[n] = lb_is_cancelled(context) ? LB_OK : explain_one(&w, n, errors + n);
    }
    for (size_t n = 0; n < count; n++) {
        if (result[n] != LB_OK) {
            *err = errors[n];
            return lb_fail_context(err, "image %zu of split '%s'", first + n,
                                   lb_split_name((lb_split)c->options->control_split));
        }
    }
    status = lb_check_cancelled(context, err);
cleanup:
    return status;
}

/* Moves the scores of the images that could be scored together; how many they are. */
static size_t
keep_scored(controls *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->images; i++) {
        if (c->share[i] > 0) {
            for (size_t k = 0; k < CONTROL_COUNT; k++) {
                c->tpr[k * c->images + kept] = c->tpr[k * c->images + i];
            }
            c->share[kept++] = c->share[i];
        }
    }
    return kept;
}

static lb_status
judge(lb_audit *audit, controls *c, lb_error *err)
{
    lb_status status = LB_OK;
    size_t kept = keep_scored(c);
    bool expected_sum = strcmp(audit->protocol, "fair") == 0;
    double chance = 0;
    for (size_t i = 0; i < kept; i++) {
        chance += c->share[i] / (double)kept;
    }
    for (size_t k = 0; k < CONTROL_COUNT; k++) {
        lb_check *check = lb_audit_add(audit, 'g', CONTROLS[k], "median TPR", err);
        LB_TRY(check == NULL ? err->code : LB_OK);
        check->limit = LIMIT;
        if (kept == 0) {
            check->verdict = LB_VERDICT_SKIPPED;
            snprintf(check->note, sizeof check->note, "no images");
            continue;
        }
        double *tpr = c->tpr + k * c->images;
        check->low = lb_quantile(tpr, kept, 0.25);
        check->value = lb_quantile(tpr, kept, 0.5);
        check->high = lb_quantile(tpr, kept, 0.75);
        check->chance = chance;
        if (check->value > LIMIT) {
            check->verdict = expected_sum ? LB_VERDICT_FAIL : LB_VERDICT_WARNING;
            snprintf(check->note, sizeof check->note, "finds the truth without any network");
        }
    }
cleanup:
    return status;
}

lb_status
lb_audit_controls(lb_audit *audit, const char *path, const lb_audit_options *options,
                  const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    controls c = {.options = options};
    LB_TRY(lb_dataset_open(&c.dataset, path, err));
    size_t there = lb_dataset_count(c.dataset, (lb_split)options->control_split);
    c.images = there < options->control_images ? there : options->control_images;
    c.height = lb_dataset_height(c.dataset);
    c.width = lb_dataset_width(c.dataset);
    LB_TRY(lb_multiply(&c.pixels, c.height, c.width, err));
    for (size_t k = 0; k < CONTROL_COUNT; k++) {
        LB_TRY(lb_method_get(&c.methods[k], CONTROLS[k], err));
    }
    LB_ALLOC(c.image, BLOCK * c.pixels);
    LB_ALLOC(c.truth, BLOCK * c.pixels);
    LB_ALLOC(c.tpr, CONTROL_COUNT * c.images);
    LB_ALLOC(c.share, c.images);
    lb_progress(context, "scoring controls", 0, c.images);
    for (size_t first = 0; first < c.images; first += BLOCK) {
        size_t count = c.images - first < BLOCK ? c.images - first : BLOCK;
        LB_TRY(run_block(&c, first, count, context, err));
        lb_progress(context, "scoring controls", first + count, c.images);
    }
    LB_TRY(judge(audit, &c, err));
    lb_audit_advise(audit);
cleanup:
    lb_free(c.share);
    lb_free(c.tpr);
    lb_free(c.truth);
    lb_free(c.image);
    lb_dataset_close(c.dataset);
    return status;
}
