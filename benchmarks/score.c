/* SPDX-License-Identifier: MIT */
/* How fast maps are scored: 224 x 224, one core. See benchmarks/README.md. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "lesionbench/metrics.h"
#include "lesionbench/random.h"

enum { SIDE = 224, PIXELS = SIDE * SIDE, LESIONS = 4, KINDS = 4 };

static const char *const NAMES[KINDS] = {"noise", "noise in a brain", "sparse", "constant"};

static double
cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Four discs of about 450 pixels, as large as the study's truth. */
static void
make_truth(float *truth)
{
    const int centres[LESIONS][2] = {{70, 80}, {90, 150}, {140, 70}, {150, 140}};
    for (int i = 0; i < PIXELS; i++) {
        truth[i] = 0;
        for (int l = 0; l < LESIONS; l++) {
            int y = i / SIDE - centres[l][0], x = i % SIDE - centres[l][1];
            truth[i] = y * y + x * x <= 143 ? 1 : truth[i];
        }
    }
}

static void
make_map(float *map, int kind, uint64_t seed)
{
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_TEST, 0);
    for (int i = 0; i < PIXELS; i++) {
        float u = (float)lb_random_uniform(&random);
        double y = (i / SIDE - 112) / 100.0, x = (i % SIDE - 112) / 80.0;
        bool brain = y * y + x * x < 1;
        map[i] = kind == 0   ? u
                 : kind == 1 ? (brain ? u * u : 0)
                 : kind == 2 ? (u < 0.3f ? powf(u, 8) : 0)
                             : 0.5f;
    }
}

static lb_status
measure(lb_scorer *scorer, const float *map, lb_metric_set wanted, const char *kind,
        const char *what, size_t repeats, lb_error *err)
{
    lb_map_score score;
    double start = cpu_seconds();
    for (size_t r = 0; r < repeats; r++) {
        lb_status status = lb_scorer_score(&score, scorer, map, wanted, LB_TIES_STRICT, err);
        if (status != LB_OK) {
            return status;
        }
    }
    double each = (cpu_seconds() - start) / (double)repeats;
    printf("%-18s %-12s %10.2f ms %10.1f maps/s\n", kind, what, 1000 * each, 1 / each);
    return LB_OK;
}

int
main(void)
{
    static float map[PIXELS], truth[PIXELS];
    lb_status status = LB_OK;
    lb_error error, *err = &error;
    lb_scorer *scorer = NULL;
    make_truth(truth);
    LB_TRY(lb_scorer_create(&scorer, SIDE, SIDE, err));
    double start = cpu_seconds();
    for (int r = 0; r < 200; r++) {
        LB_TRY(lb_scorer_set_truth(scorer, truth, err));
    }
    printf("%-18s %-12s %10.2f ms\n", "", "truth", (cpu_seconds() - start) * 1000 / 200);
    for (int kind = 0; kind < KINDS; kind++) {
        make_map(map, kind, 7);
        LB_TRY(measure(scorer, map, lb_metrics_cheap(), NAMES[kind], "cheap", 500, err));
        LB_TRY(measure(scorer, map, LB_METRIC_BIT(LB_METRIC_EMD), NAMES[kind], "emd", 2, err));
        LB_TRY(
            measure(scorer, map, LB_METRIC_BIT(LB_METRIC_EMD_MAP), NAMES[kind], "emd_map", 1, err));
        LB_TRY(
            measure(scorer, map, LB_METRIC_BIT(LB_METRIC_EMD_FNI), NAMES[kind], "emd_fni", 1, err));
    }
cleanup:
    if (status != LB_OK) {
        fprintf(stderr, "score_bench: %s\n", error.message);
    }
    lb_scorer_free(scorer);
    return status == LB_OK ? 0 : 1;
}
