/* SPDX-License-Identifier: MIT */
/* The stage that draws conclusions from the scores of all networks. */
#include <stdio.h>
#include <string.h>

#include "kinds.h"
#include "lesionbench/analysis.h"

/* The same tables of the images of each class. */
static lb_status
compare_classes(const lb_analysis_inputs *of_all, const char *directory, const lb_context *context,
                lb_error *err)
{
    lb_status status = LB_OK;
    char *own = NULL;
    lb_analysis_options options;
    lb_analysis_inputs inputs = *of_all;
    inputs.map_count = 0; /* how alike maps are is no matter of a class */
    lb_analysis_defaults(&options);
    for (size_t c = LB_CLASS_ROUND; c <= LB_CLASS_IRREGULAR; c++) {
        lb_free(own);
        own = lb_format(err, "%s/%s", directory, LB_IMAGE_CLASSES[c]);
        LB_TRY(own == NULL ? err->code : LB_OK);
        options.images = c;
        LB_TRY(lb_analyse(NULL, &inputs, own, &options, context, err));
    }
cleanup:
    lb_free(own);
    return status;
}

lb_status
run_compare(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_analysis_options options;
    lb_dataset *dataset = NULL;
    lb_score_table table = {0};
    const char **maps = NULL;
    size_t count = list->tables - list->explain;
    const char *const scores[] = {stage_path(list, list->tables, 0)};
    const char *slash = strrchr(self->outputs[0], '/');
    char *directory = lb_format(err, "%.*s", (int)(slash - self->outputs[0]), self->outputs[0]);
    LB_TRY(directory == NULL ? err->code : LB_OK);
    LB_ALLOC(maps, count);
    for (size_t i = 0; i < count; i++) {
        maps[i] = stage_path(list, list->explain + i, 0);
    }
    LB_TRY(lb_dataset_open(&dataset, stage_path(list, list->dataset, 0), err));
    lb_analysis_defaults(&options);
    lb_analysis_inputs inputs = {.scores = scores,
                                 .score_count = 1,
                                 .accuracies = stage_path(list, list->evaluate, 0),
                                 .maps = maps,
                                 .map_count = count,
                                 .dataset = dataset,
                                 .split = LB_HOLDOUT};
    LB_TRY(lb_analysis_read_scores(&table, &inputs, options.metric, true, context, err));
    inputs.table = &table;
    LB_TRY(lb_analyse(NULL, &inputs, directory, &options, context, err));
    LB_TRY(compare_classes(&inputs, directory, context, err));
cleanup:
    lb_score_table_release(&table);
    lb_dataset_close(dataset);
    lb_free(maps);
    lb_free(directory);
    return status;
}
