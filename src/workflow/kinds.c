/* SPDX-License-Identifier: MIT */
#include "kinds.h"

static const stage_kind KINDS[STAGE_KINDS] = {
    /* name, run, revision, threads, memory, seconds */
    [KIND_SLICES] = {"slices", run_slices, 1, STAGE_ANY_THREADS, memory_of_data, NULL},
    [KIND_LESIONS] = {"lesions", run_lesions, 1, STAGE_ANY_THREADS, NULL, NULL},
    [KIND_DATASET] = {"dataset", run_dataset, 1, STAGE_ANY_THREADS, memory_of_data, NULL},
    [KIND_PRETRAIN] = {"pretrain", run_pretrain, 1, STAGE_ONE_THREAD, memory_of_pretraining,
                       seconds_of_pretraining},
    [KIND_SEARCH] = {"search", run_search, 1, STAGE_ONE_THREAD, memory_of_training,
                     seconds_of_training},
    [KIND_FINETUNE] = {"finetune", run_finetune, 1, STAGE_ONE_THREAD, memory_of_training,
                       seconds_of_training},
    [KIND_MATCH] = {"match", run_match, 1, STAGE_ONE_THREAD, memory_of_training,
                    seconds_of_training},
    [KIND_PREDICT] = {"predict", run_predict, 1, STAGE_ONE_THREAD, memory_of_prediction,
                      seconds_of_prediction},
    [KIND_EVALUATE] = {"evaluate", run_evaluate, 1, STAGE_ANY_THREADS, NULL, NULL},
    [KIND_EXPLAIN] = {"explain", run_explain, 1, STAGE_ONE_THREAD, memory_of_explanation,
                      seconds_of_explanation},
    [KIND_TABLES] = {"tables", run_tables, 1, STAGE_ANY_THREADS, NULL, NULL},
    [KIND_COMPARE] = {"compare", run_compare, 1, STAGE_ANY_THREADS, NULL, NULL},
    [KIND_REPORT] = {"report", run_report, 1, STAGE_ANY_THREADS, memory_of_data, NULL},
};

const stage_kind *
study_kinds(void)
{
    return KINDS;
}
