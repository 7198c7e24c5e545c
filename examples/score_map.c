/* SPDX-License-Identifier: MIT */
/* Scores maps against their ground truth. usage: score_map MAPS.npy TRUTH.npy; both (N, H, W),
 * float32. Prints the study's TPR, the AUROC over pixels and the earth mover's distance of the top
 * pixels. */
#include <stdio.h>
#include <stdlib.h>

#include "lesionbench/lesionbench.h"

int
main(int argc, char **argv)
{
    lb_error error = {.message = "usage: score_map MAPS.npy TRUTH.npy"}, *err = &error;
    lb_status status = argc == 3 ? LB_OK : LB_ERROR_ARGUMENT;
    lb_array maps = {.data = NULL}, truth = {.data = NULL};
    lb_scorer *scorer = NULL;
    const lb_metric_set wanted =
        LB_METRIC_BIT(LB_METRIC_PIXEL_AUROC) | LB_METRIC_BIT(LB_METRIC_EMD);
    LB_TRY(status);
    LB_TRY(lb_npy_read(&maps, argv[1], err));
    LB_TRY(lb_npy_read(&truth, argv[2], err));
    if (maps.rank != 3 || truth.rank != 3 || maps.type != LB_F32 || truth.type != LB_F32 ||
        maps.shape[0] != truth.shape[0] || maps.shape[1] != truth.shape[1] ||
        maps.shape[2] != truth.shape[2]) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s and %s are not (N, H, W) of float32 alike",
                       argv[1], argv[2]));
    }
    LB_TRY(lb_scorer_create(&scorer, maps.shape[1], maps.shape[2], err));
    for (size_t i = 0; i < maps.shape[0]; i++) {
        size_t at = i * maps.shape[1] * maps.shape[2];
        lb_map_score score;
        LB_TRY(lb_scorer_set_truth(scorer, (const float *)truth.data + at, err));
        LB_TRY(lb_scorer_score(&score, scorer, (const float *)maps.data + at, wanted,
                               LB_TIES_STRICT, err));
        printf("map %zu: TPR %.6f, AUROC %.6f, EMD %.6f\n", i, lb_tpr(&score.counts),
               score.value[LB_METRIC_PIXEL_AUROC], score.value[LB_METRIC_EMD]);
    }
cleanup:
    lb_scorer_free(scorer);
    lb_array_release(&truth);
    lb_array_release(&maps);
    if (status != LB_OK) {
        fprintf(stderr, "score_map: %s\n", error.message);
    }
    return status == LB_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
