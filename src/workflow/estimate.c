/* SPDX-License-Identifier: MIT */
#include "estimate.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "costs.h"

/* Weights that are taken as they are train nothing. */
static bool
trains(const stage_list *list, const stage *one)
{
    return stage_is(list, one, KIND_SEARCH) || stage_is(list, one, KIND_FINETUNE) ||
           stage_is(list, one, KIND_MATCH) ||
           (stage_is(list, one, KIND_PRETRAIN) &&
            list->study->corpora[one->corpus].task != LB_TASK_NONE);
}

void
estimate_study(study_estimate *out, const stage_list *list)
{
    const lb_study *study = list->study;
    const size_t *images = study->compose.images;
    const double model = model_bytes(study);
    *out = (study_estimate){.explained = explained_images(study)};
    for (size_t i = 0; i < list->count; i++) {
        const stage *one = &list->stages[i];
        if (one->state == STAGE_DONE) {
            continue;
        }
        bool training = trains(list, one);
        out->trainings += training;
        out->explanations += stage_is(list, one, KIND_EXPLAIN);
        out->bytes += training || stage_is(list, one, KIND_PRETRAIN) ? model : 0;
        out->seconds += one->kind->seconds != NULL ? one->kind->seconds(list, one) : 0;
        if (stage_is(list, one, KIND_DATASET)) { /* images and truths */
            out->bytes += 2 * sizeof(float) * (double)(study->compose.size * study->compose.size) *
                          (double)(images[0] + images[1] + images[2]);
        }
    }
    out->seconds /= (double)omp_get_max_threads();
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
             estimate->trainings, lb_architecture_names[study->network.architecture],
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
