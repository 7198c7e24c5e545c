/* SPDX-License-Identifier: MIT */
/* What a study will take. The cost of an image forward through a network is its multiply-adds and
 * its activations, each at a rate: 30 ms for VGG-16 at 224 x 224 on two cores with AVX-512, and the
 * 42 minutes of trainings of studies/evening.yaml there. Backward to the input takes 1.1 times as
 * long, to the weights 1.5 times. */
#include "estimate.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

static const double CORES = 2, MULTIPLY_ADDS = 7.3e11, ACTIVATIONS = 1.5e9; /* a second */
static const double TO_INPUT = 1.1, TO_WEIGHTS = 1.5;

/* Seconds of an image forward, in blocks and classifier, on one core; and what a model takes. */
typedef struct cost {
    double block[LB_BLOCKS], classifier, all;
    double bytes;
} cost;

static double
seconds(double multiply_adds, double activations)
{
    return CORES * (multiply_adds / MULTIPLY_ADDS + activations / ACTIVATIONS);
}

static lb_status
cost_init(cost *out, const lb_study *study, lb_error *err)
{
    lb_architecture net;
    lb_status status = lb_architecture_init(&net, LB_ARCHITECTURES[study->network.architecture],
                                            study->network.width, 2, err);
    double side = (double)study->compose.size, before = LB_INPUT_CHANNELS;
    *out = (cost){.all = 0};
    for (size_t b = 0; status == LB_OK && b < LB_BLOCKS; b++) {
        for (size_t i = 0; i < lb_architecture_block(&net, b); i++) {
            double channels = (double)net.channels[b], weights = 9 * before * channels;
            out->block[b] += seconds(weights * side * side, channels * side * side);
            out->bytes += sizeof(float) * (weights + channels);
            before = channels;
        }
        out->all += out->block[b];
        side = floor(side / 2);
    }
    double hidden = (double)net.hidden, weights = (49 * before + hidden + 2) * hidden;
    out->bytes += sizeof(float) * (weights + 2 * hidden + 2);
    out->classifier = seconds(weights, 2 * hidden);
    out->all += out->classifier;
    return status;
}

/* Blocks below the deepest trained one are computed once, as training does. */
static double
training(const cost *c, lb_degree degree, double images, double others, double epochs)
{
    double frozen = 0;
    for (size_t b = 0; b + (size_t)degree < LB_DEGREE_ALL; b++) {
        frozen += c->block[b];
    }
    double trained = c->all - frozen;
    return frozen * (images + others) +
           epochs * trained * (images * (1 + TO_INPUT + TO_WEIGHTS) + others);
}

/* Images that a corpus is pre-trained on, as far as its settings say. */
static double
pretraining_images(const lb_study *study, const plan_corpus *corpus)
{
    const lb_compose_options *o = &study->compose;
    double images = (double)(o->images[LB_TRAIN] + o->images[LB_VALIDATION]);
    if (corpus->task == LB_TASK_CLASSES) {
        return corpus->limit > 0 ? (double)corpus->limit : images;
    }
    double share = images / (images + (double)o->images[LB_HOLDOUT]);
    bool simulated = study->slices == NULL && study->import.paths == NULL;
    return simulated ? share * (double)(study->cohort.subjects * study->cohort.slices_per_subject)
                     : images;
}

static double
explained_images(const lb_study *study)
{
    const plan_explain *plan = &study->explain;
    double holdout = (double)study->compose.images[LB_HOLDOUT];
    bool all = plan->correct == 0 || plan->wrong == 0;
    return all ? holdout : fmin(holdout, (double)(plan->correct + plan->wrong));
}

static double
stage_seconds(const lb_study *study, const stage *one, const cost *c)
{
    const lb_compose_options *o = &study->compose;
    double holdout = (double)o->images[LB_HOLDOUT];
    if (one->run == run_pretrain) {
        const plan_corpus *corpus = &study->corpora[one->corpus];
        double images = pretraining_images(study, corpus);
        return corpus->task == LB_TASK_NONE ? 0
                                            : training(c, LB_DEGREE_ALL, 0.8 * images, 0.2 * images,
                                                       (double)corpus->training.epochs);
    }
    if (one->run == run_search || one->run == run_finetune || one->run == run_match) {
        return training(c, study->degrees[one->degree], (double)o->images[LB_TRAIN],
                        (double)o->images[LB_VALIDATION],
                        (double)study->finetuning.training.epochs);
    }
    if (one->run == run_predict) {
        return holdout * c->all;
    }
    double passes = lb_methods_passes(study->methods, study->method_count, &study->explain.options,
                                      o->size, o->size);
    return one->run == run_explain ? explained_images(study) * passes * c->all * (1 + TO_INPUT) : 0;
}

lb_status
estimate_study(study_estimate *out, const stage_list *list, lb_error *err)
{
    cost c;
    const lb_study *study = list->study;
    const size_t *images = study->compose.images;
    lb_status status = cost_init(&c, study, err);
    *out = (study_estimate){.explained = explained_images(study)};
    for (size_t i = 0; status == LB_OK && i < list->count; i++) {
        const stage *one = &list->stages[i];
        bool trains =
            one->run == run_search || one->run == run_finetune || one->run == run_match ||
            (one->run == run_pretrain && study->corpora[one->corpus].task != LB_TASK_NONE);
        if (one->skipped) {
            continue;
        }
        out->trainings += trains;
        out->explanations += one->run == run_explain;
        out->bytes += trains || one->run == run_pretrain ? c.bytes : 0;
        out->seconds += stage_seconds(study, one, &c);
        if (one->run == run_dataset) { /* images and truths */
            out->bytes += 2 * sizeof(float) * (double)(study->compose.size * study->compose.size) *
                          (double)(images[0] + images[1] + images[2]);
        }
    }
    out->seconds /= (double)omp_get_max_threads();
    return status;
}

/* "48 minutes" */
static void
print_duration(char *out, size_t size, double time)
{
    if (time < 90) {
        snprintf(out, size, "a minute");
    } else if (time < 5400) {
        snprintf(out, size, "%.0f minutes", time / 60);
    } else if (time < 172800) {
        snprintf(out, size, "%.*f hours", time < 36000 ? 1 : 0, time / 3600);
    } else {
        snprintf(out, size, "%.0f days", time / 86400);
    }
}

size_t
estimate_print(char lines[ESTIMATE_LINES][ESTIMATE_LINE], const study_estimate *estimate,
               const stage_list *list)
{
    const lb_study *study = list->study;
    const lb_compose_options *o = &study->compose;
    struct statvfs disk;
    char duration[64];
    size_t count = 0;
    int threads = omp_get_max_threads();
    if (estimate->trainings + estimate->explanations == 0) {
        return 0;
    }
    print_duration(duration, sizeof duration, estimate->seconds);
    snprintf(lines[count++], ESTIMATE_LINE,
             "to do: %zu trainings of %s, width %g, with %zu images of %zu x %zu for at most %zu "
             "epochs; %zu explanations of up to %.0f images by %zu methods",
             estimate->trainings, LB_ARCHITECTURES[study->network.architecture],
             study->network.width, o->images[LB_TRAIN], o->size, o->size,
             study->finetuning.training.epochs, estimate->explanations, estimate->explained,
             study->method_count);
    snprintf(lines[count++], ESTIMATE_LINE,
             "about %s on %d thread%s, %.1f GB of disk (from multiply-adds and activations, at the "
             "speed of cores with AVX-512; true to a factor of 2 or so)",
             duration, threads, threads == 1 ? "" : "s", estimate->bytes / 1e9);
    double free_bytes = (double)INFINITY;
    if (statvfs(list->directory, &disk) == 0) {
        free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    }
    if (free_bytes < estimate->bytes) {
        snprintf(lines[count++], ESTIMATE_LINE, "warning: %s has %.1f GB free", list->directory,
                 free_bytes / 1e9);
    }
    return count;
}
